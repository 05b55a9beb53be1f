"""One session in memory, shared by all connections of a process."""

import asyncio
from bisect import bisect_right
from typing import Any

from hub.reception.errors import Refusal
from hub.reception.events import Event
from hub.reception.fold import fold
from hub.reception.service import Receptions
from hub.reception.snapshot import view
from hub.reception.stage import StageWish, TalkWish, stage, talks
from hub.reception.state import SessionState
from hub.reception.telling import batch
from hub.reception.timeline import is_retold, topic
from hub.reception.viewer import Viewer

MOST_EVENTS = 5000
"""Events kept for clients that resume; whoever is further behind starts from a snapshot."""


class LiveSession:
    """The fold of one timeline and its latest events. `refresh` reads only what is new, and everything anew
    once texts were masked; the rest does no I/O.
    """

    def __init__(self, receptions: Receptions, session_id: str, most_events: int = MOST_EVENTS) -> None:
        self._receptions = receptions
        self._most = most_events
        self._lock = asyncio.Lock()
        self._events: list[Event] = []
        self.state = SessionState(session_id)

    @property
    def id(self) -> str:
        """The session's id."""
        return self.state.id

    @property
    def topic(self) -> str:
        """The bus topic on which its new events are hinted at."""
        return topic(self.state.id)

    @property
    def n(self) -> int:
        """The number of the last event known here."""
        return self.state.n

    @property
    def held(self) -> int:
        """How many of the last events are here."""
        return len(self._events)

    async def refresh(self) -> bool:
        """Read what is new; whether anything was. Raises Refusal("session_unknown") for a session without
        events.
        """
        async with self._lock:  # two refreshes at once would read, and fold, the same events twice
            new = await self._receptions.load(self.state.id, self.state.n)
            if not new:
                if self.state.n == 0:
                    raise Refusal("session_unknown")
                return False
            if self.state.n and is_retold(new):
                new = await self._receptions.load(self.state.id)
                self.state, self._events = SessionState(self.state.id), []
            self.state = fold(self.state, new)
            self._events = [*self._events, *new][-self._most :]
            return True

    def view(self, viewer: Viewer) -> dict[str, Any]:
        """The snapshot at `n` for one participant."""
        return view(self.state, viewer)

    def after(self, viewer: Viewer, n: int) -> list[dict[str, Any]]:
        """Events above `n` as the participant gets them.

        Raises LookupError when some are no longer here (`n` is more than `most_events` back): send the view.
        """
        if n < self.state.n - len(self._events):
            raise LookupError(f"events after {n} are not held any more")
        start = bisect_right(self._events, n, key=lambda event: event.n)
        return batch(self._events[start:], self.state, viewer)

    def stage(self) -> StageWish:
        """What the relay is wished to do."""
        return stage(self.state)

    def talks(self) -> tuple[TalkWish, ...]:
        """The private talks that stand."""
        return talks(self.state)
