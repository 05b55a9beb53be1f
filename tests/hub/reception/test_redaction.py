"""What was written before a case became a denunciation, and what is left of it then."""

import pytest
from sqlalchemy import func, select

from hub.cases.lives import Lives
from hub.cases.models import SealedText
from hub.cases.vault import Person
from hub.people.roles import Role
from hub.reception import redaction
from hub.reception.events import KINDS
from hub.reception.models import TimelineRedaction
from hub.reception.planning import NewItem
from hub.reception.redaction import WORDS, unnamed
from hub.reception.service import Receptions
from tests.kit.factories import PETITIONER, SEAL_KEY
from tests.kit.receptions import Live
from tests.kit.reducer import reduce

NAMES = [PETITIONER.name]
SAID = f"Bà {PETITIONER.name} trình bày"
MASKED = "Bà ••• trình bày"
WORDY = {"title", "reason", "text", "matter", "leader", "people"}
CODED = {"point.left", "desk.left", "floor.call_ended", "floor.ended", "stage.unpinned", "talk.closed"}
"""Kinds whose reason is one of a few codes."""


def test_every_field_of_words_is_known() -> None:
    for name, kind in KINDS.items():
        wordy = kind.fields & WORDY if name not in CODED else set()
        assert WORDS.get(name, set()) - {"case"} == wordy, name
    assert [name for name, fields in WORDS.items() if "case" in fields] == ["item.added"]


def test_only_words_are_masked() -> None:
    """Somebody may be called like a code that the fold reads."""
    added = {"item": "all", "audience": "all", "case": {"kind": "all", "title": "Đơn của All"}}
    kept, raw = unnamed("item.added", added, ["all"])
    assert kept == added | {"case": {"kind": "all", "title": "Đơn của •••"}}
    assert raw == ["Đơn của All"]
    seated = {"point": "p", "people": [{"name": PETITIONER.name, "rank": "head"}]}
    assert unnamed("point.present", seated, NAMES)[0]["people"] == [{"name": "•••", "rank": "head"}]
    assert unnamed("point.left", {"point": "p", "reason": "lost"}, ["lost"]) == (
        {"point": "p", "reason": "lost"},
        [],
    )


async def write(live: Live) -> None:
    """A note and a draft that name who asks, and a note that does not."""
    item = live.items[0]
    await live.clerk("item.call", item=item)
    await live.clerk("note.add", text=SAID, mark=None)
    await live.clerk("note.add", text="Đã đo lại đất", mark=None)
    blank = {"lead": None, "supporting": [], "due": None, "answer_on": None}
    await live.clerk("conclusion.draft", item=item, base=0, text=SAID, **blank)


async def become(live: Live) -> None:
    """The first case becomes a denunciation."""
    await live.clerk("case.reclassify", case=live.cases[0].id, kind="denunciation")


@pytest.mark.parametrize("batch", [1, 500])
async def test_what_was_written_before_is_masked(
    live: Live, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction, "BATCH", batch)
    await write(live)
    await live.clerk("item.defer", item=live.items[0], reason=SAID)
    before = await live.house.receptions.load(live.id)
    await become(live)
    events = await live.house.receptions.load(live.id)
    changed = [event for event in events if event.masked]
    assert [event.kind for event in changed] == ["note.added", "conclusion.drafted", "item.deferred"]
    assert {event.data.get("text", event.data.get("reason")) for event in changed} == {MASKED}
    assert events[-1].kind == "timeline.masked"
    assert events[-1].data == {"events": 3}
    assert [event.hash for event in events[: len(before)]] == [event.hash for event in before]
    assert PETITIONER.name not in str(events)
    assert (await live.house.receptions.verify(live.id)).ok
    state = await live.state()
    assert [note.text for note in state.notes.values()] == [MASKED, "Đã đo lại đất"]
    item = live.items[0]
    assert (state.drafts[item].text, state.items[item].reason) == (MASKED, MASKED)


