"""What a timeline amounts to at one moment. Values only: `fold` makes them, `snapshot` shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.reception.clerk_state import Draft, Entry
from hub.reception.events import Audience
from hub.reception.rolls import Roll, Seated
from hub.reception.speech import Floor, Speech


class Status(StrEnum):
    """Where a session stands."""

    DRAFT = "draft"
    """Of the row only: a draft has no timeline."""
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    LIVE = "live"
    PAUSED = "paused"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class ItemStatus(StrEnum):
    """Where an agenda item stands."""

    QUEUED = "queued"
    CALLED = "called"
    HEARING = "hearing"
    CONCLUDED = "concluded"
    DEFERRED = "deferred"
    REMOVED = "removed"
    """Taken off the agenda; nobody is shown it any more, and its past events stay."""


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
    reason: str | None = None
    """Why it is put off; None in other states."""
    answer_on: str | None = None
    """The day by which the citizen is to be answered, as concluded."""
    before: ItemStatus | None = None
    """What it was before it ended, so that the end can be taken back."""
    directive: str | None = None
    """The directive that its conclusion issued."""
    outcome: Draft | None = None
    """What was concluded, as it was read back."""
    privy: frozenset[str] = frozenset()
    """Those of the guests who were given the floor while it was closed."""
    told: Audience = Audience.ALL
    """Its audience when it ended: who heard conclusion or reason."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the clerk's. A removed one keeps its text, so that it can be restored. `audience`: the
    strictest that the item had while something was written in it.
    """

    id: str
    n: int
    item: str
    text: str
    mark: str | None
    by_key: str
    by_name: str
    at: datetime
    media_ms: int | None
    audience: Audience
    removed: bool = False
    changed: bool = False
    version: int = 0
    """The number of the event that wrote this text: what a change to it is based on."""
    conflict: bool = False
    """Two people changed the same words, and both readings stand in the text."""


@dataclass(frozen=True, slots=True)
class TakeUp:
    """A unit took a case up, before that `audience`. `unit` is its code, `unit_id` its id."""

    n: int
    case: str
    item: str
    unit: str
    unit_id: str
    unit_name: str
    leader: str
    at: datetime
    media_ms: int | None
    audience: Audience


@dataclass(frozen=True, slots=True)
class DirectiveState:
    """A directive issued in this session. `units` are the ids of lead and supporting, `audience` the
    strictest before which it was issued or withdrawn; the rest is as on the wire.
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
    audience: Audience
    acknowledged: tuple[str, ...] = ()
    withdrawn: str | None = None
    """Why it was taken back; None while it holds."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a point is here, and since when."""

    joined: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class DeskState:
    """An adviser's desk: who sits there, whether they are here, and since when."""

    name: str
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
    reason: str | None = None
    """Why it is paused, was postponed or was cancelled; None in other states."""
    live_at: datetime | None = None
    items: Mapping[str, Item] = field(default_factory=dict)
    current: str | None = None
    floor: Floor | None = None
    speech: Speech = field(default_factory=Speech)
    """Who may speak and how it is shown, but for the floor."""
    hands: tuple[tuple[str, datetime], ...] = ()
    points: Mapping[str, Presence] = field(default_factory=dict)
    desks: Mapping[str, DeskState] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    taken_up: tuple[TakeUp, ...] = ()
    directives: Mapping[str, DirectiveState] = field(default_factory=dict)
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    """Conclusions being written, by item."""
    lobby: Mapping[str, Entry] = field(default_factory=dict)
    """Who came late, in the order of their announcement."""
    roll: Roll | None = None
    """The latest roll call."""
    present: Mapping[str, Seated] = field(default_factory=dict)
    """Who sits where, by point, as it was confirmed last."""

    @property
    def current_item(self) -> Item | None:
        """The item called last, also after its end."""
        return self.items.get(self.current) if self.current is not None else None

    @property
    def agenda(self) -> list[Item]:
        """The items on the agenda, in order."""
        listed = (item for item in self.items.values() if item.status is not ItemStatus.REMOVED)
        return sorted(listed, key=lambda item: (item.position, item.id))

    def hand_up(self, point: str) -> bool:
        """Whether this point's hand is up."""
        return any(raised == point for raised, _ in self.hands)

    def is_here(self, point: str) -> bool:
        """Whether this point, or the desk of that id, is connected."""
        presence = self.points.get(point) or self.desks.get(point)
        return presence is not None and presence.joined


def cases_of(state: SessionState) -> list[str]:
    """Ids of the cases that are on the agenda or were taken off it."""
    return sorted({str(item.case["id"]) for item in state.items.values()})
