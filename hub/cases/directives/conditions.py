"""What the boards of directives are: conditions, in one place for counts, lists, exports and reminders.

Whoever runs an office sees the directives of all cases in its place of the tree; a directed unit sees its
own. Both only in cases that `hub.cases.rights` lets them see.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import CTE, ColumnElement, and_, case, exists, false, func, literal_column, or_, select

from hub.cases import rights
from hub.cases.directives.sides import ANSWERING
from hub.cases.directives.states import OWING, Side, State
from hub.cases.models import CaseReach, Directive, DirectiveUnit
from hub.cases.rules import SOON_DAYS
from hub.people.actor import Actor


class Board(StrEnum):
    """A list of directives."""

    WAITING = "waiting"
    """Something is to be done by the reader's own unit."""
    UNACKNOWLEDGED = "unacknowledged"
    SOON = "soon"
    OVERDUE = "overdue"
    REPORTED = "reported"
    SENT_BACK = "sent_back"
    OPEN = "open"
    CLOSED = "closed"


def holds() -> ColumnElement[bool]:
    """Not taken back."""
    return Directive.withdrawn_at.is_(None)


def is_open() -> ColumnElement[bool]:
    """Not taken back and not closed."""
    # As a word and not as a value: so the planner knows the index of the open ones by it.
    return and_(holds(), Directive.state != literal_column(f"'{State.CLOSED.value}'"))


def is_unsettled() -> ColumnElement[bool]:
    """Open, and what was to be done is not done and accepted: what remains after that is writing."""
    done = (State.ACCEPTED.value, State.CITIZEN_REPLIED.value)
    return and_(is_open(), Directive.state.not_in(done))


def owes_report() -> ColumnElement[bool]:
    """The leading unit still owes its report."""
    return and_(holds(), Directive.state.in_([state.value for state in OWING]))


def owes_answer() -> ColumnElement[bool]:
    """The report is accepted, and the citizen, who was promised an answer by a day, has none."""
    accepted = Directive.state == State.ACCEPTED.value
    return and_(holds(), accepted, Directive.answer_on.is_not(None))


def is_overdue(today: date) -> ColumnElement[bool]:
    """It should have been reported, or the citizen answered as promised, before today."""
    late_answer = and_(owes_answer(), Directive.answer_on < today)
    return or_(and_(owes_report(), Directive.due < today), late_answer)


def is_soon(today: date) -> ColumnElement[bool]:
    """It is to be reported today or within 7 days."""
    return and_(owes_report(), Directive.due >= today, Directive.due <= today + timedelta(days=SOON_DAYS))


def is_unacknowledged(unit: str = "") -> ColumnElement[bool]:
    """A directed unit (that one) has not acknowledged it."""
    return and_(is_open(), has_part(*is_silent(), *([DirectiveUnit.unit_id == unit] if unit else [])))


def waits_for(actor: Actor, today: date, parts: "Parts | None" = None) -> ColumnElement[bool]:
    """Something is to be done by the actor's unit: acknowledge, report soon or again, answer the citizen by
    the promised day; or, where it issued: judge a report, answer the citizen, close.
    """
    found: list[ColumnElement[bool]] = []
    if actor.unit is not None and actor.roles & ANSWERING:
        parts = parts or Parts.looked_up(actor.unit)
        pressing = or_(
            Directive.state == State.SENT_BACK.value, Directive.due <= today + timedelta(days=SOON_DAYS)
        )
        found += [and_(is_open(), parts.own_silent), and_(owes_report(), parts.own_lead, pressing)]
        promised = Directive.answer_on <= today + timedelta(days=SOON_DAYS)
        found.append(and_(owes_answer(), parts.own_lead, promised))
    if actor.is_staff:
        later = (State.REPORTED, State.ACCEPTED, State.CITIZEN_REPLIED)
        judged = and_(holds(), Directive.state.in_([state.value for state in later]))
        issued = [Directive.issued_unit_id == actor.unit] if actor.unit is not None else []
        found.append(and_(judged, *issued))
    return or_(*found) if found else false()


def on_board(
    board: Board, actor: Actor, today: date, unit: str = "", parts: "Parts | None" = None
) -> ColumnElement[bool]:
    """The condition of one board; `unit` narrows to what that directed unit has to do with it. `parts`: how
    the condition knows the parts of directives, each looked up when not given.
    """
    match board:
        case Board.WAITING:
            return waits_for(actor, today, parts)
        case Board.UNACKNOWLEDGED:
            return and_(is_open(), parts.silent) if parts is not None else is_unacknowledged(unit)
        case Board.SOON:
            return is_soon(today)
        case Board.OVERDUE:
            return is_overdue(today)
        case Board.REPORTED:
            return and_(holds(), Directive.state == State.REPORTED.value)
        case Board.SENT_BACK:
            return and_(holds(), Directive.state == State.SENT_BACK.value)
        case Board.OPEN:
            return is_open()
        case Board.CLOSED:
            return and_(holds(), Directive.state == State.CLOSED.value)


def in_sight(actor: Actor, parts: "Parts | None" = None) -> ColumnElement[bool]:
    """Directives that the actor is told of, in cases they may see (a condition with `Case` joined)."""
    visible = rights.visible(actor)
    if actor.unit is None:
        return visible
    placed = exists().where(
        CaseReach.case_id == Directive.case_id,
        CaseReach.unit_id == actor.unit,
        CaseReach.directed.is_(False),
    )
    return and_(visible, or_(placed, (parts or Parts.looked_up(actor.unit)).own))


@dataclass(frozen=True, slots=True)
class Parts:
    """What conditions ask about the parts of a directive: some unit is silent; one unit has a part, is
    silent, leads.
    """

    silent: ColumnElement[bool]
    own: ColumnElement[bool]
    own_silent: ColumnElement[bool]
    own_lead: ColumnElement[bool]

    @classmethod
    def looked_up(cls, unit: str) -> "Parts":
        """Looked up for each directive: short where a list is read down its order."""
        mine = DirectiveUnit.unit_id == unit
        quiet = is_silent()
        lead = DirectiveUnit.part == Side.LEAD.value
        return cls(has_part(*quiet), has_part(mine), has_part(mine, *quiet), has_part(mine, lead))

    @classmethod
    def gathered(cls, unit: str | None) -> "tuple[CTE, Parts]":
        """Gathered once for all open directives, to be joined: short where all of them are counted."""
        mine = DirectiveUnit.unit_id == (unit or "")
        quiet = and_(*is_silent())
        lead = DirectiveUnit.part == Side.LEAD.value
        asked = {"silent": quiet, "own": mine, "own_silent": and_(mine, quiet), "own_lead": and_(mine, lead)}
        said = [func.max(case((each, 1), else_=0)).label(name) for name, each in asked.items()]
        of_open = select(DirectiveUnit.directive_id, *said)
        of_open = of_open.join(Directive, Directive.id == DirectiveUnit.directive_id).where(is_open())
        parts = of_open.group_by(DirectiveUnit.directive_id).cte("parts").prefix_with("MATERIALIZED")
        return parts, cls(*(parts.c[name] == 1 for name in asked))


def is_silent() -> tuple[ColumnElement[bool], ...]:
    """Of a part: its unit should acknowledge the directive, and has not."""
    return DirectiveUnit.acknowledged_at.is_(None), DirectiveUnit.part != Side.WATCH.value


def has_part(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """A unit has a part in it of which these hold."""
    return exists().where(DirectiveUnit.directive_id == Directive.id, *conditions).correlate(Directive)
