"""The documents of cases: what people hand in and what an office writes, kept under the digest of their
bytes.

Of a denunciation, and of a case that was one and keeps its people sealed, originals go into the vault at
once; the documents here are masked copies, marked as such, and the vault's files are only counted. A case
that becomes a denunciation takes its documents along in the same transaction (`seal_in`); what is too much
for that follows (`seal_left`).
"""

import asyncio
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Final

import structlog
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import looks, office_file, rights
from hub.cases.desk import Desk
from hub.cases.document_tables import FILE_NAME_LENGTH, Document, PaperTemplate
from hub.cases.errors import Refusal
from hub.cases.file_store import FileDamaged, FileStore
from hub.cases.models import NAME_LENGTH, Case, SealedPetitioner
from hub.cases.papers.pdf import pdf
from hub.cases.rules import CaseKind
from hub.cases.service import Cases
from hub.cases.sniff import ENDING, PDF, sniff
from hub.cases.vault_door import VaultDoor
from hub.cases.vault_store import Original
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database, Work
from hub.store.ids import Ids

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 25 * 1024 * 1024
"""Of one file: some hundred pages of scans."""
MOST_DOCUMENTS: Final = 300
"""In one case."""
MOST_AT_ONCE: Final = 64 * 1024 * 1024
"""Bytes that are sealed while a case is being reclassified."""
KINDS: Final = ("petition", "proof", "mandate", "identity", "report", "other")
"""What an upload may be to a case; papers have their own way."""
PAPER: Final = "paper"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes in. `masked`: a person has taken out what would tell who denounces."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    kind: str = "petition"
    masked: bool = False


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as a reader of its case sees it. A `sealed` one opens only through the vault's door."""

    id: str
    case_id: str
    n: int
    at: datetime
    by_name: str
    kind: str
    name: str
    media_type: str
    size: int
    masked: bool
    sealed: bool
    number: str = ""

    @property
    def ending(self) -> str:
        """How its file name ends, `.pdf`."""
        return ENDING.get(self.media_type, "")

    @property
    def printable(self) -> bool:
        """Whether a PDF of it can be had."""
        return self.media_type in (office_file.WORD, PDF) and not self.sealed


