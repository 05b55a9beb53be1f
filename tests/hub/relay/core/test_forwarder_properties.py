"""Random receptions: joins, cuts, switches, layers that come and go, rungs, losses, repetitions. Three
promises hold at every step, whatever variant each viewer is sent.

(a) No packet reaches a peer that is not, and was not when the packet arrived, in the audience.
(b) Towards a viewer one extended sequence number of an SSRC never carries different bytes; they leave no gap.
(c) The core's counts are exactly what the fan-out sent.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.relay.core.forwarder import Forwarder
from hub.relay.core.limits import Limits
from hub.relay.core.plan import Plan, Totals
from hub.relay.core.rtcp import Block
from hub.relay.core.rtcp_write import receiver_report, remb
from hub.relay.core.rtp import Rtp, parse
from hub.relay.core.specs import (
    HUB_EXTENSIONS,
    HUB_PAYLOAD_TYPES,
    PICTURE_SLOTS,
    PROBE_SSRC,
    SLOT_SSRC,
    SLOTS,
    Codec,
    Layer,
    PayloadTypes,
    PeerSpec,
    Rung,
    SlotName,
    SourceId,
    StageSpec,
    TrackKind,
    Want,
)
from tests.kit.media import PUBLISHES, Camera, microphone, nack_from, pli_from

PEERS = ("hall", "room", "anna", "bert", "carl")
VARIANTS: tuple[PayloadTypes, ...] = (
    HUB_PAYLOAD_TYPES,
    ((Codec.OPUS, 109), (Codec.VP8, 120)),
    ((Codec.H264, 97), (Codec.OPUS, 111)),
)
SMALL = Limits(replay_packets=12, replay_per_viewer=3, replay_copies=5, history=64, segments=4)

# What makes a busy stage is drawn more often than what makes an empty one.
peers = st.sampled_from(PEERS)
groups = st.sampled_from(
    [frozenset(labels) for labels in (("staff",), ("points",), ("points",), ("points", "staff"), ("unit",))]
)
audiences = st.sampled_from(
    [frozenset(labels) for labels in (("points",), ("points", "staff"), ("staff",), ("unit", "staff"), ())]
)
variants = st.sampled_from((HUB_PAYLOAD_TYPES, *VARIANTS))
received = st.sampled_from(
    (frozenset(SLOTS), frozenset(SLOTS), frozenset({"main", "voice1"}), frozenset({"second"}))
)
pictures = st.sampled_from(("main", "main", "second"))
layers = st.sampled_from(Layer)
rungs = st.sampled_from((Rung.HIGH, Rung.LOW, Rung.LOW, Rung.FEW, Rung.FEW, Rung.NONE))
voices = st.sampled_from(("voice1", "voice1", "voice3"))


@dataclass
class Model:
    """One connected peer as a simple mind sees it. `keys` changes when it may start its numbers anew."""

    spec: PeerSpec
    keys: int
    ready: bool = False
    packets: Counter[SlotName] = field(default_factory=Counter)
    octets: Counter[SlotName] = field(default_factory=Counter)
    number: dict[SlotName, int] = field(default_factory=dict)
    sent: dict[SlotName, dict[int, bytes]] = field(default_factory=dict)
    probes: list[int] = field(default_factory=list)


class Reception(RuleBasedStateMachine):
    """Executes plans at once, on a network that loses nothing."""

    lags: ClassVar[bool] = False
    loses: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.now = 10.0
        self.keys = 0
        self.core = Forwarder(seed=3, totals=Totals(), limits=SMALL)
        self.models: dict[str, Model] = {}
        self.stage = StageSpec("s")
        self.cameras = {
            (peer, layer): self.camera(index + 1, layer)
            for index, peer in enumerate(PEERS)
            for layer in Layer
        }
        self.voices = {peer: microphone(index + 101) for index, peer in enumerate(PEERS)}
        self.held_back: list[tuple[str, bytes]] = []
        self.handed: list[Plan] = []
        self.reports = 100
        self.arrivals: dict[bytes, tuple[SourceId, frozenset[str]]] = {}

    def camera(self, ssrc: int, layer: Layer) -> Camera:
        return Camera(
            ssrc if layer is Layer.HIGH else ssrc + 500,
            sequence=1000 * ssrc,
            layer=layer,
            temporal=ssrc % 2 == 1,
        )

    # What happens

    @initialize()
    def a_small_reception(self) -> None:
        for peer in PEERS[:3]:
            self.connect(peer, frozenset({"points"}), HUB_PAYLOAD_TYPES, frozenset(SLOTS))
            self.get_ready(peer)
        self.put_stage(frozenset({"points"}), {"main": "hall", "voice1": "hall"})

    @rule(peer=peers, labels=groups, payload_types=variants, receives=received)
    def connect(
        self, peer: str, labels: frozenset[str], payload_types: PayloadTypes, receives: frozenset[SlotName]
    ) -> None:
        spec = PeerSpec(
            peer,
            "s",
            labels,
            receives,
            payload_types,
            PUBLISHES,
            extensions=HUB_EXTENSIONS,
            probe_type=97 if peer in {"room", "anna"} else None,
        )
        old = self.models.get(peer)
        self.core.add_peer(spec, self.now)
        self.keys += 1
        self.models[peer] = Model(spec, self.keys)
        if old is not None:  # replaced: its keys may be the same, so its numbers must go on
            self.models[peer] = Model(
                spec, old.keys, False, old.packets, old.octets, old.number, old.sent, old.probes
            )
            for slot in set(SLOTS) - old.spec.receives - receives:
                old.packets.pop(slot, None)
            for slot in receives - old.spec.receives:
                old.packets[slot] = old.octets[slot] = 0
        self.settle()

    @rule(peer=peers, labels=groups)
    def join(self, peer: str, labels: frozenset[str]) -> None:
        self.connect(peer, labels, HUB_PAYLOAD_TYPES, frozenset(SLOTS))
        self.get_ready(peer)

    @rule(peer=peers)
    def get_ready(self, peer: str) -> None:
        self.core.peer_ready(peer, self.now)
        if peer in self.models:
            self.models[peer].ready = True
        self.settle()

    @rule(peer=peers)
    def leave(self, peer: str) -> None:
        self.core.remove_peer(peer, self.now)
        self.models.pop(peer, None)
        self.settle()

    @rule(
        audience=audiences,
        wanted=st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(PEERS[:2])),
        details=st.sampled_from((frozenset[SlotName](), frozenset[SlotName]({"main"}))),
    )
    def put_stage(
        self,
        audience: frozenset[str],
        wanted: dict[SlotName, str],
        details: frozenset[SlotName] = frozenset(),
    ) -> None:
        slots = tuple((slot, SourceId(wanted[slot], self.kind(slot))) for slot in SLOTS if slot in wanted)
        self.stage = StageSpec("s", audience, slots, details)
        self.core.put_stage(self.stage, self.now)
        self.settle()

    @rule(audience=audiences)
    def change_the_audience(self, audience: frozenset[str]) -> None:
        self.put_stage(audience, {slot: source.peer for slot, source in self.stage.slots})

    @rule(slot=pictures, layer=layers, key=st.booleans(), deltas=st.integers(0, 9))
    def film(self, slot: SlotName, layer: Layer, key: bool, deltas: int) -> None:
        peer = self.on_stage(slot)
        for index in range(deltas + 1):
            self.publish(peer, self.cameras[peer, layer].packet(key=key and index == 0))

    @rule(slot=pictures, layer=layers, packets=st.integers(1, 3))
    def probe(self, slot: SlotName, layer: Layer, packets: int) -> None:
        """Padding on a picture's own SSRC."""
        peer = self.on_stage(slot)
        for _ in range(packets):
            self.core.rtp(peer, self.cameras[peer, layer].padding(), self.now)
            self.settle()

    @rule(slot=pictures, keys=st.lists(st.booleans(), min_size=1, max_size=6))
    def film_both_layers(self, slot: SlotName, keys: list[bool]) -> None:
        for key in keys:
            for layer in Layer:
                self.film(slot, layer, key, 0)

    @rule(peer=peers, slot=pictures, rung=rungs)
    def move(self, peer: str, slot: SlotName, rung: Rung) -> None:
        """What the ladder does, whenever it pleases."""
        model = self.models.get(peer)
        if model is not None and slot in model.spec.receives:
            stream = self.core.stages["s"].streams[slot]
            stream.aim(self.core.peers[peer].views[slot], rung, self.now)
            self.settle()

    @rule(slot=pictures, rung=rungs, some=st.integers(1, 5), deltas=st.integers(0, 7))
    def show(self, slot: SlotName, rung: Rung, some: int, deltas: int) -> None:
        """Some viewers go to a rung at a keyframe, and a few pictures follow."""
        for peer in PEERS[:some]:
            self.move(peer, slot, rung)
        self.film_both_layers(slot, [True] + [False] * deltas)

    @rule(
        peer=peers,
        wants=st.dictionaries(pictures, st.sampled_from(("high", "low", "low", "none")), max_size=2),
    )
    def limit(self, peer: str, wants: dict[SlotName, Want]) -> None:
        self.core.limit(peer, wants.items(), self.now)
        self.settle()

    @rule(
        peer=peers,
        fraction=st.sampled_from((0, 0, 0, 10, 200)),
        bitrate=st.sampled_from((0, 1000, 9_000_000)),
    )
    def tell_of_the_line(self, peer: str, fraction: int, bitrate: int) -> None:
        self.reports += 50
        block = Block(SLOT_SSRC["main"], fraction, 0, self.reports, 0, 0, 0)
        packet = receiver_report([block]) + (remb(bitrate, [SLOT_SSRC["main"]]) if bitrate else b"")
        self.core.rtcp(peer, packet, self.now)
        self.settle()

    @rule(slot=voices, packets=st.integers(1, 4))
    def speak(self, slot: SlotName, packets: int) -> None:
        for _ in range(packets):
            peer = self.on_stage(slot)
            self.publish(peer, self.voices[peer].packet())

    @rule(slot=st.one_of(pictures, voices), skip=st.integers(1, 3))
    def lose(self, slot: SlotName, skip: int) -> None:
        peer = self.on_stage(slot)
        if self.loses:
            picture = self.cameras[peer, tuple(Layer)[skip % 2]]
            track = picture if slot in PICTURE_SLOTS else self.voices[peer]
            self.held_back += [(peer, track.packet(key=index == 1)) for index in range(skip)]

    def on_stage(self, slot: SlotName) -> str:
        return next((source.peer for name, source in self.stage.slots if name == slot), "room")

    @rule(position=st.integers(0, 5))
    def come_late(self, position: int) -> None:
        if position < len(self.held_back):
            peer, packet = self.held_back.pop(position)
            self.publish(peer, packet)
            self.publish(peer, packet)

    @rule(peer=peers, both=st.booleans())
    def restart_the_camera(self, peer: str, both: bool) -> None:
        self.now += 0.3
        for layer in Layer if both else (Layer.HIGH,):
            self.cameras[peer, layer] = Camera(
                ssrc=self.cameras[peer, layer].ssrc + 1000,
                sequence=65_530,
                payload_type=96 if self.now % 2 < 1 else 102,
                layer=layer,
                temporal=self.cameras[peer, layer].temporal,
            )

    @rule(seconds=st.sampled_from((0.001, 0.005, 0.005, 0.006, 0.02, 0.5, 3.5)))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.core.tick(self.now)
        self.settle()

    @rule(peer=peers, slot=st.sampled_from(SLOTS), back=st.lists(st.integers(0, 30), min_size=1, max_size=5))
    def ask_again(self, peer: str, slot: SlotName, back: list[int]) -> None:
        model = self.models.get(peer)
        last = max(model.sent.get(slot, {0: b""})) if model else 0
        self.core.rtcp(peer, nack_from(slot, *(last - number for number in back)), self.now)
        self.settle()

    @rule(peer=peers, slot=st.sampled_from(SLOTS))
    def ask_for_a_keyframe(self, peer: str, slot: SlotName) -> None:
        self.core.rtcp(peer, pli_from(slot), self.now)
        self.settle()

    # The network and the fan-out

    def kind(self, slot: SlotName) -> TrackKind:
        return TrackKind.CAMERA if slot in PICTURE_SLOTS else TrackKind.MICROPHONE

    def publish(self, peer: str, packet: bytes) -> None:
        kind = TrackKind.MICROPHONE if packet[1] & 0x7F == 111 else TrackKind.CAMERA
        self.arrivals.setdefault(packet[-8:], (SourceId(peer, kind), self.stage.audience))
        self.core.rtp(peer, packet, self.now)
        self.settle()

    def settle(self) -> None:
        if self.lags:
            self.execute(self.handed)
            self.handed = self.drained()
        else:
            self.execute(self.drained())

    def drained(self) -> list[Plan]:
        return [output for output in self.core.drain() if isinstance(output, Plan)]

    def execute(self, plans: list[Plan]) -> None:
        for plan in plans:
            if plan.lane.open:
                for peer, offset in plan.lane.members:
                    self.arrive(peer, offset, plan)
            else:
                self.core.skipped(plan)

    def arrive(self, peer: str, offset: int, plan: Plan) -> None:
        slot = plan.lane.slot
        model = self.models[peer]
        packet = parse(plan.packet)
        if plan.lane.is_probe:
            self.arrive_probe(model, packet)
            return
        self.check_audience(model, slot, packet.payload[-8:])
        sequence = (packet.sequence + offset) & 0xFFFF
        last = model.number.get(slot, sequence - 1)
        number = last + ((sequence - last + 0x8000) & 0xFFFF) - 0x8000
        model.number[slot] = max(last, number)
        if not (self.loses or self.lags) and number not in model.sent.get(slot, ()):
            source, _ = self.arrivals[packet.payload[-8:]]
            assert (slot, source) in self.stage.slots, "a source that is not on stage any more"
        before = model.sent.setdefault(slot, {}).setdefault(number, plan.packet[4:])
        assert before == plan.packet[4:], "one number, two contents"
        assert packet.payload_type in dict(model.spec.payload_types).values()
        model.packets[slot] += 1
        model.octets[slot] += len(plan.packet)

    def arrive_probe(self, model: Model, packet: Rtp) -> None:
        assert packet.payload == b""
        assert packet.ssrc in PROBE_SSRC.values()
        assert model.ready
        assert model.spec.groups & self.stage.audience, "outside now"
        assert not model.probes or packet.sequence == (model.probes[-1] + 1) & 0xFFFF
        model.probes.append(packet.sequence)

    def check_audience(self, model: Model, slot: SlotName, body: bytes) -> None:
        source, audience_then = self.arrivals[body]
        assert model.ready
        assert slot in model.spec.receives
        assert model.spec.groups & self.stage.audience, "outside now"
        assert model.spec.groups & audience_then, "outside when the packet came"
        assert source.kind is self.kind(slot)
        assert source.kind is TrackKind.CAMERA or source.peer != model.spec.peer, "an echo"

    # What always holds

    @invariant()
    def numbers_leave_no_gap(self) -> None:
        if self.lags or self.loses:
            return
        for model in self.models.values():
            for sent in model.sent.values():
                assert max(sent) - min(sent) + 1 == len(sent)

    @invariant()
    def counts_are_what_was_sent(self) -> None:
        handed = Counter(
            (peer, plan.lane.slot)
            for plan in self.handed
            if plan.lane.open and not plan.lane.is_probe
            for peer, _ in plan.lane.members
        )
        closed = Counter(
            (peer, plan.lane.slot)
            for plan in self.handed
            if not plan.lane.open and not plan.lane.is_probe
            for peer, _ in plan.lane.members
        )
        for count in self.core.counts("s"):
            key = count.peer, count.slot
            sent = self.models[count.peer].packets[count.slot]
            waiting = handed[key]
            assert sent + waiting <= count.packets <= sent + waiting + closed[key]
            if not closed[key]:
                assert count.packets == sent + waiting
            if not self.handed:
                assert count.octets == self.models[count.peer].octets[count.slot]


class LossyReception(Reception):
    """Publishers' packets get lost, come late, and twice."""

    loses = True


class LaggingReception(Reception):
    """The fan-out executes plans one step later, and drops those of closed lanes."""

    lags = True
    loses = True


def _test(machine: type[Reception]) -> Callable[..., None]:
    case = machine.TestCase
    case.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
    return case


TestReception = _test(Reception)
TestLossyReception = _test(LossyReception)
TestLaggingReception = _test(LaggingReception)
