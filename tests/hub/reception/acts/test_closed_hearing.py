"""A closed hearing ends on purpose only, whichever command would end it."""

import pytest

from hub.reception.acts.closed_hearing import is_closed
from tests.kit.receptions import Live


async def closed(live: Live) -> None:
    """The first item is heard in closed session."""
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("audience.set", audience="closed")


@pytest.mark.parametrize("audience", ["all", "related"])
async def test_opening_the_audience_wants_a_confirmation(live: Live, audience: str) -> None:
    await closed(live)
    assert await live.refused(live.house.clerk, "audience.set", audience=audience) == "confirm_needed"
    assert is_closed(await live.state())
    await live.clerk("audience.set", audience=audience, confirm=True)
    assert not is_closed(await live.state())


async def test_calling_an_open_item_wants_one_too(live: Live) -> None:
    await closed(live)
    assert await live.refused(live.house.clerk, "item.call", item=live.items[1]) == "confirm_needed"
    state = await live.state()
    assert (state.current, state.items[live.items[0]].status) == (live.items[0], "called")
    await live.clerk("item.call", item=live.items[1], confirm=True)
    assert (await live.state()).current == live.items[1]


async def test_calling_another_closed_item_does_not(live: Live) -> None:
    await closed(live)
    await live.clerk("item.call", item=live.items[2])
    assert is_closed(await live.state())


async def test_its_end_alone_opens_nothing_and_needs_none(live: Live) -> None:
    await closed(live)
    await live.conclude(live.items[0], "Đã rõ.")
    assert is_closed(await live.state())
    assert await live.refused(live.house.clerk, "item.call", item=live.items[1]) == "confirm_needed"


async def test_going_on_after_a_pause_does_not_open_it_by_the_way(live: Live) -> None:
    await closed(live)
    await live.clerk("session.pause", reason="")
    assert await live.refused(live.house.clerk, "audience.set", audience="all") == "confirm_needed"
    await live.clerk("session.resume")  # it goes on as it was: closed
    await live.conclude(live.items[0], "Đã rõ.")
    await live.clerk("session.pause", reason="")
    assert await live.refused(live.house.clerk, "session.resume") == "confirm_needed"
    await live.clerk("session.resume", confirm=True)
    assert (await live.state()).current is None


async def test_nothing_closed_nothing_to_confirm(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("audience.set", audience="related")
    await live.clerk("audience.set", audience="all")
    await live.clerk("item.call", item=live.items[1])


async def test_the_end_of_the_session_needs_none(live: Live) -> None:
    await closed(live)
    await live.clerk("session.close")
