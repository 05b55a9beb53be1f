"""What is kept for reports and retransmissions."""

from struct import pack

from endpoints.peer.packets import PictureTrack, named
from endpoints.peer.sending import KEPT, Repeats, Sent
from hub.relay.core import extensions, rtx
from hub.relay.core.rtp import parse
from hub.relay.core.specs import HUB_EXTENSIONS


def packet(number: int, timestamp: int) -> bytes:
    return pack("!BBHII", 0x80, 96, number, timestamp, 1) + bytes(10)


def test_a_packet_comes_again_byte_for_byte() -> None:
    sent = Sent(90_000)
    sent.add(packet(5, 0), b"protected", 0.0)
    assert sent.again(5) == b"protected"
    assert sent.again(6) is None
    assert (sent.packets, sent.octets) == (1, 10)


def test_old_packets_are_forgotten() -> None:
    sent = Sent(90_000)
    for number in range(KEPT + 1):
        sent.add(packet(number, 0), b"x", 0.0)
    assert sent.again(0) is None
    assert sent.again(KEPT) == b"x"


def test_the_media_clock_runs_on_between_packets() -> None:
    sent = Sent(90_000)
    sent.add(packet(1, 1000), b"x", 10.0)
    assert sent.timestamp_at(10.5) == 1000 + 45_000


def test_a_repeat_is_read_as_the_original_by_the_relay() -> None:
    track = PictureTrack(70, sequence=9, rid="l")
    (original,) = track.frame(b"\x50" + bytes(30), 0)
    repeats = Repeats(71, 97, named(HUB_EXTENSIONS.repaired_rid, "l"))
    repeat = repeats.of(original)
    assert extensions.read(repeat, HUB_EXTENSIONS).repaired_rid == "l"
    assert rtx.original(parse(repeat), 96, 70) == parse(original)
    assert parse(repeats.of(original)).sequence == parse(repeat).sequence + 1
