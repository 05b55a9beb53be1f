"""SRTP contexts taken up by another process: the other end has one context, and must notice nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.relay.wire import srtp
from hub.relay.wire.srtp import PROFILES, Inbound, Outbound, Profile, SrtpKeys

SSRC = 11
REPORT = b"\x80\xc9\x00\x01" + (1).to_bytes(4)


def keys(profile: Profile) -> tuple[SrtpKeys, SrtpKeys]:
    """Of both ends."""
    material = bytes(range(profile.material_length))
    return (
        SrtpKeys.from_material(profile, material, is_client=False),
        SrtpKeys.from_material(profile, material, is_client=True),
    )


def rtp(number: int, ssrc: int = SSRC) -> bytes:
    head = b"\x80\x60" + (number & 0xFFFF).to_bytes(2) + bytes(4) + ssrc.to_bytes(4)
    return head + number.to_bytes(8)


def test_canary_the_binding_still_exports_the_rollover_counter() -> None:
    assert srtp.SET_ROC is not None, "restarts fall back to walking through the indexes: correct, and slower"


@pytest.fixture(params=["set", "walked"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With libsrtp's own function, and without."""
    if request.param == "walked":
        monkeypatch.setattr(srtp, "SET_ROC", None)
    return str(request.param)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("last", [0, 5, 32_767, 32_768, 65_534, 65_535, 65_536, 98_304, 131_071, 400_000])
def test_a_receiver_goes_on_decrypting_behind_any_index(way: str, profile: Profile, last: int) -> None:
    ours, theirs = keys(profile)
    receiver = Inbound(theirs, since={SSRC: max(0, last - 1)} if last else None)
    assert receiver.rtp(Outbound(ours, used={SSRC: last - 1} if last else None).rtp(rtp(last))) == rtp(last)
    taken_up = Outbound(ours, used={SSRC: last})
    for number in (last + 1, last + 2, last + 40, last + 30_000, last + 60_000, last + 90_000):
        assert receiver.rtp(taken_up.rtp(rtp(number))) == rtp(number), number


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=12), st.data())
def test_any_number_of_restarts_in_one_stream(steps: list[int], data: st.DataObject) -> None:
    """Each process sends a few, in steps that cross turns of the counter, and is killed."""
    ours, theirs = keys(PROFILES[0])
    receiver, sender, number = Inbound(theirs), Outbound(ours), 20_000
    for step in steps:
        number += step
        assert receiver.rtp(sender.rtp(rtp(number))) == rtp(number)
        if data.draw(st.booleans()):
            number += data.draw(st.integers(0, 300))  # numbers given out and never sent
            sender = Outbound(ours, used={SSRC: number}, generation=1)


def test_streams_that_are_not_named_begin_as_ever(way: str) -> None:
    ours, theirs = keys(PROFILES[0])
    receiver, taken_up = Inbound(theirs), Outbound(ours, used={SSRC: 70_000})
    assert receiver.rtp(taken_up.rtp(rtp(3, 99))) == rtp(3, 99)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("highest", [40, 32_768, 65_535, 65_536, 200_000])
def test_a_publisher_is_understood_across_a_turn_that_nobody_heard(
    way: str, profile: Profile, highest: int
) -> None:
    ours, theirs = keys(profile)
    heard: list[tuple[int, int]] = []
    publisher = Outbound(theirs, used={SSRC: highest})
    inbound = Inbound(ours, since={SSRC: highest}, heard=lambda ssrc, index: heard.append((ssrc, index)))
    for number in (highest + 1, highest + 3, highest + 20_000, highest + 50_000):
        assert inbound.rtp(publisher.rtp(rtp(number))) == rtp(number)
    assert heard == [(SSRC, highest + more) for more in (1, 3, 20_000, 50_000)]


def test_nothing_that_was_taken_before_the_restart_is_taken_again() -> None:
    ours, theirs = keys(PROFILES[0])
    publisher = Outbound(theirs)
    before = Inbound(ours, heard=lambda ssrc, index: None)
    packets = [publisher.rtp(rtp(number)) for number in range(100, 140)]
    for packet in packets[:30]:
        assert before.rtp(packet)
    after = Inbound(ours, since={SSRC: 129}, heard=lambda ssrc, index: None)
    assert [after.rtp(packet) is not None for packet in packets] == [False] * 30 + [True] * 10
    assert sum(after.refused.values()) == 30


def test_indexes_are_told_as_they_grow_only() -> None:
    ours, theirs = keys(PROFILES[0])
    heard: list[int] = []
    publisher, inbound = Outbound(theirs), Inbound(ours, heard=lambda ssrc, index: heard.append(index))
    packets = {n: publisher.rtp(rtp(n)) for n in (65_530, 65_531, 65_533, 65_540, 65_541)}
    for number in (65_530, 65_533, 65_531, 65_541, 65_540):
        assert inbound.rtp(packets[number])
    assert heard == [65_530, 65_533, 65_541]


@pytest.mark.parametrize("profile", PROFILES)
def test_no_srtcp_nonce_is_used_twice_over_restarts(profile: Profile) -> None:
    """A nonce is made of key, SSRC and index (RFC 7714 §9.1); libsrtp counts indexes from the start again."""
    ours, theirs = keys(profile)
    receiver, seen = Inbound(theirs), set()
    for generation in range(5):
        sender = Outbound(ours, generation=generation)
        for _ in range(20):
            packet = sender.rtcp(REPORT)
            trailer = packet[-4:] if profile is Profile.AEAD_AES_128_GCM else packet[-14:-10]
            nonce = packet[4:8], int.from_bytes(trailer) & 0x7FFFFFFF
            assert nonce not in seen
            seen.add(nonce)
            plain = receiver.rtcp(packet)
            assert plain is not None
            assert plain.endswith(REPORT)
    assert len(seen) == 100


def test_a_restarted_end_signs_its_compounds_with_an_empty_report() -> None:
    ours, theirs = keys(PROFILES[0])
    plain = Inbound(theirs).rtcp(Outbound(ours, generation=3).rtcp(REPORT))
    assert plain == bytes.fromhex("80c90001 52000003") + REPORT
