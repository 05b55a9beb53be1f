"""The client's reducer as signaling/PROTOCOL.md describes it: a view, and events that change it. In dicts."""

import copy
from typing import Any

View = dict[str, Any]
Wire = dict[str, Any]


def reduce(view: View, events: list[Wire], head: int) -> View:
    """The view after the events, at `head`."""
    after = copy.deepcopy(view)
    for event in events:
        assert event["n"] >= after["n"], "events come in order"
        after["n"] = event["n"]
        _apply(after, event)
    after["n"] = head
    return after


def _apply(view: View, event: Wire) -> None:  # noqa: C901, PLR0912 - one branch per kind, as the protocol lists them
    data, kind = event["data"], event["kind"]
    if kind.startswith("session."):
        _session(view, event)
    elif kind.startswith("note."):
        _note(view, event)
    elif kind in ("item.added", "item.shown"):
        _whole_item(view, event)
    elif kind.startswith("item."):
        _item_state(view, event)
    elif kind == "audience.set":
        _of(view, data["item"])["audience"] = data["audience"]
    elif kind == "case.reclassified":
        case = _of(view, data["item"])["case"]
        if case is not None:
            case["kind"] = data["kind"]
    elif kind.startswith("point."):
        state = "joined" if kind == "point.joined" else "left"
        view["points"][data["point"]] = {"state": state, "at": event["at"]}
    elif kind == "hand.raised":
        view["hands"].append({"point": data["point"], "at": event["at"]})
    elif kind == "hand.lowered":
        view["hands"] = [hand for hand in view["hands"] if hand["point"] != data["point"]]
    elif kind == "floor.given":
        view["floor"] = {"point": data["point"], "name": data["name"], "at": event["at"]}
    elif kind == "floor.ended":
        view["floor"] = None
    elif kind == "source.started":
        view["sources"][data["source"]] = {"name": data["name"]}
    elif kind == "source.stopped":
        view["sources"].pop(data["source"], None)
    else:
        _record(view, event)


def _session(view: View, event: Wire) -> None:
    session, kind, data = view["session"], event["kind"], event["data"]
    if kind == "session.created":
        session |= {name: data[name] for name in ("title", "form", "default_audience")}
    elif kind == "session.live":
        session |= {"state": "live", "live_at": event["at"]}
    elif kind == "session.resumed":
        session["state"] = "live"
        current = next((item for item in view["items"] if item["id"] == view["current"]), None)
        if current is not None and current["state"] in ("concluded", "deferred"):
            view["current"] = None
    else:
        session["state"] = {"session.paused": "paused", "session.closed": "closed"}[kind]


def _item_state(view: View, event: Wire) -> None:
    item, kind = _of(view, event["data"]["item"]), event["kind"]
    item["state"] = kind.removeprefix("item.")
    if kind == "item.called":
        view["current"] = item["id"]
    if kind == "item.concluded":
        item["conclusion"] = event["data"]["text"] or None


def _whole_item(view: View, event: Wire) -> None:
    data = event["data"]
    if event["kind"] == "item.added":
        shown = {"id": data["item"], "state": "queued", "conclusion": None}
        shown |= {name: data[name] for name in ("position", "audience", "inside", "case")}
    else:
        shown = data["view"]
        view["floor"] = data["floor"]
        for name in ("notes", "taken_up", "directives"):
            others = [each for each in view[name] if each["item"] != data["item"]]
            view[name] = sorted(others + data[name], key=lambda each: each["n"])
    items = [item for item in view["items"] if item["id"] != shown["id"]]
    view["items"] = sorted([*items, shown], key=lambda item: item["position"])


def _note(view: View, event: Wire) -> None:
    data, kind = event["data"], event["kind"]
    if kind == "note.added":
        note = {"id": data["note"], "n": event["n"], "item": data["item"], "text": data["text"]}
        note |= {"mark": data["mark"], "by": event["by"], "at": event["at"], "media_ms": event["media_ms"]}
        view["notes"].append(note | {"removed": False, "changed": False})
        return
    note = next((each for each in view["notes"] if each["id"] == data["note"]), {})
    if kind == "note.changed":
        note |= {"text": data["text"], "changed": True}
    else:
        note["removed"] = kind == "note.removed"


def _record(view: View, event: Wire) -> None:
    data, kind = dict(event["data"]), event["kind"]
    moment = {"n": event["n"], "at": event["at"], "media_ms": event["media_ms"]}
    if kind == "case.taken_up":
        view["taken_up"].append(data | moment)
    elif kind == "directive.issued":
        issued = {"id": data.pop("directive"), **data, **moment, "acknowledged": []}
        view["directives"].append(issued)
    else:
        assert kind == "directive.acknowledged", kind
        known = next((each for each in view["directives"] if each["id"] == data["directive"]), None)
        if known is not None:
            known["acknowledged"].append(data["unit"])


def _of(view: View, item_id: str) -> View:
    return next(item for item in view["items"] if item["id"] == item_id)
