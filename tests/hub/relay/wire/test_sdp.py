import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.relay.core.specs import Codec
from hub.relay.wire import sdp
from tests.kit.sdp import FINGERPRINT, H264_ONLY, description, section

OFFER = description(section("video", "v", "sendonly"), section("audio", "a", "sendonly"))


def test_a_browsers_offer_is_read() -> None:
    remote = sdp.read(OFFER)
    assert (remote.fragment, remote.fingerprint, remote.setup, remote.bundled) == (
        "abcd",
        FINGERPRINT,
        "actpass",
        True,
    )
    video, audio = remote.lines
    assert [(f.payload_type, f.codec) for f in video.formats] == [
        (96, Codec.VP8),
        (108, Codec.H264),
        (109, Codec.H264),
    ]
    assert (audio.kind, audio.mid, audio.direction, audio.rejected) == ("audio", "a", "sendonly", False)
    assert "nack pli" in video.formats[0].feedback


def test_every_truncation_is_read_or_is_bad() -> None:
    for size in range(len(OFFER)):
        with contextlib.suppress(sdp.SdpBad):
            sdp.read(OFFER[:size])


@pytest.mark.parametrize(
    ("what", "instead", "sentence"),
    [
        ("v=0", "x=0", "begin"),
        ("sha-256", "sha-1", "fingerprint"),
        ("a=ice-ufrag:abcd", "a=x:y", "credentials"),
        ("a=setup:actpass", "a=x:y", "setup"),
        ("a=setup:actpass", "a=setup:strange", "cannot be read"),
        ("a=mid:v", "a=mid:" + "v" * 65, "token"),
        ("a=mid:v", "a=mid:v w", "token"),
        ("a=rtpmap:96", "a=rtpmap:960", "payload type"),
        ("m=video 9", "m=video nine", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(what: str, instead: str, sentence: str) -> None:
    with pytest.raises(sdp.SdpBad, match=sentence):
        sdp.read(OFFER.replace(what, instead))


def test_size_is_bounded() -> None:
    with pytest.raises(sdp.SdpBad, match="too long"):
        sdp.read("v=0" + " " * sdp.LONGEST)
    with pytest.raises(sdp.SdpBad, match="too many"):
        sdp.read(description(*[section("audio", str(i), "sendonly") for i in range(40)]))
    with pytest.raises(sdp.SdpBad, match="no media"):
        sdp.read("v=0\r\n")


def test_port_zero_means_no_unless_the_line_is_bundle_only() -> None:
    no = section("video", "1", "sendonly", port=0)
    only = section("video", "2", "sendonly", H264_ONLY, port=0) + "a=bundle-only\r\n"
    lines = sdp.read(description(section("audio", "0", "sendonly"), no, only)).lines
    assert [line.rejected for line in lines] == [False, True, False]


@pytest.mark.parametrize("spelled", ["; ", " ;", ";  "])
def test_parameters_may_be_spelled_with_spaces_and_capitals(spelled: str) -> None:
    usual = description(section("video", "0", "sendonly", H264_ONLY))
    other = H264_ONLY.replace(";", spelled).replace("packetization-mode", "Packetization-Mode")
    assert other != H264_ONLY
    assert sdp.read(description(section("video", "0", "sendonly", other))) == sdp.read(usual)


def test_a_strange_profile_level_id_is_not_copied() -> None:
    odd = H264_ONLY.replace("42e01f", "<evil>")
    assert (
        sdp.read(description(section("video", "0", "sendonly", odd))).lines[0].formats[0].profile == "42e01f"
    )


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [*OFFER.splitlines(), "a=", "m=", "a=rtpmap:", "a=fmtp:9 x", "a=ssrc:x", "\0", "m=video 9 A 1"]
        )
    )
)
def test_shuffled_lines_are_read_or_are_bad(lines: list[str]) -> None:
    with contextlib.suppress(sdp.SdpBad):
        sdp.read("v=0\r\n" + "\r\n".join(lines))


def test_candidates_prefer_the_first_address() -> None:
    local = sdp.Local(1, "u", "p", FINGERPRINT, ("192.0.2.1", "127.0.0.1"), 3478)
    first, second, end = sdp.candidates(local)
    assert " 192.0.2.1 3478 typ host" in first
    assert int(first.split()[3]) > int(second.split()[3])
    assert end == "a=end-of-candidates"


def test_what_means_nothing_to_us_is_not_parsed() -> None:
    strange = "a=candidate:what\r\na=rtcp:x\r\na=ssrc:y\r\nc=IN IP9 z\r\n\x85a=extmap:-\r\n"
    assert sdp.read(OFFER + strange) == sdp.read(OFFER)


@pytest.mark.parametrize(
    "line", ["\n", "a=rtcp-fb:* x{}\n", "a=ssrc:{} a:\n", "a=fmtp:96 a={}\n", "a=mid:{}\n"]
)
def test_a_description_of_very_many_lines_is_bad(line: str) -> None:
    many = "".join(line.format(number) for number in range(sdp.MOST_TEXT_LINES))
    with pytest.raises(sdp.SdpBad, match="too"):
        sdp.read((OFFER + many)[: sdp.LONGEST])
