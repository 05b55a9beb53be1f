"""The administrative tree as the rest of the hub asks for it."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units import change, queries
from hub.units import ladder as ladders
from hub.units.importer import ImportReport, Profile, import_units
from hub.units.local_day import local_day
from hub.units.models import Level, Unit, UnitSuccession
from hub.units.succession import Successions
from hub.units.succession_list import SuccessionPlan

SEARCH_LIMIT = 20
LONGEST_SEARCH = 100


@dataclass(slots=True)
class Branch:
    """A unit and what hangs below it on some day."""

    unit: Unit
    below: list["Branch"] = field(default_factory=list)


class Units:
    """Questions about units on a day (today in Vietnam when none is given), and the import of lists."""

    def __init__(self, db: Database, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self._db = db
        self._clock = clock if clock is not None else SystemClock()
        self._ids = ids if ids is not None else Ids(self._clock)

    def today(self) -> date:
        """The day it is in Vietnam."""
        return local_day(self._clock.now())

    async def get(self, unit_id: str) -> Unit | None:
        """The unit of that id."""
        async with self._db.read() as session:
            return await queries.get(session, unit_id)

    async def by_code(self, code: str, on: date | None = None) -> Unit | None:
        """The unit that has that official code on a day."""
        async with self._db.read() as session:
            return await queries.by_code(session, code, on or self.today())

    async def valid_on(self, on: date | None = None) -> list[Unit]:
        """All units of a day, by code."""
        async with self._db.read() as session:
            return list(await session.scalars(queries.valid_on(on or self.today())))

    async def tree(self, on: date | None = None) -> list[Branch]:
        """The units of a day as a tree: a list of its tops."""
        day = on or self.today()
        async with self._db.read() as session:
            units = list(await session.scalars(queries.valid_on(day)))
            missing = {unit.parent_id for unit in units} - {unit.id for unit in units} - {None}
            renewed = select(Unit.id, Unit.code).where(Unit.id.in_(missing))
            codes = {row.id: row.code for row in await session.execute(renewed)} if missing else {}
        return _grow(units, codes)

    async def chain(self, unit_id: str, on: date | None = None) -> list[Unit]:
        """The unit and those above it on a day, from the bottom; empty when there is no such unit."""
        async with self._db.read() as session:
            return await queries.chain(session, unit_id, on or self.today())

    async def subtree(self, unit_id: str, on: date | None = None) -> set[str]:
        """Ids of the unit and of everything that hangs below it on a day."""
        async with self._db.read() as session:
            return await queries.subtree(session, unit_id, on or self.today())

    async def search(self, text: str, on: date | None = None, limit: int = SEARCH_LIMIT) -> list[Unit]:
        """Units by name without tone marks, or by the beginning of their code."""
        async with self._db.read() as session:
            day = on or self.today()
            return await queries.search(session, text[:LONGEST_SEARCH], day, min(limit, LONGEST_SEARCH))

    async def successors(self, unit_id: str) -> list[Unit]:
        """The units that carry on what this one was."""
        async with self._db.read() as session:
            return await queries.successors(session, unit_id)

    async def predecessors(self, unit_id: str) -> list[Unit]:
        """The units that this one carries on, wholly or in part."""
        async with self._db.read() as session:
            return await queries.predecessors(session, unit_id)

    async def successions(self) -> Successions:
        """Who followed whom, of all times."""
        async with self._db.read() as session:
            return await ladders.successions(session)

    async def turns(self) -> list[date]:
        """The days on which units ended, the latest first: the tree was another before each of them."""
        async with self._db.read() as session:
            return await queries.turns(session)

    async def profile(self, on: date | None = None) -> Profile:
        """Whether there are districts on a day."""
        async with self._db.read() as session:
            there = queries.valid_on(on or self.today()).where(Unit.level == Level.DISTRICT)
            found = await session.scalar(there.limit(1))
        return Profile.TWO_LEVELS if found is None else Profile.THREE_LEVELS

    async def succeed(self, unit_id: str, successor_id: str, on: date, *, main: bool = False) -> None:
        """Record that a unit carries on what another was. The same pair again changes only day and `main`."""
        async with self._db.begin() as work:
            pair = UnitSuccession(unit_id=unit_id, successor_id=successor_id, valid_from=on, main=main)
            await work.session.merge(pair)

    async def import_successions(
        self, content: bytes, *, write: bool = False, skip_bad: bool = False
    ) -> SuccessionPlan:
        """Import a list of who carries on whom: see `hub.units.change.import_successions`."""
        return await change.import_successions(self._db, content, write=write, skip_bad=skip_bad)

    async def import_list(
        self,
        content: bytes,
        *,
        write: bool = False,
        skip_bad: bool = False,
        complete: bool = False,
        profile: Profile | None = None,
    ) -> ImportReport:
        """Import an official list: see `hub.units.importer.import_units`."""
        return await import_units(
            self._db,
            self._ids,
            content,
            write=write,
            skip_bad=skip_bad,
            complete=complete,
            profile=profile,
        )


def _grow(units: list[Unit], codes: dict[str, str]) -> list[Branch]:
    """Hang units below their parents; below the parent's present version where the parent was renewed."""
    branches = {unit.id: Branch(unit) for unit in units}
    standing = {unit.code: branches[unit.id] for unit in units}
    tops: list[Branch] = []
    for unit in units:
        above = branches.get(unit.parent_id or "") or standing.get(codes.get(unit.parent_id or "", ""))
        (tops if above is None else above.below).append(branches[unit.id])
    return tops
