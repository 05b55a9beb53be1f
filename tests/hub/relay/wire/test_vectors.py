"""What strangers send, and our own ledger, byte by byte broken: STUN, DTLS, framing, SDP, records."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from struct import Struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire import framing, kept, sdp, stun, traits
from hub.relay.wire.dtls import Certificate, DtlsEnd, _datagrams
from hub.relay.wire.journal import Blobs, Table, place_size
from tests.kit.sdp import description, section
from tests.kit.vectors import bruised, octets, survives

REQUEST = octets("""
    0001 0058 2112a442 b7e7a701bc34d686fa87dfae         ; RFC 5769 §2.1, binding request
    8022 0010 5354554e207465737420636c69656e74          ; SOFTWARE
    0024 0004 6e0001ff  8029 0008 932ff9b151263b36      ; PRIORITY, ICE-CONTROLLED
    0006 0009 6576746a3a68367659 202020                 ; USERNAME "evtj:h6vY"
    0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2  ; MESSAGE-INTEGRITY
    8028 0004 e57a3bcf                                  ; FINGERPRINT
""")
ANSWER = octets("""
    0101 003c 2112a442 b7e7a701bc34d686fa87dfae         ; RFC 5769 §2.2, IPv4 response
    8022 000b 7465737420766563746f72 20                 ; SOFTWARE
    0020 0008 0001 a147 e112a643                        ; XOR-MAPPED-ADDRESS 192.0.2.1:32853
    0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7  ; MESSAGE-INTEGRITY
    8028 0004 c07d4c96                                  ; FINGERPRINT
""")
PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"


def test_stun() -> None:
    request, answer = stun.read(REQUEST), stun.read(ANSWER)
    assert request is not None
    assert (request.kind, request.username, request.controlled) == (
        "request",
        "evtj:h6vY",
        0x932FF9B151263B36,
    )
    assert request.signed_by(PASSWORD)
    assert answer is not None
    assert (answer.kind, answer.mapped, answer.signed_by(PASSWORD)) == ("success", ("192.0.2.1", 32853), True)


@pytest.mark.parametrize("message", [REQUEST, ANSWER])
def test_a_broken_stun_message_is_none_or_not_signed(message: bytes) -> None:
    covered = len(message) - 8  # FINGERPRINT comes after what is signed
    for broken in bruised(message):
        found = stun.read(broken)
        stun.local_fragment(broken)
        stun.is_answer(broken)
        if found is not None and broken[:covered] != message[:covered]:
            assert not found.signed_by(PASSWORD), broken.hex()


RECORD = octets("16 fefd 0000 000000000001 0004 aabbccdd")  # RFC 6347 §4.1


def test_dtls_records_stay_whole_and_in_order() -> None:
    stream = RECORD * 200
    datagrams = _datagrams(stream)
    assert b"".join(datagrams) == stream
    assert all(len(each) <= 1200 and len(each) % len(RECORD) == 0 for each in datagrams)


def test_broken_dtls_records_are_cut_somehow() -> None:
    for broken in bruised(RECORD * 3):
        assert b"".join(_datagrams(broken)) == broken


@given(st.binary(max_size=3000))
def test_noise_in_records_is_cut_somehow(stream: bytes) -> None:
    assert b"".join(_datagrams(stream)) == stream


def test_a_broken_hello_fails_a_handshake_or_is_ignored() -> None:
    certificate = Certificate.make()
    (hello,) = DtlsEnd("client", certificate, 0.0).drain()
    chosen = list(bruised(hello))
    for broken in random.Random(1).sample(chosen, 600):
        end = DtlsEnd("server", certificate, 0.0)
        end.receive(broken, 0.0)
        end.drain()
        assert end.keys is None


FRAMES = octets("0003 800102  0000  0001 ff")  # RFC 4571 §2; an empty one keeps the connection alive


def test_framing() -> None:
    assert framing.Deframer().feed(FRAMES) == [b"\x80\x01\x02", b"\xff"]
    one_by_one = framing.Deframer()
    assert [packet for octet in FRAMES for packet in one_by_one.feed(bytes([octet]))] == [
        b"\x80\x01\x02",
        b"\xff",
    ]


def test_broken_frames_end_the_connection_and_nothing_else() -> None:
    survives(lambda broken: framing.Deframer().feed(broken), FRAMES, framing.FramingBad)


@given(st.lists(st.binary(max_size=300)), st.lists(st.integers(1, 50), min_size=1))
def test_a_stream_cut_anywhere_gives_the_same_packets(packets: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(framing.frame(packet) for packet in packets)
    deframer, got, at, turn = framing.Deframer(), [], 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)]
        got += deframer.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
        assert deframer.waiting <= deframer.longest + 2
    assert got == [packet for packet in packets if packet]


OFFER = description(section("video", "v", "sendonly"), section("audio", "a", "sendonly"))


def test_a_broken_description_is_bad_and_nothing_else() -> None:
    text = OFFER.encode()
    chosen = random.Random(1).sample(list(bruised(text)), 400)
    for broken in chosen:
        with suppress(sdp.SdpBad):
            sdp.read(broken.decode("latin-1"))


LAYERS = """a=rid:h send
a=rid:l send
a=simulcast:send h;l
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"""  # RFC 8853 §5


def test_broken_lines_of_layers_are_read_somehow() -> None:
    survives(lambda broken: traits.read(broken.decode("latin-1").splitlines()), LAYERS.encode())


@pytest.mark.parametrize("read", [kept.read_peer, kept.read_stage])
@given(content=st.binary(max_size=200))
def test_noise_in_the_ledger_is_bad_and_nothing_else(read: Callable[[bytes], object], content: bytes) -> None:
    with suppress(kept.KeptBad):
        read(content)


def test_a_broken_record_is_the_one_before_it_or_none() -> None:
    form = Struct("=QQ")
    memory = bytearray(2 * place_size(form))
    record = Table(memoryview(memory), 0, form, 1).record(0)
    record.write(1, 2)
    record.write(3, 4)
    whole = bytes(memory)
    for broken in bruised(whole):
        if len(broken) != len(whole):
            continue
        again = Table(memoryview(bytearray(broken)), 0, form, 1).record(0)
        assert again.read() in ((1, 2), (3, 4))


def test_a_broken_blob_is_the_one_before_it_or_none() -> None:
    descriptor = os.memfd_create("blobs")
    try:
        os.ftruncate(descriptor, 2 * (16 + 64))
        blobs = Blobs(descriptor, 0, 64, 1)
        blobs.write(0, b"first")
        blobs.write(0, b"second")
        whole = os.pread(descriptor, 4096, 0)
        for broken in bruised(whole):
            if len(broken) == len(whole):
                os.pwrite(descriptor, broken, 0)
                assert Blobs(descriptor, 0, 64, 1).read_all().get(0) in {None, b"first", b"second"}
    finally:
        os.close(descriptor)
