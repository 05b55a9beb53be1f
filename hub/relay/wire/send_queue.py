"""What waits to leave on one TCP connection: bounded in bytes and in time, and whose place is kept when it is
full.

Pure. Pictures are given up first, whole frames of them; voices and control overtake pictures that have not
begun to leave. A slow line therefore goes down to voice by itself, and is given pictures again at growing
intervals.
"""

from collections import deque
from typing import Final

from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC, VOICE_SLOTS
from hub.relay.wire.framing import frame

CAPACITY: Final = 256 * 1024
"""Bytes in all; a second of 1.5 Mbit/s is 190 kB."""
PICTURES: Final = 192 * 1024
"""Bytes beyond which no picture is taken."""
LOW: Final = 32 * 1024
"""Bytes below which pictures are taken again."""
LONGEST_WAIT: Final = 1.0
"""Seconds the oldest picture may have waited when another one is taken."""
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 8.0
"""Seconds without pictures once they had to be given up; doubled each time it happens again soon."""
CALM: Final = 10.0
"""Seconds of flowing pictures after which the pause is short again."""
CHUNK: Final = 32 * 1024
"""Bytes handed over at a time: what is in there can no longer be overtaken."""
_VOICES: Final = frozenset(SLOT_SSRC[slot].to_bytes(4, "big") for slot in VOICE_SLOTS)
_PROBES: Final = frozenset(ssrc.to_bytes(4, "big") for ssrc in PROBE_SSRC.values())


class SendQueue:
    """`admits` says whether an RTP packet may be put; `chunk` and `sent` move what is there to the
    connection.

    `relieved` collects the SSRCs of pictures that begin to flow again, for a keyframe; whoever reads it
    clears it. `refused` counts what was given up, by name.
    """

    def __init__(self) -> None:
        self.size = 0
        self.relieved: set[int] = set()
        self.refused: dict[str, int] = {}
        self._first: deque[bytes] = deque()
        self._pictures: deque[tuple[float, bytes]] = deque()
        self._chunk = b""
        self._taken: deque[bytes] = deque()
        """The frames that the chunk is made of."""
        self._begun = 0
        """How much of the first of them has left."""
        self._held: dict[bytes, bytes] = {}
        """SSRC of pictures that are being given up → timestamp of the frame at hand."""
        self._pause = FIRST_PAUSE
        self._held_at = float("-inf")

    def admits(self, packet: bytes, now: float) -> bool:
        """Whether this RTP packet (its header is enough) has a place. What has none is counted."""
        ssrc = packet[8:12]
        if ssrc in _VOICES:
            return self._fits(len(packet), "tcp_voice_dropped")
        if ssrc in _PROBES:
            return self.size == 0  # what probes a line has no meaning behind a queue
        if self._admits_picture(ssrc, packet[4:8], len(packet), now):
            return True
        self._count("tcp_picture_dropped")
        return False

    def _admits_picture(self, ssrc: bytes, timestamp: bytes, length: int, now: float) -> bool:
        held = self._held.get(ssrc)
        if held is None:
            if self.size + length <= PICTURES and not self._late(now):
                return True
            self._hold(ssrc, timestamp, now)
            return False
        if timestamp == held or self.size > LOW or now - self._held_at < self._pause:
            self._held[ssrc] = timestamp
            return False
        del self._held[ssrc]
        self.relieved.add(int.from_bytes(ssrc, "big"))
        return True

    def _hold(self, ssrc: bytes, timestamp: bytes, now: float) -> None:
        if not self._held:
            soon = now - self._held_at < self._pause + CALM
            self._pause = min(self._pause * 2, LONGEST_PAUSE) if soon else FIRST_PAUSE
            self._held_at = now
        self._held[ssrc] = timestamp

    def _late(self, now: float) -> bool:
        return bool(self._pictures) and now - self._pictures[0][0] > LONGEST_WAIT

    def _fits(self, length: int, otherwise: str) -> bool:
        if self.size + length <= CAPACITY:
            return True
        self._count(otherwise)
        return False

    @property
    def holding(self) -> bool:
        """Whether pictures are being given up just now."""
        return bool(self._held)

    def put(self, protected: bytes, now: float) -> None:
        """An RTP packet that was admitted, as it shall leave."""
        framed = frame(protected)
        self.size += len(framed)
        if protected[8:12] in _VOICES:
            self._first.append(framed)
        else:
            self._pictures.append((now, framed))

    def control(self, datagram: bytes) -> None:
        """STUN, DTLS or RTCP: before all pictures; given up only when everything is full."""
        if self._fits(len(datagram), "tcp_control_dropped"):
            framed = frame(datagram)
            self.size += len(framed)
            self._first.append(framed)

    def chunk(self) -> bytes:
        """What leaves next: the rest of the last chunk, or about `CHUNK` bytes of whole frames; empty at the
        end.
        """
        if not self._chunk:
            self._taken = deque(self._next_frames())
            self._chunk = b"".join(self._taken)
        return self._chunk

    def _next_frames(self) -> list[bytes]:
        taken, size = [], 0
        while size < CHUNK and (self._first or self._pictures):
            one = self._first.popleft() if self._first else self._pictures.popleft()[1]
            taken.append(one)
            size += len(one)
        return taken

    def sent(self, length: int) -> None:
        """So many bytes of `chunk()` have left."""
        self._chunk = self._chunk[length:]
        self.size -= length
        self._begun += length
        while self._taken and self._begun >= len(self._taken[0]):
            self._begun -= len(self._taken.popleft())

    def cut(self, ssrc: int) -> None:
        """Whoever this is for may no longer receive that stream: what waits of it goes, but for the rest of a
        packet that has begun to leave."""
        of = ssrc.to_bytes(4, "big")
        begun = [self._taken.popleft()] if self._begun else []
        taken = begun + [each for each in self._taken if not _is_of(each, of)]
        self._taken, self._chunk = deque(taken), b"".join(taken)[self._begun :]
        self._first = deque(each for each in self._first if not _is_of(each, of))
        self._pictures = deque(each for each in self._pictures if not _is_of(each[1], of))
        kept = sum(map(len, self._first)) + sum(len(each) for _, each in self._pictures)
        self.size = len(self._chunk) + kept
        self._held.pop(of, None)

    def _count(self, name: str) -> None:
        self.refused[name] = self.refused.get(name, 0) + 1


def _is_of(framed: bytes, ssrc: bytes) -> bool:
    """Whether it is an RTP packet of that stream, and not STUN, DTLS or RTCP (RFC 5761 §4, RFC 7983 §7)."""
    return framed[2] >> 6 == 2 and not 64 <= framed[3] & 0x7F < 96 and framed[10:14] == ssrc
