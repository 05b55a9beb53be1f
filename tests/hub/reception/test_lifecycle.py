"""The table of a session's life against the events that tell it."""

import pytest

from hub.reception.errors import Refusal
from hub.reception.fold import _STEPS
from hub.reception.lifecycle import COMING, OVER, STEPS, may, must
from hub.reception.state import Status

EVENTS = {
    "change": "changed",
    "publish": "published",
    "postpone": "postponed",
    "cancel": "cancelled",
    "go_live": "live",
    "pause": "paused",
    "resume": "resumed",
    "close": "closed",
}


def test_every_step_but_a_drafts_is_told_by_an_event() -> None:
    assert set(STEPS) - set(EVENTS) == {"schedule", "delete"}
    assert all(f"session.{event}" in _STEPS for event in EVENTS.values())


def test_nothing_leads_out_of_what_is_over() -> None:
    assert not any(step.before & OVER for step in STEPS.values())
    assert all(may("postpone", status) and may("go_live", status) for status in COMING)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {Status.DRAFT, *(step.after for step in STEPS.values() if step.after is not None)}
    left = {status for step in STEPS.values() for status in step.before}
    assert reached == set(Status)
    assert left == set(Status) - OVER


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_or_refused_with_a_reason(step: str, status: Status) -> None:
    if may(step, status):
        must(step, status)
        return
    with pytest.raises(Refusal) as refused:
        must(step, status)
    assert refused.value.code == ("session_over" if status in OVER else "session_state")
