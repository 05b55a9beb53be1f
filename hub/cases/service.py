"""Cases as a person or a room may see them. Cases know no sessions: `hub.reception` ties them to moments."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import looks, name_tries, rights, shelf
from hub.cases.desk import Desk, NewCase
from hub.cases.directives.states import OWING, State
from hub.cases.errors import Refusal
from hub.cases.importing.batches import Imports
from hub.cases.info import CaseInfo, DirectiveInfo, Waiting
from hub.cases.life import State as Stands
from hub.cases.models import Case, CaseReach, Directive, DirectiveUnit
from hub.cases.rules import CaseKind
from hub.cases.saved import SavedSearches
from hub.cases.search import Search
from hub.cases.vault import Vault
from hub.people.actor import HUB, Actor
from hub.people.audit import Audit
from hub.people.keyring import KeyRing
from hub.people.secrets import Keys
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database, Work
from hub.store.ids import Ids
from hub.units.fold import fold
from hub.units.local_day import local_day

MOST_ROWS = 200
MOST_WAITING = 60
"""A picker shows so many; the search finds the others."""
LONGEST_SEARCH = 100
VAULT = "vault"
"""The name of the vault's keys."""

Denounced = Callable[[Work, Desk, Case], Awaitable[None]]
"""Called in the transaction in which a case becomes a denunciation. Refuses only what must not be said to be
done: a door that cannot be shut (`on_denounced`, which comes first).
"""


