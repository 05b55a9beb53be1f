"""Hand-made RTP and RTCP for tests of the forwarding core, and a fan-out that only writes things down."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from struct import pack

from hub.relay.core.forwarder import Forwarder
from hub.relay.core.limits import Limits
from hub.relay.core.plan import Feedback, Output, Plan, SourceChanged, Totals
from hub.relay.core.rtcp import Report
from hub.relay.core.rtcp import parse as parse_rtcp
from hub.relay.core.rtp import Rtp, build, parse
from hub.relay.core.specs import (
    HUB_EXTENSIONS,
    HUB_PAYLOAD_TYPES,
    SLOT_SSRC,
    SLOTS,
    Codec,
    Layer,
    PayloadTypes,
    PeerSpec,
    SlotName,
    SourceId,
    StageSpec,
    TrackKind,
    Want,
)

PUBLISHES = (
    (96, Codec.VP8, TrackKind.CAMERA),
    (102, Codec.H264, TrackKind.CAMERA),
    (111, Codec.OPUS, TrackKind.MICROPHONE),
)


def vp8(
    *,
    key: bool = False,
    start: bool = True,
    picture: int | None = None,
    tl0: int = 0,
    temporal: int | None = None,
    body: bytes = b"",
) -> bytes:
    """A VP8 payload: descriptor (with picture id and TL0PICIDX if `picture` is given, and the temporal
    layer if it is), then the frame."""
    first = 0x10 if start else 0x00
    frame = bytes([0x00 if key else 0x01]) + body
    if picture is None:
        return bytes([first]) + frame
    fields = bytes([0x80 | picture >> 8, picture & 0xFF, tl0])
    if temporal is None:
        return bytes([first | 0x80, 0xC0]) + fields + frame
    return bytes([first | 0x80, 0xE0]) + fields + bytes([temporal << 6]) + frame


def h264_stap(*kinds: int) -> bytes:
    """A STAP-A of three-octet units of these types."""
    return b"\x78" + b"".join(b"\x00\x03" + bytes([kind]) + b"ab" for kind in kinds)


def with_extensions(packet: bytes, marks: dict[int, bytes], *, wide: bool = False) -> bytes:
    """The packet with header extensions by id, in the one-byte form or the two-byte one."""
    elements = b"".join(
        (bytes([number, len(value)]) if wide else bytes([number << 4 | len(value) - 1])) + value
        for number, value in marks.items()
    )
    elements += bytes(-len(elements) % 4)
    start = 12 + 4 * (packet[0] & 0x0F)
    head = (b"\x10\x00" if wide else b"\xbe\xde") + pack("!H", len(elements) // 4)
    return bytes([packet[0] | 0x10]) + packet[1:start] + head + elements + packet[start:]


def rtx(packet: bytes, payload_type: int, sequence: int, ssrc: int) -> bytes:
    """The packet, repeated as RFC 4588 has it."""
    head = bytes([packet[0], packet[1] & 0x80 | payload_type]) + pack("!H", sequence)
    return head + packet[4:8] + pack("!I", ssrc) + packet[2:4] + packet[12:]


@dataclass(slots=True)
class Camera:
    """A publisher's track: numbers and stamps its packets, one per frame. With a `layer` it says so in each;
    `temporal` layers take turns (0, 1, 0, 1…)."""

    ssrc: int
    payload_type: int = 96
    sequence: int = 1000
    timestamp: int = 5000
    step: int = 3000
    picture: int | None = 7
    layer: Layer | None = None
    temporal: bool = False
    tl0: int = 0
    bodies: Iterator[int] = field(default_factory=count)

    def packet(self, *, key: bool = False, body: bytes | None = None) -> bytes:
        """The next frame, with a body that no other has."""
        body = pack("!II", self.ssrc, next(self.bodies)) if body is None else body
        if self.payload_type == 111:
            payload = body
        elif self.payload_type == 102:
            payload = bytes([0x65 if key else 0x41]) + body
        else:
            turn = None if not self.temporal else 0 if key else (self.picture or 0) % 2
            self.tl0 = (self.tl0 + (turn == 0)) & 0xFF
            payload = vp8(key=key, picture=self.picture, tl0=self.tl0, temporal=turn, body=body)
        packet = self._numbered(payload)
        self.timestamp = (self.timestamp + self.step) & 0xFFFFFFFF
        if self.picture is not None:
            self.picture = (self.picture + 1) & 0x7FFF
        return packet

    def padding(self) -> bytes:
        """A packet without content, as who has no rtx probes its line with."""
        packet = self._numbered(b"")
        return bytes([packet[0] | 0x20]) + packet[1:] + b"\0\0\0\4"

    def _numbered(self, payload: bytes) -> bytes:
        packet = build(self.payload_type, True, self.sequence, self.timestamp, self.ssrc, payload)
        self.sequence = (self.sequence + 1) & 0xFFFF
        if self.layer is not None:
            packet = with_extensions(packet, {HUB_EXTENSIONS.rid: self.layer.encode()})
        return packet


def microphone(ssrc: int) -> Camera:
    """A voice: 20 ms packets."""
    return Camera(ssrc, payload_type=111, step=960, picture=None)


def nack_from(slot: SlotName, *sequences: int) -> bytes:
    """A viewer's NACK, one entry for each number."""
    entries = b"".join(pack("!HH", sequence & 0xFFFF, 0) for sequence in sequences)
    return b"\x81\xcd" + pack("!H", 2 + len(sequences)) + pack("!II", 5, SLOT_SSRC[slot]) + entries


