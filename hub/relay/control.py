"""The control link's words, version 1: what the web process asks of a relay, and what the relay tells it.

One frame is a 4-byte big-endian length and a JSON object, at most `MAX_FRAME` bytes. Requests carry an `id`
and are idempotent: the same request twice leaves the same state, and the second is answered like the first.
The relay keeps forwarding when the link is gone; a web process that comes back asks for `state`.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from hub.relay.core.specs import Rung, SlotCount, SlotName, StageSpec, Want

VERSION: Final = 1
MAX_FRAME: Final = 4 * 1024 * 1024

Direction = Literal["publish", "view"]


@dataclass(frozen=True, slots=True)
class OpenPeer:
    """Make a browser peer and its offer (all slots out; camera and microphone in, when `may_publish`). →
    `PeerSdp`.

    `owner` is an opaque label that comes back in `PeerState`, so that a restarted web process knows whose
    peer it is.
    """

    peer: str
    stage: str
    owner: str
    groups: frozenset[str]
    may_publish: bool


@dataclass(frozen=True, slots=True)
class AnswerPeer:
    """Give a browser's answer. → `Done`, or `Refused("sdp_bad" | "peer_unknown" | "peer_answered")`."""

    peer: str
    sdp: str


@dataclass(frozen=True, slots=True)
class AcceptPeer:
    """Take a WHIP (`publish`) or WHEP (`view`) client's offer. → `PeerSdp`, or `Refused("sdp_bad" |
    "sdp_no_codec")`.
    """

    peer: str
    stage: str
    owner: str
    groups: frozenset[str]
    direction: Direction
    sdp: str


@dataclass(frozen=True, slots=True)
class ClosePeer:
    """Drop a peer at once. → `Done`, also when it was gone already."""

    peer: str


@dataclass(frozen=True, slots=True)
class PutStage:
    """Replace a stage's wanted state. → `Done` once no later packet can leave under the old one."""

    stage: StageSpec


@dataclass(frozen=True, slots=True)
class LimitPeer:
    """The most a viewer has use for, by slot; slots that are not named may have all. Replaces what was said
    before. → `Done`, or `Refused("peer_unknown")`."""

    peer: str
    wants: tuple[tuple[SlotName, Want], ...]


@dataclass(frozen=True, slots=True)
class AskState:
    """→ `RelayState`."""


@dataclass(frozen=True, slots=True)
class AskCounts:
    """→ `Counts`: per peer and slot, for one stage or for all."""

    stage: str | None = None


Request = OpenPeer | AnswerPeer | AcceptPeer | ClosePeer | PutStage | LimitPeer | AskState | AskCounts


@dataclass(frozen=True, slots=True)
class Done:
    """The request stands."""


@dataclass(frozen=True, slots=True)
class PeerSdp:
    """An offer or an answer."""

    peer: str
    sdp: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A stable code and a sentence for the log; the page's sentence comes from its own catalogue."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PeerState:
    """`up` once ICE and DTLS are done; `sending` lists the kinds of track that are arriving."""

    peer: str
    stage: str
    owner: str
    groups: frozenset[str]
    up: bool
    sending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelayState:
    """`boot` changes when the relay process starts anew: whoever sees a new one must open its peers again."""

    boot: str
    peers: tuple[PeerState, ...]
    stages: tuple[StageSpec, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters: `totals` by name, `slots` per peer and slot, `delay_us` the forward delay (p50, p99, max)."""

    totals: dict[str, int]
    slots: tuple[SlotCount, ...]
    delay_us: dict[str, float]


Reply = Done | PeerSdp | Refused | RelayState | Counts


@dataclass(frozen=True, slots=True)
class PeerUp:
    """ICE and DTLS are done; media can flow."""

    peer: str
    stage: str
    owner: str


@dataclass(frozen=True, slots=True)
class PeerDown:
    """The peer is gone: `closed`, `silent` (no valid check for 30 s), `handshake` (it never finished)."""

    peer: str
    stage: str
    owner: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """A track began to arrive, or stopped."""

    peer: str
    stage: str
    owner: str
    kind: str
    live: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """Every 2 s, of the peers whose reports came in: fraction lost (0–1) and round trip in ms, by peer.

    `rungs` tells of the peers that are sent less than the best there is, slot by slot.
    """

    peers: dict[str, tuple[float, float | None]]
    rungs: dict[str, dict[SlotName, Rung]] = field(default_factory=dict)


Event = PeerUp | PeerDown | SourceEvent | Quality
