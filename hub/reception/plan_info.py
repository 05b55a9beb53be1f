"""Sessions to come as their planners get them: plain values."""

from dataclasses import dataclass
from datetime import date, datetime

from hub.cases.info import CaseInfo
from hub.reception.models import Session
from hub.reception.quota import Standing
from hub.reception.state import Status
from hub.units.models import Unit


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session with all that its planners set. `hub_unit` is a unit's id."""

    id: str
    title: str
    form: str
    state: str
    starts_at: datetime
    ends_at: datetime | None
    hub_unit: str
    hub_unit_name: str
    hub_unit_level: str
    default_audience: str
    held_by: str | None
    chair: str
    place: str
    published_at: datetime | None
    notice_at: datetime | None
    reason: str
    successor: str | None
    head_n: int

    @property
    def status(self) -> Status:
        """Where it stands."""
        return Status(self.state)

    @classmethod
    def of(cls, row: Session, unit: Unit) -> "PlannedSession":
        """From the rows."""
        return cls(
            id=row.id,
            title=row.title,
            form=row.form,
            state=row.state,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            hub_unit=unit.id,
            hub_unit_name=unit.name,
            hub_unit_level=unit.level,
            default_audience=row.default_audience,
            held_by=row.held_by,
            chair=row.chair or "",
            place=row.place or "",
            published_at=row.published_at,
            notice_at=row.notice_at,
            reason=row.reason or "",
            successor=row.successor_id,
            head_n=row.head_n,
        )


@dataclass(frozen=True, slots=True)
class UnitQuota:
    """How a unit's month stands."""

    unit: str
    name: str
    level: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """A case on the agenda. `case` is None when the planner may not see it: then nothing of it is shown.

    `audience` is who will hear it; `own` whether that was chosen for this case and not for the session.
    `forced`: a denunciation, closed whatever is chosen.
    """

    key: str
    """The case's id; where the planner may not see the case the item's, and nothing in a draft."""
    position: int
    case: CaseInfo | None
    audience: str
    own: bool
    forced: bool


@dataclass(frozen=True, slots=True)
class FileAsked:
    """A file that a unit was asked for."""

    id: str
    case: CaseInfo
    unit: str
    unit_name: str
    what: str
    due: date | None
    asked_at: datetime
    asked_by: str
    received_at: datetime | None
    received_by: str
