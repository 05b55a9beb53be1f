"""The relay against an independent judge: aiortc's own RTCPeerConnection, as publisher, browser and WHEP
client.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from av import AudioFrame, VideoFrame

from hub.relay import control
from hub.relay.core.specs import SourceId, StageSpec, TrackKind
from tests.kit.relay import RelayLab, relay_lab

pytestmark = pytest.mark.integration


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[RelayLab]:
    async with relay_lab(tmp_path) as made:
        yield made


class Picture(MediaStreamTrack):
    """A moving gradient, 15 pictures a second."""

    kind = "video"
    count = 0

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(1 / 15)
        pixels = np.full((120, 160, 3), (self.count * 8) % 256, dtype=np.uint8)
        frame = VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = self.count * 6000, Fraction(1, 90_000)
        self.count += 1
        return frame


class Tone(MediaStreamTrack):
    """Noise, 20 ms at a time."""

    kind = "audio"
    count = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(0.02)
        samples = np.random.default_rng(self.count).integers(-9000, 9000, (1, 960), dtype=np.int16)
        frame = AudioFrame.from_ndarray(samples, layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self.count * 960, Fraction(1, 48_000)
        self.count += 1
        return frame


class Screen:
    """Decodes every track of a connection and counts frames by mid."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.frames: dict[str, int] = {}
        self.tasks: list[asyncio.Task[None]] = []
        connection.on(
            "track", lambda track: self.tasks.append(asyncio.create_task(self._watch(connection, track)))
        )

    async def _watch(self, connection: RTCPeerConnection, track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):
            while True:
                await track.recv()
                mid = next(t.mid for t in connection.getTransceivers() if t.receiver.track is track)
                self.frames[mid] = self.frames.get(mid, 0) + 1

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def connection() -> AsyncIterator[RTCPeerConnection]:
    made = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))  # as browsers do
    try:
        yield made
    finally:
        await made.close()


async def publish(lab: RelayLab, made: RTCPeerConnection, peer: str) -> None:
    made.addTrack(Picture())
    made.addTrack(Tone())
    await made.setLocalDescription(await made.createOffer())
    request = control.AcceptPeer(
        peer, "s1", "whip:1", frozenset({"staff"}), "publish", made.localDescription.sdp
    )
    answer = await lab.client.accept(request)
    await made.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))


async def watch_as_browser(
    lab: RelayLab, made: RTCPeerConnection, peer: str, groups: frozenset[str]
) -> Screen:
    screen = Screen(made)
    offer = await lab.client.open_peer(control.OpenPeer(peer, "s1", f"point:{peer}", groups, False))
    await made.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
    await made.setLocalDescription(await made.createAnswer())
    await lab.client.answer(control.AnswerPeer(peer, made.localDescription.sdp))
    return screen


def stage(*groups: str, publisher: str = "cam") -> StageSpec:
    slots = (
        ("main", SourceId(publisher, TrackKind.CAMERA)),
        ("voice1", SourceId(publisher, TrackKind.MICROPHONE)),
    )
    return StageSpec("s1", frozenset(groups), slots)  # type: ignore[arg-type]


async def sent(lab: RelayLab, peer: str) -> dict[str, int]:
    counts = await lab.client.counts("s1")
    return {count.slot: count.packets for count in counts.slots if count.peer == peer}


async def test_a_whip_picture_and_voice_reach_a_browser_and_a_whep_client(lab: RelayLab) -> None:
    async with connection() as camera, connection() as browser, connection() as player:
        await lab.client.put_stage(stage("points"))
        await publish(lab, camera, "cam")
        screen = await watch_as_browser(lab, browser, "room", frozenset({"points"}))
        other = Screen(player)
        player.addTransceiver("video", direction="recvonly")
        player.addTransceiver("audio", direction="recvonly")
        await player.setLocalDescription(await player.createOffer())
        request = control.AcceptPeer(
            "tv", "s1", "whep:1", frozenset({"points"}), "view", player.localDescription.sdp
        )
        answer = await lab.client.accept(request)
        await player.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await until(lambda: screen.frames.get("0", 0) > 5 and screen.frames.get("3", 0) > 20)
        await until(lambda: len(other.frames) == 2 and min(other.frames.values()) > 5)
        state = await lab.client.state()
        assert {peer.peer: (peer.up, peer.sending) for peer in state.peers} == {
            "cam": (True, ("camera", "microphone")),
            "room": (True, ()),
            "tv": (True, ()),
        }
        counts = await lab.client.counts()
        assert counts.totals.get("internal_error", 0) == 0
        assert counts.delay_us["p50"] > 0
        await screen.close()
        await other.close()


