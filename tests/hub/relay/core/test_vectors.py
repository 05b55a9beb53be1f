"""Packets as the standards draw them, read as they say; and every way to break them, refused by name."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core import extensions, h264, rtcp, rtp, rtx, vp8
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.malformed import Malformed
from hub.relay.core.plan import Totals
from hub.relay.core.rtcp import Block, Bye, KeyframeRequest, Nack, ReceiverReport, Remb, SenderReport, Unread
from hub.relay.core.specs import (
    HUB_EXTENSIONS,
    HUB_PAYLOAD_TYPES,
    SLOTS,
    PeerSpec,
    SourceId,
    StageSpec,
    TrackKind,
)
from hub.relay.core.transport_feedback import TransportFeedback
from tests.kit.media import PUBLISHES
from tests.kit.vectors import octets, survives

PLAIN = octets("80 e0 1234 00000010 000004d2 90 80 11 10 02 00")  # RFC 3550 §5.1
EXTENDED = octets(
    "90 60 ffff fffffff0 000004d2  bede 0002  10 36 40 68 31 00 07 00  90 80 11 11"
)  # RFC 8285 §4.2
TWO_BYTE = octets(
    "90 60 0001 00000001 000004d2  1000 0002  01 01 36 04 01 68 00 00  90 80 11 11"
)  # RFC 8285 §4.3
CONTRIBUTED = octets("82 6f 0007 00000001 00000009  0000000a 0000000b  78 01")  # two CSRCs
PADDED = octets("a0 6f 0007 00000001 00000009  78 01  00 00 03")  # RFC 3550 §5.1, P
REPEAT = octets(
    "80 e1 0100 00000010 000004d3  1234  90 80 11 10"
)  # RFC 4588 §4: the number, then the payload

RTP_VECTORS = [
    (PLAIN, (96, True, 0x1234, 16, 1234, octets("90 80 11 10 02 00"))),
    (EXTENDED, (96, False, 0xFFFF, 0xFFFFFFF0, 1234, octets("90 80 11 11"))),
    (TWO_BYTE, (96, False, 1, 1, 1234, octets("90 80 11 11"))),
    (CONTRIBUTED, (111, False, 7, 1, 9, octets("78 01"))),
    (PADDED, (111, False, 7, 1, 9, octets("78 01"))),
]

SENDER = octets("80 c8 0006 0000000b e3a1b2c3 80000000 00001000 00000005 000001f4")  # RFC 3550 §6.4.1
RECEIVER = octets("81 c9 0007 00000001  0000000b 40 fffffe 00011170 00000005 b2c38000 00010000")  # §6.4.2
SOURCE = octets("81 ca 0003 00000001 01 03 687562 00 0000")  # §6.5, CNAME "hub"
GOODBYE = octets("82 cb 0003 00000001 00000002 02 627900")  # §6.6, with a reason
APPLICATION = octets("80 cc 0002 00000001 74657374")  # §6.7
NACK = octets("81 cd 0003 00000001 0000000b 0005 0003")  # RFC 4585 §6.2.1
PICTURE_LOST = octets("81 ce 0002 00000001 0000000b")  # RFC 4585 §6.3.1
FULL_INTRA = octets("84 ce 0004 00000001 00000000 0000000b 07000000")  # RFC 5104 §4.3.1
ESTIMATE = octets(
    "8f ce 0005 00000001 00000000 52454d42 01 0e 6acf 0000000b"
)  # alvestrand-rmcat-remb-03 §2.2
EXTENDED_REPORT = octets("80 cf 0004 00000001 04000002 e3a1b2c3 80000000")  # RFC 3611 §4.4
TRANSPORT_WIDE = octets("8f cd 0005 00000001 0000000b 0001 0001 000000 00 2001 00 01")  # holmer-rmcat §3.1

RTCP_VECTORS = [
    (SENDER, [SenderReport(11, 0xE3A1B2C380000000, 0x1000, 5, 500, ())]),
    (RECEIVER, [ReceiverReport(1, (Block(11, 64, -2, 70_000, 5, 0xB2C38000, 0x10000),))]),
    (SOURCE, [Unread(202, 1)]),
    (GOODBYE, [Bye((1, 2))]),
    (APPLICATION, [Unread(204, 0)]),
    (NACK, [Nack(11, ((5, 3),))]),
    (PICTURE_LOST, [KeyframeRequest(11)]),
    (FULL_INTRA, [KeyframeRequest(11)]),
    (ESTIMATE, [Remb(0x26ACF << 3, (11,))]),
    (EXTENDED_REPORT, [Unread(207, 0)]),
    (TRANSPORT_WIDE, [Unread(205, 15)]),
]

# RFC 7741 §4.2: size, starts a frame, picture id, TL0PICIDX; and whether a keyframe starts there (§4.3)
VP8_VECTORS = [
    (octets("10 00 0000 9d012a"), (1, True, 0, 0), True),
    (octets("10 01 0000"), (1, True, 0, 0), False),
    (octets("90 80 11 00 0000 9d012a"), (3, True, 0x11, 0), True),  # §4.6.1, 7-bit picture id
    (octets("90 80 92 34 01"), (4, True, 0x1234, 0), False),  # 15-bit picture id
    (octets("90 f0 92 34 07 60 00"), (6, True, 0x1234, 7), True),  # I, L, T and K
    (octets("80 80 11 55"), (3, False, 0x11, 0), False),  # a continuation
    (octets("91 80 11 00"), (3, False, 0x11, 0), False),  # starts partition 1
]

H264_VECTORS = [
    (octets("65 88 84"), True),  # RFC 6184 §5.6, IDR
    (octets("41 9a 24"), False),
    (octets("67 42 e0 1f"), True),  # parameter sets come first
    (octets("78 0004 6742e01f 0002 68ce"), True),  # §5.7.1, STAP-A
    (octets("78 0002 419a"), False),
    (octets("7c 85 88 84"), True),  # §5.8, FU-A of an IDR, its start
    (octets("7c 05 88 84"), False),
]


@pytest.mark.parametrize(("packet", "fields"), RTP_VECTORS)
def test_rtp(packet: bytes, fields: tuple[object, ...]) -> None:
    assert tuple(rtp.parse(packet)) == fields


@pytest.mark.parametrize(("packet", "reports"), RTCP_VECTORS)
def test_rtcp(packet: bytes, reports: list[rtcp.Report]) -> None:
    assert rtcp.parse(packet) == reports


@pytest.mark.parametrize(("payload", "fields", "key"), VP8_VECTORS)
def test_vp8(payload: bytes, fields: tuple[int, bool, int, int], key: bool) -> None:
    found = vp8.describe(payload)
    assert (found.size, found.starts_frame, found.picture, found.tl0) == fields
    assert vp8.starts_keyframe(payload) is key


@pytest.mark.parametrize(("payload", "key"), H264_VECTORS)
def test_h264(payload: bytes, key: bool) -> None:
    assert h264.starts_keyframe(payload) is key


@pytest.mark.parametrize("packet", [EXTENDED, TWO_BYTE])
def test_extensions(packet: bytes) -> None:
    assert extensions.read(packet, HUB_EXTENSIONS).rid == "h"
    assert extensions.read(packet, HUB_EXTENSIONS).repaired_rid is None


def test_extensions_tell_the_transport_wide_number() -> None:
    assert extensions.read(EXTENDED, HUB_EXTENSIONS).sequence == 7


def test_rtx() -> None:
    repeat = rtp.parse(REPEAT)
    assert not rtx.is_padding(repeat)
    again = rtx.original(repeat, 96, 1234)
    assert (again.payload_type, again.sequence, again.ssrc, again.timestamp) == (96, 0x1234, 1234, 16)
    assert again.payload == octets("90 80 11 10")


def test_transport_wide_feedback_is_written_as_it_is_drawn() -> None:
    feedback = TransportFeedback()
    feedback.arrived(1, 0.0)
    assert [packet[16:] for packet in feedback.write(11)] == [octets("000000 00 2001 00 01")]


def _repeat(packet: bytes) -> object:
    repeat = rtp.parse(packet)
    return None if rtx.is_padding(repeat) else rtx.original(repeat, 96, 1)


def _extensions(packet: bytes) -> object:
    return extensions.read(packet, HUB_EXTENSIONS)


def _renumbered(payload: bytes) -> object:
    return vp8.renumber(payload, vp8.describe(payload), 5, 6) if payload else None


FAMILIES: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
    "rtp": (rtp.parse, [packet for packet, _ in RTP_VECTORS]),
    "rtcp": (rtcp.parse, [packet for packet, _ in RTCP_VECTORS]),
    "rtcp compound": (rtcp.parse, [SENDER + SOURCE + NACK + PICTURE_LOST + ESTIMATE + GOODBYE]),
    "vp8": (vp8.starts_keyframe, [payload for payload, _, _ in VP8_VECTORS]),
    "vp8 renumbered": (_renumbered, [payload for payload, _, _ in VP8_VECTORS]),
    "h264": (h264.starts_keyframe, [payload for payload, _ in H264_VECTORS]),
    "extensions": (_extensions, [EXTENDED, TWO_BYTE, PLAIN, CONTRIBUTED]),
    "rtx": (_repeat, [REPEAT]),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_broken_packets_are_malformed_and_nothing_else(family: str) -> None:
    read, packets = FAMILIES[family]
    for packet in packets:
        survives(read, packet, Malformed)


@pytest.mark.parametrize("family", FAMILIES)
@given(packet=st.binary(max_size=64))
def test_noise_is_malformed_and_nothing_else(family: str, packet: bytes) -> None:
    read, _ = FAMILIES[family]
    with suppress(Malformed):
        read(packet)


def core() -> Forwarder:
    """Everybody publishes and watches everything."""
    made = Forwarder(seed=1, totals=Totals())
    everybody = frozenset({"all"})
    for name in ("hall", "room"):
        made.add_peer(
            PeerSpec(
                name, "s", everybody, frozenset(SLOTS), HUB_PAYLOAD_TYPES, PUBLISHES,
                repeats=((97, 96),), extensions=HUB_EXTENSIONS, probe_type=97, remb=True,
            ),
            1.0,
        )  # fmt: skip
        made.peer_ready(name, 1.0)
    slots = (("main", SourceId("hall", TrackKind.CAMERA)), ("voice1", SourceId("hall", TrackKind.MICROPHONE)))
    made.put_stage(StageSpec("s", everybody, slots), 1.0)  # type: ignore[arg-type]  # names of slots
    return made


@pytest.mark.parametrize("packet", [packet for packet, _ in RTP_VECTORS] + [REPEAT])
def test_the_core_raises_for_no_broken_packet(packet: bytes) -> None:
    made, at = core(), [1.0]

    def take(broken: bytes) -> None:
        at[0] += 0.002
        made.rtp("hall", broken, at[0])
        made.tick(at[0])
        made.drain()

    assert survives(take, packet) == 0


@pytest.mark.parametrize("packet", [packet for packet, _ in RTCP_VECTORS])
def test_the_core_raises_for_no_broken_report(packet: bytes) -> None:
    made, at = core(), [1.0]
    made.rtp("hall", octets("80 e0 1234 00000010 000004d2 10 00 0000 9d012a"), 1.0)

    def take(broken: bytes) -> None:
        at[0] += 0.002
        for name in ("hall", "room"):
            made.rtcp(name, broken, at[0])
        made.tick(at[0])
        made.drain()

    assert survives(take, packet) == 0
