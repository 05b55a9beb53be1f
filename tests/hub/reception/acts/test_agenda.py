"""What waits on an agenda moves and goes, before the session and in it."""

from hub.reception.planning import NewItem
from hub.reception.snapshot import view
from hub.reception.state import ItemStatus
from hub.reception.telling import batch
from tests.kit.factories import sqlite_house
from tests.kit.receptions import Live, live

__all__ = ["live", "sqlite_house"]


async def _order(live: Live) -> list[str]:
    return [item.id for item in (await live.state()).agenda]


async def test_a_waiting_item_moves_before_another_and_to_the_end(live: Live) -> None:
    first, second, third = live.items
    assert await live.clerk("item.move", item=third, before=first) == [
        ("agenda.ordered", {"items": [third, first, second]})
    ]
    await live.clerk("item.move", item=third, before=None)
    assert await _order(live) == [first, second, third]
    assert [item.position for item in (await live.state()).agenda] == [1, 2, 3]
    assert await live.clerk("item.move", item=second, before=third) == []  # it stands there
    assert await live.clerk("item.move", item=second, before=second) == []


async def test_a_removed_item_is_gone_for_everybody_and_those_after_it_move_up(live: Live) -> None:
    first, second, third = live.items
    events = await live.clerk("item.remove", item=second, reason="Người dân xin rút")
    assert [kind for kind, _ in events] == ["item.removed", "agenda.ordered"]
    state = await live.state()
    assert state.items[second].status is ItemStatus.REMOVED
    for actor in (live.house.clerk, live.house.room("C11")):
        shown = view(state, await live.house.viewer(actor, live.id))["items"]
        assert [(item["id"], item["position"]) for item in shown] == [(first, 1), (third, 2)]
    for name in ("item.call", "item.move", "item.remove"):
        more = {"before": None} if name == "item.move" else {"reason": ""} if name == "item.remove" else {}
        assert await live.refused(live.house.clerk, name, item=second, **more) == "item_unknown"


async def test_a_removed_item_is_as_closed_to_all_but_staff(live: Live) -> None:
    house, item = live.house, live.items[0]
    await live.clerk("note.add", item=item, text="bà Mơ nói", mark=None)
    await live.clerk("item.remove", item=item, reason="bà Mơ xin rút")
    state, events = await live.state(), await house.receptions.load(live.id)
    for code in ("C11", "C21"):
        room = await house.viewer(house.room(code), live.id)
        known = str([view(state, room), batch(events, state, room)])
        assert "Mơ" not in known
        assert live.cases[0].id not in known
    staff = await house.viewer(house.clerk, live.id)
    assert [note["text"] for note in view(state, staff)["notes"]] == ["bà Mơ nói"]
    assert "bà Mơ xin rút" in str(batch(events, state, staff))


async def test_its_case_can_be_put_back(live: Live) -> None:
    await live.clerk("item.remove", item=live.items[0], reason="")

    fresh = await live.house.receptions.add_item(live.house.clerk, live.id, NewItem(live.cases[0].id))
    assert await _order(live) == [live.items[1], live.items[2], fresh]


async def test_what_was_called_stays_where_it_is(live: Live) -> None:
    first, second, third = live.items
    await live.clerk("item.call", item=first)
    clerk = live.house.clerk
    assert await live.refused(clerk, "item.move", item=first, before=None) == "item_state"
    assert await live.refused(clerk, "item.move", item=third, before=first) == "item_state"
    assert await live.refused(clerk, "item.remove", item=first, reason="") == "item_state"
    assert await live.refused(clerk, "item.move", item=third, before="nobody") == "item_unknown"
    assert await live.refused(live.house.room("C11"), "item.move", item=third, before=None) == "not_allowed"
    await live.clerk("item.move", item=third, before=second)
    assert await _order(live) == [first, third, second]


async def test_outsiders_are_not_told_why_a_closed_item_went(live: Live) -> None:
    await live.clerk("item.remove", item=live.items[2], reason="tuyệt mật")
    memory = await live.house.live(live.id)
    room = await live.house.viewer(live.house.room("C21"), live.id)
    told = [event for event in memory.after(room, 0) if event["kind"] == "item.removed"]
    assert [event["data"]["reason"] for event in told] == [""]


async def test_when_the_session_is_over_its_agenda_stands(live: Live) -> None:
    await live.clerk("session.close")
    assert (
        await live.refused(live.house.clerk, "item.remove", item=live.items[0], reason="") == "session_over"
    )
