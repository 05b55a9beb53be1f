"""What the relay is told: peers, stages, and who may receive. Plain data, shared by the core, the wire and
the control link."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, get_args

SlotName = Literal["main", "second", "voice1", "voice2", "voice3"]
SLOTS: Final[tuple[SlotName, ...]] = get_args(SlotName)
PICTURE_SLOTS: Final[tuple[SlotName, ...]] = ("main", "second")
VOICE_SLOTS: Final[tuple[SlotName, ...]] = ("voice1", "voice2", "voice3")


class Codec(StrEnum):
    """Codecs the relay forwards. It never decodes; it only has to find keyframes."""

    VP8 = "vp8"
    H264 = "h264"
    OPUS = "opus"


class TrackKind(StrEnum):
    """A publisher has at most one track of each kind."""

    CAMERA = "camera"
    MICROPHONE = "microphone"


CLOCK_RATE: Final[dict[Codec, int]] = {Codec.VP8: 90_000, Codec.H264: 90_000, Codec.OPUS: 48_000}

PayloadTypes = tuple[tuple[Codec, int], ...]
"""Codec → payload type (0–127), sorted; viewers with the same value share one plaintext variant."""

HUB_PAYLOAD_TYPES: Final[PayloadTypes] = ((Codec.H264, 102), (Codec.OPUS, 111), (Codec.VP8, 96))
"""What the hub writes into every offer of its own."""

SLOT_SSRC: Final[dict[SlotName, int]] = {"main": 11, "second": 12, "voice1": 21, "voice2": 22, "voice3": 23}
"""The same SSRCs towards every viewer: each viewer has its own keys, so they never meet."""


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
    dropped.
    """

    peer: str
    stage: str
    groups: frozenset[str]
    receives: frozenset[SlotName]
    payload_types: PayloadTypes
    publishes: tuple[tuple[int, Codec, TrackKind], ...] = ()


@dataclass(frozen=True, slots=True)
class StageSpec:
    """The wanted state of one stage, always whole (idempotent): which source feeds which slot, and who may
    receive.

    `audience` holds group labels; a peer is inside when it has at least one of them. Empty means nobody.
    """

    stage: str
    audience: frozenset[str] = frozenset()
    slots: tuple[tuple[SlotName, SourceId], ...] = ()


@dataclass(frozen=True, slots=True)
class SlotCount:
    """The proof: what one peer was sent through one slot since it came."""

    peer: str
    slot: SlotName
    packets: int
    octets: int
    last_at: float | None = field(default=None)
