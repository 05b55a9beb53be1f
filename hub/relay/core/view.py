"""One viewer's place in one slot: which variant it is sent, which numbers it was given, what it was sent."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.relay.core.ledger import NO_VIEW, ViewLine
from hub.relay.core.pictures import comes_after
from hub.relay.core.plan import Lane
from hub.relay.core.specs import Codec, Rung, SlotCount, SlotName

if TYPE_CHECKING:
    from hub.relay.core.variant import Variant

_ORDER: Final = tuple(Rung)
_FRAME: Final = 3_000
"""A thirtieth of a second of the pictures' clock: shifts are multiples of it, so that viewers share them."""
_LONGEST_STEP: Final = 45_000
"""A longer step back is a replay of what was sent before, and no shift helps."""


class Phase(Enum):
    """OUT: outside the audience. RESTING: inside, and wanted to be sent nothing. WAITING: inside, until a
    keyframe comes. REPLAYING: behind the others. LIVE."""

    OUT = auto()
    RESTING = auto()
    WAITING = auto()
    REPLAYING = auto()
    LIVE = auto()


@dataclass(slots=True)
class Segment:
    """Numbers `start` to `end` (None: still growing) of a variant were given to the viewer as number +
    `offset`, their timestamps moved by `shift`."""

    variant: "Variant"
    start: int
    offset: int
    shift: int = 0
    end: int | None = None


class Found(NamedTuple):
    """A packet that a viewer was sent: where it is stored, and how it was told to this viewer."""

    variant: "Variant"
    place: int
    offset: int
    shift: int


@dataclass(slots=True, eq=False)
class Receiver:
    """What the slots need to know of a peer. `ready` once its keys are there; before that it is in no
    lane."""

    peer: str
    groups: frozenset[str]
    payload_types: dict[Codec, int]
    ready: bool = False


