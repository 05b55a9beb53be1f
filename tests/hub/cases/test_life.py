"""The table of acts as a whole: every state can be reached and left, and nobody is left without an answer."""

from collections.abc import Iterator

import pytest

from hub.cases.clock.happening import Mark
from hub.cases.life import ACTS, ENDING, SENT_AWAY, State
from hub.cases.rules import CaseKind


def steps(kind: CaseKind, origin: State) -> Iterator[State]:
    for rule in ACTS.values():
        if kind in rule.kinds and origin in rule.origin and rule.to is not None:
            yield rule.to


def reached(kind: CaseKind, first: State) -> set[State]:
    found, edge = {first}, [first]
    while edge:
        new = set(steps(kind, edge.pop())) - found
        found |= new
        edge += new
    return found


@pytest.mark.parametrize("kind", [CaseKind.COMPLAINT, CaseKind.DENUNCIATION])
def test_every_state_of_a_dispute_can_be_reached(kind):
    apart = {State.DIALOGUE, State.RETURNED} if kind is CaseKind.DENUNCIATION else set()
    assert reached(kind, State.RECEIVED) == set(State) - apart


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("state", State)
def test_no_state_is_a_dead_end(kind, state):
    assert State.CLOSED in reached(kind, state)


@pytest.mark.parametrize("kind", CaseKind)
def test_nothing_closes_without_a_reply_or_a_notice(kind):
    closing = {act: rule for act, rule in ACTS.items() if rule.to is State.CLOSED and kind in rule.kinds}
    assert set(closing) == {"close", "close_sent_away"}
    assert closing["close"].origin == {State.REPLIED}
    assert closing["close_sent_away"].origin == SENT_AWAY
    assert closing["close_sent_away"].after == {"notify_petitioner"}


def test_every_act_names_its_law_and_its_fields_once():
    for act, rule in ACTS.items():
        assert rule.basis, act
        assert rule.origin, act
        assert rule.kinds, act
        assert not set(rule.needs) & set(rule.takes), act
        assert rule.after <= set(ACTS), act
        assert rule.unless <= set(ACTS), act
    assert set(ACTS) >= ENDING


def test_what_the_clock_hears_of():
    assert {rule.leaves for rule in ACTS.values()} >= {
        Mark.ACCEPTED,
        Mark.NOT_ACCEPTED,
        Mark.TRANSFERRED,
        Mark.RETURNED,
        Mark.GUIDED,
        Mark.ARCHIVED,
        Mark.WITHDRAWN,
        Mark.TERMINATED,
        Mark.REPLIED,
        Mark.CLOSED,
    }
