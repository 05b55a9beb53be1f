"""The synthetic publisher: its rate, its keyframes, its packets."""

from deploy.bench.feed import KEY_EVERY, Feed, Shape, bursts
from hub.relay.core import vp8
from hub.relay.core.rtp import parse


def sent(seconds: float, kbps: int = 1500) -> list[bytes]:
    feed = Feed(Shape(kbps), camera=1, microphone=2, seed=7)
    return [packet for step in range(round(seconds * 100)) for packet in feed.due(step / 100)]


def test_the_picture_has_its_rate_and_the_voice_its_pace() -> None:
    packets = [parse(packet) for packet in sent(8.0)]
    picture = sum(len(packet.payload) for packet in packets if packet.ssrc == 1)
    assert abs(picture * 8 / 8.0 / 1000 - 1500) < 75
    assert sum(packet.ssrc == 2 for packet in packets) == 400


def test_keyframes_come_by_themselves_and_when_asked_for() -> None:
    feed = Feed(Shape(500), camera=1, microphone=2, seed=7)
    keys = []
    for step in range(round(KEY_EVERY * 2 * 100)):
        if step == 100:
            feed.want_key()
        for packet in feed.due(step / 100):
            read = parse(packet)
            if read.ssrc == 1 and vp8.starts_keyframe(read.payload):
                keys.append(step / 100)
    assert keys[0] == 0.0
    assert 1.0 <= keys[1] < 1.1
    assert 5.0 <= keys[2] < 5.2


def test_bursts_have_the_sizes_of_a_feed() -> None:
    sizes = [size for burst in bursts(Shape(1500), 2) for size in burst]
    assert sorted(sizes) == sorted(len(packet) for packet in sent(2.0))
