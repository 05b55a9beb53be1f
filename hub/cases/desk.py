"""Work on cases inside a caller's transaction: numbers, classification, directives. Rights are the caller's
business.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import deadlines, history, name_tries
from hub.cases.act_tables import CaseAct, ComplainedUnit
from hub.cases.arrivals import Arrivals
from hub.cases.directives import live as directed
from hub.cases.directives.states import Side
from hub.cases.errors import Refusal
from hub.cases.hiding import mask_texts
from hub.cases.mask import masked, telling, tells
from hub.cases.models import (
    NAME_LENGTH,
    TITLE_LENGTH,
    Case,
    CaseBook,
    CaseReach,
    Petition,
    Petitioner,
    SealedPetitioner,
    SealedText,
)
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person, Vault
from hub.people.actor import HUB, Actor
from hub.store.ids import Ids
from hub.units import queries
from hub.units.fold import fold
from hub.units.local_day import local_day
from hub.units.models import Unit

LONGEST_SUMMARY = 8000
MOST_PERSONS = 10_000


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known when a case is received. `unit` is the id of the unit in charge; `book` that of the unit
    that received it and numbers it, the unit in charge when not given.
    """

    kind: CaseKind
    field: CaseField
    unit: str
    title: str
    summary: str
    petitioners: tuple[Person, ...] = ()
    received_at: datetime | None = None
    """Now, when not given."""
    times_heard: int = 0
    book: str | None = None
    remote: bool = False
    """In a remote area where travel is difficult: longer terms."""
    anonymous: bool = False
    evidence: bool = False
    """The violator is named and there is concrete evidence."""
    complained_about: tuple[str, ...] = ()
    """Ids of the units that the petition is against."""
    source: str = ""
    """How it came, as a code; kept with the first act."""


