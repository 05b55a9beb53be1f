import pytest

from hub.relay.core.specs import (
    HUB_EXTENSIONS,
    HUB_PAYLOAD_TYPES,
    SCREEN_PAYLOAD_TYPES,
    SLOTS,
    Codec,
    Extensions,
    Layer,
    TrackKind,
)
from hub.relay.wire import negotiate, sdp
from tests.kit.sdp import AV1_ONLY, FINGERPRINT, H264_ONLY, description, section

LOCAL = sdp.Local(1, "hubfrag", "hubpassword", FINGERPRINT, ("192.0.2.1",), 3478)
KINDS = ("video", "video", "video", "audio", "audio", "audio")


def lines_of(answer: str) -> list[str]:
    return [line for line in answer.splitlines() if line.startswith("m=")]


def answered(directions: str = "recvonly", *, publish: bool = False) -> sdp.Remote:
    parts = [section(kind, str(mid), directions, setup="active") for mid, kind in enumerate(KINDS)]
    if publish:
        parts += [
            section("video", "6", "sendonly", setup="active"),
            section("audio", "7", "sendonly", setup="active"),
            section("video", "8", "inactive", setup="active"),
        ]
    return sdp.read(description(*parts))


@pytest.mark.parametrize("may_publish", [False, True])
def test_a_hub_offer_is_readable_and_holds_what_was_promised(may_publish: bool) -> None:
    offer = negotiate.hub_offer(LOCAL, may_publish=may_publish)
    remote = sdp.read(offer)
    assert [line.mid for line in remote.lines] == [str(i) for i in range(9 if may_publish else 6)]
    assert [line.direction for line in remote.lines[:6]] == ["sendonly"] * 6
    assert [line.kind for line in remote.lines[:6]] == list(KINDS)
    assert [line.direction for line in remote.lines[6:]] == ["recvonly"] * (3 if may_publish else 0)
    assert (remote.fragment, remote.setup, remote.bundled) == ("hubfrag", "actpass", True)
    assert offer.count("a=candidate:") == len(remote.lines)
    assert "a=ice-lite" in offer
    assert "a=ssrc:11 cname:hub" in offer
    assert ("transport-cc" in offer) is may_publish


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
    with pytest.raises(sdp.SdpBad, match="9"):
        negotiate.read_hub_answer(answered(), may_publish=True)
    wrong = sdp.read(description(*[section("audio", str(i), "recvonly") for i in range(6)]))
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
    kinds = ("video", "audio", "audio", "video", "video", "video")
    remote = sdp.read(description(*[section(kind, str(i), "recvonly") for i, kind in enumerate(kinds)]))
    answer, agreed = negotiate.accept_viewer(LOCAL, remote)
    assert agreed.receives == {"main", "second", "document", "voice1", "voice2"}
    assert [line.split()[1] for line in lines_of(answer)] == ["3478"] * 5 + ["0"]
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


URI = "urn:ietf:params:rtp-hdrext:sdes:"
LAYERS = f"a=extmap:7 {URI}rtp-stream-id\r\na=extmap:8 {URI}repaired-rtp-stream-id\r\n"
SEQUENCE = "a=extmap:9 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
SEND_TIME = "a=extmap:{} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"


def test_a_hub_offer_asks_for_two_layers_repeats_and_feedback() -> None:
    offer = negotiate.hub_offer(LOCAL, may_publish=True)
    camera, microphone, screen = offer.split("m=")[7:]
    assert "a=rid:l recv\r\na=rid:h recv\r\na=simulcast:recv l;h\r\n" in camera
    assert camera.startswith("video 3478 UDP/TLS/RTP/SAVPF 96 97 102 103\r\n")
    assert screen.startswith("video 3478 UDP/TLS/RTP/SAVPF 98 99 104 105\r\n")
    assert "simulcast" not in screen
    assert "a=fmtp:97 apt=96" in camera
    assert "a=fmtp:99 apt=98" in screen
    for part in (camera, microphone, screen):
        assert "transport-cc" in part
        assert "a=extmap:3 http" in part
    assert "a=extmap:4 " not in microphone


def test_viewers_are_offered_remb_and_room_for_probes() -> None:
    main = negotiate.hub_offer(LOCAL, may_publish=False).split("m=")[1]
    assert "a=rtcp-fb:96 goog-remb" in main
    assert "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time" in main
    assert "a=ssrc-group:FID 11 111" in main


