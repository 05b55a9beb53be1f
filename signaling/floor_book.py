"""What the hub ends by itself: a lease that is over, a call nobody answers, a talk whose other end is gone.
Pure; the session hub records what comes out.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from hub.reception.speech import ANSWER_SECONDS
from hub.reception.state import SessionState
from signaling.presence import GRACE_SECONDS


class FloorBook:
    """One session's. Asked every second; it says the same again until the timeline has it."""

    def __init__(self) -> None:
        self._gone_since: dict[str, float] = {}

    def changes(
        self, state: SessionState, staff: Collection[str], at: datetime, now: float
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Kinds and data of the events that are due. `staff` are the keys of those who have a connection,
        `at` is the time of day, `now` counts seconds.
        """
        floor, call = state.floor, state.speech.call
        if floor is not None and floor.until is not None and at >= floor.until:
            yield "floor.ended", {}
        if call is not None and at >= call.at + timedelta(seconds=ANSWER_SECONDS):
            yield "floor.call_ended", {}
        alone = {talk.id for talk in state.speech.talks.values() if talk.staff not in staff}
        self._gone_since = {talk: self._gone_since.get(talk, now) for talk in alone}
        for talk in sorted(alone):
            if now - self._gone_since[talk] >= GRACE_SECONDS:
                yield "talk.closed", {"talk": talk}
