"""One viewer's place in one slot: where it stands in the stream, which numbers it was given, what it was
sent."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from hub.relay.core.plan import Lane
from hub.relay.core.specs import Codec, SlotCount, SlotName


class Phase(Enum):
    """OUT: outside the audience. WAITING: inside, until a keyframe comes. REPLAYING: behind the others.
    LIVE."""

    OUT = auto()
    WAITING = auto()
    REPLAYING = auto()
    LIVE = auto()


@dataclass(slots=True)
class Segment:
    """Slot numbers `start` to `end` (None: still growing) were given to the viewer as number + `offset`."""

    start: int
    offset: int
    end: int | None = None


@dataclass(slots=True, eq=False)
class Receiver:
    """What the slots need to know of a peer. `ready` once its keys are there; before that it is in no
    lane."""

    peer: str
    groups: frozenset[str]
    payload_types: dict[Codec, int]
    ready: bool = False


class View:
    """Its numbers are contiguous over all its segments, and no number is ever given twice (the GCM nonce
    rule)."""

    def __init__(self, receiver: Receiver, number: int | None, segments: int) -> None:
        """`number` is the first one to use; None for a fresh viewer (and its keys). `segments` bounds the
        memory."""
        self.receiver = receiver
        self.peer = receiver.peer
        self.phase = Phase.OUT
        self.cursor = 0
        """The next slot number to replay."""
        self.keyframe_asked_at = -1e9
        self.number = number
        """The first number of the next segment; behind the times while one is growing. None before the
        first."""
        self._segments: deque[Segment] = deque(maxlen=segments)
        self._packets = 0
        self._octets = 0
        self._last_at: float | None = None

    @property
    def offset(self) -> int:
        """Of the segment that is growing."""
        return self._segments[-1].offset

    def begin(self, start: int) -> None:
        """From slot number `start` on it is sent the stream. The segment before must be finished."""
        if self.number is None:
            # Below 2^15, so that the receiver cannot miss the first wrap (RFC 3711 §3.3.1).
            self.number = start & 0x7FFF
        self._segments.append(Segment(start, self.number - start))
        self.cursor = start

    def finish(self, last: int) -> None:
        """`last` was the last slot number it may have been sent. Nothing happens without a growing
        segment."""
        if not self._segments or self._segments[-1].end is not None:
            return
        segment = self._segments[-1]
        if last < segment.start:
            self._segments.pop()  # nothing was sent under it, so its numbers are still free
            return
        segment.end = last
        self.number = last + segment.offset + 1

    def sent_to(self, head: int) -> int:
        """The highest slot number of the growing segment that it has been sent."""
        return self.cursor - 1 if self.phase is Phase.REPLAYING else head

    def was_sent(self, number: int, head: int) -> bool:
        """Whether that slot number lies in the part of the growing segment that is behind it already."""
        if self.phase not in (Phase.LIVE, Phase.REPLAYING):
            return False
        return self._segments[-1].start <= number <= self.sent_to(head)

    def next_number(self, head: int) -> int | None:
        """The number its next packet gets; None when it never had one."""
        if self._segments and self._segments[-1].end is None:
            return self.sent_to(head) + self.offset + 1
        return self.number

    def resolve(self, sequence: int, head: int) -> tuple[int, int] | None:
        """Slot number and offset of a 16-bit sequence number it was given lately; None when it never was."""
        following = self.next_number(head)
        if following is None:
            return None
        number = following - 1 - ((following - 1 - sequence) & 0xFFFF)
        for segment in reversed(self._segments):
            place = number - segment.offset
            end = self.sent_to(head) if segment.end is None else segment.end
            if segment.start <= place <= end:
                return place, segment.offset
        return None

    def credit(self, lane: Lane) -> None:
        """Add what was issued on a lane it is a member of."""
        self._packets += lane.packets
        self._octets += lane.octets
        if lane.last_at is not None:
            self._last_at = lane.last_at

    def take_back(self, octets: int) -> None:
        """One packet that was counted has not been sent after all."""
        self._packets -= 1
        self._octets -= octets

    def count(self, slot: SlotName) -> SlotCount:
        """What it was sent, as of the last credit."""
        return SlotCount(self.peer, slot, self._packets, self._octets, self._last_at)

    def inherit(self, other: "View") -> None:
        """Go on with another's counts: the same peer, replaced."""
        self._packets, self._octets, self._last_at = other._packets, other._octets, other._last_at
