"""The part of the client's reducer that is about clerks, as signaling/PROTOCOL.md describes it. In dicts."""

from typing import Any

View = dict[str, Any]
Wire = dict[str, Any]

PREFIXES = ("conclusion.", "lobby.", "take_up.", "directive.withdrawn", "directive.restored")


def apply_clerk(view: View, event: Wire, *, staff: bool) -> None:
    """Conclusions being written, the lobby, and what was taken back."""
    data, kind = event["data"], event["kind"]
    if kind.startswith("lobby."):
        _lobby(view, event)
    elif kind == "take_up.withdrawn":
        gone = (data["item"], data["unit"])
        view["taken_up"] = [each for each in view["taken_up"] if (each["item"], each["unit"]) != gone]
    elif kind.startswith("directive."):
        for each in view["directives"]:
            if each["id"] == data["directive"]:
                each["withdrawn"] = data.get("reason")
    elif kind == "conclusion.taken_back":
        unread(view, data["item"], staff=staff)
    else:
        others = [draft for draft in view["drafts"] if draft["item"] != data["item"]]
        draft = {"version": event["n"], "read": None, "conflict": False} | data
        if kind == "conclusion.read":
            draft["read"] = {"by": event["by"], "at": event["at"]}
        view["drafts"] = sorted([*others, draft], key=lambda each: str(each["item"]))


def unread(view: View, item: str, *, staff: bool) -> None:
    """It is not being read back any more: staff go on writing, the others see nothing of it."""
    if not staff:
        view["drafts"] = [draft for draft in view["drafts"] if draft["item"] != item]
    for draft in view["drafts"]:
        if draft["item"] == item:
            draft["read"] = None


def hide_matter(view: View, item: str) -> None:
    """What was announced of an item that is closed, or taken off, is known no more."""
    for entry in view["lobby"]:
        if entry["item"] == item:
            entry["matter"] = ""


def _lobby(view: View, event: Wire) -> None:
    data, kind = dict(event["data"]), event["kind"]
    entry = data.pop("entry")
    if kind == "lobby.announced":
        fresh = {"state": "waiting", "item": None, "reason": None}
        view["lobby"].append({"id": entry, "n": event["n"], "at": event["at"], **data, **fresh})
        return
    (known,) = [each for each in view["lobby"] if each["id"] == entry]
    known["state"] = {"restored": "waiting"}.get(kind[6:], kind[6:])
    known["item"] = data.get("item", known["item"])
    if kind != "lobby.withdrawn":
        known["reason"] = data.get("reason")
    if any(item["id"] == known["item"] and item["audience"] == "closed" for item in view["items"]):
        hide_matter(view, known["item"])
