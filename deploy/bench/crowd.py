"""The other side of a relay bench: publishers and viewers, all real WebRTC peers, in this process."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from deploy.bench.feed import Feed, Shape
from deploy.bench.processes import BenchFailed
from endpoints.peer import Closed, Event, KeyframeWanted, LightPeer, Member, Pool
from hub.relay import control
from hub.relay.client import RelayClient
from hub.relay.core.specs import SLOT_SSRC, SlotName, SourceId, StageSpec, TrackKind

STAGE: Final = "bench"
AUDIENCE: Final = "rooms"
SAMPLE: Final = 16
"""One packet in so many is authenticated and decrypted, and the first of each SSRC."""
PACE: Final = 0.005
PICTURES: Final[tuple[SlotName, ...]] = ("main", "second")
VOICES: Final[tuple[SlotName, ...]] = ("voice1", "voice2")


@dataclass(slots=True)
class Publisher:
    """A camera that costs nothing: sends its feed until told to stop."""

    member: Member
    feed: Feed
    sent: int = 0
    running: bool = True

    async def run(self) -> None:
        """Send what is due, in bursts, every few milliseconds."""
        began = time.monotonic()
        while self.running:
            for packet in self.feed.due(time.monotonic() - began):
                self.member.peer.send_rtp(packet, time.monotonic())
                self.sent += 1
            self.member.flush()
            await asyncio.sleep(PACE)


class Crowd:
    """Publishers and viewers of one stage."""

    def __init__(self, relay: RelayClient, pool: Pool, pictures: int) -> None:
        self.publishers: list[Publisher] = []
        self.viewers: list[LightPeer] = []
        self.ports: list[int] = []
        self.keyframe_starts = 0
        """First picture packets that began a keyframe, of those that were decrypted."""
        self._relay = relay
        self._pool = pool
        self._slots = PICTURES[:pictures] + VOICES[:pictures]
        self._lost: str | None = None

    @property
    def ssrcs(self) -> tuple[int, ...]:
        """Of the slots in use."""
        return tuple(SLOT_SSRC[slot] for slot in self._slots)

    async def open_stage(self, pictures: int) -> None:
        """Publisher n's camera feeds picture slot n, its microphone voice slot n."""
        slots: list[tuple[SlotName, SourceId]] = []
        for index in range(pictures):
            slots.append((PICTURES[index], SourceId(f"publisher{index}", TrackKind.CAMERA)))
            slots.append((VOICES[index], SourceId(f"publisher{index}", TrackKind.MICROPHONE)))
        await self._relay.put_stage(StageSpec(STAGE, frozenset({AUDIENCE}), tuple(slots)))

    async def publish(self, index: int, shape: Shape) -> Publisher:
        """Bring one publisher up, by the WHIP road."""
        peer = LightPeer(self._pool.certificate, secrets.token_bytes, time.monotonic())
        request = control.AcceptPeer(
            f"publisher{index}", STAGE, "bench", frozenset(), "publish", peer.publish_offer()
        )
        answer = await self._relay.accept(request)
        peer.accept(answer.sdp, time.monotonic())
        feed = Feed(shape, peer.local.camera, peer.local.microphone, 1000 + index)
        publisher = Publisher(self._pool.add(peer, self._hear(f"publisher {index}", feed.want_key)), feed)
        await until(lambda: peer.state == "up", 15, f"publisher {index} did not come up", self.broken)
        self.publishers.append(publisher)
        return publisher

    async def join(self, index: int) -> None:
        """Bring one viewer into the room, by a browser's road: hub offer, answer."""
        offer = await self._relay.open_peer(
            control.OpenPeer(f"viewer{index}", STAGE, "bench", frozenset({AUDIENCE}), may_publish=False)
        )
        peer = LightPeer(
            self._pool.certificate,
            secrets.token_bytes,
            time.monotonic(),
            sample=SAMPLE,
            on_rtp=self._first_picture(),
        )
        answer = peer.answer(offer.sdp, time.monotonic(), publish=False)
        await self._relay.answer(control.AnswerPeer(f"viewer{index}", answer))
        self.viewers.append(peer)
        self.ports.append(self._pool.add(peer, self._hear(f"viewer {index}")).port)

    def with_media(self) -> int:
        """Viewers that have received something in every slot in use."""
        return sum(all(ssrc in viewer.reception.streams for ssrc in self.ssrcs) for viewer in self.viewers)

    def received(self) -> int:
        """RTP packets over all viewers and slots in use."""
        wanted = self.ssrcs
        return sum(
            viewer.reception.streams[ssrc].packets
            for viewer in self.viewers
            for ssrc in wanted
            if ssrc in viewer.reception.streams
        )

    def broken(self) -> str | None:
        """What went wrong with a peer, if anything did."""
        return self._lost

    def _hear(self, name: str, want_key: Callable[[], None] | None = None) -> Callable[[Event], None]:
        def hear(event: Event) -> None:
            if isinstance(event, KeyframeWanted) and want_key is not None:
                want_key()
            elif isinstance(event, Closed) and event.reason != "closed here":
                self._lost = f"{name}: {event.reason}"

        return hear

    def _first_picture(self) -> Callable[[bytes], None]:
        seen = False

        def look(packet: bytes) -> None:
            nonlocal seen
            if not seen and int.from_bytes(packet[8:12], "big") == SLOT_SSRC["main"]:
                seen = True
                self.keyframe_starts += packet[12] & 0x10 and not packet[16] & 1

        return look


async def until(
    condition: Callable[[], bool],
    seconds: float,
    otherwise: str,
    broken: Callable[[], str | None] | None = None,
) -> float:
    """Wait for a condition; how long it took, in seconds. Raises BenchFailed with `otherwise`."""
    began = time.monotonic()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():
                problem = broken() if broken is not None else None
                if problem:
                    raise BenchFailed(problem)
                await asyncio.sleep(0.01)
            return time.monotonic() - began
    raise BenchFailed(otherwise)
