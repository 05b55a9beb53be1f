"""A browser's picture of one slot, modelled on libwebrtc: NACK, frame assembly, playout, freezes, PLI."""

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import Final

from deploy.bench.lab.look import Look

NACK_EVERY: Final = 0.02
"""A missing packet is asked for at once, or at the next of these ticks where packets were seen to come late
(libwebrtc: kProcessInterval, WaitNumberOfPackets)."""
ROUND_TRIP: Final = 0.1
"""Between two requests for the same packet. A receive-only browser does not know better (kDefaultRtt)."""
NACK_TRIES: Final = 10
NACK_MOST: Final = 1000
"""Missing packets; with more the list is emptied and a keyframe asked for (kMaxNackPackets)."""
WAIT_FIRST: Final = 0.2
WAIT_NEXT: Final = 3.0
"""Without a decodable frame for this long a keyframe is asked for, before and after the first one."""
FREEZE_EXTRA: Final = 0.15
"""A gap over max(3 × mean, mean + this) is a freeze, as getStats counts them (W3C webrtc-stats)."""
DELAY_LEAST, DELAY_MOST = 0.02, 0.5
"""Of the playout delay over the fastest packet."""
BASES: Final = 50
"""So many TL0PICIDX back it remembers which picture had them (kMaxLayerInfo)."""
HALF: Final = 0x8000


@dataclass(slots=True)
class Frame:
    """What came of one frame. `first` and `last` are -1 until the packets with start and marker come."""

    timestamp: int
    first: int = -1
    last: int = -1
    packets: int = 0
    key: bool = False
    tl0: int = -1
    temporal: int = 0
    picture: int = -1
    layer: str = ""

    @property
    def is_whole(self) -> bool:
        """Nothing of it is missing."""
        return self.first >= 0 and self.last >= 0 and self.packets == self.last - self.first + 1


@dataclass(slots=True)
class Film:
    """What the person saw. Times in seconds; `layers` has the time and letter of each change of size."""

    frames: int = 0
    freezes: int = 0
    frozen: float = 0.0
    longest_gap: float = 0.0
    longest_gap_at: float = 0.0
    first_at: float = inf
    last_at: float = 0.0
    keyframes: int = 0
    layers: list[tuple[float, str]] = field(default_factory=list)
    stops: list[tuple[float, float]] = field(default_factory=list)
    """When each freeze ended, and how long it was."""

    def layer_at(self, at: float) -> str:
        """What was seen then; empty before the first picture."""
        return next((layer for since, layer in reversed(self.layers) if since <= at), "")


