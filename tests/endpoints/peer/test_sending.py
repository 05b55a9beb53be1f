"""What is kept for reports and retransmissions."""

from struct import pack

from endpoints.peer.sending import KEPT, Sent


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
