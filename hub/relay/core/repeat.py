"""Voices said again: spaced copies of a voice's packets, for viewers whose lines lose too many of them.

Over a round trip of 300 ms a NACK comes too late for a voice, and Opus mends only one lost packet in a row.
A copy has the number and the bytes of the first (hence the same ciphertext); who has the first drops it.
Copies are spaced so that one burst of losses does not take them all: in the lab, 10 % loss in bursts of 5
packets left 3.8 % of the voice missing without copies and 0.4 % with two, 60 and 140 ms later.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from hub.relay.core.limits import Limits


@dataclass(slots=True)
class _Line:
    """What is known of one viewer's line. `loss` is a picture's, smoothed. `copies` are sent until `until`,
    at most `room` of each packet; `hold` is how long that is."""

    loss: float | None = None
    room: int = 0
    copies: int = 0
    until: float = 0.0
    hold: float = 0.0


_ENOUGH: Final = 20
"""Packets that a share must be made of."""


_STALE: Final = 0.1
"""Seconds: so late a copy is not heard any more, and a relay that is so late has no time for it."""
_SMOOTHING: Final = 0.35
"""The weight of the newest share, about a second's."""


class Missed:
    """What a viewer's line loses of its pictures, before it is mended: packets asked for, of those sent."""

    def __init__(self) -> None:
        self._highest: dict[int, int] = {}
        self._asked: dict[int, int] = {}

    def asked(self, ssrc: int, numbers: int) -> None:
        """So many packets were asked for, each for the first time."""
        self._asked[ssrc] = self._asked.get(ssrc, 0) + numbers

    def reported(self, ssrc: int, highest: int) -> float | None:
        """A report block about that picture: the share lost since the last one, None when that is too few
        packets."""
        before = self._highest.get(ssrc)
        if before is not None and 0 <= (highest - before) & 0xFFFFFFFF < _ENOUGH:
            return None
        self._highest[ssrc] = highest
        asked = self._asked.pop(ssrc, 0)
        return None if before is None else min(1.0, asked / ((highest - before) & 0xFFFFFFFF))


class Repeats:
    """Which copies of one voice slot are due, and to whom. At most `len(repeat_after)` of each packet, and no
    more than a line has `room` for: where a line is full, copies are what it loses next.

    Two witnesses. A picture's losses are told every second and before they are mended; they are smoothed over
    some, because a line that has just become narrow would only be worse for copies. A voice's own reports
    come every 5 s (libwebrtc) and tell what is lost *after* mending: then copies go on as long as anything is
    lost in spite of them, and when the line is tried without and fails, the next trial is put off twice as
    long.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: dict[str, _Line] = {}
        self._queues: tuple[deque[tuple[float, int]], ...] = tuple(deque() for _ in limits.repeat_after)

    @property
    def waiting(self) -> bool:
        """Whether a copy will be due."""
        return any(self._queues)

    def heard(self, peer: str, fraction: float, room: int, now: float) -> None:
        """A report of the voice: that share (0 to 1) of its packets never reached the viewer."""
        bad = fraction > self._limits.repeat_from
        line = self._line(peer, room, bad=bad)
        if line is None:
            return
        if line.copies and now < line.until:
            if fraction > 0:
                line.until = now + line.hold
            if bad:
                line.copies = len(self._queues)
        else:
            line.copies = 0
            if bad and room:
                self._begin(line, fraction, now)

    def noticed(self, peer: str, fraction: float, room: int, now: float) -> None:
        """That share of a picture's packets was lost on the viewer's line, mended or not."""
        line = self._line(peer, room, bad=fraction > self._limits.repeat_from)
        if line is None:
            return
        if not room:
            line.loss = None  # of our own making; what is lost when there is room again counts
            return
        if line.loss is None:
            line.loss = fraction / 2  # one second may be chance, two are not
        else:
            line.loss += (fraction - line.loss) * _SMOOTHING
        if line.loss <= self._limits.repeat_from:
            return
        if line.copies and now < line.until:
            line.until = now + line.hold
            if line.loss > self._limits.repeat_all_from:
                line.copies = len(self._queues)
        else:
            self._begin(line, line.loss, now)

    def _line(self, peer: str, room: int, *, bad: bool) -> _Line | None:
        if bad and peer not in self._lines:
            self._lines[peer] = _Line()
        line = self._lines.get(peer)
        if line is not None:
            line.room = room
        return line

    def _begin(self, line: _Line, fraction: float, now: float) -> None:
        line.hold = min(self._limits.repeat_longest, max(self._limits.repeat_hold, 2 * line.hold))
        line.copies = len(self._queues) if fraction > self._limits.repeat_all_from else 1
        line.until = now + line.hold

    def forget(self, peer: str) -> None:
        """The viewer is gone."""
        self._lines.pop(peer, None)

    def stop(self) -> None:
        """What was said may not be said again: it is of a source taken off."""
        for queue in self._queues:
            queue.clear()

    def spoken(self, place: int, now: float) -> None:
        """The packet of that slot number has just been sent to everybody."""
        if any(line.copies and line.room and now < line.until for line in self._lines.values()):
            for queue, after in zip(self._queues, self._limits.repeat_after, strict=True):
                queue.append((now + after, place))

    def due(self, now: float) -> list[tuple[int, list[str]]]:
        """Slot numbers to be sent again now, each with the peers it goes to."""
        copies: list[tuple[int, list[str]]] = []
        for index, queue in enumerate(self._queues):
            while queue and queue[0][0] <= now:
                at, place = queue.popleft()
                if now - at > _STALE:
                    continue
                peers = [
                    name
                    for name, line in self._lines.items()
                    if min(line.copies, line.room) > index and now < line.until
                ]
                if peers:
                    copies.append((place, peers))
        return copies
