"""What a change of the unit tree does to cases, told before it is done."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import reach
from hub.cases.charge import chunks
from hub.cases.directives.conditions import is_open
from hub.cases.life import State
from hub.cases.models import Case, Directive, DirectiveUnit
from hub.people.models import Grant
from hub.units import ladder as ladders
from hub.units.models import Unit
from hub.units.succession import Open, Successions

_Count = Callable[[AsyncSession, Sequence[str]], Awaitable[dict[str, int]]]


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as a list shows it."""

    id: str
    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Flow:
    """So many open cases, parts in directives and accounts of `origin` go to `target`."""

    origin: UnitName
    target: UnitName
    cases: int
    parts: int
    accounts: int
    others: tuple[UnitName, ...] = ()
    """Other units that carry on a part of it."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A unit that ended with something open, and of which it is not known who takes over."""

    unit: UnitName
    why: Open
    cases: int
    parts: int
    accounts: int
    choices: tuple[UnitName, ...] = ()


@dataclass(slots=True)
class Preview:
    """What would happen on `day`. Counts only: it says nothing of what any case is about."""

    day: date
    open_cases: int = 0
    closed_cases: int = 0
    flows: list[Flow] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    renewed: int = 0
    """Cases, closed ones too, that come within sight of other units."""
    ended: int = 0
    """Units that are no more on that day."""
    seal: str = ""
    """Of all this: whoever carries it out says by it what they saw."""

    @property
    def moving(self) -> int:
        """Open cases that get another unit in charge."""
        return sum(flow.cases for flow in self.flows)

    @property
    def held(self) -> int:
        """Open cases of which it is not known who takes over."""
        return sum(each.cases for each in self.stuck)

    @property
    def staying(self) -> int:
        """Open cases whose unit stands."""
        return self.open_cases - self.moving - self.held

    @property
    def parts(self) -> int:
        """Parts in directives that another unit takes over."""
        return sum(flow.parts for flow in self.flows)

    @property
    def accounts(self) -> int:
        """Roles held for units that are no more and that are carried on."""
        return sum(flow.accounts for flow in self.flows)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do and nothing to decide."""
        return not self.flows and not self.stuck and not self.renewed


async def look(session: AsyncSession, day: date) -> tuple[Preview, Successions]:
    """What the change would do, and the successions it was read from."""
    known = await ladders.successions(session)
    ended = known.ended(day)
    cases = await _counted(session, ended, _open_cases)
    parts = await _counted(session, ended, _open_parts)
    grants = await _counted(session, ended, _grants)
    names = await _names(session)
    preview = Preview(day, ended=len(ended), renewed=await reach.stale(session, ended))
    preview.open_cases = await _count(session, closed=False)
    preview.closed_cases = await _count(session, closed=True)
    for unit in sorted(ended, key=lambda each: (names[each].code, names[each].id)):
        what = cases.get(unit, 0), parts.get(unit, 0), grants.get(unit, 0)
        heir = known.heir(unit, day)
        if not any(what):
            continue
        if heir.unit is None:
            choices = tuple(names[each] for each in heir.choices)
            preview.stuck.append(Stuck(names[heir.at], heir.open or Open.NOBODY, *what, choices))
        else:
            others = [link.successor for link in known.successors(unit) if link.successor != heir.unit]
            others = [other for other in others if other not in heir.path]
            target = names[heir.unit]
            preview.flows.append(Flow(names[unit], target, *what, tuple(names[each] for each in others)))
    preview.seal = _seal(preview)
    return preview, known


async def open_parts(session: AsyncSession, unit_ids: Iterable[str]) -> list[DirectiveUnit]:
    """Parts of these units in directives that still ask something of them."""
    found: list[DirectiveUnit] = []
    for some in chunks(sorted(unit_ids)):
        wanted = select(DirectiveUnit).join(Directive, Directive.id == DirectiveUnit.directive_id)
        wanted = wanted.join(Case, Case.id == Directive.case_id)
        still = is_open(), Case.state != State.CLOSED.value
        found += await session.scalars(wanted.where(DirectiveUnit.unit_id.in_(some), *still))
    return found


async def _open_cases(session: AsyncSession, some: Sequence[str]) -> dict[str, int]:
    still = Case.unit_id.in_(some), Case.state != State.CLOSED.value, Case.voided_on.is_(None)
    wanted = select(Case.unit_id, func.count()).where(*still)
    rows = await session.execute(wanted.group_by(Case.unit_id))
    return {unit: int(count) for unit, count in rows}


async def _open_parts(session: AsyncSession, some: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in await open_parts(session, some):
        found[part.unit_id] = found.get(part.unit_id, 0) + 1
    return found


async def _grants(session: AsyncSession, some: Sequence[str]) -> dict[str, int]:
    wanted = select(Grant.unit_id, func.count()).where(Grant.unit_id.in_(some)).group_by(Grant.unit_id)
    return {str(unit): int(count) for unit, count in await session.execute(wanted)}


async def _counted(session: AsyncSession, units: list[str], count: _Count) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(units):
        found |= await count(session, some)
    return found


async def _count(session: AsyncSession, *, closed: bool) -> int:
    is_closed = Case.state == State.CLOSED.value
    standing = Case.voided_on.is_(None), is_closed if closed else ~is_closed
    wanted = select(func.count()).select_from(Case).where(*standing)
    return await session.scalar(wanted) or 0


async def _names(session: AsyncSession) -> dict[str, UnitName]:
    rows = await session.execute(select(Unit.id, Unit.code, Unit.name, Unit.level))
    return {row.id: UnitName(*row) for row in rows}


def _seal(preview: Preview) -> str:
    """Two previews that say the same have the same seal."""
    flows = [(each.origin.id, each.target.id, each.cases, each.parts) for each in preview.flows]
    stuck = [(each.unit.id, each.cases, each.parts) for each in preview.stuck]
    told = repr((preview.day, flows, stuck))
    return sha256(told.encode()).hexdigest()[:16]
