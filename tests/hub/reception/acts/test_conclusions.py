"""Drafted by several, read back, and only then it counts; and every end can be taken back."""

from typing import Any

import pytest

from tests.kit.receptions import Live

DUE = "2026-08-01"
BLANK: dict[str, Any] = {
    "text": "Giao xã đo lại",
    "lead": None,
    "supporting": [],
    "due": None,
    "answer_on": None,
}


async def drafted(live: Live, base: int = 0, **form: Any) -> int:
    """The clerk drafts a conclusion of the first item; its version."""
    await live.clerk("conclusion.draft", item=live.items[0], base=base, **(BLANK | form))
    return (await live.state()).drafts[live.items[0]].version


async def test_nothing_counts_that_was_not_read_back(live: Live) -> None:
    item = live.items[0]
    await live.clerk("item.call", item=item)
    version = await drafted(live)
    about = {"item": item, "version": version}
    assert await live.refused(live.house.clerk, "item.conclude", **about) == "not_read_back"
    [(kind, shown)] = await live.clerk("conclusion.read_back", **about)
    assert (kind, shown["text"], shown["version"]) == ("conclusion.read", "Giao xã đo lại", version)
    assert await live.clerk("conclusion.read_back", **about) == []
    later = await live.clerk("conclusion.draft", item=item, base=version, **(BLANK | {"text": "Giao huyện"}))
    assert [kind for kind, _ in later] == ["conclusion.taken_back", "conclusion.drafted"]
    assert await live.refused(live.house.clerk, "item.conclude", **about) == "not_read_back"
    assert await live.refused(live.house.clerk, "conclusion.read_back", **about) == "draft_changed"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"text": ""}, "conclusion_incomplete"),
        ({"lead": "C11"}, "conclusion_incomplete"),
        ({"due": DUE}, "conclusion_incomplete"),
        ({"lead": "C11", "due": "2026-07-14"}, "due_past"),
        ({"answer_on": "2026-07-14"}, "due_past"),
    ],
)
async def test_what_is_read_back_must_be_whole(live: Live, form: dict[str, Any], code: str) -> None:
    await live.clerk("item.call", item=live.items[0])
    version = await drafted(live, **{"lead": None, **form})
    refused = await live.refused(
        live.house.clerk, "conclusion.read_back", item=live.items[0], version=version
    )
    assert refused == code


async def test_two_clerks_at_one_draft(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    first = await drafted(live, lead="C11", supporting=["D1"])
    await drafted(live, first, text="Giao xã đo lại trước rằm", lead="C11", supporting=["D1", "D2"])
    await drafted(live, first, text="Kết luận: Giao xã đo lại", lead="C11", supporting=["D1", "C21"], due=DUE)
    known = (await live.state()).drafts[live.items[0]]
    assert known.text == "Kết luận: Giao xã đo lại trước rằm"
    assert (known.lead, known.due, set(known.supporting)) == ("C11", DUE, {"D1", "D2", "C21"})
    assert not known.conflict


async def test_with_a_leading_unit_it_is_a_directive_and_reopening_withdraws_it(live: Live) -> None:
    item = live.items[0]
    await live.clerk("item.call", item=item)
    events = await live.conclude(
        item, "Giao xã", lead="C11", supporting=["D2"], due=DUE, answer_on="2026-08-05"
    )
    assert [kind for kind, _ in events] == ["directive.issued", "item.concluded"]
    concluded = events[1][1]
    assert concluded["answer_on"] == "2026-08-05"
    [kept] = await live.house.cases.directives_for(live.house.room("D2"))
    assert kept.id == concluded["directive"]
    again = await live.clerk("item.reopen", item=item, reason="Bấm nhầm")
    assert [kind for kind, _ in again] == ["directive.withdrawn", "item.reopened", "conclusion.drafted"]
    assert await live.house.cases.directives_for(live.house.room("D2")) == []
    acknowledge = {"directive": kept.id}
    assert (
        await live.refused(live.house.room("D2"), "directive.acknowledge", **acknowledge)
        == "directive_unknown"
    )
    assert (await live.state()).drafts[item].text == "Giao xã"
    await live.conclude(item, "Giao huyện")
    heard = (await live.house.cases.get_for(live.house.clerk, live.cases[0].id)).times_heard
    assert heard == 1, "one hearing, however often it was concluded"


async def test_reopening_what_was_put_off(live: Live) -> None:
    first, second = live.items[:2]
    await live.clerk("item.defer", item=second, reason="vắng")
    [(_, reopened)] = await live.clerk("item.reopen", item=second, reason="đã đến")
    assert reopened["state"] == "queued"
    await live.clerk("item.call", item=first)
    await live.clerk("item.defer", item=first, reason="nhầm")
    await live.clerk("item.call", item=second)
    refused = await live.refused(live.house.clerk, "item.reopen", item=first, reason="x")
    assert refused == "other_item_open"


async def test_a_directive_withdrawn_and_issued_again(live: Live) -> None:
    item = live.items[0]
    await live.clerk("item.call", item=item)
    issue = {"item": item, "lead": "C11", "supporting": [], "text": "Đo", "due": DUE}
    [(_, issued)] = await live.clerk("directive.issue", **issue)
    directive = issued["directive"]
    assert (
        await live.refused(live.house.clerk, "directive.restore", directive=directive) == "directive_unknown"
    )
    await live.clerk("directive.withdraw", directive=directive, reason="nhầm xã")
    assert await live.house.cases.directives_for(live.house.room("C11")) == []
    await live.clerk("directive.restore", directive=directive)
    [kept] = await live.house.cases.directives_for(live.house.room("C11"))
    assert kept.id == directive


async def test_a_take_up_taken_back(live: Live) -> None:
    item = live.items[0]
    await live.clerk("item.call", item=item)
    assert await live.refused(live.house.room("C11"), "take_up.withdraw", item=item) == "not_taken_up"
    await live.room("C11", "case.take_up", item=item, leader="Bà An")
    assert await live.room("C11", "take_up.withdraw", item=item) == [
        ("take_up.withdrawn", {"item": item, "unit": "C11"})
    ]
    await live.room("C11", "case.take_up", item=item, leader="Ông Bình")
    assert [each.leader for each in (await live.state()).taken_up] == ["Ông Bình"]
