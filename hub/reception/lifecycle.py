"""From which states a session goes where. One table, and the one check that reads it. Pure.

A draft has no timeline: it is its makers' alone, may change in everything, and may be deleted. With
`schedule` it begins to exist for others.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from hub.reception.errors import Refusal
from hub.reception.state import Status


class Step(NamedTuple):
    """A step is taken from one of these states and leads to that one (None: the session is no more)."""

    before: frozenset[Status]
    after: Status | None


def _step(before: str, after: Status | None) -> Step:
    return Step(frozenset(Status(each) for each in before.split()), after)


STEPS: Final[Mapping[str, Step]] = {
    "schedule": _step("draft", Status.SCHEDULED),
    "delete": _step("draft", None),
    "change": _step("scheduled", Status.SCHEDULED),
    "publish": _step("scheduled", Status.PUBLISHED),
    "postpone": _step("scheduled published", Status.POSTPONED),
    "cancel": _step("scheduled published", Status.CANCELLED),
    "go_live": _step("scheduled published", Status.LIVE),
    "pause": _step("live", Status.PAUSED),
    "resume": _step("paused", Status.LIVE),
    "close": _step("live paused", Status.CLOSED),
}

COMING: Final = frozenset({Status.SCHEDULED, Status.PUBLISHED})
"""Rooms wait for it."""

NEVER_HELD: Final = frozenset({Status.POSTPONED, Status.CANCELLED})
"""It may be planned anew: as a draft of its own."""

OVER: Final = frozenset({Status.CLOSED, Status.POSTPONED, Status.CANCELLED})
"""Nothing more happens in it."""


def must(step: str, status: Status) -> None:
    """Refuse session_over or session_state unless the step may be taken from that state."""
    if status in STEPS[step].before:
        return
    raise Refusal("session_over" if status in OVER else "session_state")


def may(step: str, status: Status) -> bool:
    """Whether the step may be taken from that state."""
    return status in STEPS[step].before