class Cases:
    """The records of one hub. The vault's keys are files beside `keys`: `vault.key`, `vault-2.key` …"""

    def __init__(self, db: Database, keys: Keys, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self.db = db
        self._db = db
        self._clock = clock or SystemClock()
        self.clock = self._clock
        self._ids = ids or Ids(self._clock)
        self._vault = Vault(KeyRing(keys.directory, VAULT))
        self._audit = Audit(self._clock, self._ids)
        self.on_sealing: Denounced | None = None
        """What else goes into the vault when a case becomes a denunciation."""
        self.counted_on: tuple[ColumnElement[bool], ...] = ()
        """Conditions on `Case` under which somebody who knows it counts on it."""
        self.on_denounced: Denounced | None = None
        """Whoever shows the case to anybody just now: told before the commit that it is a denunciation."""

    def desk(self, work: Work, by: Actor = HUB, *, in_session: bool = False) -> Desk:
        """Acts on cases inside the caller's transaction, in the name of `by`. `in_session`: a reception's own
        command, which closes hearings itself; otherwise `on_denounced` does.
        """

        async def along(desk: Desk, case: Case) -> None:
            if self.on_denounced is not None and not in_session:
                await self.on_denounced(work, desk, case)
            if self.on_sealing is not None:
                await self.on_sealing(work, desk, case)

        return Desk(work.session, self._vault, self._ids, self._clock.now(), by, along=along)

    def watched(self, actor: Actor, case_id: str) -> AbstractAsyncContextManager[None]:
        """Around a transaction of the case: a try to name whom the vault keeps is recorded."""
        return name_tries.recorded(self._db, self._audit, actor, case_id)

    def search(self) -> Search:
        """Finding cases among all that somebody may see."""
        return Search(self._db, self._clock, self._ids)

    def saved(self) -> SavedSearches:
        """Searches kept under a name."""
        return SavedSearches(self._db, self._clock, self._ids)

    def imports(self) -> Imports:
        """Registers brought in from a spreadsheet."""
        return Imports(self._db, self._vault, self._clock, self._ids, counted_on=self.counted_on)

    async def register(self, new: NewCase, *, by: Actor = HUB) -> CaseInfo:
        """Receive a case. Raises Refusal not_allowed, unit_unknown, data_bad, identity_in_text,
        denounced_unit (a unit does not receive a denunciation of itself: Law 25/2018 Art. 24, the citizen is
        told where to go).
        """
        if by.key != HUB.key and not by.is_staff:
            raise Refusal("not_allowed")
        if new.kind is CaseKind.DENUNCIATION and by.unit in new.complained_about:
            raise Refusal("denounced_unit")
        async with self._db.begin() as work:
            case = await self.desk(work, by).register(new)
            if not rights.may_see(
                by, case.kind, await shelf.reach(work.session, case.id), new.complained_about
            ):
                raise Refusal("unit_unknown")
            self._audit.record(work.session, by, "case.registered", f"case:{case.id}")
            return (await shelf.infos(work.session, [case]))[0]

    async def get_for(self, actor: Actor, case_id: str) -> CaseInfo:
        """One case. Raises Refusal("case_unknown") when it is not there, or not theirs to see."""
        async with self._db.read() as session:
            case = await self._seen(session, actor, case_id)
            return (await shelf.infos(session, [case]))[0]

    async def directives_for(self, actor: Actor, *, mine: bool = True) -> list[DirectiveInfo]:
        """Directives that are open in cases the actor may see, the most urgent first; `mine`: those to the
        actor's own unit only.
        """
        wanted = select(Directive).join(Case, Case.id == Directive.case_id).where(rights.visible(actor))
        wanted = wanted.where(Directive.state != State.CLOSED.value)
        if mine:
            directed = DirectiveUnit.directive_id == Directive.id
            wanted = wanted.where(exists().where(directed, DirectiveUnit.unit_id == actor.unit))
        return await self._directives(wanted)

    async def directives_of(self, actor: Actor, case_id: str) -> list[DirectiveInfo]:
        """The directives in one case, closed ones too. Raises Refusal("case_unknown")."""
        async with self._db.read() as session:
            await self._seen(session, actor, case_id)
        return await self._directives(select(Directive).where(Directive.case_id == case_id))

    async def look(self, actor: Actor, case_id: str, place: str) -> CaseInfo:
        """One case with who asks in it, for somebody who needs to know; the look is recorded. `place`: where
        it is shown, as a code. A denunciation names nobody here either: see `hub.cases.vault_door`.

        Raises Refusal("case_unknown").
        """
        async with self._db.read() as session:
            case = await rights.seen(session, actor, case_id)
            info = await shelf.info_with_people(session, case)
        if info.petitioners:
            await looks.note(self._db, self._audit, actor, case_id, place=place, now=self._clock.now())
        return info

    async def known_for(self, actor: Actor, case_ids: Collection[str]) -> dict[str, CaseInfo]:
        """Those of the cases that the actor may see, by id."""
        async with self._db.read() as session:
            wanted = select(Case).where(rights.visible(actor), Case.id.in_(set(case_ids)))
            found = list(await session.scalars(wanted))
            return {info.id: info for info in await shelf.infos(session, found)}

    async def waiting_for(
        self,
        actor: Actor,
        *,
        within: str,
        text: str = "",
        but: Collection[str] = (),
        limit: int = MOST_WAITING,
    ) -> list[Waiting]:
        """Cases that the actor may see, within sight of the unit `within`, without those in `but`:
        with an overdue directive first, then never heard, then the others, the oldest first. A closed case
        waits for nothing: only a `text` finds it, after the open ones.
        """
        today = local_day(self._clock.now())
        owing = Directive.withdrawn_at.is_(None), Directive.state.in_(OWING)
        holding = select(func.min(Directive.due)).where(*owing)
        due = holding.where(Directive.case_id == Case.id).scalar_subquery()
        overdue = due < today
        in_sight = exists().where(CaseReach.case_id == Case.id, CaseReach.unit_id == within)
        wanted = select(Case, due.label("due")).where(
            rights.visible(actor), in_sight, Case.id.not_in(set(but))
        )
        words, is_closed = fold(text[:LONGEST_SEARCH]).split(), Case.state == Stands.CLOSED.value
        if not words:
            wanted = wanted.where(~is_closed)
        for word in words:
            wanted = wanted.where(Case.folded.contains(word, autoescape=True))
        rank = case((is_closed, 3), (overdue, 0), (Case.times_heard == 0, 1), else_=2)
        urgent = case((overdue, due), else_=None)
        ordered = wanted.order_by(rank, urgent, Case.received_at, Case.id).limit(limit)
        async with self._db.read() as session:
            rows = [(found, day) for found, day in await session.execute(ordered)]
            infos = await shelf.infos(session, [found for found, _ in rows])
        return [Waiting(info, day) for info, (_, day) in zip(infos, rows, strict=True)]

    async def seen(self, session: AsyncSession, actor: Actor, case_id: str) -> Case:
        """The case, for who may see it. Raises Refusal("case_unknown")."""
        return await self._seen(session, actor, case_id)

    async def _seen(self, session: AsyncSession, actor: Actor, case_id: str) -> Case:
        return await rights.seen(session, actor, case_id)

    async def _directives(self, wanted: Select[Directive]) -> list[DirectiveInfo]:
        holding = wanted.where(Directive.withdrawn_at.is_(None))
        ordered = holding.order_by(Directive.due, Directive.id).limit(MOST_ROWS)
        async with self._db.read() as session:
            found = list(await session.scalars(ordered))
            return await shelf.directives(session, found, local_day(self._clock.now()))
