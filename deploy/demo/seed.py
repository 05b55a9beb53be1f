"""Filling a demo's database. Every step may be repeated or broken off: what stands already is left alone."""

import hmac
from hashlib import sha256

from sqlalchemy import func, select

from deploy.demo import data
from deploy.demo.plan import DemoRoom
from endpoints.points.codes import CODE_BYTES, make_code
from hub.cases.models import Case
from hub.people.secrets import Keys
from hub.reception.models import Point
from hub.units.models import Unit
from web.services import Services

CODES_KEY = "demo-rooms"


class DemoDataBroken(Exception):
    """The demo's own files contradict themselves: a bug, not bad luck."""


async def seed(services: Services) -> list[DemoRoom]:
    """Units, accounts, cases and rooms; the rooms with their codes, districts first."""
    units = await _units(services)
    await _people(services, units[data.PROVINCE].id)
    await _cases(services, {code: unit.id for code, unit in units.items()})
    return await _rooms(services, units)


async def _units(services: Services) -> dict[str, Unit]:
    if await services.units.by_code(data.PROVINCE) is None:
        report = await services.units.import_list(data.province_list(), write=True)
        if report.problems:
            raise DemoDataBroken(report.problems)
    return {unit.code: unit for unit in await services.units.valid_on()}


async def _people(services: Services, province: str) -> None:
    for person in data.people():
        if await services.people.by_login(person.login) is None:
            await services.people.create(person.login, person.name, data.PASSWORD, [(person.role, province)])


async def _cases(services: Services, unit_ids: dict[str, str]) -> None:
    async with services.db.read() as session:
        standing = await session.scalar(select(func.count()).select_from(Case)) or 0
    # In the order of the file, one transaction each: their number says where a broken-off start goes on.
    for case in data.cases(unit_ids, services.clock.now())[standing:]:
        await services.cases.register(case)


async def _rooms(services: Services, units: dict[str, Unit]) -> list[DemoRoom]:
    async with services.db.begin() as work:
        points = {point.unit_id: point for point in await work.session.scalars(select(Point))}
        for code in data.room_codes():
            unit = units[code]
            if unit.id not in points:
                points[unit.id] = Point(
                    id=services.ids.new(), unit_id=unit.id, name=unit.name, created_at=services.clock.now()
                )
                work.session.add(points[unit.id])
    rooms = [
        DemoRoom(code, units[code].name, points[units[code].id].id, room_code(services.keys, code))
        for code in data.room_codes()
    ]
    for room in rooms:
        await services.points.issue(room.point, room.code)
    return rooms


def room_code(keys: Keys, unit: str) -> str:
    """The enrolment code of a demo room: the same at every start, and another on every machine."""
    digest = hmac.new(keys.get(CODES_KEY), unit.encode(), sha256).digest()
    return make_code(digest[:CODE_BYTES])
