"""The inbox: what was said to an account and to its unit, as far as it may see the case today.

Whoever may not see a case any more finds no trace of what was said about it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import rights
from hub.cases.models import Case
from hub.cases.notices.owing import DIRECTIVE
from hub.cases.notices.readers import keys_of
from hub.cases.notices.rules import Code
from hub.cases.notices.tables import Notice, NoticeRead
from hub.people.actor import Actor
from hub.store.clock import Clock
from hub.store.counting import bounded
from hub.store.database import Database
from hub.units.local_day import local_day
from hub.units.models import Unit

PAGE: Final = 50
MOST_ROWS: Final = 1000
"""Counted and paged so far; who has more marks some read."""
MOST_COUNTED: Final = 99
"""A badge beyond says `99+`."""
KEPT_DAYS: Final = 90
"""Older ones are listed no more."""
SHOW: Final = ("new", "all", "terms", "directives")
PRESSING: Final = (
    Code.TERM_OVERDUE,
    Code.DIRECTIVE_OVERDUE,
    Code.DIRECTIVE_ANSWER,
    Code.DIRECTIVE_UNSEEN,
    Code.TERM_DUE,
    Code.DIRECTIVE_DUE,
    Code.DIRECTIVE_NEW,
    Code.TERM_SOON,
    Code.DIRECTIVE_SOON,
)
"""What was said at one time, in this order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A notice as its reader gets it. `unit_name`: the unit that owes; `own`: the reader's own."""

    id: str
    at: datetime
    code: str
    level: int
    term: date
    rule: str | None
    nobody: bool
    case_id: str
    number: str
    unit_name: str
    directive_id: str | None
    read: bool
    settled: bool
    own: bool

    @property
    def fresh(self) -> bool:
        """Neither read nor done with."""
        return not self.read and not self.settled


@dataclass(frozen=True, slots=True)
class Entries:
    """A page, how many there are in all, and how many of all are fresh."""

    entries: tuple[Entry, ...]
    total: int
    fresh: int


class Inbox:
    """Everybody's inbox."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def entries(self, actor: Actor, show: str = "new", *, offset: int = 0) -> Entries:
        """A page: what is fresh first, the latest first. `show`: one of `SHOW`."""
        async with self._db.read() as session:
            keys = await self._keys(session, actor)
            if not keys:
                return Entries((), 0, 0)
            known = _seen(actor, keys, self._since()).where(*_shown(show, actor))
            total = await _count(session, known, MOST_ROWS)
            fresh = total
            if show != "new":
                fresh = await _count(
                    session, _seen(actor, keys, self._since()).where(_fresh(actor)), MOST_ROWS
                )
            wanted = known.order_by(*_order(actor)).offset(max(0, offset)).limit(PAGE)
            return Entries(tuple(await read_entries(session, wanted, actor)), total, fresh)

    async def fresh(self, actor: Actor, most: int = MOST_COUNTED) -> int:
        """How many are fresh, counted up to one more than `most`."""
        async with self._db.read() as session:
            keys = await self._keys(session, actor)
            if not keys:
                return 0
            return await _count(session, _seen(actor, keys, self._since()).where(_fresh(actor)), most + 1)

    async def latest(self, actor: Actor, most: int) -> list[Entry]:
        """The most recent fresh ones."""
        async with self._db.read() as session:
            keys = await self._keys(session, actor)
            if not keys:
                return []
            wanted = _seen(actor, keys, self._since()).where(_fresh(actor)).order_by(*_order(actor))
            return await read_entries(session, wanted.limit(most), actor)

    async def mark(self, actor: Actor, ids: Collection[str], *, read: bool) -> int:
        """Mark some read, or unread again; how many are the reader's to mark."""
        async with self._db.begin() as work:
            keys = await self._keys(work.session, actor)
            if not keys:
                return 0
            theirs = _seen(actor, keys, self._since()).where(Notice.id.in_(sorted(ids)[:PAGE]))
            found = [row.id for row in await work.session.execute(theirs.with_only_columns(Notice.id))]
            if read:
                await self._read(work.session, actor, found, self._clock.now())
            else:
                own = NoticeRead.account_key == actor.key, NoticeRead.notice_id.in_(found)
                await work.session.execute(delete(NoticeRead).where(*own))
            return len(found)

    async def mark_all(self, actor: Actor) -> tuple[int, datetime]:
        """Mark all fresh ones read; how many, and the moment by which `unmark` takes it back."""
        now = self._clock.now()
        async with self._db.begin() as work:
            keys = await self._keys(work.session, actor)
            if not keys:
                return 0, now
            fresh = _seen(actor, keys, self._since()).where(_fresh(actor)).limit(MOST_ROWS)
            found = [row.id for row in await work.session.execute(fresh.with_only_columns(Notice.id))]
            await self._read(work.session, actor, found, now)
        return len(found), now

    async def unmark(self, actor: Actor, at: datetime) -> None:
        """Take back what was marked at that moment."""
        own = NoticeRead.account_key == actor.key, NoticeRead.at == at
        async with self._db.begin() as work:
            await work.session.execute(delete(NoticeRead).where(*own))

    async def _read(self, session: AsyncSession, actor: Actor, ids: Sequence[str], now: datetime) -> None:
        insert = (postgresql if self._db.dialect == "postgresql" else sqlite).insert(NoticeRead)
        rows = [{"notice_id": each, "account_key": actor.key, "at": now} for each in ids]
        if rows:
            await session.execute(insert.values(rows).on_conflict_do_nothing())

    async def _keys(self, session: AsyncSession, actor: Actor) -> list[str]:
        return await keys_of(session, actor, local_day(self._clock.now()))

    def _since(self) -> datetime:
        return self._clock.now() - timedelta(days=KEPT_DAYS)


