"""What the core hands to the fan-out: plans, never one object per packet per viewer.

A `Lane` is the list of viewers of one variant of a slot that get the very same plaintext. It is immutable in
its membership: whoever joins, leaves or is cut off makes a new lane, so a plan that was drained earlier can
be checked against `lane.open`.
"""

from dataclasses import dataclass, field

from hub.relay.core.specs import SlotName


@dataclass(slots=True, eq=False, weakref_slot=True)
class Lane:
    """Viewers that get the same plaintext. `members` pairs a peer with its sequence offset (0–65535, added
    modulo 2^16).

    `packets` and `octets` count plans issued on this lane since they were last credited to every member,
    which gives exact per-viewer counts without per-packet work; `last_at` is the time of the latest. `open`
    turns False the moment one of the members may not be sent to any more (cut off, or gone): whoever still
    holds a plan of this lane must drop it and tell `Forwarder.skipped`. A lane that was replaced because
    somebody joined stays open: its plans are still to be sent.
    """

    slot: SlotName
    members: tuple[tuple[str, int], ...]
    open: bool = True
    packets: int = 0
    octets: int = 0
    last_at: float | None = None
    is_probe: bool = False
    """Nothing but padding goes out on it, and it counts for nobody."""


@dataclass(slots=True, eq=False)
class Plan:
    """Send `packet` (a complete plaintext RTP packet: slot SSRC, the variant's sequence number, abs-send-time
    as its only extension, pictures padded to a multiple of 8 octets) to a lane.

    The fan-out adds each member's offset to the sequence number and protects the copy with that member's
    keys. A retransmission is a plan on a lane of one: same bytes, same sequence number, hence the same
    ciphertext. `received_at` is the arrival time of the packet that caused it (seconds, the driver's clock),
    for the delay histogram; None for replays and retransmissions.
    """

    packet: bytes
    lane: Lane
    received_at: float | None = None


@dataclass(slots=True, eq=False)
class Feedback:
    """A plaintext compound RTCP packet for one peer (receiver or sender reports, NACK, PLI, REMB)."""

    peer: str
    packet: bytes


@dataclass(slots=True, eq=False)
class SourceChanged:
    """A publisher's track began (`live`), or fell silent or left (not `live`). For the control link."""

    peer: str
    kind: str
    live: bool
    codec: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """These viewers were put out of a slot: what waits for them on connections of their own goes, too."""

    slot: SlotName
    peers: frozenset[str]


Output = Plan | Feedback | SourceChanged | Cut


@dataclass(slots=True)
class Totals:
    """Counters of the whole core. Every refusal has a name here; nothing is dropped without being counted."""

    values: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, amount: int = 1) -> None:
        """Count `amount` more of `name` (snake_case, e.g. `rtp_received`, `rtp_malformed`,
        `keyframes_asked`)."""
        self.values[name] = self.values.get(name, 0) + amount
