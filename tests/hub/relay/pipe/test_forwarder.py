"""Several relays on virtual time: what enters one is seen at all, once, and only by those who may."""

import os
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.relay.core.plan import Totals
from hub.relay.core.rtcp import KeyframeRequest, Nack, Remb
from hub.relay.core.specs import (
    HUB_PAYLOAD_TYPES,
    PROBE_SSRC,
    SLOTS,
    Layer,
    PeerSpec,
    SlotName,
    SourceId,
    StageSpec,
    TrackKind,
)
from hub.relay.pipe.forwarder import GRACE, PipedForwarder
from hub.relay.wire.ledger import Ledger
from tests.kit.media import PUBLISHES, Camera, microphone, pli_from
from tests.kit.piped import Machine


def stage(*audience: str, **slots: str) -> StageSpec:
    feeds: list[tuple[SlotName, SourceId]] = []
    for slot, peer in slots.items():
        kind = TrackKind.MICROPHONE if slot.startswith("voice") else TrackKind.CAMERA
        feeds.append((slot, SourceId(peer, kind)))  # type: ignore[arg-type]  # a keyword is a slot's name
    return StageSpec("s", frozenset(audience), tuple(feeds))


def live(relays: int = 2) -> tuple[Machine, Camera]:
    """The hall on the first relay and on air everywhere, a room on each relay, one picture seen by all."""
    machine = Machine(relays)
    machine.put(stage("all", main="hall", voice1="hall"))
    machine.relays[0].peer("hall", "staff")
    for index, lab in enumerate(machine.relays):
        lab.peer(f"room{index}", "all")
    machine.settle()
    camera = Camera(50)
    machine.rtp(0, "hall", camera.packet(key=True))
    machine.pass_time(0.1)
    return machine, camera


def test_a_picture_and_a_voice_that_enter_one_relay_are_seen_at_all() -> None:
    machine, camera = live(3)
    voice = microphone(60)
    for _ in range(10):
        machine.rtp(0, "hall", camera.packet())
        machine.rtp(0, "hall", voice.packet())
    for index, lab in enumerate(machine.relays):
        assert len(lab.seen(f"room{index}")) == 11
        assert len(lab.seen(f"room{index}", "voice1")) == 10
    bodies = [
        [packet.payload[-8:] for packet in lab.seen(f"room{i}")] for i, lab in enumerate(machine.relays)
    ]
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_publisher_that_is_on_no_stage_is_not_piped() -> None:
    machine, _ = live()
    machine.relays[0].peer("idle", "staff")
    machine.rtp(0, "idle", Camera(70).packet(key=True))
    assert machine.relays[1].totals.values["pipe_received"] == 1  # the hall's first
    assert set(machine.relays[1].core.peers) == {"room1", "hall"}


def test_what_leaves_the_stage_is_not_piped_any_more_and_comes_back_at_a_keyframe() -> None:
    machine, camera = live()
    machine.put(stage("all"))
    machine.rtp(0, "hall", camera.packet())
    assert len(machine.relays[1].seen("room1")) == 1
    assert "hall" not in machine.relays[1].core.peers
    machine.put(stage("all", main="hall"))
    machine.rtp(0, "hall", camera.packet(key=True))
    assert len(machine.relays[1].seen("room1")) == 2


def test_a_closed_hearing_is_cut_on_both_from_the_next_packet_on() -> None:
    machine, camera = live()
    machine.put(stage("staff", main="hall"))
    for _ in range(5):
        machine.rtp(0, "hall", camera.packet())
    assert [len(lab.seen(f"room{i}")) for i, lab in enumerate(machine.relays)] == [1, 1]


def test_a_keyframe_wanted_at_the_other_end_is_asked_of_the_publisher_once() -> None:
    machine, camera = live(3)
    machine.pass_time(2.5)
    before = len(machine.relays[0].asked("hall", KeyframeRequest))
    for index, lab in enumerate(machine.relays):
        lab.rtp("hall", camera.packet()) if index == 0 else None
        lab.rtcp(f"room{index}", pli_from("main"))
    machine.settle()
    asked = machine.relays[0].asked("hall", KeyframeRequest)[before:]
    assert asked == [KeyframeRequest(50)]
    assert not machine.relays[1].feedback.get("hall")
    assert not machine.relays[2].feedback.get("hall")


