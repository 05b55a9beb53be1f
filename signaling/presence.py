"""Which rooms are here, told to the timeline: a short gap is no absence. Pure; the session hub records what
comes out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from hub.reception.state import Presence as PointState

GRACE_SECONDS: Final = 20.0
"""A line that stutters and a web process that restarts are no reason to say that a room left."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event to record."""

    kind: Literal["point.joined", "point.left"]
    point: str
    reason: Literal["left", "lost"] | None = None

    @property
    def data(self) -> dict[str, str]:
        """The event's data."""
        return {"point": self.point} | ({"reason": self.reason} if self.reason is not None else {})


class PresenceBook:
    """One session's. Compares who is connected with what the timeline says."""

    def __init__(self) -> None:
        self._missing_since: dict[str, float] = {}
        self._said_goodbye: set[str] = set()

    def goodbye(self, point: str) -> None:
        """The room left on purpose: no grace."""
        self._said_goodbye.add(point)

    def changes(self, connected: Collection[str], told: Mapping[str, PointState], now: float) -> list[Change]:
        """What the timeline has to be told now; asked again until it stands there."""
        here = {point for point, state in told.items() if state.joined}
        joined = [Change("point.joined", point) for point in connected if point not in here]
        for point in connected:
            self._missing_since.pop(point, None)
            self._said_goodbye.discard(point)
        missing = here.difference(connected)
        self._said_goodbye &= missing
        self._missing_since = {point: self._missing_since.get(point, now) for point in missing}
        return joined + [
            change for point in sorted(missing) if (change := self._left(point, now)) is not None
        ]

    def _left(self, point: str, now: float) -> Change | None:
        if point in self._said_goodbye:
            return Change("point.left", point, "left")
        over = now - self._missing_since[point] >= GRACE_SECONDS
        return Change("point.left", point, "lost") if over else None
