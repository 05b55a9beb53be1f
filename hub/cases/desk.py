"""Work on cases inside a caller's transaction: numbers, classification, directives. Rights are the caller's
business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.mask import masked
from hub.cases.models import (
    NAME_LENGTH,
    TITLE_LENGTH,
    Case,
    CaseBook,
    CaseReach,
    Directive,
    DirectiveUnit,
    Petition,
    Petitioner,
    SealedPetitioner,
    SealedText,
)
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person, Vault
from hub.people.actor import Actor
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


class Desk:
    """Acts on cases through one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, vault: Vault, ids: Ids, now: datetime) -> None:
        self._session = session
        self._vault = vault
        self._ids = ids
        self._now = now

    async def case(self, case_id: str, *, lock: bool = False) -> Case:
        """The case. Raises Refusal("case_unknown")."""
        found = await self._session.get(Case, case_id, with_for_update=lock or None)
        if found is None:
            raise Refusal("case_unknown")
        return found

    async def register(self, new: NewCase) -> Case:
        """Receive a case and give it the next number of its unit's book. Raises Refusal."""
        _check(new)
        chain = await queries.chain(self._session, new.unit)
        book = new.book or new.unit
        if not chain or (book != new.unit and not await queries.chain(self._session, book)):
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
        )
        case.folded = fold(f"{case.number} {case.title}")
        self._session.add(case)
        await self._session.flush()
        self._session.add_all(CaseReach(case_id=case.id, unit_id=unit.id, directed=False) for unit in chain)
        petition = Petition(id=self._ids.new(), case_id=case.id, received_at=received_at, summary=new.summary)
        self._session.add(petition)
        self._keep(case, new.petitioners)
        await self._session.flush()
        return case

    async def reclassify(self, case: Case, kind: CaseKind) -> None:
        """Change the kind. It never fails half-way into a hearing: what would name a denouncer is moved, not
        refused.

        Becoming a denunciation, the petitioners go into the vault, and so do title and summary as they were,
        where they name one of them; a masked copy stays. Ceasing to be one unseals nothing: who came
        protected stays so.
        """
        if kind is CaseKind.DENUNCIATION:
            await self._hide_people(case)
        case.kind = kind.value
        await self._session.flush()

    async def _hide_people(self, case: Case) -> None:
        plain = list(await self._session.scalars(select(Petitioner).where(Petitioner.case_id == case.id)))
        people = [Person(each.name, each.address, each.phone, each.persons) for each in plain]
        self._session.add_all(self._sealed(case.id, person) for person in people)
        for petitioner in plain:
            await self._session.delete(petitioner)
        names = [person.name for person in people]
        texts = [case.title, case.summary]
        case.title, case.summary = (masked(text, names) for text in texts)
        case.folded = fold(f"{case.number} {case.title}")
        petitions = await self._session.scalars(select(Petition).where(Petition.case_id == case.id))
        for petition in petitions:
            texts.append(petition.summary)
            petition.summary = masked(petition.summary, names)
        if any(masked(text, names) != text for text in texts):
            sealed = self._vault.seal_text("\n\n".join(texts))
            self._session.add(SealedText(id=self._ids.new(), case_id=case.id, sealed=sealed))

    async def count_hearing(self, case_id: str) -> None:
        """The case is heard once more."""
        await self._session.execute(
            update(Case).where(Case.id == case_id).values(times_heard=Case.times_heard + 1)
        )

    async def issue(
        self, case: Case, lead: Unit, supporting: Iterable[Unit], *, text: str, due: date, by: Actor
    ) -> str:
        """Record a directive; the directed units come within sight of the case. Its id."""
        directive = Directive(
            id=self._ids.new(),
            case_id=case.id,
            text=text,
            due=due,
            issued_at=self._now,
            issued_by_key=by.key,
            issued_by_name=by.name[:NAME_LENGTH],
        )
        self._session.add(directive)
        await self._session.flush()
        parts = [(lead, "lead"), *((unit, "support") for unit in supporting)]
        self._session.add_all(
            DirectiveUnit(directive_id=directive.id, unit_id=unit.id, part=part) for unit, part in parts
        )
        for unit, _ in parts:
            await self._reach(case.id, unit.id)
        await self._session.flush()
        return directive.id

    async def acknowledge(self, directive_id: str, unit_id: str, by: Actor) -> None:
        """A unit acknowledges. Raises Refusal directive_unknown, not_your_unit, already_acknowledged."""
        if await self._session.get(Directive, directive_id) is None:
            raise Refusal("directive_unknown")
        part = await self._session.get(DirectiveUnit, (directive_id, unit_id), with_for_update=True)
        if part is None:
            raise Refusal("not_your_unit")
        if part.acknowledged_at is not None:
            raise Refusal("already_acknowledged")
        part.acknowledged_at = self._now
        part.acknowledged_by = by.name[:NAME_LENGTH]
        await self._session.flush()

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
        await self._put_missing(CaseBook, unit_id=unit_id, year=year, last=0)
        book = await self._session.get_one(
            CaseBook, (unit_id, year), with_for_update=True, populate_existing=True
        )
        book.last += 1
        await self._session.flush()
        return book.last

    async def _reach(self, case_id: str, unit_id: str) -> None:
        await self._put_missing(CaseReach, case_id=case_id, unit_id=unit_id, directed=True)

    async def _put_missing(self, table: type[CaseBook | CaseReach], **values: object) -> None:
        postgres = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert(table) if postgres else sqlite.insert(table)
        await self._session.execute(insert.values(**values).on_conflict_do_nothing())


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


def _refuse_names(people: Iterable[Person], text: str) -> None:
    """A name in a title would show the denouncer in every list that the vault is kept out of."""
    if masked(text, [person.name for person in people]) != text:
        raise Refusal("identity_in_text")
