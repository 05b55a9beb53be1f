"""The timeline's vocabulary: what kinds of event there are, what each carries, and who each is about.

The table is signaling/PROTOCOL.md's, plus `hidden` fields which the fold needs and no participant is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final


class Audience(StrEnum):
    """Who hears an agenda item."""

    ALL = "all"
    RELATED = "related"
    CLOSED = "closed"

    def stricter(self, other: "Audience") -> "Audience":
        """The one of the two that lets fewer in."""
        return max(self, other, key=list(Audience).index)


class Scope(StrEnum):
    """Whose sight decides who is sent an event."""

    EVERYONE = "everyone"
    STAFF = "staff"
    ITEM = "item"
    """The audience of its item."""
    CASE = "case"
    """Whoever sees the case of its item."""
    POINT = "point"
    """Staff, and the point it names."""
    FLOOR = "floor"
    """The audience of its item, and the point it names."""
    ROOMS = "rooms"
    """Staff, and every room."""
    PLACE = "place"
    """Staff, the point it names, and that point's clerk."""
    OFFICE = "office"
    """Staff; technicians not, for it is about a case."""
    LOBBY = "lobby"
    """Staff, and the room it names; technicians not."""
    DIRECTIVE = "directive"
    """The audience of its item, and the units that were directed, unless the item is closed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: who it is for, the fields participants get, and the fields only the hub reads."""

    scope: Scope
    fields: frozenset[str]
    hidden: frozenset[str] = frozenset()


def _kind(scope: Scope, fields: str = "", hidden: str = "") -> Kind:
    return Kind(scope, frozenset(fields.split()), frozenset(hidden.split()))


