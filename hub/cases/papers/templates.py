"""The Word templates of units: each unit may have its own, else that of the unit above holds, else the
built-in.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.document_tables import FILE_NAME_LENGTH, PaperTemplate
from hub.cases.errors import Refusal
from hub.cases.file_store import FileStore
from hub.cases.models import NAME_LENGTH
from hub.cases.papers.builtin import builtin
from hub.cases.papers.fill import try_template
from hub.cases.papers.kinds import PaperKind
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.people.roles import STAFF, Role
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units import queries
from hub.units.local_day import local_day
from hub.units.models import Unit

EDITORS = STAFF | {Role.ADMINISTRATOR}
"""Roles that may change the templates of their unit."""
MOST_VERSIONS = 50
"""Shown of each paper; older ones stay."""


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """One version of a unit's template; `file` is false for "back to the built-in one"."""

    id: str
    kind: str
    n: int
    at: datetime
    by_name: str
    name: str
    file: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The templates of one paper at one unit: the unit's own versions, the latest first, and where the one
    that holds comes from (the name of a unit; None: built in).
    """

    kind: PaperKind
    versions: tuple[TemplateInfo, ...]
    holds_from: str | None


class Templates:
    """Reads and changes them."""

    def __init__(
        self, db: Database, files: FileStore, clock: Clock | None = None, ids: Ids | None = None
    ) -> None:
        self._db = db
        self._files = files
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._audit = Audit(self._clock, self._ids)

    async def standing(self, session: AsyncSession, unit: str, kind: PaperKind) -> tuple[str | None, bytes]:
        """The id (None: built in) and the bytes of the template that holds at a unit."""
        row, _ = await self._holding(session, unit, kind)
        if row is None or row.sha256 is None:
            return None, await asyncio.to_thread(builtin, kind)
        return row.id, await self._files.get(row.sha256)

    async def shelves(self, actor: Actor) -> list[Shelf]:
        """Every paper's templates at the actor's unit. Raises Refusal("not_allowed")."""
        async with self._db.read() as session:
            unit = await self._unit(session, actor)
            return [await self._shelf(session, unit, kind) for kind in PaperKind]

    async def put(self, actor: Actor, kind: PaperKind, name: str, content: bytes) -> TemplateInfo:
        """Make a file the unit's template, after a trial run. Raises Refusal: not_allowed, and those of
        `fill.try_template`, which name the place.
        """
        await self.try_out(actor, content)
        digest = await self._files.put(content)
        return await self._add(actor, kind, name[:FILE_NAME_LENGTH], digest)

    async def try_out(self, actor: Actor, content: bytes) -> bytes:
        """The file with invented values in it, kept nowhere. Raises Refusal: those of `put`."""
        async with self._db.read() as session:
            await self._unit(session, actor)
        return await asyncio.to_thread(try_template, content)

    async def put_back(self, actor: Actor, kind: PaperKind, template_id: str | None) -> TemplateInfo:
        """Let an earlier version of the unit hold again (None: the built-in one), as a new version. Raises
        Refusal not_allowed, template_unknown.
        """
        if template_id is None:
            return await self._add(actor, kind, "", None)
        async with self._db.read() as session:
            row = await self._own(session, actor, template_id)
        if row.kind != kind.value:
            raise Refusal("template_unknown")
        return await self._add(actor, kind, row.name, row.sha256)

    async def read(self, actor: Actor, kind: PaperKind, template_id: str | None) -> bytes:
        """One version of the unit's own, or (None) the built-in one, as a Word file. Raises Refusal
        not_allowed, template_unknown.
        """
        async with self._db.read() as session:
            await self._unit(session, actor)
            row = await self._own(session, actor, template_id) if template_id is not None else None
        if row is None or row.sha256 is None:
            return await asyncio.to_thread(builtin, kind)
        return await self._files.get(row.sha256)

    async def _add(self, actor: Actor, kind: PaperKind, name: str, digest: str | None) -> TemplateInfo:
        async with self._db.begin() as work:
            unit = await self._unit(work.session, actor, lock=True)
            highest = select(func.max(PaperTemplate.n)).where(
                PaperTemplate.unit_id == unit, PaperTemplate.kind == kind.value
            )
            row = PaperTemplate(
                id=self._ids.new(),
                unit_id=unit,
                kind=kind.value,
                n=1 + (await work.session.scalar(highest) or 0),
                at=self._clock.now(),
                by_key=actor.key,
                by_name=actor.name[:NAME_LENGTH],
                name=name,
                sha256=digest,
            )
            work.session.add(row)
            self._audit.record(work.session, actor, "template.changed", f"template:{row.id}", kind=kind.value)
            return _info(row)

    async def _unit(self, session: AsyncSession, actor: Actor, *, lock: bool = False) -> str:
        """The unit whose templates the actor changes: their own, or for the whole hub the highest."""
        if actor.is_room or not actor.roles & EDITORS:
            raise Refusal("not_allowed")
        own = Unit.id == actor.unit if actor.unit is not None else Unit.parent_id.is_(None)
        wanted = select(Unit.id).where(own).order_by(Unit.valid_from.desc(), Unit.code).limit(1)
        found: str | None = await session.scalar(wanted.with_for_update() if lock else wanted)
        if found is None:
            raise Refusal("not_allowed")
        return found

    async def _own(self, session: AsyncSession, actor: Actor, template_id: str) -> PaperTemplate:
        unit = await self._unit(session, actor)
        row = await session.get(PaperTemplate, template_id)
        if row is None or row.unit_id != unit:
            raise Refusal("template_unknown")
        return row

    async def _shelf(self, session: AsyncSession, unit: str, kind: PaperKind) -> Shelf:
        wanted = select(PaperTemplate).where(PaperTemplate.unit_id == unit, PaperTemplate.kind == kind.value)
        rows = await session.scalars(wanted.order_by(PaperTemplate.n.desc()).limit(MOST_VERSIONS))
        holding, holder = await self._holding(session, unit, kind)
        from_unit = holder if holding is not None and holding.sha256 is not None else None
        return Shelf(kind, tuple(_info(row) for row in rows), from_unit)

    async def _holding(
        self, session: AsyncSession, unit: str, kind: PaperKind
    ) -> tuple[PaperTemplate | None, str]:
        for each in await queries.chain(session, unit, local_day(self._clock.now())):
            latest = select(PaperTemplate).where(
                PaperTemplate.unit_id == each.id, PaperTemplate.kind == kind.value
            )
            row = await session.scalar(latest.order_by(PaperTemplate.n.desc()).limit(1))
            if row is not None:
                return row, each.name
        return None, ""


def _info(row: PaperTemplate) -> TemplateInfo:
    return TemplateInfo(row.id, row.kind, row.n, row.at, row.by_name, row.name, row.sha256 is not None)
