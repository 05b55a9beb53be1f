"""Strangers' encoders and players (aiortc) with tokens of `hub token`, over WHIP and WHEP."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription

from tests.kit.demo import DemoHub
from tests.kit.outsider import SDP, outside, until


def token(hub: DemoHub, *options: str) -> str:
    """What `hub token` prints."""
    command = [sys.executable, "-m", "deploy", "token", hub.session, *options]
    env = {**os.environ, "HUB_DATA_DIR": str(hub.folder)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def header(hub: DemoHub, *options: str) -> dict[str, str]:
    """The same, as a request's header."""
    return {"Authorization": f"Bearer {token(hub, *options)}"}


@asynccontextmanager
async def joined(
    http: httpx.AsyncClient, path: str, peer: RTCPeerConnection
) -> AsyncIterator[httpx.Response]:
    """POST the peer's offer, take the answer, wait for the connection; DELETE in the end."""
    await peer.setLocalDescription(await peer.createOffer())
    answer = await http.post(path, content=peer.localDescription.sdp, headers={"Content-Type": SDP})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Content-Type"].startswith(SDP)
    assert str(httpx.URL(answer.headers["Location"]).path).startswith(path + "/")
    await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    try:
        await until(lambda: peer.connectionState == "connected", "the connection is up")
        yield answer
    finally:
        deleted = await http.delete(answer.headers["Location"])
        await peer.close()
    assert deleted.status_code == 200
    again = await http.delete(answer.headers["Location"])
    assert (again.status_code, again.json()["code"]) == (404, "peer_unknown")


async def frames(track: Any, number: int, seconds: float = 20.0) -> list[Any]:
    """Decoded frames of a track."""
    async with asyncio.timeout(seconds):
        return [await track.recv() for _ in range(number)]


class Judge:
    """An aiortc player, which decodes everything: what it saw and heard is what was sent."""

    def __init__(self, tracks: dict[str, Any]) -> None:
        self._tracks = tracks

    async def sees(self, width: int, height: int, number: int = 10, seconds: float = 30.0) -> None:
        """Wait for so many pictures of that size, which are not all the same."""
        async with asyncio.timeout(seconds):
            while True:
                pictures = await frames(self._tracks["video"], number, seconds)
                if {(picture.width, picture.height) for picture in pictures} == {(width, height)}:
                    break
        first, last = (pictures[index].to_ndarray(format="gray") for index in (0, -1))
        assert np.any(first != last), "the picture stands still"

    async def hears(self, number: int = 10, seconds: float = 30.0) -> None:
        """Wait for so many sounds in a row that are not silence."""
        loud = 0
        async with asyncio.timeout(seconds):
            while loud < number:
                (sound,) = await frames(self._tracks["audio"], 1, seconds)
                loud = loud + 1 if np.abs(sound.to_ndarray().astype(int)).max() > 500 else 0


@asynccontextmanager
async def judging(hub: DemoHub) -> AsyncIterator[Judge]:
    """A player of the session's main picture and first voice."""
    viewer = RTCPeerConnection()
    viewer.addTransceiver("video", direction="recvonly")
    viewer.addTransceiver("audio", direction="recvonly")
    async with (
        outside(hub, headers=header(hub, "--may", "view")) as http,
        joined(http, f"/whep/{hub.session}", viewer),
    ):
        yield Judge({receiver.track.kind: receiver.track for receiver in viewer.getReceivers()})
