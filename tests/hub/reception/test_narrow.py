from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.cases.lives import Lives
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


class EveryDoor:
    """Notes which sessions are held back. `refuse`: the session whose doors cannot be shut."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse = refuse
        self.held: list[tuple[str, list[str]]] = []
        self.ended: list[str] = []

    @asynccontextmanager
    async def narrow(self, session: str, wish: StageWish) -> AsyncIterator[None]:
        if session == self.refuse:
            raise Refusal("media_unavailable")
        self.held.append((session, sorted(wish.audience)))
        try:
            yield
        except BaseException as error:
            self.ended.append(type(error).__name__)
            raise
        self.ended.append("committed")


async def second(live: Live) -> str:
    """Another session that hears the first case just now."""
    house = live.house
    other = await house.session(live.cases[0])
    await house.do(house.clerk, other, "session.go_live")
    await house.do(house.clerk, other, "item.call", item=(await house.items(other))[0])
    return other


async def test_every_session_that_a_command_closes_is_narrowed(live: Live) -> None:
    house, other = live.house, await second(live)
    own, others = Doors(live), EveryDoor()
    house.receptions.doors = others.narrow
    await live.clerk("item.call", item=live.items[0])
    told = {"case": live.cases[0].id, "kind": "denunciation"}
    await house.receptions.execute(house.clerk, live.id, "x", "case.reclassify", told, narrow=own.narrow)
    assert [word for word, _ in own.story] == ["shut", "done"]
    assert (others.held, others.ended) == ([(other, ["staff"])], ["committed"])


async def test_a_case_that_is_closed_on_its_page_is_narrowed_or_refused(live: Live) -> None:
    house, other = live.house, await second(live)
    await live.clerk("item.call", item=live.items[0])
    doors = EveryDoor(refuse=max(live.id, other))
    house.receptions.doors = doors.narrow
    told = {"kind": "denunciation", "field": "land"}
    before = await live.state()
    with pytest.raises(Refusal, match="hearing_not_closed"):
        await Lives(house.cases).perform(house.clerk, live.cases[0].id, "classify", data=told)
    assert (await live.state(), doors.ended) == (before, ["Refusal"])
    assert (await house.cases.get_for(house.clerk, live.cases[0].id)).kind == "complaint"
    doors.refuse = ""
    await Lives(house.cases).perform(house.clerk, live.cases[0].id, "classify", data=told)
    assert sorted(doors.held[1:]) == sorted([(live.id, ["staff"]), (other, ["staff"])])
