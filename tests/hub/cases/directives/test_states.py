"""The table of what may be done with a directive: every pair of state and act, and random lives."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.directives.due import quarter_end, quarters, read
from hub.cases.directives.states import (
    ACTS,
    JUDGING,
    OPEN,
    OWING,
    Done,
    Side,
    Standing,
    State,
    check,
    is_proxy,
    next_state,
    refusal,
    state_after,
)
from hub.cases.errors import Refusal

LAWFUL = {
    State.ISSUED: "deliver acknowledge contribute change_due urge add_unit withdraw",
    State.DELIVERED: "deliver acknowledge contribute change_due urge add_unit withdraw",
    State.ACKNOWLEDGED: "deliver acknowledge start report contribute change_due urge add_unit withdraw",
    State.IN_PROGRESS: "deliver acknowledge report contribute change_due urge add_unit withdraw",
    State.REPORTED: "deliver acknowledge contribute accept send_back add_unit withdraw",
    State.SENT_BACK: "deliver acknowledge start report contribute change_due urge add_unit withdraw",
    State.ACCEPTED: "deliver acknowledge reply withdraw",
    State.CITIZEN_REPLIED: "deliver acknowledge close withdraw",
    State.CLOSED: "",
}
"""Written out by hand: the table in the code has to agree."""
WAY = ["deliver", "acknowledge", "start", "report", "send_back", "report", "accept", "reply", "close"]


def standing(state: State, act: str, **more: object) -> Standing:
    """As it is for whoever may do the act."""
    told = {"sides": ACTS[act].by, "own_acknowledged": act == "contribute"} | more
    return Standing(state, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", [act for act in ACTS if act != "restore"])
def test_every_pair_of_state_and_act(state: State, act: str) -> None:
    refused = refusal(standing(state, act), act)
    if act in LAWFUL[state].split():
        assert refused is None
        return
    assert refused is not None
    assert refused.code == "directive_state"
    assert refused.params == {"act": f"directive_{act}", "basis": ACTS[act].basis, "standing": state.value}
    assert ACTS[act].basis  # a refusal names its rule


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", ACTS)
def test_a_withdrawn_directive_asks_nothing_but_to_be_restored(state: State, act: str) -> None:
    refused = refusal(standing(state, act, withdrawn=True), act)
    if act == "restore" and state in OPEN:
        assert refused is None
    else:
        assert refused is not None
        assert refused.code == ("directive_state" if act == "restore" else "directive_withdrawn")
    held = refusal(standing(state, "restore"), "restore")
    assert held is not None
    assert held.code == "directive_not_withdrawn"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("side", [*Side, None])
def test_whose_act_it_is(act: str, side: Side | None) -> None:
    rule = ACTS[act]
    state = min(rule.origin)
    sides = frozenset({side}) if side is not None else frozenset()
    now = standing(state, act, sides=sides, withdrawn=act == "restore")
    refused = refusal(now, act)
    proxy = rule.by_proxy and side is Side.ISSUER
    assert is_proxy(now, act) is (proxy and side not in rule.by)
    if side in rule.by or proxy:
        assert refused is None
    else:
        assert refused is not None
        assert (refused.code, refused.params["who"]) == ("directive_side", "_".join(sorted(rule.by)))


@pytest.mark.parametrize("act", ACTS)
def test_a_room_acknowledges_and_no_more(act: str) -> None:
    now = standing(min(ACTS[act].origin), act, room=True, sides=frozenset(Side), withdrawn=act == "restore")
    refused = refusal(now, act)
    assert (refused is None) is (act == "acknowledge")


@pytest.mark.parametrize("act", sorted(JUDGING))
def test_whom_the_petition_is_against_does_not_judge(act: str) -> None:
    refused = refusal(standing(min(ACTS[act].origin), act, against_own=True), act)
    assert refused is not None
    assert refused.code == "conflict_of_interest"


def test_acknowledging_twice_and_contributing_before() -> None:
    twice = refusal(standing(State.ISSUED, "acknowledge", own_acknowledged=True), "acknowledge")
    assert twice is not None
    assert twice.code == "already_acknowledged"
    early = refusal(standing(State.ISSUED, "contribute", own_acknowledged=False), "contribute")
    assert early is not None
    assert early.code == "directive_unacknowledged"
    unknown = refusal(standing(State.ISSUED, "urge"), "dance")
    assert unknown is not None
    assert unknown.code == "directive_act_unknown"


@pytest.mark.parametrize("act", ACTS)
def test_every_needed_field_is_missed_and_no_other_taken(act: str) -> None:
    rule = ACTS[act]
    now = standing(min(rule.origin), act, withdrawn=act == "restore")
    full = dict.fromkeys(rule.needs, "x")
    check(now, act, full)
    check(now, act, full | dict.fromkeys(rule.takes, "x"))
    for name in rule.needs:
        with pytest.raises(Refusal, match="directive_field") as met:
            check(now, act, {other: "x" for other in full if other != name})
        assert met.value.params["field"] == name
    with pytest.raises(Refusal, match="directive_field"):
        check(now, act, full | {"strange": "x"})


def test_what_is_written_down_for_a_unit_says_how() -> None:
    for act in (each for each, rule in ACTS.items() if rule.by_proxy):
        now = standing(State.ACKNOWLEDGED, act, sides=frozenset({Side.ISSUER}))
        with pytest.raises(Refusal, match="directive_field") as met:
            check(now, act, dict.fromkeys(ACTS[act].needs, "x"))
        assert met.value.params["field"] == "how"
        check(now, act, dict.fromkeys(ACTS[act].needs, "x") | {"how": "giấy"})


def test_the_way_from_issue_to_close() -> None:
    states, state = [], State.ISSUED
    for act in WAY:
        assert refusal(standing(state, act), act) is None
        state = next_state(state, act, lead=True)
        states.append(state)
    assert states[-1] is State.CLOSED
    assert state_after([Done(act, lead=True) for act in WAY]) is State.CLOSED


@given(st.lists(st.tuples(st.sampled_from(list(ACTS)), st.booleans()), max_size=30))
def test_any_life_keeps_to_the_rules(tried: list[tuple[str, bool]]) -> None:
    """Whatever is tried: no answer without an accepted report, no close without an answer, and the state is
    what the acts say.
    """
    state, withdrawn, done = State.ISSUED, False, []
    for act, lead in tried:
        if refusal(standing(state, act, withdrawn=withdrawn), act) is not None:
            continue
        withdrawn = (withdrawn or act == "withdraw") and act != "restore"
        before, state = state, next_state(state, act, lead=lead)
        done.append(Done(act, lead))
        if not lead and ACTS[act].of_part:
            assert state is before
    assert state_after(done) is state
    names = [each.act for each in done]
    if state is State.CLOSED:
        assert names.index("reply") < names.index("close")
        assert "accept" in names
        assert "report" in names
        assert any(each.act == "acknowledge" and each.lead for each in done)
    if state in OWING and "report" in names:
        assert "send_back" in names


def test_days_and_quarters() -> None:
    assert [quarter_end(2024, n) for n in (1, 2, 3, 4)] == [
        date(2024, 3, 31),
        date(2024, 6, 30),
        date(2024, 9, 30),
        date(2024, 12, 31),
    ]
    assert quarters(date(2026, 11, 21), 3) == ["2026-Q4", "2027-Q1", "2027-Q2"]
    today = date(2026, 11, 21)
    told = read("2026-Q4", not_before=today)
    assert (told.on, told.period) == (date(2026, 12, 31), "2026-Q4")
    assert read("2026-11-21", not_before=today).period is None
    for text, code in (("2026-Q3", "due_past"), ("2026-11-20", "due_past"), ("soon", "data_bad")):
        with pytest.raises(Refusal, match=code):
            read(text, not_before=today)
    for text in ("2026-Q5", "", "9999-12-31", "2026-13-01"):
        with pytest.raises(Refusal, match="data_bad"):
            read(text, not_before=today)
