"""The part of the client's reducer that is about who speaks, as signaling/PROTOCOL.md describes it. In
dicts.
"""

from typing import Any

Wire = dict[str, Any]
FAMILIES = ("room.", "floor.", "stage.", "talk.")


def speak(view: Wire, event: Wire) -> None:
    """Change the view by one event of this part."""
    data, (family, what) = event["data"], event["kind"].split(".")
    match family:
        case "room":
            view["consents"] = [point for point in view["consents"] if point != data["point"]]
            view["consents"] += [data["point"]] if what == "consented" else []
        case "floor":
            _floor(view, event, what)
        case "stage" if what in ("pinned", "unpinned"):
            held = {"point": data["point"], "name": data.get("name"), "at": event["at"]}
            view["pinned"] = held if what == "pinned" else None
        case "stage" if what in ("muted", "unmuted"):
            view["stage"]["muted"] = what == "muted"
        case "stage":
            view["stage"] |= data
        case _:
            view["talks"] = [talk for talk in view["talks"] if talk["talk"] != data["talk"]]
            view["talks"] += [data | {"at": event["at"]}] if what == "opened" else []


def _floor(view: Wire, event: Wire, what: str) -> None:
    data = event["data"]
    if what == "called":
        view["call"] = data | {"at": event["at"]}
    elif what == "call_ended":
        view["call"] = None
    elif what == "given":
        view["floor"] = data | {"at": event["at"]}
    elif what == "ended":
        view["floor"] = None
    elif view["floor"] is not None:
        view["floor"]["until"] = data["until"]
