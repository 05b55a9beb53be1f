"""Cases and directives as callers get them: plain values, with nothing in them the asker may not see."""

from dataclasses import dataclass, field
from datetime import date, datetime

from hub.cases.directives.states import OWING
from hub.cases.rules import Due
from hub.cases.vault import Person


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """One case. `persons` counts people. `petitioners` is filled by `Cases.look` only, and never where who
    asks is sealed (`masked`).
    """

    id: str
    number: str
    kind: str
    field: str
    unit: str
    """Id of the unit in charge."""
    unit_code: str
    unit_name: str
    title: str
    summary: str
    times_heard: int
    received_at: datetime
    persons: int = 0
    masked: bool = False
    petitioners: tuple[Person, ...] = ()
    state: str = "received"
    """See `hub.cases.life.State`."""
    due_on: date | None = None
    """The last day of the legal term to act on first."""
    due_rule: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits to be heard. `due` is the earliest deadline of its directives."""

    case: CaseInfo
    due: date | None


@dataclass(frozen=True, slots=True)
class DirectedUnit:
    """A unit's part in a directive."""

    unit: str
    code: str
    name: str
    lead: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    part: str = "lead"
    """`lead`, `support` or `watch`."""
    delivered_at: datetime | None = None
    delivered_how: str | None = None


@dataclass(frozen=True, slots=True)
class DirectiveInfo:
    """One directive, and how its deadline stands today (`days_left` is negative when overdue)."""

    id: str
    case_id: str
    case_number: str
    case_title: str
    text: str
    due: date
    days_left: int
    standing: Due
    issued_at: datetime
    issued_by: str
    units: tuple[DirectedUnit, ...] = field(default=())
    state: str = "issued"
    """See `hub.cases.directives.states.State`."""
    due_period: str | None = None
    """The quarter that was said, `2026-Q4`."""
    withdrawn_why: str | None = None
    """Why it was taken back; None while it holds."""
    issued_unit: str = ""
    """Id of the unit that issued it."""
    answer_on: date | None = None
    """The day by which the citizen is to be answered."""
    case_kind: str = ""
    urged: int = 0
    """Urging letters so far."""

    @property
    def lead(self) -> DirectedUnit:
        """The unit that leads."""
        return next(unit for unit in self.units if unit.lead)

    @property
    def owing(self) -> bool:
        """Whether the leading unit still owes its report: only then do days count."""
        return self.withdrawn_why is None and self.state in OWING
