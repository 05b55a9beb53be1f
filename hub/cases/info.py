"""Cases and directives as callers get them: plain values, with nothing in them the asker may not see."""

from dataclasses import dataclass, field
from datetime import date, datetime

from hub.cases.rules import Due
from hub.cases.vault import Person


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """One case. `persons` counts people; `petitioners` is empty and `masked` true for a denunciation."""

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


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What a list of cases is narrowed to. `text` matches number and title without tone marks; at most 200
    rows.
    """

    kind: str | None = None
    field: str | None = None
    unit: str | None = None
    """Id of the unit in charge."""
    text: str = ""
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of a list, and how many there are in all."""

    cases: tuple[CaseInfo, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DirectedUnit:
    """A unit's part in a directive."""

    unit: str
    code: str
    name: str
    lead: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None


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

    @property
    def lead(self) -> DirectedUnit:
        """The unit that leads."""
        return next(unit for unit in self.units if unit.lead)
