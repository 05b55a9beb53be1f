"""The other side of a relay bench: viewers, all real WebRTC peers, in this process."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Final

from deploy.bench.processes import BenchFailed
from endpoints.peer import Closed, Event, LightPeer, Member, Pool
from hub.relay import control
from hub.relay.client import RelayClient
from hub.relay.core import rtp, vp8
from hub.relay.core.specs import SLOT_SSRC, SlotName, SourceId, StageSpec, TrackKind
from hub.relay.pool import RelayPool

STAGE: Final = "bench"
AUDIENCE: Final = "rooms"
SAMPLE: Final = 16
"""One packet in so many is authenticated and decrypted, and the first of each SSRC."""
PICTURES: Final[tuple[SlotName, ...]] = ("main", "second", "document")
VOICES: Final[tuple[SlotName, ...]] = ("voice1", "voice2")


class Crowd:
    """The viewers of one stage: one or two cameras with microphones, and a document camera."""

    def __init__(self, relay: RelayClient | RelayPool, pool: Pool, pictures: int) -> None:
        self.viewers: list[LightPeer] = []
        self.ports: list[int] = []
        self.keyframe_starts = 0
        """First picture packets that began a keyframe, of those that were decrypted."""
        self._relay = relay
        self._pool = pool
        self._pictures = PICTURES[:pictures]
        self._voices = VOICES[:pictures]
        self._lost: str | None = None

    @property
    def ssrcs(self) -> tuple[int, ...]:
        """Of the slots in use."""
        return tuple(SLOT_SSRC[slot] for slot in self._pictures + self._voices)

    async def open_stage(self) -> None:
        """Publisher n's camera feeds picture slot n, its microphone voice slot n."""
        slots: list[tuple[SlotName, SourceId]] = []
        for kind, names in ((TrackKind.CAMERA, self._pictures), (TrackKind.MICROPHONE, self._voices)):
            slots += [(name, SourceId(f"publisher{index}", kind)) for index, name in enumerate(names)]
        details = frozenset[SlotName](("document",)) & frozenset(self._pictures)
        await self._relay.put_stage(StageSpec(STAGE, frozenset({AUDIENCE}), tuple(slots), details))

    async def join(self, index: int) -> None:
        """Bring one viewer into the room, by a browser's road: hub offer, answer."""
        peer = LightPeer(
            self._pool.certificate,
            secrets.token_bytes,
            time.monotonic(),
            sample=SAMPLE,
            on_rtp=self._first_picture(),
        )
        member = await self.enter(f"viewer{index}", peer)
        self.viewers.append(peer)
        self.ports.append(member.port)

    async def enter(self, name: str, peer: LightPeer) -> Member:
        """Negotiate for a peer and serve it."""
        offer = await self._relay.open_peer(
            control.OpenPeer(name, STAGE, "bench", frozenset({AUDIENCE}), may_publish=False)
        )
        answer = peer.answer(offer.sdp, time.monotonic(), publish=False)
        await self._relay.answer(control.AnswerPeer(name, answer))
        return self._pool.add(peer, self._hear(name))

    def has_media(self, viewer: LightPeer) -> bool:
        """Whether it has received something in every slot in use."""
        return all(ssrc in viewer.reception.streams for ssrc in self.ssrcs)

    def with_media(self) -> int:
        """Viewers that have media."""
        return sum(self.has_media(viewer) for viewer in self.viewers)

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

    def _hear(self, name: str) -> Callable[[Event], None]:
        def hear(event: Event) -> None:
            if isinstance(event, Closed) and event.reason != "closed here":
                self._lost = f"{name}: {event.reason}"

        return hear

    def _first_picture(self) -> Callable[[bytes], None]:
        seen = False

        def look(packet: bytes) -> None:
            nonlocal seen
            if not seen and int.from_bytes(packet[8:12], "big") == SLOT_SSRC["main"]:
                seen = True
                self.keyframe_starts += vp8.starts_keyframe(rtp.parse(packet).payload)

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
