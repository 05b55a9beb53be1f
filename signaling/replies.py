"""What the hub says, one model each."""

from typing import Any, Literal

from hub.relay.core.specs import Rung, SlotName
from signaling.health import Health
from signaling.message import VERSION, Line, Message, Screen


class You(Message):
    """Who the hub takes the participant for."""

    key: str
    name: str
    screen: Screen
    staff: bool
    point: str | None
    unit: str | None
    may: list[str]


class Welcome(Message):
    """The answer to `hello`. Without a `view`, `event`s after the client's own number follow."""

    type: Literal["welcome"] = "welcome"
    version: Literal[1] = VERSION
    you: You
    head: int
    now: str
    media: Literal["kept", "none"]
    view: dict[str, Any] | None = None

    def dump(self) -> str:
        """Without `view` when there is none: its absence is what says "resume"."""
        return self.model_dump_json(exclude={"view"} if self.view is None else None)


class EventMessage(Message):
    """One timeline event."""

    type: Literal["event"] = "event"
    n: int
    kind: str
    at: str
    media_ms: int | None
    by: dict[str, Any]
    data: dict[str, Any]


class Head(Message):
    """All up to `n` has been sent."""

    type: Literal["head"] = "head"
    n: int


class Done(Message):
    """A command stands."""

    type: Literal["done"] = "done"
    id: str
    n: int


class Refused(Message):
    """A command changed nothing."""

    type: Literal["refused"] = "refused"
    id: str
    code: str
    text: str


class Relaying(Message):
    """A TURN server, as `RTCPeerConnection` takes it."""

    urls: tuple[str, ...]
    username: str
    credential: str


class MediaOffer(Message):
    """The answer to `media.open`."""

    type: Literal["media.offer"] = "media.offer"
    peer: str
    sdp: str
    ice: tuple[Relaying, ...] = ()
    line: Line = "stage"


class MediaRefused(Message):
    """No media peer could be made."""

    type: Literal["media.refused"] = "media.refused"
    code: str
    text: str
    line: Line = "stage"


class MediaLost(Message):
    """A media peer is gone."""

    type: Literal["media.lost"] = "media.lost"
    peer: str


class MediaProgram(Message):
    """The slots that show something to this participant now."""

    type: Literal["media.program"] = "media.program"
    slots: tuple[SlotName, ...]


class MediaLine(Message):
    """The slots of which this participant is sent less than it has use for: its line is too weak."""

    type: Literal["media.line"] = "media.line"
    slots: dict[SlotName, Rung]


class Tile(Message):
    """One point on the wall. `sent`: what it is sent of the picture it shows large; None: there is none.
    `health`: as the room said last; None when it has not, or not for a while. `due`: by now it ought to
    receive something, or to have said so."""

    link: Literal["up", "down"]
    picture: bool
    sound: bool
    loss: float
    rtt_ms: float | None
    sent: Rung | None = None
    health: Health | None = None
    due: bool = False


class Wall(Message):
    """What changed among the points."""

    type: Literal["wall"] = "wall"
    points: dict[str, Tile]


class Pong(Message):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"
    at: float


class Error(Message):
    """The connection ends after this."""

    type: Literal["error"] = "error"
    code: str
    text: str


ServerMessage = (
    Welcome
    | EventMessage
    | Head
    | Done
    | Refused
    | MediaOffer
    | MediaRefused
    | MediaLost
    | MediaProgram
    | MediaLine
    | Wall
    | Pong
    | Error
)
