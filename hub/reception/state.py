"""What a timeline amounts to at one moment. Values only: `fold` makes them, `snapshot` shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.reception.events import Audience


class Status(StrEnum):
    """Where a session stands."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    CLOSED = "closed"


class ItemStatus(StrEnum):
    """Where an agenda item stands."""

    QUEUED = "queued"
    CALLED = "called"
    HEARING = "hearing"
    CONCLUDED = "concluded"
    DEFERRED = "deferred"


OPEN_ITEM = frozenset({ItemStatus.CALLED, ItemStatus.HEARING})
"""States of an item that is being heard."""


@dataclass(frozen=True, slots=True)
class Item:
    """An agenda item. `case` is as on the wire; `guests` are points given the floor since it was last
    closed.
    """

    id: str
    position: int
    status: ItemStatus
    audience: Audience
    case: Mapping[str, Any]
    chain: frozenset[str]
    invited: frozenset[str]
    conclusion: str | None = None
    guests: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Floor:
    """The point that speaks, and the item it speaks to."""

    point: str
    name: str
    item: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the clerk's. A removed one keeps its text, so that it can be restored."""

    id: str
    n: int
    item: str
    text: str
    mark: str | None
    by_key: str
    by_name: str
    at: datetime
    media_ms: int | None
    removed: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class TakeUp:
    """A unit took a case up. `unit` is its code, `unit_id` its id."""

    n: int
    case: str
    item: str
    unit: str
    unit_id: str
    unit_name: str
    leader: str
    at: datetime
    media_ms: int | None


@dataclass(frozen=True, slots=True)
class DirectiveState:
    """A directive issued in this session. `units` are the ids of lead and supporting; the rest is as on the
    wire.
    """

    id: str
    n: int
    item: str
    case: str
    lead: str
    lead_name: str
    supporting: tuple[str, ...]
    units: frozenset[str]
    text: str
    due: str
    at: datetime
    media_ms: int | None
    acknowledged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a point is here, and since when."""

    joined: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionState:
    """The fold of a timeline up to event `n`. Keys of the mappings are ids."""

    id: str
    n: int = 0
    title: str = ""
    form: str = ""
    default_audience: str = ""
    status: Status = Status.SCHEDULED
    live_at: datetime | None = None
    items: Mapping[str, Item] = field(default_factory=dict)
    current: str | None = None
    floor: Floor | None = None
    hands: tuple[tuple[str, datetime], ...] = ()
    points: Mapping[str, Presence] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    taken_up: tuple[TakeUp, ...] = ()
    directives: Mapping[str, DirectiveState] = field(default_factory=dict)

    @property
    def current_item(self) -> Item | None:
        """The item called last, also after its end."""
        return self.items.get(self.current) if self.current is not None else None

    def hand_up(self, point: str) -> bool:
        """Whether this point's hand is up."""
        return any(raised == point for raised, _ in self.hands)

    def is_here(self, point: str) -> bool:
        """Whether this point is connected."""
        presence = self.points.get(point)
        return presence is not None and presence.joined
