import pytest

from hub.cases.act_tables import ComplainedUnit
from hub.people.roles import Role
from tests.kit.receptions import Live

DUE = "2026-08-01"


async def issue(live: Live, item: int = 0, **changes: object) -> str:
    await live.clerk("item.call", item=live.items[item])
    data = {"item": live.items[item], "lead": "C11", "supporting": ["D2"], "text": "Đo lại", "due": DUE}
    [(_, issued)] = await live.clerk("directive.issue", **(data | changes))
    return str(issued["directive"])


async def test_issuing(live: Live) -> None:
    directive = await issue(live, supporting=["D2", "C11", "D2"])
    issued = (await live.house.receptions.load(live.id))[-1]
    unit = live.house.unit
    assert dict(issued.data) == {
        "directive": directive,
        "item": live.items[0],
        "case": live.cases[0].id,
        "lead": "C11",
        "lead_name": "Hòa An",
        "supporting": ["D2"],
        "text": "Đo lại",
        "due": DUE,
        "units": [unit["C11"].id, unit["D2"].id],
    }
    [kept] = await live.house.cases.directives_for(live.house.room("D2"))
    assert (kept.id, kept.due.isoformat(), kept.issued_by) == (directive, DUE, "clerk P")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"due": "2026-07-14"}, "due_past"),
        ({"due": "2026-02-30"}, "data_bad"),
        ({"due": "20260801"}, "data_bad"),
        ({"lead": "X"}, "unit_unknown"),
        ({"supporting": ["X"]}, "unit_unknown"),
        ({"supporting": ["D2"] * 21}, "data_bad"),
        ({"item": "0" * 26}, "item_unknown"),
        ({"text": " "}, "data_bad"),
    ],
)
async def test_what_cannot_be_issued(live: Live, changes: dict[str, object], code: str) -> None:
    await live.clerk("item.call", item=live.items[0])
    data = {"item": live.items[0], "lead": "C11", "supporting": ["D2"], "text": "x", "due": DUE} | changes
    assert await live.refused(live.house.clerk, "directive.issue", **data) == code


async def test_not_before_the_item_is_called(live: Live) -> None:
    data = {"item": live.items[0], "lead": "C11", "supporting": [], "text": "x", "due": DUE}
    assert await live.refused(live.house.clerk, "directive.issue", **data) == "item_state"


async def test_today_in_vietnam_is_still_in_time(live: Live) -> None:
    await issue(live, due="2026-07-15")
    live.house.clock.advance(hours=17)  # midnight in Vietnam, 5 in the afternoon in UTC
    data = {"item": live.items[0], "lead": "C11", "supporting": [], "text": "x", "due": "2026-07-15"}
    assert await live.refused(live.house.clerk, "directive.issue", **data) == "due_past"


async def test_acknowledging(live: Live) -> None:
    directive = await issue(live)
    acknowledged = {"directive": directive, "unit": "D2", "unit_name": "Tây Sơn"}
    assert await live.room("D2", "directive.acknowledge", directive=directive) == [
        ("directive.acknowledged", acknowledged)
    ]
    room = live.house.room
    again = await live.refused(room("D2"), "directive.acknowledge", directive=directive)
    assert again == "already_acknowledged"
    other = await live.refused(room("C12"), "directive.acknowledge", directive=directive)
    assert other == "not_your_unit"
    assert await live.refused(room("D2"), "directive.acknowledge", directive="0" * 26) == "directive_unknown"


async def test_acknowledging_after_the_session(live: Live) -> None:
    directive = await issue(live)
    await live.clerk("session.close")
    assert len(await live.room("C11", "directive.acknowledge", directive=directive)) == 1


async def test_a_directive_in_a_closed_hearing_does_not_exist_outside(live: Live) -> None:
    directive = await issue(live, item=2, lead="C12")
    for code in ("C12", "D2", "D1"):
        asked = await live.refused(live.house.room(code), "directive.acknowledge", directive=directive)
        assert asked == "directive_unknown"
        assert await live.house.cases.directives_for(live.house.room(code)) == []


async def test_whoever_is_of_no_unit_acknowledges_nothing(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    ((_, issued),) = await live.clerk(
        "directive.issue", item=live.items[0], lead="C11", supporting=[], text="x", due="2999-01-01"
    )
    adviser = live.house.account(Role.ADVISER, None)
    refusal = await live.refused(adviser, "directive.acknowledge", directive=issued["directive"])
    assert refusal == "not_your_unit"


@pytest.mark.parametrize("units", [{"lead": "C12"}, {"supporting": ["D2", "C12"]}])
async def test_a_denunciation_is_carried_out_by_none_whom_it_is_against(
    live: Live, units: dict[str, object]
) -> None:
    async with live.house.db.begin() as work:
        denounced = live.house.unit["C12"].id
        for case in live.cases:
            work.session.add(ComplainedUnit(case_id=case.id, unit_id=denounced))
    denunciation = live.items[2]
    await issue(live, item=0, **units)  # whom a complaint is against answers it
    await live.clerk("item.call", item=denunciation)
    data = {"lead": "C11", "supporting": [], "text": "Xác minh", "due": DUE} | units
    assert (
        await live.refused(live.house.clerk, "directive.issue", item=denunciation, **data) == "denounced_unit"
    )
    form = data | {"answer_on": None, "item": denunciation, "base": 0}
    await live.clerk("conclusion.draft", **form)
    about = {"item": denunciation, "version": (await live.state()).drafts[denunciation].version}
    refused = await live.refused(live.house.clerk, "conclusion.read_back", **about)
    assert refused == "denounced_unit"


async def test_a_conclusion_is_not_confirmed_over_whom_the_case_denounces_by_now(live: Live) -> None:
    item, case = live.items[2], live.cases[2].id
    await live.clerk("item.call", item=item)
    form = {"lead": "C21", "supporting": [], "text": "Xác minh", "due": DUE, "answer_on": None}
    await live.clerk("conclusion.draft", item=item, base=0, **form)
    about = {"item": item, "version": (await live.state()).drafts[item].version}
    await live.clerk("conclusion.read_back", **about)
    async with live.house.db.begin() as work:
        work.session.add(ComplainedUnit(case_id=case, unit_id=live.house.unit["C21"].id))
    assert await live.refused(live.house.clerk, "item.conclude", **about) == "denounced_unit"
