"""The devices in rooms: who may look after them, what they are called, when they were here, and their end."""

from datetime import timedelta

import pytest

from endpoints.points.devices import SEEN_EVERY, Devices
from endpoints.points.service import Points
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.reception.errors import Refusal
from tests.kit.factories import House


@pytest.fixture
def points(house: House) -> Points:
    return Points(house.db, house.clock, house.ids)


@pytest.fixture
def devices(house: House, points: Points) -> Devices:
    return Devices(house.db, points, house.clock, house.ids)


def technician(house: House, unit: str = "P") -> Actor:
    return Actor("account:t", "Kỹ thuật", frozenset({Role.TECHNICIAN}), unit=house.unit[unit].id)


async def test_a_device_is_named_seen_and_sent_out(house: House, points: Points, devices: Devices) -> None:
    who, point = technician(house), house.point["C11"]
    cookie = await points.enrol(await devices.issue(who, point))
    await devices.seen(cookie, "Chrome · Windows")
    (device,) = (await devices.room(who, point)).devices
    assert (device.agent, device.last_seen_at, device.name) == ("Chrome · Windows", house.clock.now(), None)
    await devices.name(who, device.id, "  Máy bộ   sau TV ")
    (device,) = (await devices.room(who, point)).devices
    assert device.name == "Máy bộ sau TV"
    await devices.revoke(who, device.id)
    assert await points.actor_for_device(cookie) is None
    assert (await devices.room(who, point)).devices == ()
    with pytest.raises(Refusal, match="device_unknown"):
        await devices.revoke(who, device.id)


async def test_being_here_is_written_now_and_then_only(
    house: House, points: Points, devices: Devices
) -> None:
    who, point = technician(house), house.point["C11"]
    cookie = await points.enrol(await devices.issue(who, point))
    await devices.seen(cookie, "Chrome")
    first = house.clock.now()
    house.clock.advance((SEEN_EVERY - timedelta(seconds=1)).total_seconds())
    await devices.seen(cookie, "Chrome")
    assert (await devices.room(who, point)).last_seen_at == first
    house.clock.advance(2)
    await devices.seen(cookie, "Chrome")
    assert (await devices.room(who, point)).last_seen_at == house.clock.now()
    await devices.seen("nonsense", "Chrome")
    await devices.seen(None, "Chrome")


async def test_closed_links_let_nobody_in_and_send_nobody_out(
    house: House, points: Points, devices: Devices
) -> None:
    who, point = technician(house), house.point["C11"]
    code = await devices.issue(who, point)
    cookie = await points.enrol(code)
    assert (await devices.room(who, point)).links == 1
    await devices.close_links(who, point)
    assert (await devices.room(who, point)).links == 0
    assert await points.actor_for_device(cookie) == house.room("C11")
    with pytest.raises(Refusal, match="code_unknown"):
        await points.enrol(code)


async def test_only_who_looks_after_a_room_finds_it(house: House, points: Points, devices: Devices) -> None:
    inside, outside = house.point["C11"], house.point["C21"]
    local = technician(house, "D1")
    assert {each.point.id for each in await devices.rooms(local)} >= {inside}
    assert outside not in {each.point.id for each in await devices.rooms(local)}
    await devices.issue(technician(house), outside)
    cookie = await points.enrol(await devices.issue(technician(house), outside))
    device = (await devices.room(technician(house), outside)).devices[0]
    for refused in (
        devices.room(local, outside),
        devices.issue(local, outside),
        devices.close_links(local, outside),
        devices.room(local, "nonsense"),
    ):
        with pytest.raises(Refusal, match="point_unknown"):
            await refused
    with pytest.raises(Refusal, match="device_unknown"):
        await devices.revoke(local, device.id)
    assert await points.actor_for_device(cookie) is not None
    clerk = Actor("account:c", "Thư ký", frozenset({Role.CLERK}), unit=house.unit["P"].id)
    with pytest.raises(Refusal, match="not_allowed"):
        await devices.rooms(clerk)


@pytest.mark.parametrize("name", ["x" * 61, "a\0b"])
async def test_bad_names(house: House, points: Points, devices: Devices, name: str) -> None:
    who, point = technician(house), house.point["C11"]
    await points.enrol(await devices.issue(who, point))
    (device,) = (await devices.room(who, point)).devices
    with pytest.raises(Refusal, match="data_bad"):
        await devices.name(who, device.id, name)
