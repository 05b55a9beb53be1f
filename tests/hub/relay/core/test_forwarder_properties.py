"""Random receptions: joins, cuts, switches, losses, repetitions. Three promises hold at every step.

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
from hub.relay.core.rtp import parse
from hub.relay.core.specs import (
    HUB_PAYLOAD_TYPES,
    PICTURE_SLOTS,
    SLOTS,
    Codec,
    PayloadTypes,
    PeerSpec,
    SlotName,
    SourceId,
    StageSpec,
    TrackKind,
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
        self.cameras = {peer: Camera(ssrc=index + 1) for index, peer in enumerate(PEERS)}
        self.voices = {peer: microphone(index + 101) for index, peer in enumerate(PEERS)}
        self.held_back: list[tuple[str, bytes]] = []
        self.handed: list[Plan] = []
        self.arrivals: dict[bytes, tuple[SourceId, frozenset[str]]] = {}

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
        spec = PeerSpec(peer, "s", labels, receives, payload_types, PUBLISHES)
        old = self.models.get(peer)
        self.core.add_peer(spec, self.now)
        self.keys += 1
        self.models[peer] = Model(spec, self.keys)
        if old is not None:  # replaced: its keys may be the same, so its numbers must go on
            self.models[peer] = Model(spec, old.keys, False, old.packets, old.octets, old.number, old.sent)
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

    @rule(audience=audiences, wanted=st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(PEERS[:2])))
    def put_stage(self, audience: frozenset[str], wanted: dict[SlotName, str]) -> None:
        slots = tuple((slot, SourceId(wanted[slot], self.kind(slot))) for slot in SLOTS if slot in wanted)
        self.stage = StageSpec("s", audience, slots)
        self.core.put_stage(self.stage, self.now)
        self.settle()

    @rule(audience=audiences)
    def change_the_audience(self, audience: frozenset[str]) -> None:
        self.put_stage(audience, {slot: source.peer for slot, source in self.stage.slots})

    @rule(slot=pictures, key=st.booleans(), deltas=st.integers(0, 9))
    def film(self, slot: SlotName, key: bool, deltas: int) -> None:
        peer = self.on_stage(slot)
        for index in range(deltas + 1):
            self.publish(peer, self.cameras[peer].packet(key=key and index == 0))

    @rule(slot=voices, packets=st.integers(1, 4))
    def speak(self, slot: SlotName, packets: int) -> None:
        for _ in range(packets):
            peer = self.on_stage(slot)
            self.publish(peer, self.voices[peer].packet())

    @rule(slot=st.one_of(pictures, voices), skip=st.integers(1, 3))
    def lose(self, slot: SlotName, skip: int) -> None:
        peer = self.on_stage(slot)
        if self.loses:
            track = (self.cameras if slot in PICTURE_SLOTS else self.voices)[peer]
            self.held_back += [(peer, track.packet(key=index == 1)) for index in range(skip)]

    def on_stage(self, slot: SlotName) -> str:
        return next((source.peer for name, source in self.stage.slots if name == slot), "room")

    @rule(position=st.integers(0, 5))
    def come_late(self, position: int) -> None:
        if position < len(self.held_back):
            peer, packet = self.held_back.pop(position)
            self.publish(peer, packet)
            self.publish(peer, packet)

    @rule(peer=peers)
    def restart_the_camera(self, peer: str) -> None:
        self.now += 0.3
        self.cameras[peer] = Camera(
            ssrc=self.cameras[peer].ssrc + 1000, sequence=65_530, payload_type=96 if self.now % 2 < 1 else 102
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
            (peer, plan.lane.slot) for plan in self.handed if plan.lane.open for peer, _ in plan.lane.members
        )
        closed = Counter(
            (peer, plan.lane.slot)
            for plan in self.handed
            if not plan.lane.open
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
    case.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
    return case


TestReception = _test(Reception)
TestLossyReception = _test(LossyReception)
TestLaggingReception = _test(LaggingReception)
