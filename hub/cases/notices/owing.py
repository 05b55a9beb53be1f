"""What owes something today, as the rules ask for it: cases by their term, directives by their parts.

The one place that knows how cases and directives say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.directives.conditions import is_open, owes_answer, owes_report
from hub.cases.directives.states import Side
from hub.cases.models import UNRECKONED, Case, Directive, DirectiveUnit
from hub.cases.notices.rules import ANSWER_CODES, DIRECTIVE_CODES, RECEIPT_CODES, TERM_CODES, Code, Window
from hub.cases.notices.tables import Notice
from hub.units.local_day import local_day, midnight

Rows = Select[*tuple[Any, ...]]
CASE: Final = "case"
DIRECTIVE: Final = "directive:"
LEAD: Final = Side.LEAD.value
ASKED: Final = (LEAD, Side.SUPPORT.value)
"""Parts that have to acknowledge; one that watches has nothing to do."""


@dataclass(frozen=True, slots=True)
class Owing:
    """Something that falls into a window. `term` is the day the window is about."""

    case_id: str
    kind: str
    unit: str
    term: date
    subject: str
    rule: str | None
    place: tuple[Any, ...]
    """Where it stands in the order of its pages."""


async def page(
    session: AsyncSession, window: Window, short: Sequence[str], after: tuple[Any, ...] | None, limit: int
) -> list[Owing]:
    """The next ones in a window of which nothing was said yet. `short`: units with nothing so high above."""
    if window.code in TERM_CODES:
        return await _cases(session, window, short, after, limit)
    return await _parts(session, window, short, after, limit)


async def still(session: AsyncSession, window: Window, some: Sequence[Owing]) -> list[Owing]:
    """Those that are still so, read in the transaction that writes them down."""
    ids = sorted({each.case_id for each in some})
    if window.code in TERM_CODES:
        fresh = await _rows_of_cases(session, _of_cases(window, (), all_=True).where(Case.id.in_(ids)))
    else:
        wanted = _of_parts(window, (), all_=True).where(Case.id.in_(ids))
        fresh = await _rows_of_parts(session, window, wanted)
    same = {(each.subject, each.case_id, each.unit, each.term) for each in fresh}
    return [each for each in some if (each.subject, each.case_id, each.unit, each.term) in same]


async def _cases(
    session: AsyncSession, window: Window, short: Sequence[str], after: tuple[Any, ...] | None, limit: int
) -> list[Owing]:
    wanted = _of_cases(window, short).order_by(Case.due_on, Case.id).limit(limit)
    if after is not None:
        wanted = wanted.where(tuple_(Case.due_on, Case.id) > tuple_(literal(after[0]), literal(after[1])))
    return await _rows_of_cases(session, wanted)


def _of_cases(window: Window, short: Sequence[str], *, all_: bool = False) -> Rows:
    """`all_`: also those of which something was said."""
    said = _said(window).where(
        Notice.term == Case.due_on, Notice.about_unit == Case.unit_id, Notice.subject == CASE
    )
    wanted: Rows = select(Case.id, Case.kind, Case.unit_id, Case.due_on, Case.due_rule).where(
        Case.due_on.between(window.first, window.last),
        Case.voided_on.is_(None),
        Case.due_rule != UNRECKONED,
    )
    wanted = wanted if all_ else wanted.where(~said)
    return wanted.where(Case.unit_id.not_in(short)) if short else wanted


async def _rows_of_cases(session: AsyncSession, wanted: Rows) -> list[Owing]:
    return [
        Owing(row.id, row.kind, row.unit_id, row.due_on, CASE, row.due_rule, (row.due_on, row.id))
        for row in await session.execute(wanted)
    ]


async def _parts(
    session: AsyncSession, window: Window, short: Sequence[str], after: tuple[Any, ...] | None, limit: int
) -> list[Owing]:
    day = _day_of(window)
    wanted = _of_parts(window, short).order_by(day, Directive.id, DirectiveUnit.unit_id).limit(limit)
    if after is not None:
        place = tuple_(day, Directive.id, DirectiveUnit.unit_id)
        seen = tuple_(literal(after[0], day.type), literal(after[1]), literal(after[2]))
        wanted = wanted.where(place > seen)
    return await _rows_of_parts(session, window, wanted)


def _of_parts(window: Window, short: Sequence[str], *, all_: bool = False) -> Rows:
    """`all_`: also those of which something was said."""
    said = _said(window).where(
        Notice.about_unit == DirectiveUnit.unit_id, Notice.subject == DIRECTIVE + Directive.id
    )
    # A day of issue never changes; a due day may be said anew.
    if window.code not in RECEIPT_CODES:
        said = said.where(Notice.term == _day_of(window))
    wanted: Rows = (
        select(
            Directive.id,
            Directive.case_id,
            Case.kind,
            DirectiveUnit.unit_id,
            Directive.due,
            Directive.answer_on,
            Directive.issued_at,
        )
        .join(Case, Case.id == Directive.case_id)
        .join(DirectiveUnit, DirectiveUnit.directive_id == Directive.id)
        .where(Case.voided_on.is_(None), *_falls(window))
    )
    wanted = wanted if all_ else wanted.where(~said)
    return wanted.where(DirectiveUnit.unit_id.not_in(short)) if short else wanted


def _falls(window: Window) -> list[ColumnElement[bool]]:
    if window.code in RECEIPT_CODES:
        return [
            is_open(),
            DirectiveUnit.part.in_(ASKED),
            DirectiveUnit.acknowledged_at.is_(None),
            Directive.issued_at >= midnight(window.first),
            Directive.issued_at < midnight(window.last + timedelta(days=1)),
        ]
    owes = owes_answer() if window.code in ANSWER_CODES else owes_report()
    return [owes, DirectiveUnit.part == LEAD, _day_of(window).between(window.first, window.last)]


async def _rows_of_parts(session: AsyncSession, window: Window, wanted: Rows) -> list[Owing]:
    found = []
    for row in await session.execute(wanted):
        of_receipt = window.code in RECEIPT_CODES
        due = row.answer_on if window.code in ANSWER_CODES else row.due
        term = local_day(row.issued_at) if of_receipt else due
        place = (row.issued_at if of_receipt else due, row.id, row.unit_id)
        subject = DIRECTIVE + row.id
        found.append(Owing(row.case_id, row.kind, row.unit_id, term, subject, None, place))
    return found


def _day_of(window: Window) -> Any:
    """The column that the window is about."""
    if window.code in RECEIPT_CODES:
        return Directive.issued_at
    return Directive.answer_on if window.code in ANSWER_CODES else Directive.due


def _said(window: Window) -> Any:
    """A notice of that code and level about the case; callers narrow it further."""
    return exists().where(
        Notice.case_id == Case.id, Notice.code == window.code.value, Notice.level == window.level
    )


def settled(today: date) -> ColumnElement[bool]:
    """The condition on `Notice` that says: it is no more so, or was said anew in stronger words."""
    by_case = exists().where(
        Case.id == Notice.case_id,
        Case.due_on == Notice.term,
        Case.unit_id == Notice.about_unit,
        Case.voided_on.is_(None),
    )
    part = (
        select(DirectiveUnit.directive_id)
        .join(Directive, Directive.id == DirectiveUnit.directive_id)
        .join(Case, Case.id == Directive.case_id)
        .where(
            Notice.subject == DIRECTIVE + Directive.id,
            Case.id == Notice.case_id,
            DirectiveUnit.unit_id == Notice.about_unit,
            Case.voided_on.is_(None),
        )
    )
    unseen = part.where(is_open(), DirectiveUnit.acknowledged_at.is_(None), DirectiveUnit.part.in_(ASKED))
    due = part.where(owes_report(), Directive.due == Notice.term, DirectiveUnit.part == LEAD)
    answer = part.where(owes_answer(), Directive.answer_on == Notice.term, DirectiveUnit.part == LEAD)
    stands = or_(
        and_(Notice.code.in_([code.value for code in TERM_CODES]), by_case),
        and_(Notice.code.in_([code.value for code in RECEIPT_CODES]), unseen.exists()),
        and_(Notice.code.in_([code.value for code in DIRECTIVE_CODES]), due.exists()),
        and_(Notice.code.in_([code.value for code in ANSWER_CODES]), answer.exists()),
    )
    outdone = or_(
        and_(Notice.code.in_((Code.TERM_SOON, Code.DIRECTIVE_SOON)), Notice.term <= today),
        and_(Notice.code.in_((Code.TERM_DUE, Code.DIRECTIVE_DUE)), Notice.term < today),
    )
    return or_(~stands, outdone)