async def test_a_browser_publishes_on_the_hubs_offer(lab: RelayLab) -> None:
    async with connection() as console, connection() as room:
        await lab.client.put_stage(stage("points", publisher="desk"))
        request = control.OpenPeer("desk", "s1", "console:1", frozenset({"staff"}), True)
        offer = await lab.client.open_peer(request)
        assert (await lab.client.open_peer(request)).sdp == offer.sdp
        await console.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        for transceiver in console.getTransceivers():
            if transceiver.mid in ("6", "7"):
                transceiver.direction = "sendonly"
                transceiver.sender.replaceTrack(Picture() if transceiver.kind == "video" else Tone())
        await console.setLocalDescription(await console.createAnswer())
        answer = control.AnswerPeer("desk", console.localDescription.sdp)
        await lab.client.answer(answer)
        await lab.client.answer(answer)
        screen = await watch_as_browser(lab, room, "room", frozenset({"points"}))
        await until(lambda: screen.frames.get("0", 0) > 5 and screen.frames.get("3", 0) > 5)
        await screen.close()


async def test_who_is_outside_the_audience_is_sent_nothing_from_the_next_packet_on(lab: RelayLab) -> None:
    async with connection() as camera, connection() as inside, connection() as outside:
        await lab.client.put_stage(stage("points"))
        await publish(lab, camera, "cam")
        one = await watch_as_browser(lab, inside, "in", frozenset({"points", "point:in"}))
        two = await watch_as_browser(lab, outside, "out", frozenset({"points"}))
        await until(lambda: one.frames.get("0", 0) > 3 and two.frames.get("0", 0) > 3)
        await lab.client.put_stage(stage("point:in"))
        before, seen = await sent(lab, "out"), one.frames["0"]
        await until(lambda: one.frames["0"] > seen + 10)
        assert await sent(lab, "out") == before
        assert (await sent(lab, "in"))["main"] > before["main"]
        await lab.client.put_stage(stage("points"))
        came_back = two.frames["0"]
        await until(lambda: two.frames["0"] > came_back + 3)
        await one.close()
        await two.close()


async def test_a_peer_that_hangs_up_is_told_down_at_once(lab: RelayLab) -> None:
    async with contextlib.aclosing(lab.client.events()) as events, connection() as room:
        screen = await watch_as_browser(lab, room, "room", frozenset())
        async for event in events:
            if isinstance(event, control.PeerUp):
                assert event == control.PeerUp("room", "s1", "point:room")
                await until(lambda: room.connectionState == "connected")
                await room.close()
            if isinstance(event, control.PeerDown):
                assert event.reason == "closed"
                break
        assert (await lab.client.state()).peers == ()
        await screen.close()


async def test_a_wrong_fingerprint_never_comes_up(lab: RelayLab) -> None:
    async with contextlib.aclosing(lab.client.events()) as events, connection() as room:
        offer = await lab.client.open_peer(control.OpenPeer("room", "s1", "p", frozenset(), False))
        await room.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await room.setLocalDescription(await room.createAnswer())
        forged = "\r\n".join(
            "a=fingerprint:sha-256 " + "00:" * 31 + "00" if line.startswith("a=fingerprint:sha-256") else line
            for line in room.localDescription.sdp.splitlines()
        )
        await lab.client.answer(control.AnswerPeer("room", forged + "\r\n"))
        async for event in events:
            assert not isinstance(event, control.PeerUp)
            if isinstance(event, control.PeerDown):
                assert event.reason == "handshake"
                break
