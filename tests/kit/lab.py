"""A real relay and real light peers in one event loop: for tests of the whole way of a packet."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from endpoints.peer import Event, LightPeer, Member, Pool
from endpoints.peer.packets import PictureTrack, VoiceTrack
from hub.relay import control
from hub.relay.client import RelayClient, wait_up
from hub.relay.core.specs import SlotName, SourceId, StageSpec, TrackKind
from hub.relay.node import Node, RelaySettings, serving
from hub.relay.pool import RelayPool

STAGE = "stage"
KEYFRAME = bytes((0x50, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xB4, 0x00)) + bytes(90)
DELTA = bytes((0x51, 0x01, 0x00)) + bytes(60)


@dataclass(slots=True)
class Seat:
    """One peer of the lab and what it has heard and received."""

    name: str
    peer: LightPeer
    member: Member
    events: list[Event] = field(default_factory=list)
    packets: list[bytes] = field(default_factory=list)

    def packets_of(self, ssrc: int) -> list[bytes]:
        """Plaintext packets received with this SSRC."""
        return [packet for packet in self.packets if int.from_bytes(packet[8:12], "big") == ssrc]


class Camera:
    """Sends frames by hand."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._picture = PictureTrack(seat.peer.local.camera)
        self._voice = VoiceTrack(seat.peer.local.microphone)
        self._frames = 0

    def frame(self, *, key: bool = False) -> None:
        """One picture and one voice packet, 40 ms after the last."""
        for packet in self._picture.frame(KEYFRAME if key else DELTA, self._frames * 3600):
            self.seat.member.send(packet)
        self.seat.member.send(self._voice.frame(bytes(40), self._frames * 1920))
        self._frames += 1


class Lab:
    """`relay` asks the node; peers join by the roads browsers and encoders take."""

    def __init__(self, relay: RelayClient | RelayPool, pool: Pool, node: Node) -> None:
        self.relay = relay
        self.pool = pool
        self.node = node

    async def viewer(
        self,
        name: str,
        groups: set[str],
        *,
        publish: bool = False,
        layers: bool = False,
        tcp: bool = False,
        patience: float = 30.0,
    ) -> Seat:
        """A browser: hub offer, answer. Returns once it is up."""
        request = control.OpenPeer(name, STAGE, f"test:{name}", frozenset(groups), publish)
        offer = await self.relay.open_peer(request)
        packets: list[bytes] = []
        peer = LightPeer(
            self.pool.certificate,
            secrets.token_bytes,
            time.monotonic(),
            on_rtp=packets.append,
            tcp=tcp,
            patience=patience,
        )
        await self.relay.answer(
            control.AnswerPeer(name, peer.answer(offer.sdp, time.monotonic(), publish=publish, layers=layers))
        )
        return await self._seat(name, peer, packets)

    async def publisher(self, name: str, *, tcp: bool = False) -> Camera:
        """An encoder: WHIP offer, answer. Returns once it is up."""
        peer = LightPeer(self.pool.certificate, secrets.token_bytes, time.monotonic(), tcp=tcp)
        offer = peer.publish_offer()
        answer = await self.relay.accept(
            control.AcceptPeer(name, STAGE, f"test:{name}", frozenset(), "publish", offer)
        )
        peer.accept(answer.sdp, time.monotonic())
        return Camera(await self._seat(name, peer, []))

    async def whep(self, name: str, groups: set[str], pictures: int = 1, voices: int = 1) -> Seat:
        """A player: WHEP offer, answer. Returns once it is up."""
        packets: list[bytes] = []
        peer = LightPeer(self.pool.certificate, secrets.token_bytes, time.monotonic(), on_rtp=packets.append)
        offer = peer.view_offer(pictures, voices)
        answer = await self.relay.accept(
            control.AcceptPeer(name, STAGE, f"test:{name}", frozenset(groups), "view", offer)
        )
        peer.accept(answer.sdp, time.monotonic())
        return await self._seat(name, peer, packets)

    async def stage(self, audience: set[str], **slots: str) -> None:
        """Put the stage: slot name → publisher's name."""
        feeds: list[tuple[SlotName, SourceId]] = []
        for slot, peer in slots.items():
            kind = TrackKind.MICROPHONE if slot.startswith("voice") else TrackKind.CAMERA
            feeds.append((slot, SourceId(peer, kind)))  # type: ignore[arg-type]  # a keyword is a slot's name
        await self.relay.put_stage(StageSpec(STAGE, frozenset(audience), tuple(feeds)))

    async def _seat(self, name: str, peer: LightPeer, packets: list[bytes]) -> Seat:
        events: list[Event] = []
        seat = Seat(name, peer, self.pool.add(peer, events.append), events, packets)
        await until(lambda: peer.state in ("up", "closed"))
        assert peer.state == "up", events
        return seat


@contextlib.asynccontextmanager
async def relay_lab(
    folder: Path, host: str = "127.0.0.1", addresses: tuple[str, ...] = ("127.0.0.1",)
) -> AsyncIterator[Lab]:
    """A relay on a free loopback port, its control link, and a pool for light peers."""
    socket_path = folder / "relay.sock"
    settings = RelaySettings(socket_path, host, 0, addresses, folder / "relay.pem")
    async with serving(settings) as node, Pool().running() as pool:
        relay = RelayClient(socket_path)
        linked = asyncio.create_task(relay.run())
        try:
            await wait_up(relay, 5)
            yield Lab(relay, pool, node)
        finally:
            linked.cancel()
            await asyncio.gather(linked, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until a condition holds. Raises TimeoutError when it never does."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
