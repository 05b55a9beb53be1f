"""Packets as a sender writes them, read by the relay's own readers."""

from endpoints.peer.packets import LARGEST, PictureTrack, VoiceTrack
from hub.relay.core import vp8
from hub.relay.core.rtp import parse


def test_a_frame_is_cut_and_can_be_put_together_again() -> None:
    track = PictureTrack(7, sequence=65535)
    data = bytes(range(256)) * 12
    packets = [parse(packet) for packet in track.frame(data, 3000)]
    assert [packet.sequence for packet in packets] == [65535, 0, 1]
    assert [packet.marker for packet in packets] == [False, False, True]
    assert {packet.timestamp for packet in packets} == {3000}
    assert b"".join(packet.payload[4:] for packet in packets) == data
    assert all(len(packet.payload) <= LARGEST + 4 for packet in packets)


def test_the_relay_sees_keyframes_and_picture_ids() -> None:
    track = PictureTrack(7)
    key, delta = (parse(next(track.frame(bytes([first, 1, 2]), 0))).payload for first in (0x50, 0x51))
    assert vp8.starts_keyframe(key)
    assert not vp8.starts_keyframe(delta)
    first, second = vp8.describe(key), vp8.describe(delta)
    assert first.picture_wide
    assert second.picture == first.picture + 1


def test_a_voice_begins_with_a_marker() -> None:
    track = VoiceTrack(8)
    first, second = parse(track.frame(b"a", 0)), parse(track.frame(b"b", 960))
    assert (first.marker, second.marker) == (True, False)
    assert (second.timestamp, second.ssrc, second.payload) == (960, 8, b"b")
