"""A simulated room's media: a light peer that counts what comes, and a clip that goes out with the floor."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from endpoints.camera.picture import Look
from endpoints.camera.publisher import Publisher
from endpoints.camera.source import make_clip
from endpoints.camera.voice import Speaker
from endpoints.peer import Closed, Event, KeyframeWanted, LightPeer, Member, Pool
from hub.relay.core.specs import PICTURE_SLOTS, SLOT_SSRC, VOICE_SLOTS

SAMPLE: Final = 32
"""One packet in so many is decrypted: 190 rooms share a core with a demo."""
PICTURES: Final = tuple(SLOT_SSRC[slot] for slot in PICTURE_SLOTS)
VOICES: Final = tuple(SLOT_SSRC[slot] for slot in VOICE_SLOTS)


class RoomMedia:
    """At most one peer at a time. `lost` is called when the peer ends by itself."""

    def __init__(self, pool: Pool, look: Look, seed: int, lost: Callable[[], None]) -> None:
        self._pool = pool
        self._look = look
        self._seed = seed
        self._lost = lost
        self._member: Member | None = None
        self._publisher: Publisher | None = None
        self._playing: asyncio.Task[None] | None = None
        self._reported = (0, 0, 0, 0)

    @property
    def up(self) -> bool:
        """Whether media can flow."""
        return self._member is not None and self._member.peer.state == "up"

    @property
    def packets(self) -> int:
        """Received by the present peer."""
        return self._member.peer.reception.packets if self._member is not None else 0

    @property
    def on_air(self) -> bool:
        """Whether this room is sending its clip."""
        return self._playing is not None and not self._playing.done()

    def answer(self, offer: str) -> str:
        """Take the hub's offer in place of any earlier one. Raises DescriptionBad."""
        self.drop()
        peer = LightPeer(self._pool.certificate, secrets.token_bytes, time.monotonic(), sample=SAMPLE)
        text = peer.answer(offer, time.monotonic(), publish=True)
        self._member = self._pool.add(peer, self._hear)
        self._publisher = Publisher(self._member)
        return text

    def drop(self) -> None:
        """Give up the peer."""
        self.mute()
        member, self._member, self._publisher = self._member, None, None
        self._reported = (0, 0, 0, 0)
        if member is not None:
            self._pool.remove(member)

    def speak(self) -> None:
        """Send the clip until `mute`. Harmless a second time, and without a peer."""
        if not self.on_air and self._publisher is not None:
            self._playing = asyncio.create_task(self._play(self._publisher), name="room-clip")

    def mute(self) -> None:
        """Stop sending."""
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    async def aclose(self) -> None:
        """Drop the peer and wait for what was playing."""
        playing = self._playing
        self.drop()
        if playing is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await playing

    def measure(self) -> tuple[int, bool, float]:
        """Since the last call: pictures received, whether a voice came, and the share that was lost (0–1)."""
        if self._member is None:
            return 0, False, 0.0
        reception = self._member.peer.reception
        voices = sum(reception.streams[ssrc].packets for ssrc in VOICES if ssrc in reception.streams)
        now = (reception.frames(*PICTURES), voices, reception.packets, reception.lost)
        frames, sound, packets, lost = (new - old for new, old in zip(now, self._reported, strict=True))
        self._reported = now
        share = lost / (packets + lost) if lost > 0 and packets + lost > 0 else 0.0
        return max(0, frames), sound > 0, min(1.0, share)

    async def _play(self, publisher: Publisher) -> None:
        speaker = Speaker(pitch=105 + 12 * (self._seed % 9), seed=self._seed)
        source = await asyncio.to_thread(make_clip, self._look, datetime.now(UTC), speaker)
        await publisher.run(source)

    def _hear(self, event: Event) -> None:
        match event:
            case KeyframeWanted() if self._publisher is not None:
                self._publisher.want_key()
            case Closed() if self._member is not None and self._member.peer.state == "closed":
                asyncio.get_running_loop().call_soon(self._lost)
