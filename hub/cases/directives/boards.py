"""Boards of directives: counted, listed, and by unit, by the conditions of `conditions`."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    Select,
    and_,
    case,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import shelf
from hub.cases.directives.conditions import Board, Parts, has_part, in_sight, is_open, is_silent, on_board
from hub.cases.errors import Refusal
from hub.cases.info import DirectiveInfo
from hub.cases.models import Case, Directive, DirectiveUnit
from hub.people.actor import Actor
from hub.store.counting import bounded
from hub.units.fold import fold
from hub.units.local_day import midnight
from hub.units.models import Unit

PAGE: Final = 50
MOST_COUNTED: Final = 1000
"""Of closed ones, "more than 1,000": nobody reads on, one narrows the list."""
MOST_UNITS: Final = 400
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. Empty fields narrow nothing. `unit`: id of a directed unit, `part` its part (or
    that of the reader's unit); days are those of issue, in Vietnam, both included; `text` matches number and
    title of the case.
    """

    board: Board = Board.OPEN
    unit: str = ""
    part: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class UnitBoard:
    """How one directed unit stands, of what the reader sees."""

    unit: str
    name: str
    counts: dict[Board, int]


BY_UNIT: Final = (Board.UNACKNOWLEDGED, Board.SOON, Board.OVERDUE, Board.REPORTED, Board.OPEN)


async def counts(session: AsyncSession, actor: Actor, today: date) -> dict[Board, int]:
    """How many are on each board: the lengths of the lists; of closed ones at most `MOST_COUNTED` + 1."""
    still = [board for board in Board if board is not Board.CLOSED]
    gathered, parts = Parts.gathered(actor.unit)
    says = [on_board(board, actor, today, parts=parts) for board in still]
    wanted = _joined(*(func.sum(case((each, 1), else_=0)) for each in says))
    wanted = wanted.join(gathered, gathered.c.directive_id == Directive.id)
    row = (await session.execute(wanted.where(is_open(), in_sight(actor, parts)))).one()
    closed = await bounded(session, _query(actor, today, Wanted(Board.CLOSED)), MOST_COUNTED + 1)
    values = [*(int(value or 0) for value in row), closed]
    return dict(zip([*still, Board.CLOSED], values, strict=True))


async def listed(
    session: AsyncSession,
    actor: Actor,
    today: date,
    wanted: Wanted = Wanted(),
    *,
    offset: int = 0,
    limit: int = PAGE,
) -> list[DirectiveInfo]:
    """A part of a list: the most urgent first, of closed ones the latest."""
    latest = wanted.board is Board.CLOSED
    order = (Directive.issued_at.desc(), Directive.id.desc()) if latest else (Directive.due, Directive.id)
    found = _query(actor, today, wanted).order_by(*order).offset(max(0, offset)).limit(max(0, limit))
    ids = list(await session.scalars(found))
    rows = {row.id: row for row in await session.scalars(select(Directive).where(Directive.id.in_(ids)))}
    return await shelf.directives(session, [rows[each] for each in ids], today)


async def total(session: AsyncSession, actor: Actor, today: date, wanted: Wanted) -> int:
    """The length of a list; of closed ones at most `MOST_COUNTED` + 1."""
    query = _query(actor, today, wanted)
    if wanted.board is Board.CLOSED:
        return await bounded(session, query, MOST_COUNTED + 1)
    return await session.scalar(select(func.count()).select_from(query.subquery())) or 0


async def every(
    session: AsyncSession, actor: Actor, today: date, wanted: Wanted, most: int
) -> list[DirectiveInfo]:
    """A whole list. Raises Refusal export_too_long when it has more than `most` lines."""
    if await session.scalar(_query(actor, today, wanted).offset(most).limit(1)) is not None:
        raise Refusal("export_too_long")
    found: list[DirectiveInfo] = []
    for start in range(0, most, 500):
        some = await listed(session, actor, today, wanted, offset=start, limit=500)
        found += some
        if len(some) < 500:
            break
    return found


async def by_unit(session: AsyncSession, actor: Actor, today: date) -> list[UnitBoard]:
    """Directed units with something open, the most overdue first."""
    told = [board for board in BY_UNIT if board is not Board.UNACKNOWLEDGED]
    flags = [case((on_board(board, actor, today), 1), else_=0).label(board.value) for board in told]
    gathered, parts = Parts.gathered(actor.unit)
    found = _joined(Directive.id, *flags).join(gathered, gathered.c.directive_id == Directive.id)
    seen = found.where(is_open(), in_sight(actor, parts)).cte("seen")
    # First the open ones in sight, then their parts: the other way round all parts there ever were are read.
    seen = seen.prefix_with("MATERIALIZED")
    quiet = case((and_(*is_silent()), 1), else_=0)
    says = [quiet if board is Board.UNACKNOWLEDGED else seen.c[board.value] for board in BY_UNIT]
    wanted = select(DirectiveUnit.unit_id, *(func.sum(each) for each in says))
    wanted = wanted.select_from(seen).join(DirectiveUnit, DirectiveUnit.directive_id == seen.c.id)
    wanted = wanted.group_by(DirectiveUnit.unit_id)
    rows = [tuple(row) for row in await session.execute(wanted)]
    names = select(Unit.id, Unit.name).where(Unit.id.in_([row[0] for row in rows]))
    name_of = {row.id: row.name for row in await session.execute(names)}
    told_of = [
        UnitBoard(row[0], name_of[row[0]], {board: int(n) for board, n in zip(BY_UNIT, row[1:], strict=True)})
        for row in rows
    ]
    key = (Board.OVERDUE, Board.UNACKNOWLEDGED, Board.SOON)
    return sorted(told_of, key=lambda each: (*(-each.counts[board] for board in key), each.name))[:MOST_UNITS]


def _query(actor: Actor, today: date, wanted: Wanted) -> Select[str]:
    query = _joined(Directive.id).where(on_board(wanted.board, actor, today, wanted.unit), in_sight(actor))
    if wanted.board is not Board.CLOSED:
        query = query.where(is_open())
    about = wanted.unit or (actor.unit or "" if wanted.part else "")
    parted = [DirectiveUnit.part == wanted.part] if wanted.part else []
    if about:
        parts = select(DirectiveUnit.directive_id).where(DirectiveUnit.unit_id == about, *parted)
        query = query.where(Directive.id.in_(parts))
    elif wanted.part:
        query = query.where(has_part(*parted))
    if wanted.since:
        query = query.where(Directive.issued_at >= midnight(wanted.since))
    if wanted.until:
        query = query.where(Directive.issued_at < midnight(wanted.until + timedelta(days=1)))
    for word in fold(wanted.text[:LONGEST]).split():
        query = query.where(Case.folded.contains(word, autoescape=True))
    return query


def _joined(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(Directive).join(Case, Case.id == Directive.case_id)
