"""Papers: issued in one transaction with their act, numbered without gaps, kept as Word files."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import conduct, deadlines, office_file, rights, shelf
from hub.cases.desk import Desk
from hub.cases.document_tables import Document, Paper, PaperBook
from hub.cases.documents import PAPER, Documents, Upload
from hub.cases.errors import Refusal
from hub.cases.models import Case
from hub.cases.papers.fields import Matter, filled
from hub.cases.papers.fill import fill, has_code
from hub.cases.papers.kinds import RULES, PaperKind, act_data, act_of, judged, number_of
from hub.cases.papers.templates import Templates
from hub.cases.service import Cases
from hub.people.actor import Actor
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units import queries
from hub.units.local_day import local_day


@dataclass(frozen=True, slots=True)
class Lookup:
    """The citizen's code, and the address where it is typed in (with the code: what the QR code says)."""

    code: str = field(repr=False)
    url: str = field(repr=False)


Coder = Callable[[Desk, Case], Awaitable[Lookup]]
"""Makes a case's new code in the desk's transaction: see `hub.cases.lookup.Lookup.coder`."""


@dataclass(frozen=True, slots=True)
class PaperInfo:
    """A paper that was issued."""

    id: str
    case_id: str
    kind: str
    number: str
    issued_on: date
    at: datetime
    by_name: str
    document_id: str
    masked: bool
    handout: bytes = field(default=b"", repr=False)
    """Only from `issue`, only with a look-up code: the Word file with the code in it. It is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A paper that may be issued now, with the act it does; or why it may not."""

    kind: PaperKind
    act: str | None
    refused: Refusal | None


MOST_PAPERS: Final = 200


