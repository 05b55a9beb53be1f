"""The canary for pylibsrtp's internals, and what the relay relies on in libsrtp."""

import struct

import pytest
from pylibsrtp._binding import ffi, lib

from hub.relay.wire import srtp
from hub.relay.wire.srtp import Inbound, Outbound, Profile, SrtpKeys

PROFILES = list(Profile)


def keys(profile: Profile) -> tuple[SrtpKeys, SrtpKeys]:
    material = bytes(range(profile.material_length))
    client = SrtpKeys.from_material(profile, material, is_client=True)
    return client, SrtpKeys.from_material(profile, material, is_client=False)


def rtp(sequence: int = 1, ssrc: int = 11, size: int = 100) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 1000, ssrc) + bytes(size)


RECEIVER_REPORT = struct.pack("!BBHI", 0x80, 201, 1, 7)


def test_canary_the_binding_still_has_what_we_take() -> None:
    for name in ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp"):
        assert callable(getattr(lib, name))
    assert ffi.typeof("srtp_policy_t").kind == "struct"
    outbound = Outbound(keys(PROFILES[0])[0])
    assert outbound._session._srtp[0] == outbound.context
    assert srtp.has_gcm()
    assert srtp.PROFILES[0] is Profile.AEAD_AES_128_GCM


@pytest.mark.parametrize("profile", PROFILES)
def test_each_end_opens_what_the_other_sealed(profile: Profile) -> None:
    client, server = keys(profile)
    assert Inbound(server).rtp(Outbound(client).rtp(rtp())) == rtp()
    assert Inbound(client).rtcp(Outbound(server).rtcp(RECEIVER_REPORT)) == RECEIVER_REPORT


def test_material_is_split_as_rfc_5764_says() -> None:
    client, server = keys(Profile.AEAD_AES_128_GCM)
    assert client.local_key == bytes(range(16)) + bytes(range(32, 44))
    assert server.local_key == bytes(range(16, 32)) + bytes(range(44, 56))
    assert client.remote_key == server.local_key
    assert "local_key" not in repr(client)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_retransmission_is_byte_identical_even_1000_packets_later(profile: Profile) -> None:
    outbound = Outbound(keys(profile)[0])
    first = outbound.rtp(rtp(1))
    for sequence in range(2, 2 + 1000):
        outbound.rtp(rtp(sequence))
    assert outbound.rtp(rtp(1)) == first


def test_sequence_numbers_may_begin_high_and_wrap() -> None:
    client, server = keys(Profile.AEAD_AES_128_GCM)
    outbound, inbound = Outbound(client), Inbound(server)
    for sequence in range(65_000, 66_500):
        assert inbound.rtp(outbound.rtp(rtp(sequence & 0xFFFF))) is not None


def test_replayed_forged_and_truncated_packets_only_count() -> None:
    client, server = keys(Profile.AEAD_AES_128_GCM)
    inbound, sealed = Inbound(server), Outbound(client).rtp(rtp())
    for size in range(len(sealed)):
        assert inbound.rtp(sealed[:size]) is None
    assert inbound.rtp(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert inbound.rtp(sealed) == rtp()
    assert inbound.rtp(sealed) is None
    assert inbound.refused["srtp_replayed"] == 1
    assert inbound.refused["srtp_forged"] > 0
    assert inbound.refused["srtp_size"] == 12


def test_truncated_rtcp_only_counts() -> None:
    client, server = keys(Profile.AES128_CM_SHA1_80)
    sealed, inbound = Outbound(client).rtcp(RECEIVER_REPORT), Inbound(server)
    assert all(inbound.rtcp(sealed[:size]) is None for size in range(len(sealed)))
    assert inbound.rtcp(sealed) == RECEIVER_REPORT


def test_a_peer_cannot_make_libsrtp_keep_streams_without_end() -> None:
    client, server = keys(Profile.AEAD_AES_128_GCM)
    outbound, inbound = Outbound(client), Inbound(server)
    opened = [inbound.rtp(outbound.rtp(rtp(ssrc=ssrc))) for ssrc in range(100)]
    assert sum(packet is not None for packet in opened) == srtp.MOST_SSRCS
    assert inbound.refused["srtp_too_many_ssrcs"] == 100 - srtp.MOST_SSRCS


@pytest.mark.parametrize("size", [0, 7, srtp.LONGEST + 1])
def test_a_wrong_length_never_reaches_libsrtp(size: int) -> None:
    outbound = Outbound(keys(Profile.AEAD_AES_128_GCM)[0])
    with pytest.raises(ValueError, match="bytes"):
        outbound.rtp(bytes(size))
    with pytest.raises(ValueError, match="bytes"):
        outbound.protect_in_place(ffi.new("char[]", srtp.SLOT), size)


def test_in_place_gives_the_same_bytes() -> None:
    client, _ = keys(Profile.AEAD_AES_128_GCM)
    memory = ffi.new("char[]", srtp.SLOT)
    ffi.buffer(memory)[0 : len(rtp())] = rtp()
    length = Outbound(client).protect_in_place(memory, len(rtp()))
    assert bytes(ffi.buffer(memory)[0:length]) == Outbound(client).rtp(rtp())


def test_what_is_no_rtp_is_refused_not_sent() -> None:
    with pytest.raises(ValueError, match="refused"):
        Outbound(keys(Profile.AEAD_AES_128_GCM)[0]).rtp(
            b"\xbf" + bytes(11)
        )  # more header than there are bytes


@pytest.mark.parametrize(
    ("packet", "expected"),
    [(b"\x80\xc8", True), (b"\x80\x60", False), (b"\x80\xe0", False), (b"\x80", False)],
)
def test_rtcp_is_told_from_rtp(packet: bytes, expected: bool) -> None:
    assert srtp.is_rtcp(packet) is expected