def test_a_hub_set_to_h264_names_it_first() -> None:
    offer = negotiate.hub_offer(LOCAL, may_publish=True, codecs=(Codec.H264, Codec.VP8), layers=False)
    assert "SAVPF 102 103 96 97\r\n" in offer.split("m=")[7]
    assert "simulcast" not in offer


def test_what_a_browser_took_of_it_all() -> None:
    mirror = negotiate.hub_offer(LOCAL, may_publish=True)
    for ours, theirs in (("sendonly", "-"), ("recvonly", "sendonly"), ("-", "recvonly")):
        mirror = mirror.replace(f"a={ours}\r\n", f"a={theirs}\r\n")
    mirror = mirror.replace("a=simulcast:recv l;h", "a=simulcast:send l;h")
    agreed = negotiate.read_hub_answer(sdp.read(mirror), may_publish=True)
    assert agreed.extensions == HUB_EXTENSIONS
    assert set(agreed.repeats) == {(97, 96), (103, 102), (99, 98), (105, 104)}
    assert agreed.rids == ()  # ours, not its own
    assert (agreed.probe_type, agreed.remb) == (97, True)
    assert {(codec, number) for number, codec, kind in agreed.publishes if kind is TrackKind.SCREEN} == {
        *SCREEN_PAYLOAD_TYPES
    }
    spec = agreed.spec("p", "s", frozenset({"g"}))
    assert (spec.peer, spec.extensions, spec.rids, spec.repeats) == (
        "p",
        agreed.extensions,
        agreed.rids,
        agreed.repeats,
    )


def test_an_answer_without_any_of_it() -> None:
    agreed = negotiate.read_hub_answer(answered(publish=True), may_publish=True)
    assert (agreed.extensions, agreed.rids) == (Extensions(mid=1), ())
    assert agreed.repeats == ((97, 96),)


def test_whip_layers_have_the_clients_names_and_ids() -> None:
    video = section("video", "0", "sendonly") + LAYERS + SEQUENCE + "a=simulcast:send 0;1;2\r\n"
    answer, agreed = negotiate.accept_publisher(LOCAL, sdp.read(description(video)))
    assert agreed.rids == (("0", Layer.HIGH), ("2", Layer.LOW))
    assert agreed.extensions == Extensions(mid=1, rid=7, repaired_rid=8, sequence=9)
    assert agreed.repeats == ((97, 96),)
    assert "a=rid:0 recv\r\na=rid:2 recv\r\na=simulcast:recv 0;2\r\n" in answer
    assert "a=extmap:9 http" in answer
    assert "SAVPF 96 97\r\n" in answer
    assert "a=rtcp-fb:96 transport-cc" in answer


def test_whip_layers_whose_names_tell_that_the_small_one_is_first() -> None:
    video = section("video", "0", "sendonly") + LAYERS + "a=simulcast:send q;h;f\r\n"
    answer, agreed = negotiate.accept_publisher(LOCAL, sdp.read(description(video)))
    assert agreed.rids == (("f", Layer.HIGH), ("q", Layer.LOW))
    assert "a=simulcast:recv q;f\r\n" in answer


def test_whip_without_the_extension_gets_no_transport_feedback() -> None:
    answer, agreed = negotiate.accept_publisher(
        LOCAL, sdp.read(description(section("video", "0", "sendonly")))
    )
    assert "transport-cc" not in answer
    assert agreed.extensions.sequence == 0


def test_whep_send_time_only_under_our_own_id() -> None:
    for number, taken in ((2, True), (3, False)):
        video = section("video", "0", "recvonly") + SEND_TIME.format(number)
        answer, agreed = negotiate.accept_viewer(LOCAL, sdp.read(description(video)))
        assert ("abs-send-time" in answer) is taken
        assert (agreed.remb, agreed.probe_type) == (True, 97)
        assert "a=ssrc-group:FID 11 111" in answer
        assert "transport-cc" not in answer


def test_whep_an_m_line_with_another_payload_type_for_the_same_codec_is_not_taken() -> None:
    """All pictures of a codec leave under one payload type: the first m-line's."""
    usual, other = "a=rtpmap:96 VP8/90000\r\n", "a=rtpmap:98 VP8/90000\r\n"
    parts = [
        section("video", str(mid), "recvonly", codecs) for mid, codecs in enumerate((usual, other, usual))
    ]
    answer, agreed = negotiate.accept_viewer(LOCAL, sdp.read(description(*parts)))
    assert agreed.payload_types == ((Codec.VP8, 96),)
    assert [line.split()[1] == "0" for line in lines_of(answer)] == [False, True, False]
    assert agreed.receives == {"main", "second"}
