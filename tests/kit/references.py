"""What libwebrtc makes of VP8's counters (`RtpVp8RefFinder`): which frames it takes, drops or waits for."""

from collections.abc import Iterable

from hub.relay.core.rtp import Rtp
from hub.relay.core.vp8 import describe, starts_keyframe

REMEMBERED = 50
"""TL0PICIDX back (kMaxLayerInfo)."""


class References:
    """One receiver of one stream in two temporal layers, a packet a frame, in order and without loss."""

    def __init__(self) -> None:
        self._bases: dict[int, int] = {}
        """TL0PICIDX, unwrapped → the picture id that had it last."""
        self._tl0: int | None = None

    def take(self, packet: Rtp) -> str:
        """`taken`, `old` (dropped for good) or `waits` (for a frame that never comes)."""
        found = describe(packet.payload)
        tl0 = found.tl0 if self._tl0 is None else self._tl0 + ((found.tl0 - self._tl0 + 128) & 0xFF) - 128
        self._tl0 = tl0
        for known in [known for known in self._bases if known < tl0 - REMEMBERED]:
            del self._bases[known]
        if starts_keyframe(packet.payload):
            self._bases[tl0] = found.picture
            return "taken"
        base = tl0 if found.temporal else tl0 - 1
        if base not in self._bases:
            return "waits"
        if not found.temporal:
            before = self._bases.setdefault(tl0, self._bases[base])
            if (before - found.picture) & 0x7FFF < 0x4000:
                return "old"
            self._bases[tl0] = found.picture
        return "taken"


def fates(packets: Iterable[Rtp]) -> list[str]:
    """Of each packet, in order."""
    receiver = References()
    return [receiver.take(packet) for packet in packets]
