"""What the demo's preparation leaves for its other processes and for whoever opens a room: one JSON file."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from deploy.demo.data import Tree

FILE: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoRoom:
    """A room of the demo: the code opens it at `/enrol/<code>`."""

    unit: str
    """The unit's code."""
    name: str
    point: str
    code: str

    def path(self) -> str:
        """The enrolment link, below the hub's address."""
        return f"/enrol/{self.code}"


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The live session, and every invited room: districts first, then communes."""

    session: str
    current: str
    """Code of the unit whose case was current at the start."""
    rooms: tuple[DemoRoom, ...]
    tree: Tree = Tree.Y2024
    """The units of the province."""

    def room(self, unit: str) -> DemoRoom:
        """The room of a unit's code. Raises KeyError."""
        for room in self.rooms:
            if room.unit == unit:
                return room
        raise KeyError(unit)


def write_plan(folder: Path, plan: DemoPlan) -> None:
    """Write the file in one step, for its owner's eyes: the codes open rooms."""
    fresh = folder / f"{FILE}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(plan), file, ensure_ascii=False, indent=1)
    fresh.replace(folder / FILE)


def read_plan(folder: Path) -> DemoPlan:
    """Read the file. Raises OSError when there is none."""
    raw = json.loads((folder / FILE).read_text("utf-8"))
    rooms = tuple(DemoRoom(**room) for room in raw["rooms"])
    return DemoPlan(raw["session"], raw["current"], rooms, Tree(raw.get("tree", Tree.Y2024)))
