"""Reading a hub's descriptions and writing a light peer's own."""

from dataclasses import replace

import pytest

from endpoints.peer import description
from endpoints.peer.description import DescriptionBad, Local
from hub.relay.wire import negotiate, sdp

OURS = Local("frag", "password0123456789abcdef", "AA:BB", 1001, 1002)
HUB = sdp.Local(7, "hubf", "hubpassword0123456789ab", "CC:DD", ("192.0.2.7", "127.0.0.1"), 5000)


def test_a_hub_offer_is_read_whole() -> None:
    remote = description.read(negotiate.hub_offer(HUB, may_publish=True))
    assert (remote.fragment, remote.password, remote.fingerprint) == ("hubf", HUB.password, "CC:DD")
    assert remote.candidates == (("192.0.2.7", 5000), ("127.0.0.1", 5000))
    assert [line.kind for line in remote.lines] == ["video"] * 3 + ["audio"] * 3 + ["video", "audio", "video"]
    assert [line.ssrcs for line in remote.lines] == [
        [11, 111],
        [12, 112],
        [13, 113],
        [21],
        [22],
        [23],
        [],
        [],
        [],
    ]
    assert remote.lines[0].formats == {96: "vp8", 102: "h264"}


@pytest.mark.parametrize("publish", [True, False])
def test_the_relay_understands_the_answer(publish: bool) -> None:
    remote = description.read(negotiate.hub_offer(HUB, may_publish=True))
    answer = sdp.read(description.answer(remote, OURS, publish=publish))
    assert (answer.fragment, answer.fingerprint, answer.setup) == ("frag", "AA:BB", "active")
    agreed = negotiate.read_hub_answer(answer, may_publish=True)
    assert agreed.receives == {"main", "second", "document", "voice1", "voice2", "voice3"}
    assert bool(agreed.publishes) is publish


def test_the_relay_understands_two_layers_and_repeats() -> None:
    remote = description.read(negotiate.hub_offer(HUB, may_publish=True))
    layered = replace(OURS, small=1003)
    agreed = negotiate.read_hub_answer(
        sdp.read(description.answer(remote, layered, publish=True)), may_publish=True
    )
    assert "a=simulcast:send l;h" in description.answer(remote, layered, publish=True)
    assert (agreed.extensions.rid, agreed.extensions.repaired_rid) == (4, 5)
    assert set(agreed.repeats) == {(97, 96), (103, 102)}
    assert not agreed.remb  # a light peer sends none


def test_the_relay_understands_a_whip_offer() -> None:
    text, agreed = negotiate.accept_publisher(HUB, sdp.read(description.publish_offer(OURS)))
    assert [(number, str(codec), str(kind)) for number, codec, kind in agreed.publishes] == [
        (96, "vp8", "camera"),
        (111, "opus", "microphone"),
    ]
    assert description.read(text).setup == "passive"


def test_the_relay_understands_a_whep_offer() -> None:
    _, agreed = negotiate.accept_viewer(HUB, sdp.read(description.view_offer(OURS, pictures=2, voices=1)))
    assert agreed.receives == {"main", "second", "voice1"}


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("a=ice-ufrag", "the description has no ice-ufrag"),
        ("a=ice-pwd", "the description has no ice-pwd"),
        ("a=fingerprint", "the description has no fingerprint"),
        ("m=", "the description has no m-line"),
    ],
)
def test_what_is_missing_is_named(missing: str, sentence: str) -> None:
    text = negotiate.hub_offer(HUB, may_publish=False)
    kept = [line for line in text.splitlines() if not line.startswith(missing)]
    with pytest.raises(DescriptionBad, match=sentence):
        description.read("\r\n".join(kept))


def test_names_are_no_candidates_and_both_families_are() -> None:
    text = negotiate.hub_offer(HUB, may_publish=False)
    text = text.replace("192.0.2.7 5000 typ", "abc.local 5000 typ").replace(
        "127.0.0.1 5000 typ", "::1 5000 typ"
    )
    assert description.read(text).candidates == (("::1", 5000),)


def test_candidates_that_take_connections_stand_apart() -> None:
    text = negotiate.hub_offer(replace(HUB, tcp=True), may_publish=False)
    remote = description.read(text)
    assert remote.candidates == remote.streams == (("192.0.2.7", 5000), ("127.0.0.1", 5000))
    assert description.read(text.replace("tcptype passive", "tcptype active")).streams == ()