def pli_from(slot: SlotName) -> bytes:
    """A viewer's picture loss indication."""
    return b"\x81\xce\x00\x02" + pack("!II", 5, SLOT_SSRC[slot])


@dataclass(slots=True)
class Lab:
    """A forwarder on virtual time, one stage, and everything it was told to send, viewer by viewer."""

    limits: Limits = field(default_factory=Limits)
    seed: int = 1
    now: float = 100.0
    totals: Totals = field(default_factory=Totals)
    received: dict[tuple[str, SlotName], list[Rtp]] = field(default_factory=dict)
    feedback: dict[str, list[Report]] = field(default_factory=dict)
    changes: list[SourceChanged] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    probes: list[Rtp] = field(default_factory=list)
    forwarder: Forwarder = field(init=False)

    def __post_init__(self) -> None:
        self.forwarder = Forwarder(seed=self.seed, totals=self.totals, limits=self.limits)

    def peer(
        self,
        peer: str,
        *groups: str,
        receives: Iterable[SlotName] = SLOTS,
        payload_types: PayloadTypes = HUB_PAYLOAD_TYPES,
        ready: bool = True,
        probe_type: int | None = None,
    ) -> None:
        """Connect a peer that may also publish. Its groups are `all` unless said otherwise."""
        spec = PeerSpec(
            peer,
            "s",
            frozenset(groups or ("all",)),
            frozenset(receives),
            payload_types,
            PUBLISHES,
            extensions=HUB_EXTENSIONS,
            probe_type=probe_type,
        )
        self.forwarder.add_peer(spec, self.now)
        if ready:
            self.forwarder.peer_ready(peer, self.now)
        self.deliver()

    def stage(self, *audience: str, details: Iterable[SlotName] = (), **slots: str) -> None:
        """`stage("all", main="hall")`: the slot takes that peer's camera, or microphone for a voice."""
        wanted: list[tuple[SlotName, SourceId]] = [
            (
                slot,
                SourceId(slots[slot], TrackKind.MICROPHONE if slot.startswith("voice") else TrackKind.CAMERA),
            )
            for slot in SLOTS
            if slot in slots
        ]
        spec = StageSpec("s", frozenset(audience), tuple(wanted), frozenset(details))
        self.forwarder.put_stage(spec, self.now)
        self.deliver()

    def limit(self, peer: str, **wants: Want) -> None:
        """`limit("anna", main="low")`: the most that viewer has use for."""
        self.forwarder.limit(peer, [(slot, wants[slot]) for slot in SLOTS if slot in wants], self.now)
        self.deliver()

    def rtp(self, peer: str, packet: bytes) -> None:
        self.forwarder.rtp(peer, packet, self.now)
        self.deliver()

    def rtcp(self, peer: str, packet: bytes) -> None:
        self.forwarder.rtcp(peer, packet, self.now)
        self.deliver()

    def pass_time(self, seconds: float) -> None:
        """Let time go by, ticking whenever the core wants it."""
        end = self.now + seconds
        while (deadline := self.forwarder.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.forwarder.tick(self.now)
            self.deliver()
        self.now = end

    def deliver(self) -> list[Output]:
        """Execute what is queued."""
        outputs = self.forwarder.drain()
        for output in outputs:
            match output:
                case Plan():
                    self._execute(output)
                case Feedback():
                    self.feedback.setdefault(output.peer, []).extend(parse_rtcp(output.packet))
                case SourceChanged():
                    self.changes.append(output)
        return outputs

    def _execute(self, plan: Plan) -> None:
        assert plan.lane.open
        self.plans.append(plan)
        rtp = parse(plan.packet)
        if plan.lane.is_probe:
            self.probes.append(rtp)
            return
        for peer, offset in plan.lane.members:
            moved = rtp._replace(sequence=(rtp.sequence + offset) & 0xFFFF)
            self.received.setdefault((peer, plan.lane.slot), []).append(moved)

    def seen(self, peer: str, slot: SlotName = "main") -> list[Rtp]:
        """What the peer was sent through the slot, in order."""
        return self.received.get((peer, slot), [])

    def asked(self, peer: str, kind: type[Report]) -> list[Report]:
        """The reports of one kind that the hub sent to the peer."""
        return [report for report in self.feedback.get(peer, []) if isinstance(report, kind)]
