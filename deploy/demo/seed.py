"""Filling a demo's database. Every step may be repeated or broken off: what stands already is left alone."""

import hmac
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select

from deploy.demo import data
from deploy.demo.data import Tree
from deploy.demo.directing import directives
from deploy.demo.plan import DemoRoom
from hub.cases.models import Case
from hub.people.actor import HUB
from hub.people.secrets import Keys
from hub.reception.models import Point
from hub.store import codes
from hub.units.importer import ImportReport, Profile
from hub.units.models import Unit
from hub.units.succession_list import SuccessionPlan
from web.services import Services

CODES_KEY = "demo-rooms"

NO_PHONE: Final = 19
"""One room in so many has no phone number written down: the list says so."""


class DemoDataBroken(Exception):
    """The demo's own files contradict themselves: a bug, not bad luck."""


class DemoSwitched(Exception):
    """This data folder has the units of 2025 already: records only grow, so there is no way back."""


async def seed(services: Services, tree: Tree = Tree.Y2024) -> list[DemoRoom]:
    """Units, accounts, cases and rooms; the rooms with their codes, districts first.

    Everything begins with the units of 2024; those of 2025 follow as they do in an office: by its lists, and
    by moving what is open. Raises DemoSwitched for the units of 2024 where those of 2025 stand.
    """
    if await services.units.by_code(data.PROVINCE) is None:
        _fine(await services.units.import_list(data.province_list(), write=True))
    elif tree is Tree.Y2024 and await services.units.profile() is Profile.TWO_LEVELS:
        raise DemoSwitched
    before = {unit.code: unit for unit in await services.units.valid_on(data.LAST_DAY_OF_2024)}
    await _people(services, before[data.PROVINCE].id, at_point=False)
    await _cases(services, {code: unit.id for code, unit in before.items()})
    await directives(services, before)
    if tree is Tree.Y2025:
        await switch(services)
    units = {unit.code: unit for unit in await services.units.valid_on()}
    await _people(services, units[data.case_units(tree)[0]].id, at_point=True)
    return await _rooms(services, units, tree)


async def switch(services: Services) -> None:
    """From the units of 2024 to those of 2025, with everything that is open."""
    _fine(await services.units.import_list(data.province_list_2025(), write=True, complete=True))
    _fine(await services.units.import_successions(data.successions_2025(), write=True))
    preview = await services.transitions.preview(HUB)
    if not preview.empty:
        await services.transitions.carry_out(HUB, preview.seal, accounts=True)


def _fine(report: ImportReport | SuccessionPlan) -> None:
    if report.problems:
        raise DemoDataBroken(report.problems)


async def _people(services: Services, unit: str, *, at_point: bool) -> None:
    for person in data.people():
        if person.at_point is at_point and await services.people.by_login(person.login) is None:
            await services.people.create(person.login, person.name, data.PASSWORD, [(person.role, unit)])


async def _cases(services: Services, unit_ids: dict[str, str]) -> None:
    async with services.db.read() as session:
        standing = await session.scalar(select(func.count()).select_from(Case)) or 0
    # In the order of the file, one transaction each: their number says where a broken-off start goes on.
    for case in data.cases(unit_ids, services.clock.now())[standing:]:
        await services.cases.register(case)


async def _rooms(services: Services, units: dict[str, Unit], tree: Tree) -> list[DemoRoom]:
    async with services.db.begin() as work:
        points = {point.unit_id: point for point in await work.session.scalars(select(Point))}
        for number, code in enumerate(data.room_codes(tree), 1):
            unit = units[code]
            if unit.id not in points:
                points[unit.id] = Point(
                    id=services.ids.new(), unit_id=unit.id, name=unit.name, created_at=services.clock.now()
                )
                work.session.add(points[unit.id])
            if points[unit.id].phone is None and number % NO_PHONE:
                points[unit.id].phone = f"0200 000 0{number:03d}"  # no number anybody has
    rooms = [
        DemoRoom(code, units[code].name, points[units[code].id].id, room_code(services.keys, code, tree))
        for code in data.room_codes(tree)
    ]
    for room in rooms:
        await services.points.issue(room.point, room.code)
    return rooms


def room_code(keys: Keys, unit: str, tree: Tree = Tree.Y2024) -> str:
    """The enrolment code of a demo room: the same at every start, and another on every machine."""
    # A commune of 2025 that took over the code of a former one is another room all the same.
    named = unit if tree is Tree.Y2024 else f"{unit}@{tree.value}"
    digest = hmac.new(keys.get(CODES_KEY), named.encode(), sha256).digest()
    return codes.make(digest[: codes.RANDOM_BYTES])
