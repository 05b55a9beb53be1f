"""One case after another through its life: the lawful way goes, and every other way is refused by name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.clock.happening import Mark, Trait
from hub.cases.clock.reckon import Standing, Term, terms, worst
from hub.cases.errors import Refusal
from hub.cases.life import ACTS, State
from hub.cases.rules import CaseKind
from hub.cases.story import Done, Story, check, course, lawful, mark, next_state, refusal, unlawful
from hub.units.working_days import vietnam

DAY = date(2026, 3, 2)
FIELDS = {"uncoerced": True, "checklist": {"named": True}}


def story(kind: CaseKind = CaseKind.COMPLAINT, state: State = State.RECEIVED, **more) -> Story:
    return Story(kind, state, DAY, **more)


def given_fields(act: str) -> dict:
    return {name: FIELDS.get(name, "x") for name in ACTS[act].needs}


def do(before: Story, act: str, on: date = DAY, **data) -> Story:
    check(before, act, on, given_fields(act) | data, today=date(2027, 1, 1), unit="u1")
    done = (*before.done, Done(act, on, given_fields(act) | data))
    return replace(before, state=next_state(before, act), done=done)


def _terms(case: Story, today: date) -> list[Term]:
    return terms(course(case), today, vietnam())


def refused(before: Story, act: str, on: date = DAY, *, unit: str = "u1", **data) -> str:
    with pytest.raises(Refusal) as met:
        check(before, act, on, data, today=DAY, unit=unit)
    return met.value.code


def through(case: Story, acts: str) -> Story:
    for act in acts.split():
        case = do(case, act)
    return case


WAYS = {
    CaseKind.COMPLAINT: (
        "classify find_eligible accept verify suspend resume extend hold_dialogue decide enforce reply close"
    ),
    CaseKind.DENUNCIATION: "classify find_eligible accept notify_parties verify extend decide reply close",
    CaseKind.RECOMMENDATION: "classify find_eligible accept reply_to_wish close",
    CaseKind.REFLECTION: "classify find_eligible transfer notify_petitioner close_sent_away",
}


@pytest.mark.parametrize("kind", CaseKind)
def test_each_kind_from_receipt_to_the_end(kind):
    assert through(story(kind), WAYS[kind]).state is State.CLOSED


def test_a_withdrawn_complaint_is_terminated_and_answered():
    case = through(story(), "classify find_eligible accept verify withdraw terminate reply_ended close")
    assert case.state is State.CLOSED


def test_a_suspension_ends_with_the_round_it_was_in():
    """A case that was ended while it stood still runs again when it is taken up anew."""
    ended = "classify find_eligible accept verify suspend withdraw terminate reply_ended close reopen"
    case = do(through(story(), ended), "accept", DAY + timedelta(days=30))
    [term] = [each for each in _terms(case, DAY + timedelta(days=40)) if each.began > DAY]
    assert (term.rule.id, term.standing, term.due) == ("complaint_first", Standing.RUNNING, date(2026, 5, 4))


def test_what_a_former_round_did_counts_no_more():
    sent = "classify find_eligible accept notify_petitioner verify decide reply receive_second not_accept"
    case = through(story(), sent)
    assert refusal(case, "close_sent_away").code == "act_after"
    assert refusal(do(case, "notify_petitioner"), "close_sent_away") is None
    ended = "classify find_eligible accept verify withdraw terminate reply_ended close reopen accept"
    case = through(story(), ended)
    assert refusal(case, "reply_ended").code == "act_after"
    assert refusal(case, "terminate").code == "act_after"


def test_closing_takes_no_right_from_the_citizen():
    """Law 02/2011 Art. 33: thirty days to complain again, whatever the office does with its file."""
    case = through(story(), "classify find_eligible accept verify decide reply close")
    running = [each for each in _terms(case, DAY + timedelta(days=5)) if each.ended is None]
    assert [each.rule.id for each in running] == ["complaint_second_file"]
    assert running[0].standing is Standing.RUNNING


def test_the_second_instance_has_terms_of_its_own():
    case = through(story(), "classify find_eligible accept verify decide receive_second accept verify decide")
    assert {each.mark for each in course(case).happenings} >= {
        Mark.DECIDED_FIRST,
        Mark.SECOND_RECEIVED,
        Mark.SECOND_ACCEPTED,
        Mark.DECIDED_SECOND,
    }
    assert refusal(replace(case, state=State.DECIDED), "receive_second").code == "act_unless"


OVERDUE = date(2026, 4, 10)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ("", State.ACCEPTED),
        ("verify", State.VERIFICATION),
        ("verify hold_dialogue", State.DIALOGUE),
    ],
)
def test_who_got_no_decision_in_time_may_complain_again(acts, state):
    """Law 02/2011 Art. 33: thirty days from the day the term ran out."""
    case = through(story(), f"classify find_eligible accept {acts}")
    assert case.state is state
    [may] = [each for each in _terms(case, OVERDUE) if each.rule.id == "complaint_second_file"]
    assert (may.standing, may.due) == (Standing.RUNNING, date(2026, 5, 4))
    assert refusal(case, "receive_second", OVERDUE) is None
    assert "receive_second" in lawful(case, OVERDUE)
    assert unlawful(do(case, "receive_second", OVERDUE)) == []


def test_a_case_suspended_after_its_term_ran_out_may_be_complained_of_again():
    case = do(through(story(), "classify find_eligible accept verify"), "suspend", OVERDUE)
    second = do(case, "receive_second", OVERDUE + timedelta(days=1))
    assert {each.until for each in course(second).pauses} == {OVERDUE + timedelta(days=1)}
    in_time = through(story(), "classify find_eligible accept verify suspend")
    assert refusal(in_time, "receive_second", OVERDUE).code == "act_early"


@pytest.mark.parametrize("on", [None, DAY, date(2026, 4, 1)])
def test_nobody_complains_again_while_the_first_decision_may_still_come(on):
    case = through(story(), "classify find_eligible accept verify")
    assert refusal(case, "receive_second", on).code == "act_early"
    assert refused(case, "receive_second", DAY) == "act_early"
    extended = do(case, "extend", DAY + timedelta(days=20), way="complex")
    assert refusal(extended, "receive_second", OVERDUE).code == "act_early"
    assert refusal(story(state=State.ELIGIBLE), "receive_second", OVERDUE).code == "act_state"


def test_a_second_complaint_without_a_decision_ends_what_the_first_instance_owed():
    case = do(through(story(), "classify find_eligible accept verify"), "receive_second", OVERDUE)
    assert case.state is State.ELIGIBLE
    stands = {each.rule.id: (each.standing, each.ended, each.due) for each in _terms(case, OVERDUE)}
    assert stands["complaint_first"] == (Standing.OVER, OVERDUE, date(2026, 4, 1))
    assert stands["complaint_second_file"] == (Standing.MET, OVERDUE, date(2026, 5, 4))
    assert stands["complaint_second_acceptance"] == (Standing.RUNNING, None, date(2026, 4, 20))
    first = worst(_terms(case, date(2026, 4, 21)))
    assert first is not None
    assert first.rule.id == "complaint_second_acceptance"
    for act in ("accept", "verify", "decide"):
        case = do(case, act, date(2026, 4, 20))
    assert Mark.DECIDED_SECOND in {each.mark for each in course(case).happenings}
    assert refusal(case, "receive_second", OVERDUE).code == "act_unless"


def test_the_head_of_the_party_committee_owes_a_notice_in_ten_working_days():
    """Regulation 11-QĐi/TW: from when the head received it, whatever step the case is at."""
    friday = date(2026, 5, 29)
    for before in (story(), story(state=State.VERIFICATION), story(state=State.GUIDED)):
        received = replace(before, received_on=friday, done=(*before.done, Done("party_receive", friday, {})))
        [term] = [
            each for each in terms(course(received), friday, vietnam()) if each.rule.id == "party_answer"
        ]
        assert term.due == date(2026, 6, 12)
        assert refusal(received, "party_receive").code == "act_unless"
    told = replace(
        received, done=(*received.done, Done("notify_petitioner", date(2026, 6, 3), {"how": "thư"}))
    )
    [term] = [
        each for each in terms(course(told), date(2026, 7, 1), vietnam()) if each.rule.id == "party_answer"
    ]
    assert term.standing is Standing.MET


@pytest.mark.parametrize(
    ("before", "act", "code"),
    [
        (story(), "accept", "act_state"),
        (story(state=State.REPLIED), "party_receive", "act_state"),
        (story(), "fly", "act_unknown"),
        (story(CaseKind.REFLECTION, State.DECIDED), "enforce", "act_kind"),
        (story(CaseKind.DENUNCIATION, State.CLASSIFIED), "return", "act_kind"),
        (story(state=State.GUIDED), "close_sent_away", "act_after"),
        (story(state=State.VERIFICATION), "terminate", "act_after"),
        (
            story(CaseKind.DENUNCIATION, State.CLASSIFIED, anonymous=True, evidence=True),
            "archive",
            "anonymous_with_evidence",
        ),
    ],
)
def test_what_is_not_lawful_now_is_refused_by_name(before, act, code):
    met = refusal(before, act)
    assert met is not None
    assert met.code == code
    assert met.params["act"] == act
    assert act not in lawful(before)


def test_an_anonymous_denunciation_without_evidence_may_be_kept_on_file():
    assert "archive" in lawful(story(CaseKind.DENUNCIATION, State.CLASSIFIED, anonymous=True))


def test_fields_days_and_pressure():
    assert refused(story(), "classify", kind="complaint") == "act_field"
    assert refused(story(), "classify", kind="complaint", field="land", colour="red") == "act_field"
    assert refused(story(), "classify", DAY + timedelta(days=1), kind="complaint", field="land") == "act_day"
    assert refused(story(), "classify", DAY - timedelta(days=1), kind="complaint", field="land") == "act_day"
    assert refused(story(), "withdraw", reason="x", uncoerced="no") == "withdrawal_coerced"


def test_who_is_complained_about_does_not_end_the_case():
    against = story(state=State.VERIFICATION, complained_about=frozenset({"u1"}))
    fields = {"number": "1", "outcome": "upheld"}
    assert refused(against, "decide", **fields) == "conflict_of_interest"
    check(against, "decide", DAY, fields, today=DAY, unit="u2")


def test_a_lawfully_extended_case_is_never_overdue():
    case = through(story(), "classify find_eligible accept verify")
    case = do(case, "extend", DAY + timedelta(days=20), way="complex")
    (term,) = [
        each
        for each in terms(course(case), DAY + timedelta(days=40), vietnam())
        if each.rule.id == "complaint_first"
    ]
    assert not term.late


@pytest.mark.parametrize("anew", ["accept", "accept verify suspend"])
def test_decided_taken_up_anew_and_accepted_on_one_day_the_new_term_runs(anew):
    case = through(story(), "classify find_eligible accept verify extend")
    later = DAY + timedelta(days=20)
    for act in f"decide reply close reopen {anew}".split():
        case = do(case, act, later)
    old, new = [each for each in _terms(case, later) if each.rule.id == "complaint_first"]
    assert (old.standing, old.ended) == (Standing.MET, later)
    assert (new.began, new.ended) == (later, None)
    assert new.unbroken == date(2026, 4, 21)
    assert new.standing is (Standing.STOPPED if "suspend" in anew else Standing.RUNNING)


def test_what_ended_a_former_round_does_not_end_what_began_later_that_day():
    case = through(story(), "classify find_ineligible guide notify_petitioner")
    for act in ("close_sent_away", "reopen", "accept"):
        case = do(case, act)
    running = [each.rule.id for each in _terms(case, DAY) if each.ended is None]
    assert running == ["complaint_first"]


def test_several_places_and_remote_areas_reach_the_clock():
    case = do(story(CaseKind.DENUNCIATION, remote=True), "classify", several_places=True)
    assert course(case).traits == {Trait.REMOTE, Trait.SEVERAL_PLACES}


@pytest.mark.parametrize(
    ("ticks", "due"),
    [((True,), date(2026, 3, 16)), ((True, False), date(2026, 3, 11)), ((False, True), date(2026, 3, 16))],
)
def test_the_last_classifying_says_whether_there_are_several_places(ticks, due):
    done = [Done("classify", DAY, {"several_places": True} if tick else {}) for tick in ticks]
    case = story(CaseKind.DENUNCIATION, State.CLASSIFIED, done=done)
    [term] = [each for each in _terms(case, DAY) if each.rule.id == "denunciation_check"]
    assert term.due == due


def test_what_a_decision_is_depends_on_the_case():
    assert mark("decide", CaseKind.DENUNCIATION, second=False) is Mark.CONCLUDED
    assert mark("extend", CaseKind.COMPLAINT, second=False) is None
    assert mark("fly", CaseKind.COMPLAINT, second=False) is None


@given(st.sampled_from(CaseKind), st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 9)), max_size=25))
def test_a_random_life_never_breaks_a_rule(kind, choices):
    case, later = story(kind), 0
    for choice, days in choices:
        later += days
        may = lawful(case, DAY + timedelta(days=later))
        if not may:
            break
        act = may[choice % len(may)]
        case = do(case, act, DAY + timedelta(days=later))
        assert case.state in State
    if case.state is State.CLOSED:
        assert case.names & {"reply", "reply_to_wish", "reply_ended", "notify_petitioner"}
    course(case)
