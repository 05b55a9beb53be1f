"""RTCP of a light peer; also the canary for aiortc's classes."""

from hypothesis import given
from hypothesis import strategies as st

from endpoints.peer import feedback
from endpoints.peer.reception import Reception, Stream
from hub.relay.core import rtcp


def test_requests_of_a_hub_are_read() -> None:
    asked = feedback.read(feedback.picture_loss(1, 1001) + feedback.lost(1, 1001, [7, 9]))
    assert asked is not None
    assert asked.keyframe == {1001}
    assert asked.again == [(1001, 7), (1001, 9)]


def test_full_intra_requests_and_estimates_are_read() -> None:
    fir = bytes.fromhex("84ce0004") + bytes(8) + (1001).to_bytes(4, "big") + bytes(4)
    remb = bytes.fromhex("8fce0005") + bytes(8) + b"REMB" + bytes((1, 0x0B, 0xD0, 0x90)) + bytes(4)
    asked = feedback.read(fir + remb)
    assert asked is not None
    assert asked.keyframe == {1001}
    assert asked.bits_per_second == 0x3D090 << 2


def test_the_relay_reads_the_reports() -> None:
    reception = Reception()
    stream = reception.streams[11] = Stream(5, 96)
    for number in (5, 6, 8):
        stream.count(number, 0, 100)
    report, *_ = rtcp.parse(feedback.receiver_report(77, reception, {11: (0x1234, 9.5)}, 10.0))
    assert isinstance(report, rtcp.ReceiverReport)
    block = report.blocks[0]
    assert (block.ssrc, block.lost, block.fraction) == (11, 1, 64)
    assert (block.highest, block.last_report, block.delay) == (8, 0x1234, 32768)


def test_the_relay_reads_sender_reports() -> None:
    report, *_ = rtcp.parse(feedback.sender_report(1001, 1_700_000_000.5, 90_000, 10, 1000))
    assert isinstance(report, rtcp.SenderReport)
    assert (report.ssrc, report.timestamp, report.packets, report.octets) == (1001, 90_000, 10, 1000)
    assert report.ntp >> 32 == 1_700_000_000 + 2_208_988_800


@given(st.binary(max_size=64))
def test_garbage_is_none_or_harmless(garbage: bytes) -> None:
    feedback.read(garbage)


@given(st.integers(0, 60))
def test_truncated_compounds_never_raise(length: int) -> None:
    whole = (
        feedback.picture_loss(1, 1001) + feedback.lost(1, 1001, [7]) + feedback.sender_report(1, 0.0, 0, 0, 0)
    )
    feedback.read(whole[:length])
