"""Whose turn it is: the plans that wait, and which of them go out in one pass over the viewers.

Voices first. Each pass touches every viewer's keys, which have grown cold since the last one, so plans that
wait at the same time share a pass where that delays no voice by more than a few packets.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from hub.relay.core.plan import Lane, Plan
from hub.relay.core.specs import VOICE_SLOTS

GROUP: Final = 32
"""Most packets one viewer is sent in a row: the gain of a hot key is had by then, and others wait."""
SHARED: Final = 8
"""Most packets of a pass that voices share with pictures: three milliseconds for 190 viewers."""
LANES: Final = 4
"""Most lanes of a pass."""
FEW: Final = 4
"""For fewer viewers than this making headers, or a pass, costs more than it saves."""


class Turns:
    """A queue of voices and one of pictures. Within each nothing overtakes: a viewer that is moved from one
    lane to another gets its packets in order.
    """

    def __init__(self) -> None:
        self._voices: deque[Plan] = deque()
        self._pictures: deque[Plan] = deque()

    def add(self, plans: Iterable[Plan]) -> None:
        """Behind those that wait."""
        for plan in plans:
            (self._voices if plan.lane.slot in VOICE_SLOTS else self._pictures).append(plan)

    def voices(self) -> list[Plan]:
        """The next pass of voices alone; empty when none waits."""
        return _pass(self._voices)

    def next(self) -> list[Plan]:
        """The plans of the next pass; empty when nothing waits. Voices stand last among them: a short packet
        can end a row of long ones.
        """
        voices = _pass(self._voices)
        if not voices:
            return _pass(self._pictures)
        if self._voices or _is_small(voices[0].lane) or len(voices) + len(self._pictures) > SHARED:
            return voices
        if not self._pictures or _is_small(self._pictures[0].lane):
            return voices
        return _pass(self._pictures) + voices


def _pass(queue: deque[Plan]) -> list[Plan]:
    """From the front: the plans of one small lane, or of some large ones."""
    if not queue:
        return []
    taken = [queue.popleft()]
    lanes: list[Lane] = [taken[0].lane]
    most = 1 if _is_small(taken[0].lane) else LANES
    while queue and len(taken) < GROUP:
        lane = queue[0].lane
        if lane not in lanes:
            if len(lanes) == most or _is_small(lane):
                break
            lanes.append(lane)
        taken.append(queue.popleft())
    return taken


def _is_small(lane: Lane) -> bool:
    return len(lane.members) < FEW
