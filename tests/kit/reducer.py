"""The client's reducer as signaling/PROTOCOL.md describes it: a view, and events that change it. In dicts."""

import copy
from typing import Any

from tests.kit.clerk_reducer import PREFIXES, apply_clerk, hide_matter, unread
from tests.kit.speaking import FAMILIES, speak

View = dict[str, Any]
Wire = dict[str, Any]


def reduce(view: View, events: list[Wire], head: int, *, staff: bool = False) -> View:
    """The view after the events, at `head`. `staff`: what staff keep, others forget."""
    after = copy.deepcopy(view)
    for event in events:
        assert event["n"] >= after["n"], "events come in order"
        after["n"] = event["n"]
        _apply(after, event, staff=staff)
    after["n"] = head
    return after


def _apply(view: View, event: Wire, *, staff: bool) -> None:  # noqa: C901, PLR0912 - one branch per kind, as the protocol lists them
    data, kind = event["data"], event["kind"]
    if kind == "view.shown":
        view |= copy.deepcopy(data["view"])
    elif kind == "timeline.masked":
        pass  # `view.shown` follows
    elif kind.startswith("session."):
        _session(view, event)
    elif kind.startswith("note."):
        _note(view, event)
    elif kind == "item.removed":
        view["items"] = [item for item in view["items"] if item["id"] != data["item"]]
        hide_matter(view, data["item"])
        for name in () if staff else ("notes", "taken_up", "directives", "drafts"):
            view[name] = [each for each in view[name] if each["item"] != data["item"]]
    elif kind == "agenda.ordered":
        for item in view["items"]:
            item["position"] = data["items"].index(item["id"]) + 1
        view["items"].sort(key=lambda item: item["position"])
    elif kind.startswith("desk."):
        known = view["desks"].get(data["desk"], {})
        state = {"state": "joined" if kind == "desk.joined" else "left", "at": event["at"]}
        view["desks"][data["desk"]] = {**known, **({"name": data["name"]} if "name" in data else {}), **state}
    elif kind in ("item.added", "item.shown"):
        _whole_item(view, event)
    elif kind.startswith(PREFIXES):
        apply_clerk(view, event, staff=staff)
    elif kind.startswith("item."):
        _item_state(view, event, staff=staff)
    elif kind == "audience.set":
        _of(view, data["item"])["audience"] = data["audience"]
        if data["audience"] == "closed":
            hide_matter(view, data["item"])
    elif kind == "case.reclassified":
        case = _of(view, data["item"])["case"]
        if case is not None:
            case["kind"] = data["kind"]
    elif kind.startswith("roll.") or kind == "point.present":
        _roll(view, event)
    elif kind.startswith("point."):
        state = "joined" if kind == "point.joined" else "left"
        view["points"][data["point"]] = {"state": state, "at": event["at"]}
    elif kind == "hand.raised":
        view["hands"].append({"point": data["point"], "at": event["at"]})
    elif kind == "hand.lowered":
        view["hands"] = [hand for hand in view["hands"] if hand["point"] != data["point"]]
    elif kind.startswith(FAMILIES):
        speak(view, event)
    elif kind == "source.started":
        view["sources"][data["source"]] = {"name": data["name"]}
    elif kind == "source.stopped":
        view["sources"].pop(data["source"], None)
    else:
        _record(view, event)


def _session(view: View, event: Wire) -> None:
    session, kind, data = view["session"], event["kind"], event["data"]
    if kind in ("session.created", "session.changed"):
        session |= {name: data[name] for name in ("title", "form", "default_audience")}
    elif kind == "session.live":
        session |= {"state": "live", "live_at": event["at"]}
    elif kind == "session.resumed":
        session |= {"state": "live", "reason": None}
        current = next((item for item in view["items"] if item["id"] == view["current"]), None)
        if current is not None and current["state"] in ("concluded", "deferred"):
            view["current"] = None
    else:
        session["state"] = kind.removeprefix("session.")
        if kind != "session.published":
            session["reason"] = data.get("reason")
        assert session["state"] in ("paused", "closed", "published", "postponed", "cancelled")


def _roll(view: View, event: Wire) -> None:
    data, kind, roll = event["data"], event["kind"], view["roll"]
    if kind == "point.present":
        seated = {"people": data["people"], "by": event["by"], "at": event["at"]}
        view["present"][data["point"]] = seated
    elif kind == "roll.began":
        began = {"id": data["roll"], "at": event["at"], "until": data["until"], "tones": data["tones"]}
        view["roll"] = began | {"closed": None, "answers": {}, "results": {}}
    elif kind == "roll.answered":
        answer = {"heard": data["heard"], "right": data["right"], "at": event["at"]}
        roll["answers"][data["point"]] = answer
    elif kind == "roll.stopped":
        roll["until"] = event["at"]
    else:
        roll |= {"closed": event["at"], "results": data["results"]}


def _item_state(view: View, event: Wire, *, staff: bool) -> None:
    data, kind = event["data"], event["kind"]
    item = _of(view, data["item"])
    item["state"] = kind.removeprefix("item.")
    if kind == "item.reopened":
        item |= {"state": data["state"], "conclusion": None, "answer_on": None, "reason": None}
        if data["state"] != "queued":
            view["current"] = item["id"]
    if kind == "item.called":
        view["current"] = item["id"]
        item["reason"] = None
    if kind == "item.concluded":
        item |= {"conclusion": data["text"] or None, "answer_on": data["answer_on"]}
        view["drafts"] = [draft for draft in view["drafts"] if draft["item"] != item["id"]]
    if kind == "item.deferred":
        item["reason"] = data["reason"] if item["case"] is not None else None
        unread(view, item["id"], staff=staff)


def _whole_item(view: View, event: Wire) -> None:
    data = event["data"]
    if event["kind"] == "item.added":
        shown = {"id": data["item"], "state": "queued", "conclusion": None, "answer_on": None, "reason": None}
        shown |= {name: data[name] for name in ("position", "audience", "inside", "case")}
    else:
        shown = data["view"]
        view["floor"], view["pinned"] = data["floor"], data["pinned"]
        drafts = [each for each in view["drafts"] if each["item"] != data["item"]]
        view["drafts"] = sorted(drafts + data["drafts"], key=lambda each: str(each["item"]))
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
        fresh = {"removed": False, "changed": False, "version": event["n"], "conflict": False}
        view["notes"].append(note | fresh)
        return
    note = next((each for each in view["notes"] if each["id"] == data["note"]), {})
    if kind == "note.changed":
        note |= {name: data[name] for name in ("text", "conflict")}
        note |= {"changed": True, "version": event["n"]}
    elif kind == "note.marked":
        note["mark"] = data["mark"]
    else:
        note["removed"] = kind == "note.removed"


def _record(view: View, event: Wire) -> None:
    data, kind = dict(event["data"]), event["kind"]
    moment = {"n": event["n"], "at": event["at"], "media_ms": event["media_ms"]}
    if kind == "case.taken_up":
        view["taken_up"].append(data | moment)
    elif kind == "directive.issued":
        issued = {"id": data.pop("directive"), **data, **moment, "acknowledged": [], "withdrawn": None}
        view["directives"].append(issued)
    else:
        assert kind == "directive.acknowledged", kind
        known = next((each for each in view["directives"] if each["id"] == data["directive"]), None)
        if known is not None:
            known["acknowledged"].append(data["unit"])


def _of(view: View, item_id: str) -> View:
    return next(item for item in view["items"] if item["id"] == item_id)