def test_only_its_own_relay_reports_to_a_publisher() -> None:
    machine, camera = live()
    camera.packet()  # lost on the way to the first relay
    machine.rtp(0, "hall", camera.packet())
    machine.pass_time(1.0)
    assert machine.relays[0].asked("hall", Remb)
    assert machine.relays[0].asked("hall", Nack)
    assert "hall" not in machine.relays[1].feedback


def test_what_its_own_relay_mends_slowly_costs_no_keyframe_once_the_way_is_known() -> None:
    machine, camera = live()
    machine.relays[0].core.peers["hall"].round_trip = 0.6  # the other relay never knows it
    for asked in (1, 0, 0, 0):
        machine.relays[0].feedback.clear()
        lost = camera.packet()
        machine.rtp(0, "hall", camera.packet())
        machine.pass_time(0.62)
        machine.rtp(0, "hall", lost)
        machine.rtp(0, "hall", camera.packet(key=True))
        machine.pass_time(2)
        assert len(machine.relays[0].asked("hall", KeyframeRequest)) == asked


def test_a_publisher_that_goes_is_gone_everywhere() -> None:
    machine, _ = live()
    machine.relays[0].core.remove_peer("hall", machine.relays[0].now)
    machine.settle()
    assert "hall" not in machine.relays[1].core.peers


def test_a_pipe_that_breaks_and_comes_back_goes_on_without_a_keyframe() -> None:
    machine, camera = live()
    machine.break_pipe(0, 1)
    machine.rtp(0, "hall", camera.packet())
    machine.pass_time(0.5)
    machine.mend(0, 1)
    machine.rtp(0, "hall", camera.packet())
    assert len(machine.relays[0].seen("room0")) == 3
    assert len(machine.relays[1].seen("room1")) == 2


def test_a_guest_whose_pipe_does_not_come_back_is_forgotten() -> None:
    machine, _ = live()
    machine.break_pipe(0, 1)
    machine.pass_time(GRACE + 0.2)
    assert "hall" not in machine.relays[1].core.peers
    assert machine.relays[1].totals.values["pipe_guests_lost"] == 1


def test_a_relay_without_the_publisher_may_die_and_the_others_see_no_gap() -> None:
    machine, camera = live(3)
    for number in range(6):
        if number == 3:
            machine.kill(1)
        machine.rtp(0, "hall", camera.packet())
    assert [len(machine.relays[index].seen(f"room{index}")) for index in (0, 2)] == [7, 7]
    machine.put(stage("all", main="hall"))
    machine.relays[1].peer("room1", "all")
    machine.rtp(0, "hall", camera.packet(key=True))
    assert len(machine.relays[1].seen("room1")) == 1


def test_a_relay_that_is_started_again_sends_nothing_before_it_is_told_a_stage() -> None:
    machine, camera = live()
    machine.kill(1)
    machine.relays[1].peer("room1", "all")
    machine.rtp(0, "hall", camera.packet(key=True))
    assert machine.relays[1].seen("room1") == []


def test_one_that_was_a_guest_may_connect_here() -> None:
    machine, _ = live()
    machine.relays[0].core.remove_peer("hall", machine.relays[0].now)
    machine.relays[1].peer("hall", "staff")
    machine.settle()
    assert "hall" in machine.relays[0].core.peers
    other = Camera(51)
    machine.rtp(1, "hall", other.packet(key=True))
    assert len(machine.relays[0].seen("room0")) == 2


