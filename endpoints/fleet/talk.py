"""A room's side of the conversation (signaling/PROTOCOL.md), without I/O: messages in, wishes out.

It survives its connection: what it has applied and which media peer it holds is what the next `hello` says.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from hub.relay.core.specs import PICTURE_SLOTS
from signaling.health import WELL, Health


@dataclass(frozen=True, slots=True)
class Say:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class OpenMedia:
    """Ask for a media offer soon; the room chooses when."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A media offer came: make the answer and `answer` it."""

    peer: str
    sdp: str


@dataclass(frozen=True, slots=True)
class DropMedia:
    """The media peer is gone."""


@dataclass(frozen=True, slots=True)
class Floor:
    """This room has the floor now, or no longer."""

    held: bool


Wish = Say | OpenMedia | Offered | DropMedia | Floor


class Talk:
    """One room in one session. `seen` is the last event number applied, None before the first welcome."""

    def __init__(self) -> None:
        self.seen: int | None = None
        self.media: str | None = None
        self.point: str | None = None
        self.events = 0
        self._floor = self._pinned = False
        self.over = False

    def hello(self) -> Say:
        """The first message of every connection."""
        return _say("hello", version=1, resume=self.seen, media=self.media, screen="room")

    def open_media(self) -> Say:
        """Ask for an offer; a room can always publish, and does while it has the floor."""
        return _say("media.open", publish=True)

    def answer(self, sdp: str) -> Say:
        """Answer the offer that was taken last."""
        return _say("media.answer", peer=self.media, sdp=sdp)

    def want_small(self) -> Say:
        """Say that the screen shows every picture small: the low layer will do."""
        return _say("media.want", slots=dict.fromkeys(PICTURE_SLOTS, "low"))

    def report(self, frames: int, *, sound: bool, loss: float, health: Health = WELL) -> Say:
        """What arrived since the last report, and how the room's devices are."""
        return _say(
            "media.report",
            decoding=frames > 0,
            frames=frames,
            sound=sound,
            loss=loss,
            health=health.model_dump(),
        )

    def thumbnail(self, jpeg: bytes) -> Say:
        """A small picture of what the room's camera sees."""
        return _say("media.thumbnail", jpeg=b64encode(jpeg).decode())

    def hear(self, text: str) -> list[Wish]:
        """Take one message from the hub. Raises ValueError for what is no message."""
        message = json.loads(text)
        if not isinstance(message, dict):
            raise ValueError("the hub sent something that is no object")
        match message.get("type"):
            case "welcome":
                return self._welcome(message)
            case "event":
                return self._event(message)
            case "head":
                self.seen = max(self.seen or 0, int(message["n"]))
            case "media.offer":
                self.media = str(message["peer"])
                return [Offered(self.media, str(message["sdp"]))]
            case "media.refused":
                return [OpenMedia()]
            case "media.lost" if message.get("peer") == self.media:
                self.media = None
                return [DropMedia(), OpenMedia()]
        return []

    def _welcome(self, message: dict[str, Any]) -> list[Wish]:
        self.point = message["you"]["point"]
        wishes: list[Wish] = []
        if message["media"] != "kept":
            self.media = None
            wishes += [DropMedia(), OpenMedia()]
        view = message.get("view")
        if view is not None:
            self.seen = int(view["n"])
            self.over = view["session"]["state"] == "closed"
            self._floor, self._pinned = self._is_me(view["floor"]), self._is_me(view.get("pinned"))
            asking = [view.get("call"), view.get("pinned"), *view.get("talks", [])]
            if self.point not in view.get("consents", []) and any(self._is_me(each) for each in asking):
                wishes.append(self._consent())
            wishes.append(Floor(self._floor or self._pinned))
        return wishes

    def _is_me(self, held: dict[str, Any] | None) -> bool:
        return held is not None and held["point"] == self.point

    def _consent(self) -> Say:
        """A simulated room always agrees. The same id for the same question: said again, it is done once."""
        return _say("command", id=f"consent-{self.seen}", name="room.consent", data={})

    def _event(self, message: dict[str, Any]) -> list[Wish]:
        self.seen = int(message["n"])
        self.events += 1
        match message["kind"]:
            case "floor.called" | "talk.opened" if self._is_me(message["data"]):
                return [self._consent()]
            case "floor.given" | "floor.ended" as kind:
                self._floor = kind == "floor.given" and self._is_me(message["data"])
                return [Floor(self._floor or self._pinned)]
            case "stage.pinned" | "stage.unpinned" as kind:
                self._pinned = kind == "stage.pinned" and self._is_me(message["data"])
                asked = [self._consent()] if self._pinned else []
                return [*asked, Floor(self._floor or self._pinned)]
            case "session.closed":
                self.over = True
        return []


def _say(kind: str, **fields: Any) -> Say:
    return Say(json.dumps({"type": kind, **fields}, separators=(",", ":")))
