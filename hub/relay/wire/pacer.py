"""Keeps what the relay sends below a configured uplink: a token bucket between the core and the fan-out.

Without it a keyframe for 190 viewers leaves in one burst of 70 Mbit, and the router in front of the line
drops what it likes, voices too. Pure: time is an argument.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from hub.relay.core.plan import Plan, Totals
from hub.relay.core.specs import VOICE_SLOTS

TICK: Final = 0.005
"""Seconds between two looks while something waits."""
PATIENCE: Final = 0.5
"""Seconds a picture may wait. What is older is dropped, to the end of its frame: late pictures are no use,
and the line is needed by those behind."""
OVERHEAD: Final = 28 + 16
"""Octets that IP, UDP and SRTP add to each packet."""
DEBT: Final = 0.1
"""Seconds of the line that resends may be ahead of it; beyond that they are dropped. Voices always go."""
_MOST: Final = 4096
"""Plans that wait at most, whatever their age."""
_MOST_TORN: Final = 64


class Pacer:
    """Voices and what goes to one viewer alone (resends) are not held, only paid for; pictures wait in line.

    `skipped` hears of every plan that is not to be sent: its lane closed, or it waited too long.
    """

    def __init__(self, bits_per_second: int, totals: Totals, skipped: Callable[[Plan], None]) -> None:
        self._octets_per_second = bits_per_second / 8
        self._totals = totals
        self._skipped = skipped
        self._line: deque[tuple[float, Plan]] = deque()
        self._tokens = self._burst = self._octets_per_second * TICK
        self._filled_at: float | None = None
        self._torn: set[tuple[str, int, bytes]] = set()

    def admit(self, plans: Iterable[Plan], now: float) -> list[Plan]:
        """What may be sent now, in order: of these plans and of those that waited."""
        self._fill(now)
        out = [plan for plan in plans if self._goes_at_once(plan, now)]
        while len(self._line) > _MOST:
            self._drop(self._line.popleft()[1])
        while self._line and (self._tokens > 0 or self._line[0][0] + PATIENCE <= now):
            since, plan = self._line.popleft()
            if not plan.lane.open:
                self._totals.add("fanout_lane_closed")
                self._skipped(plan)
            elif since + PATIENCE <= now or _frame(plan) in self._torn:
                self._drop(plan)
            else:
                self._tokens -= _cost(plan)
                out.append(plan)
        return out

    def _goes_at_once(self, plan: Plan, now: float) -> bool:
        if plan.lane.slot not in VOICE_SLOTS:
            if len(plan.lane.members) > 1:
                self._line.append((now, plan))
                return False
            if self._tokens < -DEBT * self._octets_per_second:
                self._drop(plan)
                return False
        self._tokens -= _cost(plan)
        return True

    def deadline(self) -> float | None:
        """When `admit` is wanted next; None when nothing waits."""
        return None if not self._line or self._filled_at is None else self._filled_at + TICK

    def _fill(self, now: float) -> None:
        """Tokens are not saved beyond a tick; a debt is paid off first."""
        if self._filled_at is not None:
            self._tokens += (now - self._filled_at) * self._octets_per_second
        self._tokens = min(self._tokens, self._burst)
        self._filled_at = now

    def _drop(self, plan: Plan) -> None:
        """Its frame is of no use any more: the rest of it goes as well."""
        if len(plan.lane.members) > 1:
            ends = plan.packet[1] & 0x80
            (self._torn.discard if ends else self._torn.add)(_frame(plan))
            if len(self._torn) > _MOST_TORN:  # ends of frames that never came
                self._torn.clear()
        self._totals.add("pacer_dropped", len(plan.lane.members))
        self._skipped(plan)


def _frame(plan: Plan) -> tuple[str, int, bytes]:
    """The packets of a frame have its timestamp; lanes may come and go in the middle of it."""
    return plan.lane.slot, plan.packet[1] & 0x7F, plan.packet[4:8]


def _cost(plan: Plan) -> int:
    return (len(plan.packet) + OVERHEAD) * len(plan.lane.members)