async def test_what_names_nobody_is_left_alone(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("note.add", text="Đã đo lại đất", mark=None)
    await become(live)
    events = await live.house.receptions.load(live.id)
    assert "timeline.masked" not in [event.kind for event in events]
    assert not any(event.masked for event in events)


@pytest.mark.parametrize("on_page", [True, False])
async def test_every_session_that_has_or_had_the_case(live: Live, *, on_page: bool) -> None:
    """One is over, one has taken it off the agenda."""
    house, case = live.house, live.cases[0]
    await write(live)
    await live.clerk("session.close")
    other, third = await house.session(case, live.cases[1]), await house.session(case)
    first, _ = await house.items(other)
    await house.do(house.clerk, other, "item.remove", item=first, reason=SAID)
    if on_page:
        told = {"kind": "denunciation", "field": "land"}
        await Lives(house.cases).perform(house.clerk, case.id, "classify", data=told)
    else:
        await house.do(house.clerk, third, "case.reclassify", case=case.id, kind="denunciation")
    for session in (live.id, other):
        assert PETITIONER.name not in str(await house.receptions.load(session))
        assert MASKED in str(await house.receptions.load(session))
        assert (await house.receptions.verify(session)).ok


async def test_it_is_on_record_who_had_it_masked(live: Live) -> None:
    await write(live)
    await become(live)
    async with live.house.db.read() as session:
        rows = list(await session.scalars(select(TimelineRedaction).order_by(TimelineRedaction.n)))
        sealed = await session.scalar(select(func.count()).select_from(SealedText))
    assert [(row.number, row.case_id, row.by_key) for row in rows] == [
        (1, live.cases[0].id, live.house.clerk.key)
    ] * 2
    assert sealed == 1  # the texts as they were are not lost


async def test_another_process_forgets_what_it_had_folded(live: Live) -> None:
    """Its fold is older than the masking, and nothing tells it but the events."""
    house = live.house
    there = Receptions(house.db, house.cases, house.units, house.clock, house.ids, SEAL_KEY)
    await write(live)
    await there.execute(house.clerk, live.id, "x-1", "item.hear", {"item": live.items[0]})
    assert SAID in str(there._folds.get(live.id, 10_000))
    await become(live)
    draft = (await live.state()).drafts[live.items[0]]
    read = {"item": live.items[0], "version": draft.version}
    await there.execute(house.clerk, live.id, "x-2", "conclusion.read_back", read)
    shown = (await house.receptions.load(live.id))[-1]
    assert (shown.kind, shown.data["text"]) == ("conclusion.read", MASKED)
    told = await there.moments(house.clerk, live.cases[0].id)
    assert PETITIONER.name not in str(told)


async def test_open_pages_are_shown_the_whole_view(live: Live) -> None:
    house = live.house
    session = await house.live(live.id)
    await write(live)
    await session.refresh()
    actors = (house.clerk, house.room("C11"), house.room("C21"))
    viewers = [await house.viewer(actor, live.id) for actor in actors]
    before = [session.view(viewer) for viewer in viewers]
    assert SAID in str(before[0])
    await become(live)
    await session.refresh()
    for viewer, view in zip(viewers, before, strict=True):
        sent = session.after(viewer, view["n"])
        after = reduce(view, sent, session.n, staff=viewer.staff)
        assert sent[-1]["kind"] == "view.shown"
        assert after == session.view(viewer)
        assert PETITIONER.name not in str([sent, after, session.after(viewer, 0)])


async def test_one_text_may_be_masked_for_one_case_after_the_other(live: Live) -> None:
    house, people = live.house, (Person("Đỗ Thị Sương"), Person("Trần Văn Gió"))
    cases = [await house.case(petitioner=person) for person in people]
    for case in cases:
        await house.receptions.add_item(house.account(Role.CHAIR), live.id, NewItem(case.id))
    await live.clerk("item.call", item=live.items[1])
    await live.clerk("note.add", text=" và ".join(person.name for person in people), mark=None)
    for case, left in zip(cases, ("••• và Trần Văn Gió", "••• và •••"), strict=True):
        await live.clerk("case.reclassify", case=case.id, kind="denunciation")
        assert [note.text for note in (await live.state()).notes.values()] == [left]
        assert (await house.receptions.verify(live.id)).ok
    assert [event.masked for event in await house.receptions.load(live.id) if event.masked] == [2]
