"""What a viewer is sent follows its line: down in time, up after a try, and never for nothing."""

from dataclasses import dataclass, field

import pytest

from hub.relay.core.limits import Limits
from hub.relay.core.plan import Plan
from hub.relay.core.rtcp import Block
from hub.relay.core.rtcp_write import receiver_report
from hub.relay.core.rtp import parse
from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC, Layer, Rung
from tests.kit.media import Camera, Lab, microphone

STEP = 1 / 30


@dataclass
class Narrow:
    """A viewer's line: what is over `kbps` in a tenth of a second is lost. It reports every second, as a
    browser without REMB does, unless it is `mute`."""

    kbps: float = 1e9
    mute: bool = False
    left: float = 0.0
    numbers: dict[int, int] = field(default_factory=dict)
    heard: dict[int, list[int]] = field(default_factory=dict)

    def take(self, ssrc: int, sequence: int, size: int) -> bool:
        last = self.numbers.setdefault(ssrc, sequence)
        self.numbers[ssrc] = max(last, last + ((sequence - last + 0x8000) & 0xFFFF) - 0x8000)
        arrives = self.left >= size * 8
        if arrives:
            self.left -= size * 8
        counted = self.heard.setdefault(ssrc, [0, 0])
        counted[0] += 1
        counted[1] += not arrives
        return arrives

    def report(self) -> bytes:
        blocks = [
            Block(ssrc, min(255, lost * 256 // sent), 0, self.numbers[ssrc], 0, 0, 0)
            for ssrc, (sent, lost) in self.heard.items()
            if sent
        ]
        self.heard.clear()
        return receiver_report(blocks)


class Room:
    """A hall with two layers (1,000 and 150 kbit/s) and a voice, and viewers whose lines are as said."""

    def __init__(self, *viewers: str, probe_type: int | None = 97, limits: Limits | None = None) -> None:
        self.lab = Lab(limits=limits or Limits())
        self.cameras = {
            Layer.HIGH: (Camera(1, layer=Layer.HIGH, temporal=True), 4),
            Layer.LOW: (Camera(2, layer=Layer.LOW, temporal=True), 1),
        }
        self.voice = microphone(3)
        self.lab.peer("hall", "hall")
        self.lab.stage("all", main="hall", voice1="hall")
        self.lines = {viewer: Narrow() for viewer in viewers}
        for viewer in viewers:
            self.lab.peer(viewer, probe_type=probe_type)
        self.asked = 0
        self.frames = 0
        self.key = True

    def play(self, seconds: float) -> None:
        end = self.lab.now + seconds
        while self.lab.now < end:
            self.lab.pass_time(STEP)
            self.frames += 1
            self._film()
            if self.frames % 3 == 0:
                for line in self.lines.values():
                    line.left = line.kbps * 100
            self._carry()
            if self.frames % 30 == 0:
                for viewer, line in self.lines.items():
                    report = line.report()
                    if not line.mute:
                        self.lab.rtcp(viewer, report)

    def _film(self) -> None:
        asked = sum(
            report.__class__.__name__ == "KeyframeRequest" for report in self.lab.feedback.get("hall", [])
        )
        key, self.asked = self.key or asked > self.asked, asked
        self.key = False
        for camera, packets in self.cameras.values():
            size = 1000 if packets > 1 else 580
            for index in range(packets):
                stamp = camera.timestamp
                self.lab.rtp("hall", camera.packet(key=key and index == 0, body=self._body(camera, size)))
                if index + 1 < packets:
                    camera.timestamp = stamp
        for _ in range(2 if self.frames % 3 else 1):
            self.lab.rtp("hall", self.voice.packet(body=self._body(self.voice, 80)))

    def _body(self, camera: Camera, size: int) -> bytes:
        return bytes(size) + camera.ssrc.to_bytes(4) + next(camera.bodies).to_bytes(4)

    def _carry(self) -> None:
        plans, self.lab.plans = self.lab.plans, []
        for plan in plans:
            self._carry_one(plan)

    def _carry_one(self, plan: Plan) -> None:
        packet = parse(plan.packet)
        for peer, offset in plan.lane.members:
            if peer in self.lines:
                sequence = (packet.sequence + offset) & 0xFFFF
                self.lines[peer].take(packet.ssrc, sequence, len(plan.packet) + 44)

    def rung(self, viewer: str) -> Rung:
        return self.lab.forwarder.rungs().get(viewer, {}).get("main", Rung.HIGH)

    def seconds_until(self, viewer: str, rung: Rung, most: float) -> float:
        waited = 0.0
        while self.rung(viewer) is not rung:
            assert waited < most, f"still {self.rung(viewer)}"
            self.play(0.5)
            waited += 0.5
        return waited


def test_a_good_line_is_sent_the_best_and_never_tried() -> None:
    room = Room("anna")
    room.play(20)
    assert room.rung("anna") is Rung.HIGH
    assert room.lab.probes == []
    assert "ladder_down" not in room.lab.totals.values


def test_a_narrow_line_settles_on_the_low_layer_stays_and_comes_back() -> None:
    room = Room("anna", "bert")
    room.play(5)
    room.lines["anna"].kbps = 400
    assert room.seconds_until("anna", Rung.LOW, 5) <= 5
    for _ in range(40):
        room.play(0.5)
        assert room.rung("anna") is Rung.LOW
    assert room.rung("bert") is Rung.HIGH
    room.lines["anna"].kbps = 1e9
    room.seconds_until("anna", Rung.HIGH, 15)
    assert room.lab.probes[0].ssrc == PROBE_SSRC["main"]


def test_a_line_that_carries_no_picture_keeps_its_voice_and_comes_back() -> None:
    room = Room("anna")
    room.play(5)
    room.lines["anna"].kbps = 60
    room.seconds_until("anna", Rung.NONE, 15)
    before = len(room.lab.seen("anna", "voice1"))
    room.play(2)
    assert len(room.lab.seen("anna", "voice1")) - before > 90
    room.lines["anna"].kbps = 1e9
    room.seconds_until("anna", Rung.HIGH, 40)


def test_without_padding_the_next_rung_is_the_trial_and_waits_grow() -> None:
    room = Room("anna", probe_type=None)
    room.play(5)
    room.lines["anna"].kbps = 400
    room.seconds_until("anna", Rung.LOW, 5)
    room.play(60)
    assert 2 <= room.lab.totals.values["ladder_up"] <= 5
    room.lines["anna"].kbps = 1e9
    room.seconds_until("anna", Rung.HIGH, 65)
    assert room.lab.probes == []


def test_who_never_reports_stays_where_it_is() -> None:
    room = Room("anna")
    room.lines["anna"].mute = True
    room.lines["anna"].kbps = 300
    room.play(15)
    assert room.rung("anna") is Rung.HIGH
    assert room.lab.probes == []


def test_no_more_viewers_than_allowed_are_tried_at_once() -> None:
    names = [f"room{index}" for index in range(5)]
    room = Room(*names, limits=Limits(probes_at_once=2))
    room.play(4)
    for line in room.lines.values():
        line.kbps = 400
    most = 0
    for _ in range(60):
        room.play(0.25)
        most = max(most, len(room.lab.forwarder._adaptation._probing))
    assert most == 2


def test_a_full_stream_is_believed_at_once() -> None:
    room = Room("anna")
    room.play(3)
    room.lab.forwarder.congested("anna", room.lab.now)
    room.lab.forwarder.congested("nobody", room.lab.now)
    room.seconds_until("anna", Rung.LOW, 2)


@pytest.mark.parametrize(("uplink", "low"), [(3_500_000, 2), (2_000_000, 4)])
def test_an_uplink_is_shared(uplink: int, low: int) -> None:
    room = Room("a", "b", "c", "d", limits=Limits(uplink=uplink))
    room.lab.limit("a", main="low")
    room.lab.limit("b", main="low")
    room.play(12)
    rungs = [room.rung(viewer) for viewer in room.lines]
    assert rungs.count(Rung.LOW) == low
    assert SLOT_SSRC["main"] in room.lines["a"].numbers


def test_probes_number_their_packets_without_a_gap_over_attempts() -> None:
    room = Room("anna")
    room.play(4)
    room.lines["anna"].kbps = 400
    room.play(25)
    numbers = [packet.sequence for packet in room.lab.probes]
    assert room.lab.totals.values["probes_begun"] >= 2
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_slot_that_was_empty_while_its_viewer_recovered_is_full_again() -> None:
    room = Room("anna")
    room.play(5)
    room.lines["anna"].kbps = 150
    room.seconds_until("anna", Rung.NONE, 15)
    room.lab.stage("all", voice1="hall")
    room.lines["anna"].kbps = 1e9
    room.play(20)
    assert not room.lab.forwarder.peers["anna"].line.limited
    room.lab.stage("all", main="hall", voice1="hall")
    room.play(5)
    assert room.rung("anna") is Rung.HIGH


def test_who_fell_to_nothing_while_nobody_speaks_has_the_picture_again() -> None:
    room = Room("anna")
    room.lab.stage("all", main="hall")
    room.play(5)
    room.lines["anna"].kbps = 60
    room.seconds_until("anna", Rung.NONE, 15)
    room.play(10)
    room.lines["anna"].kbps = 1e9
    room.seconds_until("anna", Rung.HIGH, 40)
