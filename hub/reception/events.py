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
    "session.live": _kind(Scope.EVERYONE),
    "session.paused": _kind(Scope.EVERYONE, "reason"),
    "session.resumed": _kind(Scope.EVERYONE),
    "session.closed": _kind(Scope.EVERYONE),
    # chain: unit ids of the case's unit and all above it; invited: unit ids asked to this item.
    "item.added": _kind(Scope.EVERYONE, "item position audience case", "chain invited"),
    "item.called": _kind(Scope.EVERYONE, "item"),
    "item.hearing": _kind(Scope.EVERYONE, "item"),
    "item.concluded": _kind(Scope.EVERYONE, "item text"),
    "item.deferred": _kind(Scope.EVERYONE, "item reason"),
    "audience.set": _kind(Scope.EVERYONE, "item audience"),
    "case.reclassified": _kind(Scope.CASE, "case item kind"),
    "point.joined": _kind(Scope.STAFF, "point"),
    "point.left": _kind(Scope.STAFF, "point reason"),
    "hand.raised": _kind(Scope.POINT, "point"),
    "hand.lowered": _kind(Scope.POINT, "point"),
    "floor.given": _kind(Scope.FLOOR, "point name"),
    "floor.ended": _kind(Scope.FLOOR, "point reason"),
    "source.started": _kind(Scope.STAFF, "source name"),
    "source.stopped": _kind(Scope.STAFF, "source name"),
    "note.added": _kind(Scope.ITEM, "note item text mark"),
    "note.changed": _kind(Scope.ITEM, "note item text"),
    "note.removed": _kind(Scope.ITEM, "note item"),
    "note.restored": _kind(Scope.ITEM, "note item"),
    # units: the ids behind the codes in lead and supporting.
    "directive.issued": _kind(
        Scope.DIRECTIVE, "directive item case lead lead_name supporting text due", "units"
    ),
    "directive.acknowledged": _kind(Scope.DIRECTIVE, "directive unit unit_name"),
    "case.taken_up": _kind(Scope.ITEM, "case item unit unit_name leader"),
}

HUB_KEY: Final = "hub"
"""`by.key` of what the hub itself did."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a timeline, as stored.

    `media_ms` is milliseconds since the session went live, None before. `audience` is the item's audience
    when it happened ("staff" for what only staff see, "all" without an item). `item_id`, `case_id`, `unit_id`
    say what it is about. `hash` covers everything but itself and `seal`; `prev_hash` is the hash of event
    n-1.
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
