import pytest

from hub.reception.stage import EVERYONE, StageWish
from tests.kit.receptions import Live

STAFF = frozenset({"staff"})


async def wish(live: Live) -> StageWish:
    return (await live.house.live(live.id)).stage()


async def test_who_has_the_picture(live: Live) -> None:
    units = live.house.unit
    related = STAFF | {f"unit:{units[code].id}" for code in ("C11", "D1", "P")}
    assert await wish(live) == StageWish(True, EVERYONE)
    await live.clerk("item.call", item=live.items[0])
    assert await wish(live) == StageWish(True, EVERYONE)
    await live.clerk("audience.set", audience="related")
    assert await wish(live) == StageWish(True, related)
    await live.clerk("floor.give", point=live.point("C21"))
    assert await wish(live) == StageWish(True, related | {f"point:{live.point('C21')}"}, live.point("C21"))
    await live.clerk("audience.set", audience="closed")
    assert await wish(live) == StageWish(True, STAFF)
    await live.clerk("floor.give", point=live.point("C11"))
    assert await wish(live) == StageWish(True, STAFF | {f"point:{live.point('C11')}"}, live.point("C11"))
    await live.conclude(live.items[0], "x")
    assert await wish(live) == StageWish(True, STAFF)
    await live.clerk("session.pause", reason="")
    assert await wish(live) == StageWish(False, STAFF)
    await live.clerk("session.resume", confirm=True)
    assert await wish(live) == StageWish(True, EVERYONE)
    await live.clerk("session.close")
    assert await wish(live) == StageWish(False, frozenset())


async def test_a_viewers_groups_meet_the_audience(live: Live) -> None:
    house = live.house
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("audience.set", audience="related", confirm=True)
    audience = (await wish(live)).audience
    inside = {
        code for code in house.point if (await house.viewer(house.room(code), live.id)).groups & audience
    }
    assert inside == {"C11", "D1"}
    assert (await house.viewer(house.clerk, live.id)).groups & audience


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (EVERYONE, STAFF, STAFF),
        (EVERYONE, STAFF | {"unit:a"}, STAFF | {"unit:a"}),
        (STAFF | {"unit:a", "point:b"}, EVERYONE, STAFF | {"unit:a", "point:b"}),
        (STAFF | {"unit:a"}, STAFF | {"unit:b"}, STAFF),
        (EVERYONE, frozenset(), frozenset()),
        (EVERYONE, EVERYONE, EVERYONE),
    ],
)
def test_narrower(one: frozenset[str], other: frozenset[str], both: frozenset[str]) -> None:
    assert StageWish(True, one, "p").narrower(StageWish(True, other)) == StageWish(True, both, "p")
    assert StageWish(True, other).narrower(StageWish(False, one)) == StageWish(False, both)
