"""Whatever a case goes through, two reckonings that share no code agree on the last day of its terms."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.cases.clock.happening import Course, Extension, Happening, Mark, Pause, Trait
from hub.cases.clock.reckon import Standing, Term, terms
from hub.cases.clock.rule import law
from hub.units.working_days import vietnam
from tests.kit.slow_clock import last_day

FIRST = date(2024, 1, 1)
days = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))
ways = st.sampled_from(
    [(rule.id, way) for rule in law() for way in rule.ways] + [("complaint_first", "wish")]
)
MET = {Standing.MET, Standing.MET_LATE, Standing.OVER}


@st.composite
def courses(draw) -> Course:
    marks = st.builds(Happening, days, st.sampled_from(Mark))
    pauses = st.tuples(days, st.none() | st.integers(0, 60)).map(
        lambda each: Pause(each[0], each[0] + timedelta(days=each[1]) if each[1] is not None else None)
    )
    extensions = st.tuples(days, ways, st.integers(1, 9)).map(
        lambda each: Extension(each[0], each[1][0], each[1][1], f"{each[2]}/QĐ")
    )
    return Course(
        kind=draw(st.sampled_from(["complaint", "denunciation", "recommendation", "reflection"])),
        happenings=frozenset(draw(st.lists(marks, max_size=6))),
        pauses=frozenset(draw(st.lists(pauses, max_size=4))),
        extensions=frozenset(draw(st.lists(extensions, max_size=4))),
        traits=frozenset(draw(st.sets(st.sampled_from(Trait)))),
    )


def reckoned(course: Course, today: date) -> list[Term]:
    return terms(course, today, vietnam())


@given(courses(), days)
def test_two_reckonings_agree(course, today):
    for term in reckoned(course, today):
        known = min(today, term.ended or today)
        assert term.due == last_day(term.rule, term.began, course, known, vietnam()), term


@given(courses(), days)
def test_a_term_ends_on_a_day_that_is_worked_and_after_it_began(course, today):
    for term in reckoned(course, today):
        assert term.due is None or (vietnam().is_working(term.due) and term.due > term.began)


@given(courses(), days)
def test_what_comes_later_changes_nothing_today(course, today):
    known = Course(
        course.kind,
        frozenset(each for each in course.happenings if each.on <= today),
        frozenset(
            Pause(each.since, each.until if each.until is not None and each.until <= today else None)
            for each in course.pauses
            if each.since <= today
        ),
        frozenset(each for each in course.extensions if each.on <= today),
        course.traits,
    )
    assert reckoned(known, today) == reckoned(course, today)


@given(courses(), days)
def test_overdue_means_that_the_last_day_is_past_and_nothing_was_done(course, today):
    for term in reckoned(course, today):
        past = term.due is not None and term.due < today and term.ended is None
        assert (term.standing is Standing.OVERDUE) == (past and term.rule.debtor == "unit")


@given(courses(), days)
def test_a_suspended_case_is_never_listed_overdue_for_what_ran_when_it_was_suspended(course, today):
    for term in reckoned(course, today):
        if term.due is None:
            assert term.standing in {Standing.STOPPED, *MET}


@given(courses(), days)
def test_the_arithmetic_leads_to_the_last_day(course, today):
    for term in reckoned(course, today):
        assert term.steps[0].on == term.began
        if term.due is not None:
            assert term.steps[-1].on == term.due