class Documents:
    """The documents of one hub."""

    def __init__(
        self,
        db: Database,
        cases: Cases,
        files: FileStore,
        vault: VaultDoor,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self._db = db
        self._cases = cases
        self.files = files
        self._files = files
        self._vault = vault
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._audit = Audit(self._clock, self._ids)
        self._setting = asyncio.Semaphore(1)
        """One PDF at a time: setting takes a core."""
        cases.on_sealing = self.seal_in

    async def add(self, actor: Actor, case_id: str, upload: Upload) -> DocumentInfo:
        """Add a file to a case. Raises Refusal case_unknown, not_allowed, and those of `judged`."""
        media_type = await judged(upload)
        async with self._db.begin() as work:
            case = await rights.worked_on(work.session, actor, case_id, lock=True)
            row = await self.attach(self._cases.desk(work, actor), case, upload, media_type)
            self._audit.record(work.session, actor, "document.added", f"case:{case.id}", document=row.id)
            return await _info_of(work.session, row, case)

    async def attach(
        self, desk: Desk, case: Case, upload: Upload, media_type: str, *, number: str = ""
    ) -> Document:
        """Add a file that was judged to a case, in the desk's transaction and name. Raises
        Refusal("documents_full"). Rights are the caller's business.
        """
        n = 1 + (await desk.session.scalar(_highest(case.id)) or 0)
        if n > MOST_DOCUMENTS:
            raise Refusal("documents_full", most=MOST_DOCUMENTS)
        secret = await _is_secret(desk.session, case)
        vault_file = digest = None
        if secret and not upload.masked:
            original = Original(clean_name(upload.name) or "-", media_type, upload.content)
            vault_file = await self._vault.seal_file(desk.session, case.id, original)
        else:
            digest = await self._files.put(upload.content)
        row = Document(
            id=self._ids.new(),
            case_id=case.id,
            n=n,
            at=self._clock.now(),
            by_key=desk.by.key,
            by_name=desk.by.name[:NAME_LENGTH],
            kind=upload.kind,
            name="" if secret else clean_name(upload.name),
            media_type=media_type,
            size=len(upload.content),
            sha256=digest,
            vault_file=vault_file,
            masked=upload.masked,
            number=number,
        )
        desk.session.add(row)
        await desk.session.flush()
        told = {"document": row.id, "n": n, "kind": row.kind, "masked": row.masked, "sealed": digest is None}
        await desk.record(case, "document", data=told | ({"number": number} if number else {}))
        return row

    async def of_case(self, actor: Actor, case_id: str) -> list[DocumentInfo]:
        """The documents of a case, in the order they came. Raises Refusal("case_unknown")."""
        await self.seal_left(case_id)
        async with self._db.read() as session:
            case = await rights.seen(session, actor, case_id)
            wanted = select(Document).where(Document.case_id == case.id).order_by(Document.n)
            secret = await _is_secret(session, case)
            return [_info(row, secret=secret) for row in await session.scalars(wanted)]

    async def read(self, actor: Actor, document_id: str) -> tuple[DocumentInfo, bytes]:
        """One document and its bytes; the look is recorded where somebody is named in it.

        Raises Refusal document_unknown (not there, or in a case that is not theirs to see), document_sealed.
        """
        info, digest = await self._seen(actor, document_id)
        if digest is None:
            raise Refusal("document_sealed")
        if not info.masked:
            await looks.note(
                self._db, self._audit, actor, info.case_id, place="document", now=self._clock.now()
            )
        return info, await self._files.get(digest)

    async def pdf(self, actor: Actor, document_id: str) -> tuple[DocumentInfo, bytes]:
        """One document as PDF. Raises Refusal: those of `read`, paper_unprintable."""
        info, content = await self.read(actor, document_id)
        if info.media_type == PDF:
            return info, content
        if info.media_type != office_file.WORD:
            raise Refusal("paper_unprintable")
        return info, await self.typeset(content)

    async def typeset(self, word: bytes) -> bytes:
        """The PDF of a Word file. Raises Refusal("paper_unprintable")."""
        async with self._setting:
            return await asyncio.to_thread(pdf, word)

    async def seal_left(self, case_id: str) -> int:
        """Move into the vault what lies outside of a case that keeps its people sealed; how many files. The
        bytes outside are gone when nothing else names them.
        """
        async with self._db.read() as session:
            if not await session.scalar(_left(case_id).with_only_columns(func.count())):
                return 0
        async with self._db.begin() as work:
            found = list(await work.session.scalars(_left(case_id).with_for_update(of=Document)))
            gone = {await self._seal(work.session, row) for row in found}
            await work.session.flush()
            gone -= await named_by_any(work.session, gone)
        for digest in gone:
            await self._files.remove(digest)
        return len(found)

    async def seal_in(self, work: Work, desk: Desk, case: Case) -> None:
        """The same in the desk's transaction, for a case that becomes a denunciation in it; the bytes outside
        go once it is committed. It never refuses: a file that cannot be read now, and what is beyond
        `MOST_AT_ONCE`, stays where it is, shut, for `seal_left`.
        """
        found = list(await desk.session.scalars(_left(case.id).with_for_update(of=Document)))
        gone, size = set(), 0
        for row in found:
            size += row.size
            if size > MOST_AT_ONCE:
                break
            try:
                gone.add(await self._seal(desk.session, row))
            except (FileDamaged, OSError) as problem:
                log.error("document not sealed", document=row.id, why=type(problem).__name__)
        await desk.session.flush()
        nameless = update(Document).where(Document.case_id == case.id, Document.masked).values(name="")
        await desk.session.execute(nameless)
        gone -= await named_by_any(desk.session, gone)
        work.after(lambda: self._forget(gone))

    def _forget(self, digests: Collection[str]) -> None:
        for digest in digests:
            self._files.remove_now(digest)

    async def _seal(self, session: AsyncSession, row: Document) -> str:
        digest = row.sha256
        assert digest is not None
        original = Original(row.name or "-", row.media_type, await self._files.get(digest))
        row.vault_file = await self._vault.seal_file(session, row.case_id, original)
        row.sha256, row.name = None, ""
        return digest

    async def _seen(self, actor: Actor, document_id: str) -> tuple[DocumentInfo, str | None]:
        async with self._db.read() as session:
            row = await session.get(Document, document_id)
            if row is None:
                raise Refusal("document_unknown")
            try:
                case = await rights.seen(session, actor, row.case_id)
            except Refusal as error:
                raise Refusal("document_unknown") from error
            info = await _info_of(session, row, case)
            return info, None if info.sealed else row.sha256


async def judged(upload: Upload) -> str:
    """The media type of a file that may be kept.

    Raises Refusal: file_too_large, document_kind, and those of `hub.cases.sniff.sniff`.
    """
    if len(upload.content) > MOST_BYTES:
        raise Refusal("file_too_large", most=MOST_BYTES // 1024 // 1024)
    if upload.kind not in KINDS:
        raise Refusal("document_kind")
    return await asyncio.to_thread(sniff, upload.content)


def clean_name(name: str) -> str:
    """A file's name as it is shown and kept: without folders, without what cannot be printed."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(each for each in unicodedata.normalize("NFC", last) if each.isprintable())
    return " ".join(plain.split())[:FILE_NAME_LENGTH]


def _highest(case_id: str) -> Select[int | None]:
    return select(func.max(Document.n)).where(Document.case_id == case_id)


def left_outside() -> Select[Document]:
    """Originals that belong in the vault (see `_is_secret`) and are not there yet; their readers find them
    shut.
    """
    plain = Document.sha256.is_not(None), Document.masked.is_(False)
    denounced = select(Case.id).where(Case.kind == CaseKind.DENUNCIATION.value)
    keeping = select(SealedPetitioner.case_id)
    secret = or_(Document.case_id.in_(denounced), Document.case_id.in_(keeping))
    return select(Document).where(secret, *plain)


async def named_by_any(session: AsyncSession, digests: Collection[str]) -> set[str]:
    """Those of the digests that a document or a template names: their bytes must stay."""
    named: set[str] = set()
    for column in (Document.sha256, PaperTemplate.sha256):
        named |= {each for each in await session.scalars(select(column).where(column.in_(digests))) if each}
    return named


def _left(case_id: str) -> Select[Document]:
    return left_outside().where(Document.case_id == case_id)


async def _is_secret(session: AsyncSession, case: Case) -> bool:
    """Whether originals are for the vault: it is a denunciation, or was one and keeps its people sealed."""
    if case.kind == CaseKind.DENUNCIATION:
        return True
    sealed = select(SealedPetitioner.id).where(SealedPetitioner.case_id == case.id).limit(1)
    return await session.scalar(sealed) is not None


async def _info_of(session: AsyncSession, row: Document, case: Case) -> DocumentInfo:
    return _info(row, secret=await _is_secret(session, case))


def _info(row: Document, *, secret: bool) -> DocumentInfo:
    return DocumentInfo(
        id=row.id,
        case_id=row.case_id,
        n=row.n,
        at=row.at,
        by_name=row.by_name,
        kind=row.kind,
        name="" if secret or row.vault_file is not None else row.name,
        media_type=row.media_type,
        size=row.size,
        masked=row.masked,
        sealed=row.vault_file is not None or (secret and not row.masked),
        number=row.number,
    )
