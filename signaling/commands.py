"""Which commands a participant may give. The rules themselves are the reception's; this is what `you.may` says."""

from typing import Final, Literal

from hub.reception.viewer import Viewer

Who = Literal["staff", "point", "both"]

COMMANDS: Final[dict[str, Who]] = {
    "session.go_live": "staff",
    "session.pause": "staff",
    "session.resume": "staff",
    "session.close": "staff",
    "item.call": "staff",
    "item.hear": "staff",
    "item.conclude": "staff",
    "item.defer": "staff",
    "audience.set": "staff",
    "case.reclassify": "staff",
    "floor.give": "staff",
    "floor.end": "both",
    "note.add": "staff",
    "note.change": "staff",
    "note.remove": "staff",
    "note.restore": "staff",
    "directive.issue": "staff",
    "directive.acknowledge": "point",
    "hand.raise": "point",
    "hand.lower": "point",
    "case.take_up": "point",
}


def may(viewer: Viewer) -> list[str]:
    """The commands of this participant, in the order of the protocol."""
    kinds: set[Who] = set()
    if viewer.staff:
        kinds |= {"staff", "both"}
    if viewer.point is not None:
        kinds |= {"point", "both"}
    return [name for name, who in COMMANDS.items() if who in kinds]
