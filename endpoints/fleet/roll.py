"""A simulated room's part in roll calls: somebody who counts the tones and presses a key. No I/O."""

import json
import secrets
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Person:
    """Who sits in the room. Without `ears` the TV is muted, without `hands` nobody is there to answer."""

    ears: bool = True
    hands: bool = True


class RollBook:
    """What this room was asked last and has not answered. It survives its connections."""

    def __init__(self) -> None:
        self._asked: tuple[str, int] | None = None

    @property
    def asked(self) -> bool:
        """Whether an answer is wanted."""
        return self._asked is not None

    def hear(self, text: str) -> bool:
        """Take any message from the hub; whether a roll call began with it."""
        if '"roll' not in text:
            return False
        message = json.loads(text)
        if message.get("type") == "welcome":
            self._look(message.get("view"), message["you"]["point"])
        elif message.get("type") == "event":
            self._event(message["kind"], message["data"])
            return bool(message["kind"] == "roll.began")
        return False

    def answer(self, person: Person) -> str | None:
        """The command that answers as that person would; None when nothing is asked, or nobody is there."""
        if self._asked is None or not person.hands:
            return None
        (roll, tones), self._asked = self._asked, None
        data = {"roll": roll, "heard": tones if person.ears else 0}
        command = {"type": "command", "id": secrets.token_hex(8), "name": "roll.answer", "data": data}
        return json.dumps(command)

    def _look(self, view: dict[str, Any] | None, point: str) -> None:
        roll = view.get("roll") if view is not None else None
        if roll is not None:
            waits = roll["closed"] is None and point not in roll["answers"]
            self._asked = (roll["id"], roll["tones"]) if waits else None

    def _event(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "roll.began":
            self._asked = (data["roll"], data["tones"])
        elif kind in ("roll.stopped", "roll.closed"):
            self._asked = None
