"""Layers from outside: who is sent which variant, and when it changes."""

import itertools

from hub.relay.core.limits import Limits
from hub.relay.core.rtcp import KeyframeRequest, SenderReport
from hub.relay.core.rtcp_write import sender_report
from hub.relay.core.specs import Layer, Rung, SlotName
from tests.kit.media import Camera, Lab, nack_from, pli_from

HIGH, LOW = 0x70, 0x80


class Hall:
    """A camera in two layers on stage, and one viewer."""

    def __init__(self, *, temporal: bool = False, probe_type: int | None = None) -> None:
        self.lab = Lab()
        self.high = Camera(HIGH, layer=Layer.HIGH, temporal=temporal)
        self.low = Camera(LOW, timestamp=999_999, layer=Layer.LOW, temporal=temporal)
        self.lab.peer("hall", "hall")
        self.lab.stage("all", main="hall")
        self.lab.peer("anna", probe_type=probe_type)
        self.frame(key=True)
        self.lab.pass_time(0.6)  # its line has been looked at once, and is left alone

    def frame(self, *, key: bool = False) -> None:
        self.lab.rtp("hall", self.high.packet(key=key))
        self.lab.rtp("hall", self.low.packet(key=key))

    def play(self, frames: int) -> None:
        for _ in range(frames):
            self.lab.pass_time(1 / 30)
            self.frame()

    def aim(self, peer: str, rung: Rung, slot: SlotName = "main") -> None:
        forwarder = self.lab.forwarder
        forwarder.stages["s"].streams[slot].aim(forwarder.peers[peer].views[slot], rung, self.lab.now)
        self.lab.deliver()

    def sources(self, peer: str = "anna") -> list[int]:
        """Of which layer each packet was that the viewer was sent."""
        return [int.from_bytes(packet.payload[-8:-4]) for packet in self.lab.seen(peer)]

    def asked(self) -> list[int]:
        return [
            report.ssrc
            for report in self.lab.asked("hall", KeyframeRequest)
            if isinstance(report, KeyframeRequest)
        ]


def test_a_viewer_is_sent_one_layer_and_changes_at_a_keyframe_of_the_other() -> None:
    hall = Hall()
    hall.play(3)
    hall.lab.limit("anna", main="low")
    assert hall.asked() == [LOW]
    hall.play(2)
    hall.frame(key=True)
    hall.play(2)
    assert hall.sources() == [HIGH] * 6 + [HIGH] + [LOW] * 3
    numbers = [packet.sequence for packet in hall.lab.seen("anna")]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert hall.lab.totals.values["rung_switches_down"] == 1
    assert hall.lab.forwarder.rungs() == {"anna": {"main": Rung.LOW}}


def test_the_way_back_is_as_smooth() -> None:
    hall = Hall()
    hall.lab.limit("anna", main="low")
    hall.frame(key=True)
    hall.lab.limit("anna")
    hall.play(2)
    hall.frame(key=True)
    hall.play(2)
    assert hall.sources()[-3:] == [HIGH] * 3
    numbers = [packet.sequence for packet in hall.lab.seen("anna")]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert hall.lab.forwarder.rungs() == {}


def test_no_picture_at_all_and_back() -> None:
    hall = Hall()
    hall.lab.limit("anna", main="none")
    hall.play(3)
    assert len(hall.sources()) == 1
    assert hall.lab.forwarder.rungs() == {"anna": {"main": Rung.NONE}}
    hall.lab.rtcp("anna", pli_from("main"))
    assert hall.asked() == []
    hall.lab.limit("anna", main="high")
    hall.lab.pass_time(0.1)
    assert hall.sources() == [HIGH] * 4  # what it missed of the stored group, and nothing twice
    hall.play(1)
    assert len(hall.sources()) == 5


def test_who_wants_the_low_layer_gets_the_only_one_there_is() -> None:
    lab = Lab()
    camera = Camera(HIGH)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall")
    lab.peer("anna")
    lab.limit("anna", main="low")
    lab.rtp("hall", camera.packet(key=True))
    assert len(lab.seen("anna")) == 1


def test_a_layer_that_is_switched_off_is_made_up_for_by_the_other() -> None:
    hall = Hall()
    hall.play(3)
    for _ in range(70):
        hall.lab.pass_time(1 / 30)
        hall.lab.rtp("hall", hall.low.packet())
    assert hall.asked()[-1] == LOW
    hall.lab.rtp("hall", hall.low.packet(key=True))
    hall.lab.rtp("hall", hall.low.packet())
    assert hall.sources()[-2:] == [LOW, LOW]
    assert hall.lab.forwarder.rungs() == {}  # it is the best there is
    hall.frame(key=True)
    hall.frame()
    assert hall.sources()[-2:] == [HIGH, HIGH]


def test_few_frames_are_the_lowest_temporal_layer_of_the_low_one() -> None:
    hall = Hall(temporal=True)
    hall.aim("anna", Rung.FEW)
    assert hall.asked() == [LOW]
    hall.frame(key=True)
    before = len(hall.sources())
    hall.play(20)
    sent = hall.sources()[before:]
    assert set(sent) == {LOW}
    assert len(sent) == 10
    numbers = [packet.sequence for packet in hall.lab.seen("anna")]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_few_frames_without_temporal_layers_are_keyframes_asked_for_every_5_s() -> None:
    hall = Hall()
    hall.aim("anna", Rung.FEW)
    hall.frame(key=True)
    before = len(hall.sources())
    asked = len(hall.asked())
    hall.play(30 * 4)
    assert len(hall.sources()) == before
    hall.play(45)
    assert hall.asked()[asked:] == [LOW]
    hall.frame(key=True)
    assert len(hall.sources()) == before + 1


