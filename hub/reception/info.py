"""Sessions, points and moments as callers get them: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One session, for lists and headings. `hub_unit` is a unit's id. `staff`: the asker runs it;
    `technician`: they look after its rooms and links.
    """

    id: str
    title: str
    form: str
    state: str
    starts_at: datetime
    live_at: datetime | None
    hub_unit: str
    hub_unit_name: str
    default_audience: str
    items: int
    points: int
    head_n: int
    staff: bool
    technician: bool = False
    desk: bool = False
    """The asker takes part as an adviser, from a desk."""


@dataclass(frozen=True, slots=True)
class PointInfo:
    """A connection point and its unit. `parent` is the id of the unit above, for grouping a wall by
    district.
    """

    id: str
    name: str
    unit: str
    unit_code: str
    unit_name: str
    level: str
    parent: str | None
    parent_name: str | None
    phone: str | None = None
    """To phone it when it is missing; None while nobody wrote one down."""
    contact: str | None = None
    """Who picks up."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One event about a case, where it stands in which session. `data` is what the asker may see of it."""

    session_id: str
    session_title: str
    n: int
    kind: str
    at: datetime
    media_ms: int | None
    by_name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command stands; `n` is the number of its last event, or of the head when there was nothing to
    change.
    """

    n: int
