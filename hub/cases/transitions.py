"""Carrying a change of the unit tree over to the cases: looked at first, done in one piece."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import against, charge, reach, second, transition
from hub.cases.acts_at_once import Entry, record_many
from hub.cases.charge import Handed, chunks
from hub.cases.directives.conditions import is_open
from hub.cases.errors import Refusal
from hub.cases.life import State
from hub.cases.models import Case, Directive, DirectiveUnit
from hub.cases.rules import CaseKind
from hub.cases.transition import Preview
from hub.people.actor import HUB, Actor
from hub.people.audit import Audit
from hub.people.models import Grant
from hub.people.roles import Role
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units import change
from hub.units import ladder as ladders
from hub.units.local_day import local_day
from hub.units.models import Unit
from hub.units.succession import Successions

SUCCEED: Final = "succeed"
"""The act by which a case passes to the unit that carries on the one in charge."""
PASS_DIRECTIVE: Final = "pass_directive"
"""The act by which a unit's part in a directive passes so."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was carried out."""

    cases: int
    parts: int
    accounts: int


class Transitions:
    """For administrators of the whole province, who see numbers only. Others are refused: not_allowed."""

    def __init__(self, db: Database, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self._db = db
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._audit = Audit(self._clock, self._ids)

    def today(self) -> date:
        """The day it is in Vietnam."""
        return local_day(self._clock.now())

    async def preview(self, actor: Actor, day: date | None = None) -> Preview:
        """What would happen to the cases of units that are no more on `day`. Raises Refusal not_allowed."""
        async with self._db.read() as session:
            await _check(session, actor)
            preview, _ = await transition.look(session, day or self.today())
            return preview

    async def check(self, actor: Actor) -> None:
        """Raises Refusal("not_allowed") for whoever may not change the tree."""
        async with self._db.read() as session:
            await _check(session, actor)

    async def choose(self, actor: Actor, unit_id: str, successor_id: str) -> None:
        """Of several successors, this one takes over what is open. Raises Refusal not_allowed,
        unit_unknown.
        """
        async with self._db.begin() as work:
            await _check(work.session, actor)
            try:
                await change.choose_main(work.session, unit_id, successor_id)
            except change.NoSuccessor as error:
                raise Refusal("unit_unknown") from error
            subject = f"unit:{unit_id}"
            self._audit.record(work.session, actor, "unit.main_successor", subject, successor=successor_id)

    async def carry_out(self, actor: Actor, seal: str, *, accounts: bool = False) -> Done:
        """Move what units that are no more today have open to those who carry them on, in one transaction.

        Each case gets exactly one unit in charge and an act that says so; its number and book stay. Closed
        cases keep their unit and come within sight of its successor. A denunciation, or a directive in one,
        never passes to a unit it is against, nor a second complaint to one that had it before, but to the one
        above. `accounts`: roles go along, which lets people of a merged unit see the cases of all. `seal` is
        the preview's. Raises Refusal not_allowed, transition_changed (something happened since the preview),
        transition_stuck (first decide who takes over). Nothing is changed then.
        """
        day = self.today()
        async with self._db.begin() as work:
            session = work.session
            await _check(session, actor)
            preview, known = await transition.look(session, day)
            if preview.seal != seal:
                raise Refusal("transition_changed")
            if preview.stuck:
                raise Refusal("transition_stuck", n=len(preview.stuck))
            ended = known.ended(day)
            await against.carry_on(session, ended, day, known)
            cases = await self._move(session, actor, known, day)
            parts = await self._move_parts(session, actor, known, day)
            await reach.renew(session, ended, day, known)
            moved = await _move_grants(session, known, day) if accounts else 0
            done = Done(cases, parts, moved)
            told = {"cases": cases, "parts": parts, "accounts": moved}
            self._audit.record(session, actor, "units.transition", f"day:{day.isoformat()}", **told)
            return done

    async def _move(self, session: AsyncSession, actor: Actor, known: Successions, day: date) -> int:
        rows: list[tuple[str, str, str]] = []
        for some in chunks(known.ended(day)):
            still = Case.unit_id.in_(some), Case.state != State.CLOSED.value, Case.voided_on.is_(None)
            wanted = select(Case.id, Case.unit_id, Case.kind).where(*still).order_by(Case.id)
            rows += [(row[0], row[1], row[2]) for row in await session.execute(wanted.with_for_update())]
        found = [(case_id, known.heir(unit, day).path) for case_id, unit, _ in rows]
        denounced = {case_id for case_id, _, kind in rows if kind == CaseKind.DENUNCIATION}
        barred = await against.said_against(session, denounced)
        first = await second.decided_first(session, [case_id for case_id, _ in found])
        barred |= {case_id: _today(units, known, day) for case_id, units in first.items()}
        found = await _lifted(session, found, barred, known, day)
        # Through more than one reform a case goes step by step, so that each day in between has its unit.
        left = found
        while left:
            await self._step(session, actor, known, left)
            left = [(case_id, path[1:]) for case_id, path in left if len(path) > 2]
        return len(found)

    async def _step(
        self,
        session: AsyncSession,
        actor: Actor,
        known: Successions,
        left: Sequence[tuple[str, tuple[str, ...]]],
    ) -> None:
        units = await _units(session)
        since = await charge.since_of(session, [case_id for case_id, _ in left])
        entries = []
        for case_id, path in left:
            # One that was received by a unit that was no more passes on the day it was received.
            on = max(known.spans[path[0]].valid_to or since[case_id], since[case_id])
            entries.append(Entry(case_id, SUCCEED, on, charge.told(units[path[0]], units[path[1]])))
        numbers = await record_many(session, entries, by=actor, at=self._clock.now(), ids=self._ids)
        handed = [
            Handed(entry.case, n, path[0], path[1], entry.on)
            for entry, n, (_, path) in zip(entries, numbers, left, strict=True)
        ]
        await charge.write(session, handed)

    async def _move_parts(self, session: AsyncSession, actor: Actor, known: Successions, day: date) -> int:
        """A unit has one part in a directive: who leads by one and supports by another, leads."""
        parts = await _inherited(session, known, day)
        units = await _units(session)
        entries = []
        for part, directive, heir in parts:
            told = {"directive": directive.id, "part": part.part}
            told |= charge.told(units[part.unit_id], units[heir])
            entries.append(Entry(directive.case_id, PASS_DIRECTIVE, day, told))
            await _hand_part(session, part, heir)
            await reach.direct(session, directive.case_id, heir)
        await record_many(session, entries, by=actor, at=self._clock.now(), ids=self._ids)
        await _issuers(session, known, day)
        return len(entries)


async def _issuers(session: AsyncSession, known: Successions, day: date) -> None:
    """Who carries on a unit judges what is still to be reported to it."""
    for ended in known.ended(day):
        heir = known.heir(ended, day).unit
        if heir is not None:
            issued = update(Directive).where(Directive.issued_unit_id == ended, is_open())
            await session.execute(issued.values(issued_unit_id=heir))


async def _units(session: AsyncSession) -> dict[str, Unit]:
    return {unit.id: unit for unit in await session.scalars(select(Unit))}


async def _inherited(
    session: AsyncSession, known: Successions, day: date
) -> list[tuple[DirectiveUnit, Directive, str]]:
    """The parts of units that are no more, and who has each from now on: of a denunciation none of those whom
    it is against (see `_lifted`).
    """
    found, paths = [], []
    for part in await transition.open_parts(session, known.ended(day)):
        heir = known.heir(part.unit_id, day)
        if heir.unit is not None:
            directive = await session.get_one(Directive, part.directive_id)
            found.append((part, directive))
            paths.append((directive.case_id, heir.path))
    denounced: set[str] = set()
    for some in chunks(sorted({case_id for case_id, _ in paths})):
        secret = Case.id.in_(some), Case.kind == CaseKind.DENUNCIATION.value
        denounced |= set(await session.scalars(select(Case.id).where(*secret)))
    lifted = await _lifted(session, paths, await against.said_against(session, denounced), known, day)
    return [(*each, path[-1]) for each, (_, path) in zip(found, lifted, strict=True)]


async def _hand_part(session: AsyncSession, part: DirectiveUnit, heir: str) -> None:
    standing = await session.get(DirectiveUnit, (part.directive_id, heir))
    if standing is not None and part.part != "lead":
        await session.delete(part)
    else:
        if standing is not None:
            await session.delete(standing)
            await session.flush()
        part.unit_id = heir
    await session.flush()


async def _lifted(
    session: AsyncSession,
    paths: Sequence[tuple[str, tuple[str, ...]]],
    barred: Mapping[str, frozenset[str]],
    known: Successions,
    day: date,
) -> list[tuple[str, tuple[str, ...]]]:
    """What a unit that would get it is `barred` from, the unit above it gets instead: merging must not make
    anybody the judge of a denunciation against themselves, or of a complaint about their own first decision.
    """
    ladder = await ladders.ladder(session, day, known)
    found = []
    for case_id, path in paths:
        way = path
        if path[-1] in barred.get(case_id, frozenset()):
            above = [unit for unit in ladder.chain(path[-1]) if unit not in barred[case_id]]
            way = (*path[:-1], above[0]) if above else path
        found.append((case_id, way))
    return found


def _today(units: Iterable[str], known: Successions, day: date) -> frozenset[str]:
    """The units that carry these on, in whole or in part."""
    return frozenset().union(*(known.heirs(unit, day) for unit in units))


async def _move_grants(session: AsyncSession, known: Successions, day: date) -> int:
    """Roles go along; one that the account then holds twice is dropped."""
    moved = 0
    held: set[tuple[str, str, str | None]] = set()
    grants = list(await session.scalars(select(Grant).order_by(Grant.id)))
    ended = set(known.ended(day))
    for grant in sorted(grants, key=lambda each: each.unit_id in ended):
        heir = known.heir(grant.unit_id, day).unit if grant.unit_id in ended and grant.unit_id else None
        moved += heir is not None
        key = grant.account_id, grant.role, heir or grant.unit_id
        if key in held and heir is not None:
            await session.delete(grant)
        elif heir is not None:
            grant.unit_id = heir
        held.add(key)
    await session.flush()
    return moved


async def _check(session: AsyncSession, actor: Actor) -> None:
    """The tree is the province's: an administrator of a unit below changes nothing of it."""
    if actor.key == HUB.key:
        return
    unit = await session.get(Unit, actor.unit) if actor.unit is not None else None
    if Role.ADMINISTRATOR not in actor.roles or (unit is not None and unit.parent_id is not None):
        raise Refusal("not_allowed")
