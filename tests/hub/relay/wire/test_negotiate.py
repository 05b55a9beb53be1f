import pytest

from hub.relay.core.specs import HUB_PAYLOAD_TYPES, SLOTS, Codec, TrackKind
from hub.relay.wire import negotiate, sdp
from tests.kit.sdp import AV1_ONLY, FINGERPRINT, H264_ONLY, description, section

LOCAL = sdp.Local(1, "hubfrag", "hubpassword", FINGERPRINT, ("192.0.2.1",), 3478)
KINDS = ("video", "video", "audio", "audio", "audio")


def lines_of(answer: str) -> list[str]:
    return [line for line in answer.splitlines() if line.startswith("m=")]


def answered(directions: str = "recvonly", *, publish: bool = False) -> sdp.Remote:
    parts = [section(kind, str(mid), directions, setup="active") for mid, kind in enumerate(KINDS)]
    if publish:
        parts += [
            section("video", "5", "sendonly", setup="active"),
            section("audio", "6", "sendonly", setup="active"),
        ]
    return sdp.read(description(*parts))


@pytest.mark.parametrize("may_publish", [False, True])
def test_a_hub_offer_is_readable_and_holds_what_was_promised(may_publish: bool) -> None:
    offer = negotiate.hub_offer(LOCAL, may_publish=may_publish)
    remote = sdp.read(offer)
    assert [line.mid for line in remote.lines] == [str(i) for i in range(7 if may_publish else 5)]
    assert [line.direction for line in remote.lines[:5]] == ["sendonly"] * 5
    assert [line.kind for line in remote.lines[:5]] == list(KINDS)
    assert [line.direction for line in remote.lines[5:]] == ["recvonly"] * (2 if may_publish else 0)
    assert (remote.fragment, remote.setup, remote.bundled) == ("hubfrag", "actpass", True)
    assert offer.count("a=candidate:") == len(remote.lines)
    assert "a=ice-lite" in offer
    assert ("goog-remb" in offer) is may_publish
    assert "a=ssrc:11 cname:hub" in offer
    assert "transport-cc" not in offer


def test_an_answer_that_takes_everything() -> None:
    agreed = negotiate.read_hub_answer(answered(publish=True), may_publish=True)
    assert agreed.receives == frozenset(SLOTS)
    assert dict(agreed.payload_types)[Codec.VP8] == 96
    assert agreed.publishes == (
        (96, Codec.VP8, TrackKind.CAMERA),
        (109, Codec.H264, TrackKind.CAMERA),
        (111, Codec.OPUS, TrackKind.MICROPHONE),
    )


def test_an_answer_that_takes_nothing_receives_nothing() -> None:
    agreed = negotiate.read_hub_answer(answered("inactive"), may_publish=False)
    assert agreed == negotiate.Agreed(frozenset(), (), ())


def test_our_own_offer_mirrored_gives_our_payload_types() -> None:
    mirror = negotiate.hub_offer(LOCAL, may_publish=False).replace("a=sendonly", "a=recvonly")
    agreed = negotiate.read_hub_answer(sdp.read(mirror), may_publish=False)
    assert agreed.payload_types == HUB_PAYLOAD_TYPES


def test_an_answer_with_other_lines_is_bad() -> None:
    with pytest.raises(sdp.SdpBad, match="7"):
        negotiate.read_hub_answer(answered(), may_publish=True)
    wrong = sdp.read(description(*[section("audio", str(i), "recvonly") for i in range(5)]))
    with pytest.raises(sdp.SdpBad, match="kind"):
        negotiate.read_hub_answer(wrong, may_publish=False)


def test_a_viewer_cannot_publish_by_answering_sendrecv() -> None:
    assert negotiate.read_hub_answer(answered("sendrecv"), may_publish=False).publishes == ()


def test_whip_takes_vp8_and_opus_with_the_clients_payload_types_and_mids() -> None:
    remote = sdp.read(description(section("audio", "aud", "sendonly"), section("video", "vid", "sendrecv")))
    answer, agreed = negotiate.accept_publisher(LOCAL, remote)
    assert set(agreed.publishes) == {
        (96, Codec.VP8, TrackKind.CAMERA),
        (111, Codec.OPUS, TrackKind.MICROPHONE),
    }
    assert "a=group:BUNDLE aud vid" in answer
    assert answer.count("a=recvonly") == 2
    assert answer.count("a=setup:passive") == 2
    assert "a=rtcp-fb:96 goog-remb" in answer
    assert "x-google-start-bitrate" in answer
    assert "a=ssrc" not in answer
    assert lines_of(answer)[0].startswith("m=audio 3478 UDP/TLS/RTP/SAVPF 111")


def test_whip_takes_h264_when_there_is_no_vp8() -> None:
    remote = sdp.read(description(section("video", "0", "sendonly", H264_ONLY)))
    _, agreed = negotiate.accept_publisher(LOCAL, remote)
    assert agreed.publishes == ((109, Codec.H264, TrackKind.CAMERA),)


def test_whip_second_cameras_and_foreign_codecs_are_declined() -> None:
    remote = sdp.read(
        description(
            section("video", "0", "sendonly", AV1_ONLY),
            section("video", "1", "sendonly"),
            section("video", "2", "sendonly"),
        )
    )
    answer, _ = negotiate.accept_publisher(LOCAL, remote)
    assert [line.split()[1] for line in lines_of(answer)] == ["0", "3478", "0"]
    assert "a=group:BUNDLE 1\r\n" in answer


@pytest.mark.parametrize("accept", [negotiate.accept_publisher, negotiate.accept_viewer])
def test_nothing_we_can_forward_is_said_apart(accept) -> None:  # type: ignore[no-untyped-def]
    remote = sdp.read(description(section("video", "0", "sendrecv", AV1_ONLY)))
    with pytest.raises(sdp.SdpNoCodec):
        accept(LOCAL, remote)


def test_an_offer_that_does_not_bundle_is_bad() -> None:
    text = description(section("audio", "0", "sendonly"), section("video", "1", "sendonly")).replace(
        "BUNDLE", "LS"
    )
    with pytest.raises(sdp.SdpBad, match="bundle"):
        negotiate.accept_publisher(LOCAL, sdp.read(text))


def test_whep_gets_slots_in_order() -> None:
    kinds = ("video", "audio", "audio", "video", "video")
    remote = sdp.read(description(*[section(kind, str(i), "recvonly") for i, kind in enumerate(kinds)]))
    answer, agreed = negotiate.accept_viewer(LOCAL, remote)
    assert agreed.receives == {"main", "second", "voice1", "voice2"}
    assert [line.split()[1] for line in lines_of(answer)] == ["3478"] * 4 + ["0"]
    assert dict(agreed.payload_types) == {Codec.VP8: 96, Codec.H264: 109, Codec.OPUS: 111}
    assert (
        answer.index("a=msid:hall main")
        < answer.index("a=msid:hall voice1")
        < answer.index("a=msid:floor voice2")
    )


def test_a_passive_client_makes_us_begin() -> None:
    remote = sdp.read(description(section("video", "0", "sendonly", setup="passive")))
    answer, _ = negotiate.accept_publisher(LOCAL, remote)
    assert "a=setup:active" in answer
