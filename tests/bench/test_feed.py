"""The synthetic publisher: its rate, its keyframes, its packets."""

import pytest

from deploy.bench.feed import DOCUMENT_RATE, KEY_EVERY, TICK, Feed, Shape, bursts
from hub.relay.core import vp8
from hub.relay.core.rtp import parse


def ticks(shape: Shape, seconds: float) -> list[list[bytes]]:
    feed = Feed(shape, camera=1, microphone=2, seed=7)
    return [list(feed.due(step * TICK)) for step in range(round(seconds / TICK))]


def sent(seconds: float, shape: Shape) -> list[bytes]:
    return [packet for tick in ticks(shape, seconds) for packet in tick]


@pytest.mark.parametrize(
    "shape", [Shape(1500), Shape(1500, burst=True), Shape.of_document(3000, burst=False)]
)
def test_the_picture_has_its_rate(shape: Shape) -> None:
    packets = [parse(packet) for packet in sent(8.0, shape)]
    picture = sum(len(packet.payload) for packet in packets if packet.ssrc == 1)
    assert abs(picture * 8 / 8.0 / 1000 - 1500) < 80


def test_voices_keep_their_pace_and_a_document_has_none() -> None:
    assert sum(parse(packet).ssrc == 2 for packet in sent(8.0, Shape(500))) == 400
    assert not any(parse(packet).ssrc == 2 for packet in sent(2.0, Shape.of_document(500, burst=False)))


def test_a_paced_feed_never_sends_more_than_a_packet_beyond_its_tick() -> None:
    shape = Shape(1500)
    for tick in ticks(shape, 8.0):
        picture = [len(packet) for packet in tick if parse(packet).ssrc == 1]
        assert sum(picture) < shape.tick_bytes + max(picture, default=0)


def test_frames_of_a_burst_feed_leave_whole() -> None:
    for tick in ticks(Shape(1500, burst=True), 2.0):
        pictures = [parse(packet) for packet in tick if parse(packet).ssrc == 1]
        assert not pictures or pictures[-1].marker


def test_a_document_turns_a_page_once_a_second() -> None:
    shape, sizes = Shape.of_document(1000, burst=True), []
    for tick in ticks(shape, 4.0):
        sizes += [sum(map(len, tick))] if tick else []
    assert len(sizes) == 4 * DOCUMENT_RATE
    assert sum(size > 3 * shape.frame_bytes for size in sizes) == 4


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
    sizes = [size for burst in bursts([Shape(1500)], 2) for size in burst]
    assert sorted(sizes) == sorted(len(packet) for packet in sent(2.0, Shape(1500)))
