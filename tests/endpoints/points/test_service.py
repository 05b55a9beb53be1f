"""Enrolment: who gets in by which code, and how long."""

import itertools

import pytest

from endpoints.points.service import DEVICES_PER_CODE, Points
from hub.reception.errors import Refusal
from tests.kit.factories import House


@pytest.fixture
def points(house: House) -> Points:
    seed = itertools.count(1)
    return Points(house.db, house.clock, house.ids, lambda size: next(seed).to_bytes(size))


async def test_a_code_opens_its_room_again_and_again(house: House, points: Points):
    code = await points.issue(house.point["C11"])
    for _ in range(2):
        actor = await points.actor_for_device(await points.enrol(code))
        assert actor == house.room("C11")


async def test_a_device_keeps_its_cookie_for_the_same_room_only(house: House, points: Points):
    first, second = await points.issue(house.point["C11"]), await points.issue(house.point["C12"])
    cookie = await points.enrol(first)
    assert await points.enrol(first, cookie) == cookie
    assert await points.enrol(second, cookie) != cookie
    assert await points.enrol(first, "nonsense") != cookie


async def test_revoking_a_code_sends_its_devices_out(house: House, points: Points):
    code = await points.issue(house.point["C11"])
    cookie = await points.enrol(code)
    await points.revoke(code)
    assert await points.actor_for_device(cookie) is None
    with pytest.raises(Refusal, match="code_unknown"):
        await points.enrol(code)
    with pytest.raises(Refusal, match="code_unknown"):
        await points.revoke("0" * 16)


async def test_a_given_code_is_taken_and_twice_is_harmless(house: House, points: Points):
    for _ in range(2):
        assert await points.issue(house.point["C11"], "abcd0123abcd0123") == "abcd0123abcd0123"
    for bad in ("short", "ABCD0123ABCD0123", "il0123456789abcd", ""):
        with pytest.raises(ValueError, match="16 characters"):
            await points.issue(house.point["C11"], bad)
    with pytest.raises(Refusal, match="point_unknown"):
        await points.issue("0" * 26)


async def test_a_link_opened_for_ever_does_not_fill_the_table(house: House, points: Points):
    code = await points.issue(house.point["C11"])
    cookies = [await points.enrol(code) for _ in range(DEVICES_PER_CODE + 2)]
    known = [await points.actor_for_device(cookie) is not None for cookie in cookies]
    assert known.count(True) == DEVICES_PER_CODE
    assert known[-1]


@pytest.mark.parametrize(
    "cookie", ["", ".", "x.y", "0" * 26, "0" * 26 + ".", "0" * 26 + ".é", "\0.\0", "a." * 999]
)
async def test_forged_cookies(points: Points, cookie: str):
    assert await points.actor_for_device(cookie) is None


async def test_another_devices_secret_does_not_fit(house: House, points: Points):
    code = await points.issue(house.point["C11"])
    first, second = await points.enrol(code), await points.enrol(code)
    mixed = first.partition(".")[0] + "." + second.partition(".")[2]
    assert await points.actor_for_device(mixed) is None