class Desk:
    """Acts on cases through one session; nothing is committed here."""

    def __init__(
        self,
        session: AsyncSession,
        vault: Vault,
        ids: Ids,
        now: datetime,
        by: Actor = HUB,
        *,
        along: "Along | None" = None,
    ) -> None:
        self.by = by
        """Who acts here: acts in a case's history bear their name."""
        self.session = session
        self.now = now
        self.today = local_day(now)
        """The day it is in Vietnam."""
        self._session = session
        self._vault = vault
        self._ids = ids
        self._now = now
        self._along = along
        self.arrivals = Arrivals(session, vault, now)
        """People who came and have no case yet."""

    async def case(self, case_id: str, *, lock: bool = False) -> Case:
        """The case. Raises Refusal("case_unknown")."""
        found = await self._session.get(Case, case_id, with_for_update=lock or None)
        if found is None:
            raise Refusal("case_unknown")
        return found

    async def register(self, new: NewCase) -> Case:
        """Receive a case and give it the next number of its unit's book. Raises Refusal."""
        _check(new)
        chain = await queries.chain(self._session, new.unit, self.today)
        book = new.book or new.unit
        if not chain or (book != new.unit and not await queries.chain(self._session, book, self.today)):
            raise Refusal("unit_unknown")
        if not all([await queries.get(self._session, unit) for unit in new.complained_about]):
            raise Refusal("unit_unknown")
        received_at = new.received_at or self._now
        year = local_day(received_at).year
        case = Case(
            id=self._ids.new(),
            book_unit_id=book,
            year=year,
            serial=await self._next_serial(book, year),
            kind=new.kind.value,
            field=new.field.value,
            unit_id=new.unit,
            title=new.title,
            summary=new.summary,
            folded="",
            times_heard=new.times_heard,
            received_at=received_at,
            remote=new.remote,
            anonymous=new.anonymous,
            evidence=new.evidence,
        )
        case.folded = fold(f"{case.number} {case.title}")
        self._session.add(case)
        await self._session.flush()
        self._session.add_all(CaseReach(case_id=case.id, unit_id=unit.id, directed=False) for unit in chain)
        petition = Petition(id=self._ids.new(), case_id=case.id, received_at=received_at, summary=new.summary)
        self._session.add(petition)
        self._keep(case, new.petitioners)
        against = dict.fromkeys(new.complained_about)
        self._session.add_all(ComplainedUnit(case_id=case.id, unit_id=unit) for unit in against)
        await self._session.flush()
        told = {"kind": case.kind, "field": case.field, "source": new.source, "unit": case.unit_id}
        await self.record(case, "receive", on=local_day(received_at), data=told)
        return case

    async def record(
        self,
        case: Case,
        act: str,
        *,
        by: Actor | None = None,
        on: date | None = None,
        data: Mapping[str, Any] | None = None,
        corrects: int | None = None,
    ) -> CaseAct:
        """Add an act to the case's history and reckon its terms anew: see `history.record`. An act of
        `life.ACTS` goes through `conduct.perform` instead, which checks it.
        """
        row = await history.record(
            self._session,
            case,
            act,
            act_id=self._ids.new(),
            at=self._now,
            by=by or self.by,
            on=on,
            data=data,
            corrects=corrects,
            names=await self.sealed_names(case.id),
        )
        await deadlines.recompute(self._session, case, local_day(self._now))
        return row

    async def sealed_names(self, case_id: str) -> list[str]:
        """Names, addresses and phones that must stand nowhere in the case. They never leave the caller's
        transaction.
        """
        wanted = select(SealedPetitioner).where(SealedPetitioner.case_id == case_id)
        people = [self._vault.open(each.sealed) for each in await self._session.scalars(wanted)]
        return _telling(people)

    async def unnamed(self, case: Case, text: str) -> str:
        """A text of the case without who asks in it, for records that only grow."""
        people = await self._session.scalars(select(Petitioner).where(Petitioner.case_id == case.id))
        told = [term for each in people for term in telling(each.name, each.address, each.phone)]
        return masked(text, [*told, *await self.sealed_names(case.id)])

    async def unsealed_text(self, case_id: str, text: str) -> str:
        """A text for a record that only grows, without whom the vault keeps. What had to be taken out is on
        record as a try.
        """
        kept = masked(text, await self.sealed_names(case_id))
        if kept != text:
            name_tries.noted(self._session, self.by, case_id, entry_id=self._ids.new(), now=self._now)
        return kept

    async def unsealed_among(self, case_ids: Sequence[str], text: str) -> str:
        """A text that is about none of these cases more than another: without whom the vault keeps in any."""
        wanted = select(SealedPetitioner.case_id).where(SealedPetitioner.case_id.in_(case_ids)).distinct()
        for case_id in await self._session.scalars(wanted.order_by(SealedPetitioner.case_id)):
            text = await self.unsealed_text(case_id, text)
        return text

    async def is_sealed(self, case_id: str) -> bool:
        """Whether somebody in the case stands in the vault."""
        wanted = select(SealedPetitioner.id).where(SealedPetitioner.case_id == case_id).limit(1)
        return await self._session.scalar(wanted) is not None

    async def is_secret(self, case_id: str) -> bool:
        """Whether who asks in the case is said nowhere but behind the vault's door: a denunciation now, or
        somebody in it came protected. Raises Refusal("case_unknown").
        """
        case = await self.case(case_id)
        return case.kind == CaseKind.DENUNCIATION or await self.is_sealed(case_id)

    async def unseal(self, case: Case) -> None:
        """Who is sealed stands in the case openly from now on: it is no denunciation, and a second person
        agreed (see `hub.cases.vault_door`). Texts that were masked stay masked.
        """
        for row in await self._session.scalars(
            select(SealedPetitioner).where(SealedPetitioner.case_id == case.id)
        ):
            self._session.add(self._plain(case.id, self._vault.open(row.sealed)))
            await self._session.delete(row)
        await self._session.flush()
        await self.record(case, "unseal")

    async def refuse_names(self, case: Case, data: Mapping[str, Any]) -> None:
        """Refuse a text of `data` that names whom the vault keeps. What the case is now does not matter: who
        came protected stays so.

        Raises Refusal: identity_in_text, names_tried (see `hub.cases.name_tries`).
        """
        names = await self.sealed_names(case.id)
        if names and await name_tries.too_many(self._session, self.by, case.id, self._now):
            raise Refusal("names_tried")
        if any(tells(text, names) for text in history.texts_in(data)):
            raise Refusal("identity_in_text")

    async def reclassify(self, case: Case, kind: CaseKind) -> None:
        """Change the kind. It never fails half-way into a hearing: what would name a denouncer is moved, not
        refused.

        Becoming a denunciation, the petitioners go into the vault, and so do title and summary as they were,
        where they name one of them; a masked copy stays. What is kept beside the case goes along (`Along`).
        Ceasing to be one unseals nothing: who came
        protected stays so.
        """
        was = case.kind
        if kind is CaseKind.DENUNCIATION:
            await self._hide_people(case)
        case.kind = kind.value
        await self._session.flush()
        if kind is CaseKind.DENUNCIATION and self._along is not None:
            await self._along(self, case)
        await self.record(case, "reclassify", data={"was": was, "kind": kind.value})

    async def _hide_people(self, case: Case) -> None:
        plain = list(await self._session.scalars(select(Petitioner).where(Petitioner.case_id == case.id)))
        people = [Person(each.name, each.address, each.phone, each.persons) for each in plain]
        names = [*_telling(people), *await self.sealed_names(case.id)]
        self._session.add_all(self._sealed(case.id, person) for person in people)
        for petitioner in plain:
            await self._session.delete(petitioner)
        texts = await mask_texts(self._session, case, names)
        if any(tells(text, names) for text in texts):
            self.keep_sealed(case.id, texts)

    def keep_sealed(self, case_id: str, texts: Sequence[str]) -> None:
        """Put texts that name a denouncer into the vault, as they were before they were masked."""
        if texts:
            sealed = self._vault.seal_text("\n\n".join(texts))
            self._session.add(SealedText(id=self._ids.new(), case_id=case_id, sealed=sealed))

    async def count_hearing(self, case_id: str) -> None:
        """The case is heard once more."""
        await self._session.execute(
            update(Case).where(Case.id == case_id).values(times_heard=Case.times_heard + 1)
        )
        await self.record(await self.case(case_id), "heard")

    async def issue(
        self,
        case: Case,
        lead: Unit,
        supporting: Iterable[Unit],
        *,
        text: str,
        due: date,
        by: Actor,
        answer_on: date | None = None,
        period: str | None = None,
        watching: Iterable[Unit] = (),
    ) -> str:
        """Record a directive; the directed units come within sight of the case. Its id. `answer_on`: the day
        by which the citizen is to be answered; `period`: the quarter that was said, `due` its last day.
        Raises Refusal("denounced_unit").
        """
        parts = [(lead, Side.LEAD), *((unit, Side.SUPPORT) for unit in supporting)]
        parts += [(unit, Side.WATCH) for unit in watching]
        directive = await directed.issue(
            self, case, parts, text=text, due=due, by=by, answer_on=answer_on, period=period
        )
        return directive.id

    async def withdraw(self, directive_id: str, why: str | None) -> None:
        """Take a directive back, or let it hold again: see `hub.cases.directives.live.withdraw`."""
        await directed.withdraw(self, directive_id, why)

    async def acknowledge(self, directive_id: str, unit_id: str, by: Actor) -> None:
        """A unit acknowledges: see `hub.cases.directives.live.acknowledge`."""
        await directed.acknowledge(self, directive_id, unit_id, by)

    async def deliver_here(self, directive_id: str, unit_ids: Iterable[str]) -> None:
        """The rooms of these units have it on their screens."""
        await directed.deliver_here(self, directive_id, unit_ids, self.by)

    def new_id(self) -> str:
        """An id for a record made in this transaction."""
        return self._ids.new()

    def _keep(self, case: Case, people: Iterable[Person]) -> None:
        for person in people:
            if case.kind == CaseKind.DENUNCIATION:
                self._session.add(self._sealed(case.id, person))
            else:
                self._session.add(self._plain(case.id, person))

    def _sealed(self, case_id: str, person: Person) -> SealedPetitioner:
        sealed = self._vault.seal(person)
        return SealedPetitioner(id=self._ids.new(), case_id=case_id, sealed=sealed, persons=person.persons)

    def _plain(self, case_id: str, person: Person) -> Petitioner:
        return Petitioner(
            id=self._ids.new(),
            case_id=case_id,
            name=person.name,
            address=person.address,
            phone=person.phone,
            persons=person.persons,
        )

    async def _next_serial(self, unit_id: str, year: int) -> int:
        """The row lock is held until the caller commits, and a rollback gives the number back: hence no
        gaps.
        """
        postgres = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert(CaseBook) if postgres else sqlite.insert(CaseBook)
        missing = insert.values(unit_id=unit_id, year=year, last=0).on_conflict_do_nothing()
        await self._session.execute(missing)
        book = await self._session.get_one(
            CaseBook, (unit_id, year), with_for_update=True, populate_existing=True
        )
        book.last += 1
        await self._session.flush()
        return book.last


Along = Callable[[Desk, Case], Awaitable[None]]
"""Called in the transaction in which a case becomes a denunciation. It refuses only for a live hearing that
cannot be closed (`Cases.on_denounced`).
"""


def _check(new: NewCase) -> None:
    fits = 0 < len(new.title) <= TITLE_LENGTH and len(new.summary) <= LONGEST_SUMMARY and new.times_heard >= 0
    people_fit = all(
        0 < len(person.name) <= NAME_LENGTH and 1 <= person.persons <= MOST_PERSONS
        for person in new.petitioners
    )
    if not fits or not people_fit:
        raise Refusal("data_bad")
    if new.kind is CaseKind.DENUNCIATION:
        _refuse_names(new.petitioners, f"{new.title} {new.summary}")


def _telling(people: Iterable[Person]) -> list[str]:
    return [term for each in people for term in telling(each.name, each.address, each.phone)]


def _refuse_names(people: Iterable[Person], text: str) -> None:
    """A name in a title would show the denouncer in every list that the vault is kept out of."""
    if tells(text, _telling(people)):
        raise Refusal("identity_in_text")
