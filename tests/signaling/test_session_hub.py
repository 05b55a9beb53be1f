import pytest

from hub.store.database import Busy
from tests.kit.conversing import hub_of
from tests.kit.receptions import Live


async def speaking(live: Live) -> None:
    """A room has the floor, and its time is over."""
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"), seconds=15)
    live.house.clock.advance(seconds=60)


async def test_what_cannot_be_noted_keeps_nothing_else_from_it(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await hub_of(live)
    await speaking(live)
    await hub.catch_up()
    bad = [("source.started", {"source": "hall", "name": "x" * 500}), ("no.such", {})]
    monkeypatch.setattr(hub._house, "to_record", lambda *_: iter(bad))
    await hub._tick()
    assert (await live.state()).floor is None


async def test_a_database_that_is_busy_puts_all_of_it_off(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await hub_of(live)
    await speaking(live)
    await hub.catch_up()
    with monkeypatch.context() as busy:

        async def wait(*_: object) -> None:
            raise Busy("locked")

        busy.setattr(live.house.receptions, "record", wait)
        with pytest.raises(Busy):
            await hub._tick()
    await hub._tick()
    assert (await live.state()).floor is None