class Picture:
    """One slot's receiver. `take` packets in the order of arrival, `tick` at `due`; what it wants to say is
    in `nacks` (16-bit numbers) and `wants_keyframe`."""

    __slots__ = (
        "_base", "_base_at", "_base_now", "_bases", "_decoded_at", "_distances", "_done", "_found_late",
        "_frames", "_gap_sum", "_gaps", "_last", "_missing", "_open", "_overtaken", "_peak", "_picture",
        "_tl0", "_waits_since", "asked", "due", "duplicates", "film", "first", "highest", "nacks", "plis",
        "received", "ssrc", "wants_keyframe",
    )  # fmt: skip

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self.film = Film()
        self.nacks: list[int] = []
        self.wants_keyframe = False
        self.asked = self.duplicates = self.plis = 0
        self.first = self.highest = -1
        self.received = 0
        self.due = inf
        self._missing: dict[int, list[float]] = {}
        """Number → when it may be asked for, and how often it was."""
        self._distances: deque[int] = deque(maxlen=128)
        self._found_late = 0
        self._overtaken = False
        self._frames: dict[int, Frame] = {}
        self._open: Frame | None = None
        self._done = -1
        """The last timestamp (extended) that was decoded."""
        self._tl0 = self._picture = self._last = -1
        self._bases: dict[int, int] = {}
        """TL0PICIDX → picture id of the frame that had it last."""
        self._decoded_at = 0.0
        self._waits_since = 0.0
        self._base = self._base_now = inf
        self._base_at = 0.0
        self._peak = DELAY_LEAST
        self._gaps: deque[float] = deque(maxlen=30)
        self._gap_sum = 0.0

    # Packets

    def take(self, packet: Look, sequence: int, at: float) -> None:
        """A packet under the number it has towards this viewer (16 bits) arrived."""
        if self.highest < 0:
            self.first = self.highest = number = sequence + 0x10000
            self._waits_since = at
            self.due = at + WAIT_FIRST
        else:
            ahead = ((sequence - self.highest + HALF) & 0xFFFF) - HALF
            number = self.highest + ahead
            if ahead == 1:
                self.highest = number
            elif ahead > 0:
                self._skipped(self.highest + 1, number, at)
                self.highest = number
            elif not self._found(number):
                return
        self.received += 1
        if packet.picture < 0 and packet.tl0 < 0 and not packet.layer:
            return  # padding
        self._assemble(packet, number, at)

    def _skipped(self, first: int, end: int, at: float) -> None:
        if len(self._missing) + end - first > NACK_MOST:
            self._missing.clear()
            self._ask_keyframe()
            return
        for number in range(first, end):
            self._missing[number] = [at, 0.0]
        if not self._overtaken:
            self._ask_again(at)
        self.due = min(self.due, at + NACK_EVERY)

    def _found(self, number: int) -> bool:
        if self._missing.pop(number, None) is None:
            self.duplicates += 1
            return False
        # Late packets, resent ones too, teach it to wait for the next tick before it asks.
        self._distances.append(min(9, self.highest - number))
        self._found_late += 1
        if self._found_late % 8 == 0 or self._found_late < 8:
            self._overtaken = sorted(self._distances)[len(self._distances) // 2] > 0
        return True

    def _assemble(self, packet: Look, number: int, at: float) -> None:
        frame = self._open
        timestamp = packet.timestamp
        if frame is None or frame.timestamp & 0xFFFFFFFF != timestamp:
            extended = self._extended(timestamp)
            if extended <= self._done:
                return
            frame = self._frames.get(extended)
            if frame is None:
                frame = self._frames[extended] = Frame(extended, tl0=packet.tl0, temporal=packet.temporal)
                frame.picture, frame.layer = packet.picture, packet.layer
            self._open = frame
        frame.packets += 1
        if packet.starts:
            frame.first, frame.key = number, packet.key
        if packet.marker:
            frame.last = number
        if frame.first >= 0 and frame.last >= 0 and frame.packets == frame.last - frame.first + 1:
            self._open = None
            self._decode(frame, at)

    def _extended(self, timestamp: int) -> int:
        if self._done < 0:
            return timestamp + (1 << 32) if self._done == -1 and not self._frames else self._near(
                next(iter(self._frames)), timestamp
            )  # fmt: skip
        return self._near(self._done, timestamp)

    @staticmethod
    def _near(known: int, timestamp: int) -> int:
        return known + (((timestamp - known + 0x80000000) & 0xFFFFFFFF) - 0x80000000)

    # Decoding

    def _decode(self, frame: Frame, at: float) -> None:
        if not self._decodable(frame):
            return
        self._decoded(frame, at)
        if self._frames:
            for timestamp in sorted(self._frames):
                later = self._frames.get(timestamp)
                if later is not None and later.is_whole and self._decodable(later):
                    self._decoded(later, at)

    def _decodable(self, frame: Frame) -> bool:
        if frame.key:
            return True
        if self._done < 0:
            return False
        if frame.tl0 >= 0:
            in_turn = (frame.tl0 - self._tl0) & 0xFF == (0 if frame.temporal else 1)
            return in_turn and not self._is_old(frame)
        if frame.picture >= 0:
            return (frame.picture - self._picture) & 0x7FFF == 1
        return frame.first == self._last + 1

    def _is_old(self, frame: Frame) -> bool:
        """A later picture had its TL0PICIDX before (libwebrtc, `RtpVp8RefFinder`)."""
        known = None if frame.temporal else self._bases.get(frame.tl0)
        return known is not None and (known - frame.picture) & 0x7FFF < 0x4000

    def _remember(self, frame: Frame) -> None:
        bases = self._bases
        bases[frame.tl0] = frame.picture
        if len(bases) > BASES:
            for tl0 in [known for known in bases if BASES < (frame.tl0 - known) & 0xFF < 0x80]:
                del bases[tl0]

    def _decoded(self, frame: Frame, at: float) -> None:
        film = self.film
        self._done, self._last, self._picture = frame.timestamp, frame.last, frame.picture
        if not frame.temporal or frame.key:
            self._tl0 = frame.tl0
            if frame.tl0 >= 0:
                self._remember(frame)
        if frame.key:
            film.keyframes += 1
            for number in [number for number in self._missing if number < frame.first]:
                del self._missing[number]
        self._frames.pop(frame.timestamp, None)
        if self._frames:
            for timestamp in [known for known in self._frames if known < frame.timestamp]:
                del self._frames[timestamp]
        self._decoded_at = self._waits_since = at
        if not film.layers or film.layers[-1][1] != frame.layer:
            film.layers.append((at, frame.layer))
        self._render(frame.timestamp, at)

    # Playout

    def _render(self, timestamp: int, at: float) -> None:
        transit = at - timestamp / 90_000
        if at - self._base_at > 2.0:  # a base that may rise: the least of the last 2 to 4 seconds
            self._base, self._base_now, self._base_at = self._base_now, transit, at
        self._base_now = min(self._base_now, transit)
        base = min(self._base, self._base_now)
        self._peak = max(transit - base, self._peak * 0.995)
        delay = min(DELAY_MOST, max(DELAY_LEAST, self._peak))
        self._shown(max(at, timestamp / 90_000 + base + delay))

    def _shown(self, at: float) -> None:
        film = self.film
        film.frames += 1
        if film.frames == 1:
            film.first_at = film.last_at = at
            return
        at = max(at, film.last_at)
        self._gap(at - film.last_at, at)
        film.last_at = at

    def _gap(self, gap: float, at: float) -> None:
        film = self.film
        gaps = self._gaps
        if gap > film.longest_gap:
            film.longest_gap, film.longest_gap_at = gap, at
        if gaps:
            mean = self._gap_sum / len(gaps)
            if gap > 3 * mean and gap > mean + FREEZE_EXTRA:
                film.freezes += 1
                film.frozen += gap
                film.stops.append((at, gap))
        if len(gaps) == 30:
            self._gap_sum -= gaps[0]
        gaps.append(gap)
        self._gap_sum += gap

    def close(self, now: float) -> None:
        """Count a gap that is still open."""
        if self.film.frames:
            self._gap(max(0.0, now - self.film.last_at), now)

    # Time

    def tick(self, now: float) -> None:
        """Ask again for what is missing; ask for a keyframe when nothing can be decoded."""
        if self.highest < 0:
            return
        if self._missing:
            self._ask_again(now)
        patience = WAIT_NEXT if self.film.frames else WAIT_FIRST
        if now - self._waits_since >= patience:
            self._waits_since = now
            self._ask_keyframe()
        self.due = min(now + NACK_EVERY if self._missing else inf, self._waits_since + patience)

    def _ask_again(self, now: float) -> None:
        given_up = []
        for number, entry in self._missing.items():
            if now >= entry[0]:
                if entry[1] >= NACK_TRIES:
                    given_up.append(number)
                    continue
                entry[0] = now + ROUND_TRIP
                entry[1] += 1
                self.nacks.append(number & 0xFFFF)
                self.asked += 1
        for number in given_up:
            del self._missing[number]

    def _ask_keyframe(self) -> None:
        self.plis += 1
        self.wants_keyframe = True
