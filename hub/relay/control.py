"""The control link's words, version 1: what the web process asks of a relay, and what the relay tells it.

One frame is a 4-byte big-endian length and a JSON object, at most `MAX_FRAME` bytes. Requests carry an `id`
and are idempotent: the same request twice leaves the same state, and the second is answered like the first.
The relay keeps forwarding when the link is gone; a web process that comes back asks for `state`.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

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


@dataclass(frozen=True, slots=True)
class AskFigures:
    """→ `Figures`: what a monitoring system is told; `peers`: of every peer too."""

    peers: bool = False


@dataclass(frozen=True, slots=True)
class AskDump:
    """→ `Dump`: the relay's insides for a bug report, with the peers from number `skip` on, as many as fit.

    Every text of an unknown vocabulary is replaced by a pseudonym: the same for the same `salt` (hex), so
    that the pages of one dump, of several relays too, fit together and two dumps do not.
    """

    salt: str
    skip: int = 0


Request = (
    OpenPeer
    | AnswerPeer
    | AcceptPeer
    | ClosePeer
    | PutStage
    | LimitPeer
    | AskState
    | AskCounts
    | AskFigures
    | AskDump
)


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
    """Counters: `totals` by name, `slots` per peer and slot, `delay_us` the forward delay (p50, p99, max),
    and with `pipe_` before the name how long packets were under way from another relay."""

    totals: dict[str, int]
    slots: tuple[SlotCount, ...]
    delay_us: dict[str, float]


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """One peer. `up`: ICE and DTLS are done. `transport` is "udp" or "tcp", None before a valid check came.

    `loss` (0–1) and `round_trip_ms` are of its latest reports, `estimate_bits` is what its line is thought
    to carry, per second; None: unknown. `slots` are the packets and octets it was sent, `rungs` what it is
    sent of the pictures now.
    """

    peer: str
    up: bool
    transport: Literal["udp", "tcp"] | None
    loss: float | None
    round_trip_ms: float | None
    estimate_bits: float | None
    slots: dict[SlotName, tuple[int, int]]
    rungs: dict[SlotName, Rung]
    queued_octets: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts[i]` values were below `bounds[i]` (seconds; not cumulative), the last count is of those above
    all."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    sum: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Counters since the start of the process (`totals`, `cpu_seconds`, `delay`), and what is so now
    (`gauges`)."""

    totals: dict[str, int]
    gauges: dict[str, float]
    cpu_seconds: float
    delay: Histogram
    peers: tuple[PeerFigures, ...]


@dataclass(frozen=True, slots=True)
class Dump:
    """A page of a bug report: `relay` (with `skip` 0 only) and `peers` as JSON says them; `following` is
    the next page's `skip`, None after the last."""

    relay: dict[str, Any]
    peers: tuple[dict[str, Any], ...]
    following: int | None


Reply = Done | PeerSdp | Refused | RelayState | Counts | Figures | Dump


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

    `rungs` tells, slot by slot, of all peers whose line is too weak for what there is and they have use for;
    whoever is in `peers` and not here is sent all of it.
    """

    peers: dict[str, tuple[float, float | None]]
    rungs: dict[str, dict[SlotName, Rung]] = field(default_factory=dict)


Event = PeerUp | PeerDown | SourceEvent | Quality