def test_lost_packets_in_a_pipe_that_does_not_move_are_mended_by_a_keyframe() -> None:
    machine, camera = live()
    pipe = machine.pipes[0, 1]
    machine.pass_time(2.0)
    before = len(machine.relays[0].asked("hall", KeyframeRequest))
    machine.relays[0].core.rtp("hall", camera.packet(), machine.relays[0].now)
    records = pipe.outlet.queue[:]
    pipe.outlet.queue.clear()
    assert pipe.outlet.dropped(records)
    machine.relays[0].core.starved(pipe.outlet.flowing(), machine.relays[0].now)
    machine.relays[0].core.starved(pipe.outlet.flowing(), machine.relays[0].now)
    machine.settle()
    assert len(machine.relays[0].asked("hall", KeyframeRequest)) == before + 1


def test_a_pipe_that_lost_a_word_has_to_begin_anew() -> None:
    machine, _ = live()
    pipe = machine.pipes[0, 1]
    machine.relays[0].core.remove_peer("hall", machine.relays[0].now)
    assert not pipe.outlet.dropped(pipe.outlet.queue)


RELAYS = 3
PEERS = ("p0", "p1", "p2", "p3")
GROUPS = ("points", "staff")


class Sharing(RuleBasedStateMachine):
    """Random opens, deaths, returns, broken pipes and stages, against a list of who is where."""

    @initialize()
    def begin(self) -> None:
        self.machine = Machine(RELAYS)
        self.home: dict[str, int] = {}
        self.group: dict[str, str] = {}
        self.wish = stage()
        self.knows = [False] * RELAYS
        self.cameras = {peer: Camera(100 + index) for index, peer in enumerate(PEERS)}
        self.cut: set[tuple[int, int]] = set()

    @rule(peer=st.sampled_from(PEERS), relay=st.integers(0, RELAYS - 1), group=st.sampled_from(GROUPS))
    def open(self, peer: str, relay: int, group: str) -> None:
        self.close(peer)
        self.machine.relays[relay].peer(peer, group)
        self.home[peer], self.group[peer] = relay, group
        self.machine.settle()

    @rule(peer=st.sampled_from(PEERS))
    def close(self, peer: str) -> None:
        relay = self.home.pop(peer, None)
        if relay is not None:
            lab = self.machine.relays[relay]
            lab.core.remove_peer(peer, lab.now)
            self.machine.settle()

    @rule(relay=st.integers(0, RELAYS - 1))
    def die(self, relay: int) -> None:
        self.home = {peer: at for peer, at in self.home.items() if at != relay}
        self.knows[relay] = False
        self.cut = {pair for pair in self.cut if relay not in pair}
        self.machine.kill(relay)

    @rule(giver=st.integers(0, RELAYS - 1), taker=st.integers(0, RELAYS - 1))
    def break_or_mend(self, giver: int, taker: int) -> None:
        if giver == taker:
            return
        if (giver, taker) in self.cut:
            self.cut.discard((giver, taker))
            self.machine.mend(giver, taker)
        else:
            self.cut.add((giver, taker))
            self.machine.break_pipe(giver, taker)

    @rule(
        audience=st.sets(st.sampled_from(GROUPS)), main=st.sampled_from(PEERS), voice=st.sampled_from(PEERS)
    )
    def put(self, audience: set[str], main: str, voice: str) -> None:
        self.wish = stage(*audience, main=main, voice1=voice)
        self.machine.put(self.wish)
        self.knows = [True] * RELAYS

    @rule(peer=st.sampled_from(PEERS), count=st.integers(1, 4), key=st.booleans())
    def publish(self, peer: str, count: int, key: bool) -> None:
        if peer not in self.home:
            return
        labs = self.machine.relays
        before = [{name: len(lab.seen(name)) for name in PEERS} for lab in labs]
        for number in range(count):
            self.machine.rtp(self.home[peer], peer, self.cameras[peer].packet(key=key and number == 0))
        self.machine.pass_time(0.3)
        for index, lab in enumerate(labs):
            for name in PEERS:
                more = len(lab.seen(name)) - before[index][name]
                inside = name in self.home and self.group[name] in self.wish.audience
                at_home = self.home.get(name) == index and self.knows[index]
                assert not more or (inside and at_home), "somebody outside was sent a packet"
                on_air = any(source.peer == peer for slot, source in self.wish.slots if slot == "main")
                reachable = self.home[peer] == index or (self.home[peer], index) not in self.cut
                if inside and at_home and on_air and key and reachable:
                    assert more >= count, "somebody inside missed a picture"

    @rule()
    def wait(self) -> None:
        self.machine.pass_time(GRACE + 0.2)

    @invariant()
    def every_wanted_source_is_piped_exactly_once(self) -> None:
        if not hasattr(self, "machine"):
            return
        for index, lab in enumerate(self.machine.relays):
            for peer in {source.peer for _, source in self.wish.slots}:
                at = self.home.get(peer)
                givers = [
                    giver
                    for (giver, taker), pipe in self.machine.pipes.items()
                    if taker == index and peer in pipe.handles.values()
                ]
                if self.knows[index] and at is not None and at != index and (at, index) not in self.cut:
                    assert givers == [at]
                elif at == index or not self.knows[index]:
                    assert givers == []
            strangers = set(lab.core.peers) - {peer for peer, at in self.home.items() if at == index}
            assert strangers <= {source.peer for _, source in self.wish.slots}


