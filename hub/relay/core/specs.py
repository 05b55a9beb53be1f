"""What the relay is told: peers, stages, and who may receive. Plain data, shared by the core, the wire and
the control link."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, get_args

SlotName = Literal["main", "second", "document", "voice1", "voice2", "voice3"]
SLOTS: Final[tuple[SlotName, ...]] = get_args(SlotName)
PICTURE_SLOTS: Final[tuple[SlotName, ...]] = ("main", "second", "document")
VOICE_SLOTS: Final[tuple[SlotName, ...]] = ("voice1", "voice2", "voice3")


class Codec(StrEnum):
    """Codecs the relay forwards. It never decodes; it only has to find keyframes."""

    VP8 = "vp8"
    H264 = "h264"
    OPUS = "opus"


class TrackKind(StrEnum):
    """A publisher has at most one track of each kind. A screen is a shared screen or a document camera."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"


PICTURE_KINDS: Final = frozenset({TrackKind.CAMERA, TrackKind.SCREEN})


class Layer(StrEnum):
    """The same picture in two sizes (simulcast); the values are the rids of our offers. A track without rids
    is HIGH."""

    HIGH = "h"
    LOW = "l"


class Rung(StrEnum):
    """What a viewer is sent of a picture slot, best first. FEW: few frames of the smallest layer there is
    (of the high one for documents)."""

    HIGH = "high"
    LOW = "low"
    FEW = "few"
    NONE = "none"


Want = Literal["high", "low", "none"]
"""The most a screen has use for: `low` where it shows the slot small, `none` where it does not show it."""


def is_less(rung: Rung, want: Want) -> bool:
    """Whether a viewer that is sent that lacks something."""
    best_first = list(Rung)
    return best_first.index(rung) > best_first.index(Rung(want))


CLOCK_RATE: Final[dict[Codec, int]] = {Codec.VP8: 90_000, Codec.H264: 90_000, Codec.OPUS: 48_000}

PayloadTypes = tuple[tuple[Codec, int], ...]
"""Codec → payload type (0–127), sorted; viewers with the same value share one plaintext variant."""

HUB_PAYLOAD_TYPES: Final[PayloadTypes] = ((Codec.H264, 102), (Codec.OPUS, 111), (Codec.VP8, 96))
"""What the hub writes into every offer of its own."""

HUB_RTX_TYPES: Final[dict[Codec, int]] = {Codec.VP8: 97, Codec.H264: 103}
"""Payload types of retransmissions (RFC 4588) in the hub's offers, by what they repeat."""

SCREEN_PAYLOAD_TYPES: Final[PayloadTypes] = ((Codec.H264, 104), (Codec.VP8, 98))
SCREEN_RTX_TYPES: Final[dict[Codec, int]] = {Codec.VP8: 99, Codec.H264: 105}
"""Of the m-line for screens: on one transport the payload type alone tells a camera from a screen."""

SLOT_SSRC: Final[dict[SlotName, int]] = {
    "main": 11, "second": 12, "document": 13, "voice1": 21, "voice2": 22, "voice3": 23,
}  # fmt: skip
"""The same SSRCs towards every viewer: each viewer has its own keys, so they never meet."""

PROBE_SSRC: Final[dict[SlotName, int]] = {"main": 111, "second": 112, "document": 113}
"""SSRCs of the viewers' rtx streams: only padding that probes a line leaves on them."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """Ids (1–14) of the RTP header extensions (RFC 8285) a publisher sends; 0: not agreed."""

    mid: int = 0
    rid: int = 0
    repaired_rid: int = 0
    sequence: int = 0
    """Transport-wide sequence number."""


HUB_EXTENSIONS: Final = Extensions(mid=1, rid=4, repaired_rid=5, sequence=3)
"""What the hub writes into its offers for publishers."""
ABS_SEND_TIME: Final = 2
"""Id of abs-send-time towards viewers: the one extension that forwarded packets carry."""


Layers = tuple[tuple[int, Layer | None], ...]
"""SSRC → layer; None for one that was not asked for."""


@dataclass(frozen=True, slots=True)
class SourceId:
    """One inbound track: the publishing peer and the kind of track."""

    peer: str
    kind: TrackKind


@dataclass(frozen=True, slots=True)
class PeerSpec:
    """One connected peer, as the forwarding core sees it.

    `groups` are opaque labels matched against a stage's audience. `receives` are the slots it negotiated.
    `publishes` maps each inbound payload type to its codec and kind; empty means that whatever it sends is
    dropped. `repeats` maps inbound rtx payload types to those they repeat. `rids` are its names of layers,
    empty where it has none of its own; `pairs` its media SSRCs and the rtx SSRCs that go with them, where its
    description told. `probe_type` is the payload type of outbound rtx padding, None where rtx was not agreed.
    `remb` tells whether the viewer promised REMB. `layers` are the layers of its SSRCs as far as they were
    learned before it came here: browsers name them in their first packets only.
    """

    peer: str
    stage: str
    groups: frozenset[str]
    receives: frozenset[SlotName]
    payload_types: PayloadTypes
    publishes: tuple[tuple[int, Codec, TrackKind], ...] = ()
    repeats: tuple[tuple[int, int], ...] = ()
    extensions: Extensions = Extensions()
    rids: tuple[tuple[str, Layer], ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    probe_type: int | None = None
    remb: bool = False
    layers: Layers = ()


@dataclass(frozen=True, slots=True)
class StageSpec:
    """The wanted state of one stage, always whole (idempotent): which source feeds which slot, and who may
    receive.

    `audience` holds group labels; a peer is inside when it has at least one of them. Empty means nobody.
    `details` are the slots whose content prefers sharpness over rate: documents and screens.
    """

    stage: str
    audience: frozenset[str] = frozenset()
    slots: tuple[tuple[SlotName, SourceId], ...] = ()
    details: frozenset[SlotName] = frozenset()


@dataclass(frozen=True, slots=True)
class SlotCount:
    """The proof: what one peer was sent through one slot since it came."""

    peer: str
    slot: SlotName
    packets: int
    octets: int
    last_at: float | None = field(default=None)
