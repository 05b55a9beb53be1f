"""A stranger's encoder and player (aiortc) with tokens of `hub token`, against a running demo."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from aiortc import AudioStreamTrack, RTCPeerConnection, VideoStreamTrack

from tests.kit.demo import DemoHub, demo_hub
from tests.kit.outsider import SDP, metrics, outside, until
from tests.kit.players import frames, header, joined

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

FRAMES = 10


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo for these tests alone."""
    with demo_hub(tmp_path_factory.mktemp("players") / "data", points=1) as started:
        yield started


async def test_a_player_decodes_picture_and_voice(hub: DemoHub) -> None:
    viewer = RTCPeerConnection()
    viewer.addTransceiver("video", direction="recvonly")
    viewer.addTransceiver("audio", direction="recvonly")
    async with outside(hub, headers=header(hub, "--may", "view", "--ttl", "5m")) as http:
        async with joined(http, f"/whep/{hub.session}", viewer) as answer:
            receivers = {receiver.track.kind: receiver.track for receiver in viewer.getReceivers()}
            pictures = await frames(receivers["video"], FRAMES)
            assert {(picture.width, picture.height) for picture in pictures} == {(640, 360)}
            voices = await frames(receivers["audio"], FRAMES)
            assert all(voice.time_base == Fraction(1, 48_000) for voice in voices)
            assert "a=sendonly" in answer.text
        await until(lambda: viewer.connectionState == "closed", "the player has ended")


async def test_an_encoder_publishes_and_comes_again(hub: DemoHub) -> None:
    begun = metrics(hub)["relay_tracks_begun"]
    async with outside(hub, headers=header(hub, "--may", "publish")) as http:
        for number in (1, 2):
            encoder = RTCPeerConnection()
            encoder.addTrack(VideoStreamTrack())
            encoder.addTrack(AudioStreamTrack())
            async with joined(http, f"/whip/{hub.session}", encoder):
                expected = begun + 2 * number
                await until(lambda e=expected: metrics(hub)["relay_tracks_begun"] >= e, "both tracks arrive")


async def test_what_else_may_be_asked_of_an_endpoint(hub: DemoHub) -> None:
    async with outside(hub, headers=header(hub, "--may", "view")) as http:
        options = await http.options(f"/whep/{hub.session}")
        assert (options.status_code, options.headers["Accept-Post"]) == (204, SDP)
        assert options.headers["Access-Control-Allow-Origin"] == "*"
        preflight = {"Origin": "https://player.example", "Access-Control-Request-Method": "POST"}
        options = await http.options(f"/whep/{hub.session}", headers=preflight)
        assert "POST" in options.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in options.headers["Access-Control-Allow-Headers"]
        trickle = {"Content-Type": "application/trickle-ice-sdpfrag"}
        patched = await http.patch(f"/whep/{hub.session}/x", content="a=end-of-candidates", headers=trickle)
        assert (patched.status_code, patched.headers["Allow"]) == (405, "DELETE, OPTIONS")
        # A browser's player on another site can read why it was refused.
        assert patched.headers["Access-Control-Allow-Origin"] == "*"