TestSharing = Sharing.TestCase
TestSharing.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_the_probes_of_a_guest_that_came_home_are_remembered() -> None:
    """Numbers of probes that the next process does not know would be used twice under the same keys."""
    file = os.memfd_create("ledger")
    ledger = Ledger(file, Totals())
    core = PipedForwarder(seed=1, totals=Totals(), ledger=ledger)
    core.put_stage(stage("all", main="hall"), 1.0)
    home = PeerSpec("hall", "s", frozenset({"all"}), frozenset(SLOTS), HUB_PAYLOAD_TYPES, PUBLISHES)
    home = replace(home, probe_type=97)
    core.guest_came(replace(home, groups=frozenset(), receives=frozenset()), lambda _: None, 1.0)
    core.add_peer(home, 2.0)
    core.peer_ready("hall", 2.0)
    padding = core.peers["hall"].line.padding
    assert padding is not None
    padding.open()
    padding.send(10, 2.0)
    core.rtp("hall", Camera(50).packet(key=True), 2.0)  # it sees itself
    assert core.counts("s")
    after = Ledger(file, Totals())
    assert after.outbound("hall")[PROBE_SSRC["main"]] >= padding.number - 1
    os.close(file)


def test_a_sibling_that_comes_late_is_told_the_layers_that_packets_tell_no_more() -> None:
    machine = Machine(2)
    machine.relays[0].peer("hall", "staff")
    for index, lab in enumerate(machine.relays):
        lab.peer(f"room{index}", "all")
    cameras = {layer: Camera(50 + n, layer=layer) for n, layer in enumerate(Layer)}
    for camera in cameras.values():
        machine.rtp(0, "hall", camera.packet(key=True))
        camera.layer = None  # as browsers do, once a receiver report came
    machine.put(stage("all", main="hall"))
    for _ in range(30):
        for layer in (Layer.LOW, Layer.HIGH):
            machine.rtp(0, "hall", cameras[layer].packet(key=True))
        machine.pass_time(0.04)
    for lab in machine.relays:
        source = lab.core.peers["hall"].sources[TrackKind.CAMERA]
        assert {layer: track.ssrc for layer, track in source.tracks.items()} == {
            layer: camera.ssrc for layer, camera in cameras.items()
        }
        assert "rtp_contested" not in lab.totals.values
    before = machine.relays[1].core.peers["hall"]
    cameras[Layer.LOW].ssrc, cameras[Layer.LOW].layer = 77, Layer.LOW
    machine.rtp(0, "hall", cameras[Layer.LOW].packet(key=True))
    assert machine.relays[1].core.layers("hall") == machine.relays[0].core.layers("hall")
    assert machine.relays[1].core.peers["hall"] is before  # told of more, it goes on