KINDS: Final[Mapping[str, Kind]] = {
    "session.created": _kind(Scope.EVERYONE, "title form default_audience points"),
    "session.changed": _kind(Scope.EVERYONE, "title form default_audience starts_at"),
    "session.published": _kind(Scope.EVERYONE, "starts_at"),
    # successor: the session that stands in its place, starts_at: when; both null when none is set yet.
    "session.postponed": _kind(Scope.EVERYONE, "reason successor starts_at"),
    "session.cancelled": _kind(Scope.EVERYONE, "reason"),
    "session.live": _kind(Scope.EVERYONE),
    "session.paused": _kind(Scope.EVERYONE, "reason"),
    "session.resumed": _kind(Scope.EVERYONE),
    "session.closed": _kind(Scope.EVERYONE),
    # chain: unit ids of the case's unit and all above it; invited: unit ids asked to this item.
    "item.added": _kind(Scope.EVERYONE, "item position audience case", "chain invited"),
    "item.removed": _kind(Scope.EVERYONE, "item reason"),
    # items: all that are on the agenda, in their new order.
    "agenda.ordered": _kind(Scope.EVERYONE, "items"),
    "item.called": _kind(Scope.EVERYONE, "item"),
    "item.hearing": _kind(Scope.EVERYONE, "item"),
    # answer_on: the day by which the citizen is to be answered; directive: what it issued. Both or null.
    "item.concluded": _kind(Scope.EVERYONE, "item text answer_on directive"),
    "item.reopened": _kind(Scope.EVERYONE, "item state reason"),
    "conclusion.drafted": _kind(Scope.OFFICE, "item text lead lead_name supporting due answer_on conflict"),
    "conclusion.read": _kind(Scope.ITEM, "item version text lead lead_name supporting due answer_on"),
    "conclusion.taken_back": _kind(Scope.ITEM, "item"),
    "item.deferred": _kind(Scope.EVERYONE, "item reason"),
    "audience.set": _kind(Scope.EVERYONE, "item audience"),
    "case.reclassified": _kind(Scope.CASE, "case item kind"),
    # events: in how many earlier ones a text lost names that went into the vault.
    "timeline.masked": _kind(Scope.OFFICE, "events"),
    "point.joined": _kind(Scope.STAFF, "point"),
    "point.left": _kind(Scope.STAFF, "point reason"),
    # desk: the id of an adviser's account, which is also the point of their hand and floor.
    "desk.joined": _kind(Scope.STAFF, "desk name"),
    "desk.left": _kind(Scope.STAFF, "desk reason"),
    # tones: the room's own, made for each from the seed. points: ids of all that were asked.
    "roll.began": _kind(Scope.ROOMS, "roll until", "seed points"),
    "roll.answered": _kind(Scope.POINT, "roll point heard right"),
    "roll.stopped": _kind(Scope.ROOMS, "roll"),
    "roll.closed": _kind(Scope.ROOMS, "roll results"),
    "point.present": _kind(Scope.PLACE, "point people"),
    "hand.raised": _kind(Scope.POINT, "point"),
    "hand.lowered": _kind(Scope.POINT, "point"),
    "room.consented": _kind(Scope.POINT, "point"),
    "room.withdrew": _kind(Scope.POINT, "point"),
    "floor.called": _kind(Scope.POINT, "point name seconds"),
    "floor.call_ended": _kind(Scope.POINT, "point reason"),
    # until: when the lease ends, the countdown included.
    "floor.given": _kind(Scope.FLOOR, "point name until"),
    "floor.extended": _kind(Scope.FLOOR, "point until"),
    "floor.ended": _kind(Scope.FLOOR, "point reason"),
    "stage.laid_out": _kind(Scope.EVERYONE, "layout"),
    "stage.muted": _kind(Scope.EVERYONE),
    "stage.unmuted": _kind(Scope.EVERYONE),
    "stage.duplex_set": _kind(Scope.EVERYONE, "duplex"),
    "stage.pinned": _kind(Scope.FLOOR, "point name"),
    "stage.unpinned": _kind(Scope.FLOOR, "point reason"),
    # staff: the key of whoever talks with the room.
    "talk.opened": _kind(Scope.POINT, "talk point name staff staff_name"),
    "talk.closed": _kind(Scope.POINT, "talk point reason"),
    "source.started": _kind(Scope.STAFF, "source name"),
    "source.stopped": _kind(Scope.STAFF, "source name"),
    "note.added": _kind(Scope.ITEM, "note item text mark"),
    "note.changed": _kind(Scope.ITEM, "note item text conflict"),
    "note.marked": _kind(Scope.ITEM, "note item mark"),
    "note.removed": _kind(Scope.ITEM, "note item"),
    "note.restored": _kind(Scope.ITEM, "note item"),
    # units: the ids behind the codes in lead and supporting.
    "directive.issued": _kind(
        Scope.DIRECTIVE, "directive item case lead lead_name supporting text due", "units"
    ),
    "directive.acknowledged": _kind(Scope.DIRECTIVE, "directive unit unit_name"),
    "directive.withdrawn": _kind(Scope.DIRECTIVE, "directive item reason"),
    "directive.restored": _kind(Scope.DIRECTIVE, "directive item"),
    "lobby.announced": _kind(Scope.LOBBY, "entry point unit unit_name kind field matter persons"),
    "lobby.admitted": _kind(Scope.LOBBY, "entry point item"),
    "lobby.turned_down": _kind(Scope.LOBBY, "entry point reason"),
    "lobby.restored": _kind(Scope.LOBBY, "entry point"),
    "lobby.withdrawn": _kind(Scope.LOBBY, "entry point"),
    "take_up.withdrawn": _kind(Scope.ITEM, "item unit"),
    "case.taken_up": _kind(Scope.ITEM, "case item unit unit_name leader"),
}

MASKED_KIND: Final = "timeline.masked"
"""After it, what was known of the events before it holds no longer."""

HUB_KEY: Final = "hub"
"""`by.key` of what the hub itself did."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a timeline, as stored.

    `media_ms` is milliseconds since the session went live, None before. `audience` is the item's audience
    when it happened ("staff" for what only staff see, "all" without an item). `item_id`, `case_id`, `unit_id`
    say what it is about. `hash` covers everything but itself and `seal`; `prev_hash` is the hash of event
    n-1. `masked`: how often a text in `data` was masked since; `hash` stays what it was.
    """

    session_id: str
    n: int
    kind: str
    at: datetime
    media_ms: int | None
    by_key: str
    by_name: str
    audience: str
    data: Mapping[str, Any]
    item_id: str | None = None
    case_id: str | None = None
    unit_id: str | None = None
    prev_hash: str = ""
    hash: str = ""
    seal: str = ""
    masked: int = 0


def check(kind: str, data: Mapping[str, Any]) -> None:
    """Raise ValueError unless `data` has exactly the fields of `kind`: a wrong event would stay for ever."""
    known = KINDS.get(kind)
    if known is None:
        raise ValueError(f"there is no event of kind {kind}")
    if set(data) != known.fields | known.hidden:
        raise ValueError(f"{kind} carries {sorted(known.fields | known.hidden)}, not {sorted(data)}")


def wire_time(at: datetime) -> str:
    """A time as the protocol writes it: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def whole_ms(at: datetime) -> datetime:
    """The time cut to milliseconds: what is stored is what is sent and hashed."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
