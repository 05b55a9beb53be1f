import asyncio

import pytest

from hub.reception.errors import Refusal
from hub.reception.live import LiveSession
from tests.kit.factories import House
from tests.kit.receptions import Live
from tests.kit.reducer import reduce


async def test_it_reads_only_what_is_new(live: Live) -> None:
    session = await live.house.live(live.id)
    assert await session.refresh() is False
    head = session.n
    await live.clerk("item.call", item=live.items[0])
    assert await session.refresh() is True
    viewer = await live.house.viewer(live.house.clerk, live.id)
    assert [event["kind"] for event in session.after(viewer, head)] == ["item.called"]
    assert session.after(viewer, session.n) == []
    assert session.view(viewer)["current"] == live.items[0]


async def test_refreshing_twice_at_once_folds_once(live: Live) -> None:
    session = LiveSession(live.house.receptions, live.id)
    assert sorted(await asyncio.gather(*(session.refresh() for _ in range(4)))) == [False, False, False, True]


async def test_an_unknown_session(sqlite_house: House) -> None:
    with pytest.raises(Refusal, match="session_unknown"):
        await LiveSession(sqlite_house.receptions, "0" * 26).refresh()


async def test_whoever_is_too_far_behind_is_told_so(live: Live) -> None:
    session = LiveSession(live.house.receptions, live.id, most_events=3)
    await session.refresh()
    viewer = await live.house.viewer(live.house.clerk, live.id)
    assert len(session.after(viewer, session.n - 3)) == 3
    with pytest.raises(LookupError):
        session.after(viewer, session.n - 4)


async def test_a_hearing_that_was_closed_meanwhile(live: Live) -> None:
    """A room that comes back gets nothing of what it could have seen before the door was shut."""
    house = live.house
    room = await house.viewer(house.room("C12"), live.id)
    await live.clerk("item.call", item=live.items[0])
    session = await house.live(live.id)
    before = session.view(room)
    await live.clerk("note.add", text="Bí mật", mark=None)
    await live.clerk("audience.set", audience="closed")
    await session.refresh()
    sent = session.after(room, before["n"])
    assert [event["kind"] for event in sent] == ["audience.set", "item.shown"]
    assert sent[-1]["n"] == session.n
    after = reduce(before, sent, session.n)
    assert after == session.view(room)
    assert (after["items"][0]["case"], after["items"][0]["inside"], after["notes"]) == (None, False, [])


async def test_a_room_let_into_a_closed_hearing_and_out_again(live: Live) -> None:
    house = live.house
    room = await house.viewer(house.room("C12"), live.id)
    await live.clerk("item.call", item=live.items[2])
    await live.clerk("note.add", text="Bí mật", mark=None)
    session = await house.live(live.id)
    assert session.view(room)["items"][2]["case"] is None
    head = session.n
    await live.clerk("floor.give", point=live.point("C12"))
    await session.refresh()
    shown = session.after(room, head)[-1]
    assert shown["kind"] == "item.shown"
    assert shown["data"]["view"]["case"]["id"] == live.cases[2].id
    assert [note["text"] for note in shown["data"]["notes"]] == ["Bí mật"]
    head = session.n
    await live.conclude(live.items[2], "Kết luận kín")
    await session.refresh()
    sent = session.after(room, head)
    assert [event["kind"] for event in sent] == ["floor.ended", "item.concluded", "item.shown"]
    assert sent[1]["data"]["text"] == ""
    assert sent[2]["data"]["notes"] == []


async def test_what_was_said_in_a_closed_hearing_stays_in_it_when_it_is_opened(live: Live) -> None:
    house, item = live.house, live.items[0]
    outsider = await house.viewer(house.room("C21"), live.id)
    guest = await house.viewer(house.room("C12"), live.id)
    await live.clerk("item.call", item=item)
    await live.clerk("note.add", text="Công khai", mark=None)
    session = await house.live(live.id)
    before = {viewer: session.view(viewer) for viewer in (outsider, guest)}
    await live.clerk("audience.set", audience="closed")
    await live.clerk("floor.give", point=live.point("C12"))
    await live.clerk("note.add", text="Bí mật", mark=None)
    await live.clerk("audience.set", audience="all", confirm=True)
    await live.clerk("floor.give", point=live.point("C21"))  # heard now, and not let into what was closed
    await session.refresh()
    for viewer, texts in ((outsider, ["Công khai"]), (guest, ["Công khai", "Bí mật"])):
        sent = session.after(viewer, before[viewer]["n"])
        after = reduce(before[viewer], sent, session.n)
        assert after == session.view(viewer)
        assert [note["text"] for note in after["notes"]] == texts
    told = [
        event for event in session.after(outsider, before[outsider]["n"]) if event["kind"] == "note.added"
    ]
    assert told == []


async def test_a_note_counts_as_said_before_the_strictest_audience_it_was_written_in(live: Live) -> None:
    house, item = live.house, live.items[0]
    outsider = await house.viewer(house.room("C21"), live.id)
    await live.clerk("item.call", item=item)
    ((_, added),) = await live.clerk("note.add", text="Công khai", mark=None)
    await live.clerk("audience.set", audience="closed")
    note, base = added["note"], (await live.state()).notes[added["note"]].version
    await live.clerk("note.change", note=note, base=base, text="Công khai, và bí mật")
    await live.clerk("audience.set", audience="all", confirm=True)
    session = await house.live(live.id)
    assert session.view(outsider)["notes"] == []
    base = (await live.state()).notes[note].version
    await live.clerk("note.change", note=note, base=base, text="Công khai, và bí mật, và thêm")
    await session.refresh()
    assert session.view(outsider)["notes"] == []
    assert "bí mật" not in str(session.after(outsider, 0))


async def test_a_conclusion_of_a_closed_hearing_stays_in_it(live: Live) -> None:
    house, item = live.house, live.items[0]
    outsider = await house.viewer(house.room("C21"), live.id)
    await live.clerk("item.call", item=item)
    await live.clerk("audience.set", audience="closed")
    await live.clerk("directive.issue", item=item, lead="C21", supporting=[], text="Kín", due="2999-01-01")
    await live.conclude(item, "Kết luận kín")
    await live.clerk("audience.set", audience="all", confirm=True)
    session = await house.live(live.id)
    seen = session.view(outsider)
    shown = seen["items"][0]
    assert (shown["inside"], shown["conclusion"], seen["directives"]) == (True, None, [])
    assert "Kết luận kín" not in str(session.after(outsider, 0))
    (directive,) = session.state.directives
    assert await live.refused(house.room("C21"), "directive.acknowledge", directive=directive) == (
        "directive_unknown"
    )
