"""Timeline events in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hub.reception.state import SessionState
from web import i18n

Translate = Callable[..., str]

AREAS: Final = {
    "session": "session",
    "item": "cases",
    "audience": "cases",
    "case": "cases",
    "note": "notes",
} | {
    "directive": "notes",
    "point": "points",
    "hand": "points",
    "floor": "points",
    "source": "points",
}
"""What a kind of event is about, for filters and looks, by the first part of its name."""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids in events are called. Unknown ones are left out."""

    items: Mapping[str, str]
    """Item id → position."""
    cases: Mapping[str, str]
    """Item id → the case as one line."""
    points: Mapping[str, str]


def area_of(kind: str) -> str:
    """`session`, `cases`, `notes` or `points`."""
    return AREAS[kind.partition(".")[0]]


def names_in(state: SessionState, points: Mapping[str, str], visible: Callable[[str], bool]) -> Names:
    """Names of a session's items for somebody who sees the cases of those that are `visible`."""
    items = {item.id: str(item.position) for item in state.items.values()}
    cases = {
        item.id: f"{item.case['number']} · {item.case['unit_name']} · {item.case['title']}"
        for item in state.items.values()
        if visible(item.id)
    }
    return Names(items, cases, points)


def tell(t: Translate, kind: str, data: Mapping[str, Any], names: Names) -> str:
    """One event in a sentence."""
    item = str(data.get("item", ""))
    fields: dict[str, Any] = {
        **data,
        "position": names.items.get(item, ""),
        "case": names.cases.get(item, t("agenda.hidden")),
    }
    if "point" in data:
        fields["point"] = names.points.get(str(data["point"]), data.get("name", "–"))
    if kind == "audience.set":
        fields["audience"] = t(f"audience.{data['audience']}")
    elif kind == "case.reclassified":
        fields["kind"] = t(f"kind.{data['kind']}")
    elif kind == "directive.issued":
        fields["due"] = i18n.day(date.fromisoformat(data["due"]))
    elif kind == "item.deferred" and data.get("reason") == "next_called":
        fields["reason"] = t("reason.next_called")
    return t(f"event.{kind}", **fields)
