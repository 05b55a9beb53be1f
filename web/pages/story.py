"""Timeline events in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from hub.reception.attendance import tally
from hub.reception.state import SessionState
from web import i18n

Translate = Callable[..., str]

AREAS: Final = {
    "session": "session",
    "item": "cases",
    "audience": "cases",
    "case": "cases",
    "note": "notes",
    "conclusion": "cases",
    "lobby": "cases",
    "take_up": "cases",
    "timeline": "notes",
} | {
    "agenda": "cases",
    "desk": "points",
    "directive": "notes",
    "point": "points",
    "roll": "points",
    "hand": "points",
    "floor": "points",
    "source": "points",
    "room": "points",
    "stage": "points",
    "talk": "points",
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
    desks = {desk: each.name for desk, each in state.desks.items()}
    return Names(items, cases, {**desks, **points})


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
    if "desk" in data:
        fields["point"] = names.points.get(str(data["desk"]), "–")
    if "starts_at" in data:
        fields["starts_at"] = _time(t, data["starts_at"])
    if kind == "audience.set":
        fields["audience"] = t(f"audience.{data['audience']}")
    elif kind == "case.reclassified":
        fields["kind"] = t(f"kind.{data['kind']}")
    elif kind == "directive.issued":
        fields["due"] = i18n.day(date.fromisoformat(data["due"]))
    elif kind == "note.marked":
        kind, fields["mark"] = _marked(t, kind, data["mark"])
    elif kind == "lobby.announced" and not data["matter"]:
        fields["matter"] = t("lobby.secret")
    elif kind == "item.deferred" and data.get("reason") == "next_called":
        fields["reason"] = t("reason.next_called")
    elif kind == "roll.closed":
        fields |= tally(data["results"])
    elif kind == "point.present":
        said = [f"{each['name']} ({t('rank.' + each['rank'])})" for each in data["people"]]
        fields["people"] = "; ".join(said) or t("event.point.present.nobody")
    return t(f"event.{kind}", **fields)


def _marked(t: Translate, kind: str, mark: str | None) -> tuple[str, str]:
    return (kind, t(f"mark.{mark}")) if mark is not None else ("note.unmarked", "")


def _time(t: Translate, wire: str | None) -> str:
    """A time on the wire as people write it."""
    if wire is None:
        return t("event.no_time")
    at = datetime.fromisoformat(wire)
    return f"{i18n.time_of_day(at)}, {i18n.day(at)}"