class View:
    """It belongs to at most one variant at a time, its `home`. Its numbers are contiguous over all its
    segments, whatever variant they are of, and no number is ever given twice (the GCM nonce rule)."""

    def __init__(
        self, receiver: Receiver, number: int | None, segments: int, line: ViewLine = NO_VIEW
    ) -> None:
        """`number` is the first one to use; None for a fresh viewer (and its keys). `segments` bounds the
        memory. `line` is told where it stands."""
        self.receiver = receiver
        self.peer = receiver.peer
        self.phase = Phase.OUT
        self.aim = Rung.HIGH
        """What the ladder wants it to be sent."""
        self.aimed_at = -1e9
        self.home: Variant | None = None
        self.awaits: Variant | None = None
        """The variant whose next keyframe it starts at."""
        self.cursor = 0
        """The next number of its home to replay."""
        self.keyframe_asked_at = -1e9
        self.number = number
        """The first number of the next segment; behind the times while one is growing. None before the
        first."""
        self.resent: dict[int, float] = {}
        """When each number it asked for again was last sent again; bounded by who writes it."""
        self._line = line
        self._segments: deque[Segment] = deque(maxlen=segments)
        self._timestamp: int | None = None
        self._last: Variant | None = None
        """What it was sent last, when it is sent nothing."""
        self._seen: int | None = None
        """The newest picture of it that it can have been sent."""
        self._packets = 0
        self._octets = 0
        self._last_at: float | None = None

    @property
    def offset(self) -> int:
        """Of the segment that is growing."""
        return self._segments[-1].offset

    @property
    def shift(self) -> int:
        """By how much the segment that is growing moves its timestamps."""
        return self._segments[-1].shift

    @property
    def falls(self) -> bool:
        """Whether it waits for less than it is sent."""
        if self.home is None or self.awaits is None:
            return False
        return _ORDER.index(self.awaits.rung) > _ORDER.index(self.home.rung)

    @property
    def seen(self) -> int | None:
        """The number of the newest picture that it can have been sent; None before the first."""
        return self._seen if self.home is None else self.home.splice.pictures.picture

    def may_begin(self, variant: "Variant") -> bool:
        """Whether it takes the group of pictures that the variant holds for newer than all it was sent
        (`pictures.py`), or goes on in it."""
        seen, begins = self.seen, variant.group_picture
        if seen is None or begins is None:
            return True
        if begins <= seen:
            return (self.home or self._last) is variant
        return comes_after(begins, seen)

    def resume_at(self, variant: "Variant", start: int) -> int:
        """From which number on it is to be sent a group that begins at `start`: if that variant was the last
        it was sent, it goes on where it stopped."""
        last = self._segments[-1] if self._segments else None
        if last is None or last.variant is not variant or last.end is None:
            return start
        return max(start, last.end + 1)

    def begin(self, variant: "Variant", start: int, timestamp: int | None = None) -> None:
        """From number `start` of that variant on it is sent the stream; `timestamp` is that packet's, None
        for a voice. The segment before must be finished."""
        if self.number is None:
            # Below 2^15, so that the receiver cannot miss the first wrap (RFC 3711 §3.3.1).
            self.number = start & 0x7FFF
        shift = self._shift_for(timestamp)
        self._segments.append(Segment(variant, start, self.number - start, shift))
        self.home = variant
        self.cursor = start
        self._line.grows(variant.line, start, self.number)

    def _shift_for(self, timestamp: int | None) -> int:
        """A picture must step forward: variants that are not in time with each other are shifted."""
        if timestamp is None or self._timestamp is None:
            return 0
        back = ((self._timestamp - timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return (back // _FRAME + 1) * _FRAME if 0 <= back <= _LONGEST_STEP else 0

    def finish(self) -> None:
        """The growing segment ends with what was sent up to now. Nothing happens without one."""
        home = self.home
        if home is None:
            return
        last = self.sent_to()
        self.home = None
        segment = self._segments[-1]
        if last < segment.start:
            self._segments.pop()  # nothing was sent under it, so its numbers are still free
        else:
            segment.end = last
            self.number = last + segment.offset + 1
            self._last, self._seen = home, home.splice.pictures.picture
            timestamp = home.timestamp_at(last)
            if timestamp is not None:
                self._timestamp = (timestamp + segment.shift) & 0xFFFFFFFF
        if self.number is not None:
            self._line.stands(self.number)

    def sent_to(self) -> int:
        """The highest number of the growing segment that it has been sent."""
        assert self.home is not None
        return self.cursor - 1 if self.phase is Phase.REPLAYING else self.home.splice.head

    def was_sent(self, number: int) -> bool:
        """Whether that number of its home lies in the part of the growing segment that is behind it."""
        return self.home is not None and self._segments[-1].start <= number <= self.sent_to()

    def next_number(self) -> int | None:
        """The number its next packet gets; None when it never had one."""
        return self.number if self.home is None else self.sent_to() + self.offset + 1

    def resolve(self, sequence: int, oldest: int = 0x10000) -> Found | None:
        """What it was sent under a 16-bit sequence number, as one of the last `oldest` numbers it was given;
        None when there is no such thing."""
        following = self.next_number()
        if following is None:
            return None
        age = (following - 1 - sequence) & 0xFFFF
        if age >= oldest:
            return None
        number = following - 1 - age
        for segment in reversed(self._segments):
            place = number - segment.offset
            end = self.sent_to() if segment.end is None else segment.end
            if segment.start <= place <= end:
                return Found(segment.variant, place, segment.offset, segment.shift)
        return None

    def absent(self, highest: int, new: int, before: float) -> int:
        """Of the last `new` numbers up to that one, those under which it was sent nothing before that time,
        since nothing had come from the publisher."""
        following = self.next_number()
        if following is None:
            return 0
        last = following - 1 - ((following - 1 - highest) & 0xFFFF)
        first = last - new + 1
        count = 0
        for segment in reversed(self._segments):
            begins, offset = segment.start + segment.offset, segment.offset
            end = self.sent_to() if segment.end is None else segment.end
            count += segment.variant.absent(max(first, begins) - offset, min(last - offset, end), before)
            if begins <= first:
                break
        return count

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

    def count(self, slot: SlotName, more: Lane | None = None) -> SlotCount:
        """What it was sent, as of the last credit, and what a lane has issued since then."""
        if more is None or not more.packets:
            return SlotCount(self.peer, slot, self._packets, self._octets, self._last_at)
        packets, octets = self._packets + more.packets, self._octets + more.octets
        return SlotCount(self.peer, slot, packets, octets, more.last_at)

    def resume(self, packets: int, octets: int, last_at: float | None) -> None:
        """Go on with the counts it had in the process before this one."""
        self._packets, self._octets, self._last_at = packets, octets, last_at

    def inherit(self, other: "View") -> None:
        """Go on with another's counts: the same peer, replaced."""
        self._packets, self._octets, self._last_at = other._packets, other._octets, other._last_at
        self._timestamp = other._timestamp