class Papers:
    """The papers of one hub."""

    def __init__(
        self, db: Database, cases: Cases, documents: Documents, templates: Templates, ids: Ids
    ) -> None:
        self._db = db
        self._cases = cases
        self._documents = documents
        self.templates = templates
        self._ids = ids

    async def issue(
        self,
        actor: Actor,
        case_id: str,
        kind: PaperKind,
        fields: Mapping[str, str],
        on: date | None = None,
        *,
        lookup: Coder | None = None,
    ) -> PaperInfo:
        """Issue a paper, and do the act it stands for: both, or neither. With `lookup` the case gets a new
        code, which stands in `handout` and not in the file that is kept.

        Raises Refusal: case_unknown, not_allowed, paper_field, act_day, identity_in_text, names_tried, those
        of `story.check`, and those of `fill.fill` when the unit's template fails.
        """
        async with self._cases.watched(actor, case_id), self._db.begin() as work:
            case = await rights.worked_on(work.session, actor, case_id, lock=True)
            return await self.issue_in(self._cases.desk(work, actor), case, kind, fields, on, lookup=lookup)

    async def issue_in(
        self,
        desk: Desk,
        case: Case,
        kind: PaperKind,
        fields: Mapping[str, str],
        on: date | None = None,
        *,
        lookup: Coder | None = None,
    ) -> PaperInfo:
        """The same in the desk's transaction and name; rights are the caller's business."""
        given, day = judged(kind, fields), on or desk.today
        story = await deadlines.read_story(desk.session, case)
        if not story.received_on <= day <= desk.today:
            raise Refusal("act_day", act=kind.value, basis="", day=day.isoformat())
        act = act_of(story, kind)  # first: what is refused anyhow tells nothing of a name
        await desk.refuse_names(case, given)
        unit = desk.by.unit or case.unit_id
        serial = await self._next_serial(desk.session, unit, day.year, kind)
        number = number_of(kind, serial)
        if act is not None:
            await conduct.perform(desk, case, act, on=day, data=act_data(act, number, given))
        template_id, template = await self.templates.standing(desk.session, unit, kind)
        matter = await self._matter(desk.session, case, unit, desk.today)
        word = await asyncio.to_thread(fill, template, filled(matter, number, day, given))
        upload = Upload(f"{kind.value}-{serial}-{day.year}.docx", word, PAPER, masked=matter.masked)
        row = await self._documents.attach(desk, case, upload, office_file.WORD, number=number)
        paper = Paper(
            id=self._ids.new(),
            case_id=case.id,
            kind=kind.value,
            unit_id=unit,
            year=day.year,
            serial=serial,
            number=number,
            issued_on=day,
            at=row.at,
            document_id=row.id,
            template_id=template_id,
        )
        desk.session.add(paper)
        await desk.session.flush()
        told = {"paper": kind.value, "number": number, "document": row.id, "act": act or ""}
        await desk.record(case, "paper", on=day, data=told)
        info = _info(paper, row)
        if lookup is None or not await asyncio.to_thread(has_code, template):
            return info  # a code that no paper brings must not make the citizen's old one void
        code = await lookup(desk, case)
        coded = replace(matter, lookup_code=code.code, lookup_url=code.url)
        handout = await asyncio.to_thread(fill, template, filled(coded, number, day, given))
        return replace(info, handout=handout)

    async def of_case(self, actor: Actor, case_id: str) -> list[PaperInfo]:
        """The papers of a case, the latest first. Raises Refusal("case_unknown")."""
        async with self._db.read() as session:
            await rights.seen(session, actor, case_id)
            wanted = select(Paper, Document).join(Document, Document.id == Paper.document_id)
            wanted = wanted.where(Paper.case_id == case_id).order_by(Paper.at.desc(), Paper.id.desc())
            return [_info(paper, row) for paper, row in await session.execute(wanted.limit(MOST_PAPERS))]

    async def choices(self, actor: Actor, case_id: str) -> list[Choice]:
        """Every paper, and whether it may be issued now; empty for who may not work on the case. Raises
        Refusal("case_unknown").
        """
        async with self._db.read() as session:
            try:
                case = await rights.worked_on(session, actor, case_id)
            except Refusal as refused:
                if refused.code != "not_allowed":
                    raise
                return []
            story = await deadlines.read_story(session, case)
        found = []
        for kind in PaperKind:
            if RULES[kind].of_directive:
                continue
            try:
                found.append(Choice(kind, act_of(story, kind), None))
            except Refusal as refused:
                found.append(Choice(kind, None, refused))
        return found

    async def _matter(self, session: AsyncSession, case: Case, unit: str, day: date) -> Matter:
        info = await shelf.info_with_people(session, case)
        chain = await queries.chain(session, unit, day)
        wanted = select(Document).where(Document.case_id == case.id, Document.kind != PAPER)
        handed_in = list(await session.scalars(wanted.order_by(Document.n)))
        return Matter(
            number=case.number,
            kind=case.kind,
            field=case.field,
            title=case.title,
            summary=case.summary,
            received=local_day(case.received_at),
            unit=chain[0].name,
            unit_above=chain[1].name if len(chain) > 1 else "",
            persons=info.persons or 1,
            masked=info.masked,
            people=info.petitioners,
            documents=tuple((row.n, row.name or row.kind) for row in handed_in) if not info.masked else (),
        )

    async def _next_serial(self, session: AsyncSession, unit: str, year: int, kind: PaperKind) -> int:
        """The row's lock is held until the caller commits, and a rollback gives the number back."""
        key = {"unit_id": unit, "year": year, "kind": kind.value}
        postgres = session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert(PaperBook) if postgres else sqlite.insert(PaperBook)
        await session.execute(insert.values(**key, last=0).on_conflict_do_nothing())
        book = await session.get_one(
            PaperBook, (unit, year, kind.value), with_for_update=True, populate_existing=True
        )
        book.last += 1
        await session.flush()
        return book.last


def _info(paper: Paper, row: Document) -> PaperInfo:
    return PaperInfo(
        id=paper.id,
        case_id=paper.case_id,
        kind=paper.kind,
        number=paper.number,
        issued_on=paper.issued_on,
        at=paper.at,
        by_name=row.by_name,
        document_id=row.id,
        masked=row.masked,
    )
