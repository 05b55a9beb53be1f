"""A source in layers: which are sent, what is asked of each."""

from hub.relay.core.capture import NTP_SECOND, Skew
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Feedback, SourceChanged, Totals
from hub.relay.core.rtcp import KeyframeRequest, Nack, SenderReport
from hub.relay.core.rtcp import parse as parse_rtcp
from hub.relay.core.rtp import parse
from hub.relay.core.source import Source
from hub.relay.core.specs import Codec, Layer, SourceId, TrackKind
from tests.kit.media import Camera

HIGH, LOW = Layer.HIGH, Layer.LOW


class Stand:
    """One camera in two layers, and what it is asked."""

    def __init__(self) -> None:
        self.totals, self.outbox = Totals(), Outbox()
        self.source = Source(SourceId("cam", TrackKind.CAMERA), Skew(), Limits(), self.totals, self.outbox)
        self.cameras = {HIGH: Camera(70), LOW: Camera(80)}

    def send(self, now: float, *layers: Layer, key: bool = False) -> None:
        for layer in layers:
            self.source.take(parse(self.cameras[layer].packet(key=key)), Codec.VP8, layer, now)

    def lose(self, layer: Layer) -> None:
        self.cameras[layer].packet()

    def asked(self) -> list[object]:
        feedback = [each for each in self.outbox.drain() if isinstance(each, Feedback)]
        return [report for each in feedback for report in parse_rtcp(each.packet)[1:]]


def test_a_source_is_live_with_its_first_packet_whatever_the_layer() -> None:
    stand = Stand()
    stand.send(1.0, LOW, key=True)
    stand.send(1.1, HIGH, key=True)
    changes = [each for each in stand.outbox.drain() if isinstance(each, SourceChanged)]
    assert [(change.live, change.codec) for change in changes] == [(True, "vp8")]
    assert stand.source.layers == {HIGH, LOW}
    assert (stand.source.layer_of(70), stand.source.layer_of(80), stand.source.layer_of(90)) == (
        HIGH,
        LOW,
        None,
    )


def test_an_arrival_tells_its_layer() -> None:
    stand = Stand()
    arrival = stand.source.take(parse(stand.cameras[LOW].packet(key=True)), Codec.VP8, LOW, 1.0)
    assert arrival is not None
    assert (arrival.layer, arrival.key) == (LOW, True)


def test_a_layer_that_stops_while_the_other_goes_on_is_gone_and_comes_back() -> None:
    stand = Stand()
    stand.send(1.0, HIGH, LOW, key=True)
    for step in range(1, 20):
        stand.send(1.0 + step / 10, LOW)
        stand.source.tick(1.0 + step / 10, 0.0)
    assert stand.source.layers == {LOW}
    stand.send(3.0, HIGH, key=True)
    assert stand.source.layers == {HIGH, LOW}


def test_a_still_screen_keeps_its_layers_until_the_source_ends() -> None:
    stand = Stand()
    stand.send(1.0, HIGH, LOW, key=True)
    stand.source.tick(3.9, 0.0)
    assert stand.source.layers == {HIGH, LOW}
    assert stand.source.live
    stand.source.tick(4.1, 0.0)
    assert not stand.source.live


def test_keyframes_are_asked_of_each_layer_on_its_own() -> None:
    stand = Stand()
    stand.send(1.0, HIGH, LOW, key=True)
    stand.asked()
    for now in (2.0, 2.5):
        stand.source.ask_keyframe(HIGH, now)
    stand.source.ask_keyframe(LOW, 2.6)
    assert stand.asked() == [KeyframeRequest(70), KeyframeRequest(80)]
    stand.send(2.7, LOW, key=True)
    stand.source.tick(3.0, 0.0)
    assert stand.asked() == [KeyframeRequest(70)]
    stand.source.forget_keyframes()
    stand.source.tick(4.0, 0.0)
    assert stand.asked() == []


def test_losses_are_asked_for_layer_by_layer() -> None:
    stand = Stand()
    stand.send(1.0, HIGH, LOW, key=True)
    stand.lose(LOW)
    stand.send(1.01, HIGH, LOW)
    assert stand.source.awaits_packets
    stand.asked()
    stand.source.tick(1.03, 0.0)
    (nack,) = stand.asked()
    assert isinstance(nack, Nack)
    assert (nack.ssrc, list(nack.sequences())) == (80, [1001])


def test_each_layer_has_its_own_clock() -> None:
    stand = Stand()
    stand.send(10.0, HIGH, LOW, key=True)
    for ssrc, timestamp in ((70, 5_000), (80, 900_000)):
        stand.source.reported(SenderReport(ssrc, 10 * NTP_SECOND, timestamp, 1, 1, ()), 10.1)
    assert stand.source.captured_at(HIGH, 5_000 + 9_000, 10.2) == stand.source.captured_at(LOW, 909_000, 10.2)
    stand.source.reported(SenderReport(99, 0, 0, 1, 1, ()), 10.1)
    assert stand.source.captured_at(HIGH, 5_000, 10.0) != 10.0


def test_two_senders_of_one_layer_are_contested() -> None:
    stand = Stand()
    stand.send(1.0, HIGH, key=True)
    assert stand.source.take(parse(Camera(71).packet(key=True)), Codec.VP8, HIGH, 1.1) is None
    assert stand.totals.values["rtp_contested"] == 1
    assert stand.source.take(parse(Camera(71).packet(key=True)), Codec.VP8, HIGH, 1.3) is not None
    assert stand.source.tracks[HIGH].ssrc == 71