async def read_entries(session: AsyncSession, wanted: Select[*tuple[Any, ...]], actor: Actor) -> list[Entry]:
    """The entries of a query made by `of_reader`."""
    return [_entry(row[0], row[1], row[2], actor, read=bool(row[3])) for row in await session.execute(wanted)]


def of_reader(actor: Actor, keys: Collection[str] | None, account_key: str) -> Select[*tuple[Any, ...]]:
    """Notices to these recipients (None: anybody) about cases the actor may see, with case, unit, and
    whether they are read.
    """
    wanted: Select[*tuple[Any, ...]] = (
        select(Notice, Case, Unit.name, _is_read(account_key).label("is_read"))
        .join(Case, Case.id == Notice.case_id)
        .join(Unit, Unit.id == Notice.about_unit)
        .where(rights.visible(actor))
    )
    return wanted if keys is None else wanted.where(Notice.to_key.in_(keys))


def _seen(actor: Actor, keys: Collection[str], since: datetime) -> Select[*tuple[Any, ...]]:
    return of_reader(actor, keys, actor.key).where(Notice.at >= since)


def _is_read(account_key: str) -> ColumnElement[bool]:
    return exists().where(NoticeRead.notice_id == Notice.id, NoticeRead.account_key == account_key)


def _fresh(actor: Actor) -> ColumnElement[bool]:
    return and_(Notice.settled_at.is_(None), ~_is_read(actor.key))


def _shown(show: str, actor: Actor) -> list[ColumnElement[bool]]:
    if show == "terms":
        return [~Notice.subject.startswith(DIRECTIVE)]
    if show == "directives":
        return [Notice.subject.startswith(DIRECTIVE)]
    return [] if show == "all" else [_fresh(actor)]


def _order(actor: Actor) -> tuple[Any, ...]:
    return case((_fresh(actor), 0), else_=1), Notice.at.desc(), *pressing()


def pressing() -> tuple[Any, ...]:
    """The order of what was said at one time."""
    ranks = {code.value: at for at, code in enumerate(PRESSING)}
    return case(ranks, value=Notice.code, else_=len(ranks)), Notice.term, Notice.id


async def _count(session: AsyncSession, wanted: Select[*tuple[Any, ...]], most: int) -> int:
    return await bounded(session, wanted.with_only_columns(Notice.id), most)


def _entry(notice: Notice, about: Case, unit_name: str, actor: Actor, *, read: bool) -> Entry:
    of_directive = notice.subject.startswith(DIRECTIVE)
    return Entry(
        id=notice.id,
        at=notice.at,
        code=notice.code,
        level=notice.level,
        term=notice.term,
        rule=notice.params.get("rule"),
        nobody=bool(notice.params.get("nobody")),
        case_id=about.id,
        number=about.number,
        unit_name=unit_name,
        directive_id=notice.subject.removeprefix(DIRECTIVE) if of_directive else None,
        read=read,
        settled=notice.settled_at is not None,
        own=notice.about_unit == actor.unit,
    )