def test_few_frames_of_a_document_are_sharp() -> None:
    hall = Hall(temporal=True)
    hall.lab.stage("all", details=("main",), main="hall")
    hall.aim("anna", Rung.FEW)
    hall.frame(key=True)
    hall.play(4)
    assert hall.sources()[-1] == HIGH


def test_from_few_frames_to_the_layer_they_are_of_no_packet_is_sent_twice() -> None:
    hall = Hall(temporal=True)
    hall.aim("anna", Rung.FEW)
    hall.frame(key=True)
    hall.play(4)
    hall.aim("anna", Rung.LOW)
    hall.frame(key=True)
    hall.play(4)
    bodies = [packet.payload[-8:] for packet in hall.lab.seen("anna")]
    assert len(bodies) == len(set(bodies))
    assert hall.sources()[-5:] == [LOW] * 5


def test_both_layers_run_on_one_clock_once_the_publisher_has_told_its_own() -> None:
    hall = Hall()
    captured = 50.0
    for camera in (hall.high, hall.low):
        report = sender_report(camera.ssrc, int(captured * (1 << 32)), camera.timestamp, 1, 1)
        hall.lab.rtcp("hall", report)
    hall.play(3)
    hall.lab.limit("anna", main="low")
    hall.play(1)
    hall.frame(key=True)
    hall.play(1)
    times = [packet.timestamp for packet in hall.lab.seen("anna")]
    steps = [(after - before) & 0xFFFFFFFF for before, after in itertools.pairwise(times)]
    # The keyframe of the low layer stands for the picture that the high one has just shown.
    assert steps[:4] == [3000] * 4
    assert steps[-1] == 3000
    assert 0 < steps[-2] <= 6000


def test_sender_reports_carry_the_viewers_shift() -> None:
    hall = Hall()
    hall.low.timestamp -= 40_000  # its clock is behind, and no report tells
    hall.lab.peer("bert")
    hall.lab.limit("anna", main="low")
    hall.lab.rtp("hall", hall.low.packet(key=True))
    hall.play(90)
    view = hall.lab.forwarder.peers["anna"].views["main"]
    report = hall.lab.asked("anna", SenderReport)[-1]
    assert isinstance(report, SenderReport)
    shown = hall.lab.seen("anna")[-1].timestamp
    assert abs(((report.timestamp - shown + 0x80000000) & 0xFFFFFFFF) - 0x80000000) < 200_000
    assert view.shift % 3000 == 0


def test_what_was_sent_of_the_former_variant_is_not_resent() -> None:
    hall = Hall()
    hall.play(3)
    lost = hall.lab.seen("anna")[1].sequence
    hall.lab.limit("anna", main="low")
    hall.frame(key=True)
    sent = len(hall.lab.seen("anna"))
    hall.lab.rtcp("anna", nack_from("main", lost))
    assert len(hall.lab.seen("anna")) == sent
    assert hall.lab.totals.values["resends_of_former"] == 1
    kept = hall.lab.seen("anna")[-1]
    hall.lab.rtcp("anna", nack_from("main", kept.sequence))
    assert hall.lab.seen("anna")[-1] == kept


def test_a_number_is_not_resent_while_its_copy_is_on_the_way() -> None:
    hall = Hall()
    hall.play(3)
    lost = hall.lab.seen("anna")[1].sequence
    for wait in (0.0, 0.03, 0.03):
        hall.lab.pass_time(wait)
        hall.lab.rtcp("anna", nack_from("main", lost))
    assert hall.lab.totals.values["resends"] == 2
    assert hall.lab.totals.values["resends_in_flight"] == 1


def test_a_joiner_is_replayed_the_group_of_its_own_layer() -> None:
    hall = Hall()
    hall.play(5)
    hall.lab.peer("bert", ready=False)
    hall.lab.limit("bert", main="low")
    hall.aim("bert", Rung.LOW)
    hall.lab.forwarder.peer_ready("bert", hall.lab.now)
    hall.lab.pass_time(0.1)
    assert hall.sources("bert") == [LOW] * 6
    assert hall.asked() == []


def test_somebody_beyond_this_relay_may_ask_for_a_keyframe_of_a_layer() -> None:
    hall = Hall()
    hall.lab.stage("all")
    for _ in range(5):
        hall.lab.forwarder.want_keyframe("hall", LOW, hall.lab.now)
        hall.play(3)
    hall.lab.forwarder.want_keyframe("hall", 5, hall.lab.now)
    hall.lab.forwarder.want_keyframe("nobody", LOW, hall.lab.now)
    assert hall.asked() == [LOW]


def test_a_fall_that_does_not_begin_is_cut_short() -> None:
    hall = Hall()
    hall.aim("anna", Rung.LOW)
    before = len(hall.sources())
    hall.play(int(30 * (Limits().fall_patience + 1)))
    assert len(hall.sources()) < before + 30 * (Limits().fall_patience + 0.5)
    assert hall.lab.totals.values["falls_cut_short"] == 1
    hall.frame(key=True)
    assert hall.sources()[-1] == LOW
