from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.reception.errors import Refusal
from hub.reception.stage import StageWish
from tests.kit.receptions import Live


class Doors:
    """Notes when media is held back, and how much of the timeline others could read meanwhile."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.story: list[tuple[str, object]] = []
        self.refuse = False

    @asynccontextmanager
    async def narrow(self, wish: StageWish) -> AsyncIterator[None]:
        if self.refuse:
            raise Refusal("media_unavailable")
        head = (await self.live.house.live(self.live.id)).n
        self.story.append(("shut", (sorted(wish.audience), head)))
        yield
        self.story.append(("done", (await self.live.house.live(self.live.id)).n))


async def test_doors_are_shut_before_the_commit_and_held_until_after(live: Live) -> None:
    doors = Doors(live)
    await live.clerk("item.call", item=live.items[0])
    head = (await live.state()).n
    await live.house.receptions.execute(
        live.house.clerk, live.id, "x", "audience.set", {"audience": "closed"}, narrow=doors.narrow
    )
    assert doors.story == [("shut", (["staff"], head)), ("done", head + 1)]


@pytest.mark.parametrize(("name", "data"), [("audience.set", {"audience": "all"}), ("floor.end", {})])
async def test_what_lets_nobody_out_shuts_nothing(live: Live, name: str, data: dict[str, str]) -> None:
    doors = Doors(live)
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    await live.house.receptions.execute(live.house.clerk, live.id, "x", name, data, narrow=doors.narrow)
    assert doors.story == []


async def test_doors_that_cannot_be_shut_stop_the_command(live: Live) -> None:
    doors = Doors(live)
    doors.refuse = True
    await live.clerk("item.call", item=live.items[0])
    before = await live.state()
    for _ in range(2):  # and it may be tried again with the same id
        with pytest.raises(Refusal, match="media_unavailable"):
            await live.house.receptions.execute(
                live.house.clerk, live.id, "x", "audience.set", {"audience": "closed"}, narrow=doors.narrow
            )
    assert await live.state() == before
    doors.refuse = False
    await live.house.receptions.execute(
        live.house.clerk, live.id, "x", "audience.set", {"audience": "closed"}, narrow=doors.narrow
    )
    assert (await live.state()).n == before.n + 1
