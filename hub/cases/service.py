"""Cases as a person or a room may see them. Cases know no sessions: `hub.reception` ties them to moments."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import shelf
from hub.cases.desk import Desk, NewCase
from hub.cases.errors import Refusal
from hub.cases.info import CaseFilters, CaseInfo, CasePage, DirectiveInfo
from hub.cases.models import Case, CaseReach, Directive, DirectiveUnit, SealedPetitioner
from hub.cases.rules import CaseKind, may_see, reads_kind
from hub.cases.vault import Person, Vault
from hub.people.actor import HUB, Actor
from hub.people.audit import Audit
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database, Work
from hub.store.ids import Ids
from hub.units.fold import fold
from hub.units.local_day import local_day
from hub.units.models import Unit

MOST_ROWS = 200
LONGEST_SEARCH = 100
SHORTEST_REASON = 10
LONGEST_REASON = 500


class Cases:
    """The records of one hub. `keys` holds the vault's key under the name `vault`."""

    def __init__(self, db: Database, keys: Keys, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self._db = db
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._vault = Vault(keys.fernet("vault"))
        self._audit = Audit(self._clock, self._ids)

    def desk(self, work: Work) -> Desk:
        """Acts on cases inside the caller's transaction."""
        return Desk(work.session, self._vault, self._ids, self._clock.now())

    async def register(self, new: NewCase, *, by: Actor = HUB) -> CaseInfo:
        """Receive a case. Raises Refusal not_allowed, unit_unknown, data_bad, identity_in_text."""
        if by.key != HUB.key and not by.is_staff:
            raise Refusal("not_allowed")
        async with self._db.begin() as work:
            case = await self.desk(work).register(new)
            if not may_see(by, case.kind, await shelf.reach(work.session, case.id)):
                raise Refusal("unit_unknown")
            self._audit.record(work.session, by, "case.registered", f"case:{case.id}")
            return (await shelf.infos(work.session, [case]))[0]

    async def get_for(self, actor: Actor, case_id: str) -> CaseInfo:
        """One case. Raises Refusal("case_unknown") when it is not there, or not theirs to see."""
        async with self._db.read() as session:
            case = await self._seen(session, actor, case_id)
            return (await shelf.infos(session, [case]))[0]

    async def list_for(self, actor: Actor, filters: CaseFilters = CaseFilters()) -> CasePage:
        """The cases within the actor's sight, latest first."""
        wanted = _narrowed(select(Case).where(_visible(actor)), filters)
        page = wanted.order_by(Case.received_at.desc(), Case.id.desc())
        page = page.limit(max(0, min(filters.limit, MOST_ROWS))).offset(max(0, filters.offset))
        async with self._db.read() as session:
            total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
            found = list(await session.scalars(page))
            return CasePage(tuple(await shelf.infos(session, found)), total or 0)

    async def directives_for(self, actor: Actor, *, mine: bool = True) -> list[DirectiveInfo]:
        """Directives in cases the actor may see, the most urgent first; `mine`: those to the actor's own unit
        only.
        """
        wanted = select(Directive).join(Case, Case.id == Directive.case_id).where(_visible(actor))
        if mine:
            directed = DirectiveUnit.directive_id == Directive.id
            wanted = wanted.where(exists().where(directed, DirectiveUnit.unit_id == actor.unit))
        return await self._directives(wanted)

    async def directives_of(self, actor: Actor, case_id: str) -> list[DirectiveInfo]:
        """The directives in one case. Raises Refusal("case_unknown")."""
        async with self._db.read() as session:
            await self._seen(session, actor, case_id)
        return await self._directives(select(Directive).where(Directive.case_id == case_id))

    async def open_identity(self, actor: Actor, case_id: str, reason: str) -> tuple[Person, ...]:
        """Who denounces: for a chair or the reception staff within whose sight the case is, with a reason,
        audited.

        Raises Refusal case_unknown, not_allowed, data_bad (a reason has 10 to 500 characters).
        """
        if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
            raise Refusal("data_bad", field="reason")
        async with self._db.begin() as work:
            case = await self._seen(work.session, actor, case_id)
            if not actor.roles & {Role.CHAIR, Role.RECEPTION}:
                raise Refusal("not_allowed")
            sealed = select(SealedPetitioner).where(SealedPetitioner.case_id == case.id)
            found = await work.session.scalars(sealed.order_by(SealedPetitioner.id))
            self._audit.record(
                work.session, actor, "case.identity_opened", f"case:{case.id}", reason=reason.strip()
            )
            return tuple(self._vault.open(each.sealed) for each in found)

    async def units_of(self, case_id: str) -> Sequence[Unit]:
        """The unit in charge and those above it, from the bottom; empty for an unknown case."""
        async with self._db.read() as session:
            return await shelf.chain_of(session, case_id)

    async def _seen(self, session: AsyncSession, actor: Actor, case_id: str) -> Case:
        case = await session.get(Case, case_id)
        if case is None or not may_see(actor, case.kind, await shelf.reach(session, case_id)):
            raise Refusal("case_unknown")
        return case

    async def _directives(self, wanted: Select[Directive]) -> list[DirectiveInfo]:
        ordered = wanted.order_by(Directive.due, Directive.id).limit(MOST_ROWS)
        async with self._db.read() as session:
            found = list(await session.scalars(ordered))
            return await shelf.directives(session, found, local_day(self._clock.now()))


def _visible(actor: Actor) -> ColumnElement[bool]:
    """The condition that says what `rules.may_see` says, for the database."""
    kinds = [kind.value for kind in CaseKind if reads_kind(actor, kind)]
    allowed = Case.kind.in_(kinds)
    if actor.unit is None:
        return allowed if not actor.is_room else allowed & ~true()
    in_reach = exists().where(CaseReach.case_id == Case.id, CaseReach.unit_id == actor.unit)
    return allowed & in_reach


def _narrowed(wanted: Select[Case], filters: CaseFilters) -> Select[Case]:
    if filters.kind:
        wanted = wanted.where(Case.kind == filters.kind)
    if filters.field:
        wanted = wanted.where(Case.field == filters.field)
    if filters.unit:
        wanted = wanted.where(Case.unit_id == filters.unit)
    for word in fold(filters.text[:LONGEST_SEARCH]).split():
        wanted = wanted.where(Case.folded.contains(word, autoescape=True))
    return wanted
