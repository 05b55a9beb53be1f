"""Terms checked by hand against a paper calendar: Tết, swapped days, extensions, suspensions, remote areas,
the second instance. Each line says what happened and the last day that follows; `today` is that day unless
it is given.
"""

from datetime import date

import pytest

from hub.cases.clock.happening import Course, Extension, Happening, Mark, Pause, Trait
from hub.cases.clock.reckon import Note, Term, terms, worst
from hub.units.working_days import vietnam

EXTENDED = {"complex": "complex", "grave": "particularly_complex"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def course(kind: str, text: str) -> Course:
    """`received 2026-03-02, pause 2026-03-06/2026-03-13, complex:complaint_first 2026-03-20, remote`."""
    happenings, pauses, extensions, traits = set(), set(), set(), set()
    for part in text.split(", "):
        word, _, when = part.partition(" ")
        if word == "pause":
            since, _, until = when.partition("/")
            pauses.add(Pause(day(since), day(until) if until else None))
        elif ":" in word:
            way, _, rule = word.partition(":")
            extensions.add(Extension(day(when), rule, EXTENDED[way], f"{when[-2:]}/QĐ"))
        elif when:
            happenings.add(Happening(day(when), Mark(word)))
        else:
            traits.add(Trait(word))
    return Course(kind, frozenset(happenings), frozenset(pauses), frozenset(extensions), frozenset(traits))


def found(kind: str, text: str, rule: str, today: str) -> list[Term]:
    return [each for each in terms(course(kind, text), day(today), vietnam()) if each.rule.id == rule]


COMPLAINT_ANSWER = [
    ("a plain fortnight", "received 2026-03-02", "2026-03-16"),
    ("from a Friday", "received 2026-03-06", "2026-03-20"),
    ("from a Saturday", "received 2026-03-07", "2026-03-20"),
    ("over Tết 2026", "received 2026-02-10", "2026-03-03"),
    ("over Tết 2025", "received 2025-01-20", "2025-02-10"),
    ("over Tết 2024", "received 2024-02-05", "2024-02-26"),
    ("a Saturday that is worked for the National Day", "received 2026-08-17", "2026-08-28"),
    ("over the National Day", "received 2026-08-24", "2026-09-10"),
    ("a swapped Friday and its Saturday, 2025", "received 2025-04-18", "2025-05-06"),
    ("a swapped Monday and its Saturday, 2024", "received 2024-04-22", "2024-05-08"),
    ("over New Year, with the swapped Friday", "received 2025-12-29", "2026-01-13"),
    ("a day that may become a holiday counts as worked", "received 2026-11-16", "2026-11-30"),
    ("suspended for a week", "received 2026-03-02, pause 2026-03-06/2026-03-13", "2026-03-23"),
]
ACCEPTANCE = [
    ("ten days", "received 2026-03-02", "2026-03-12"),
    ("ends on a Sunday", "received 2026-03-05", "2026-03-16"),
    ("ends on the first day of Tết", "received 2026-02-06", "2026-02-23"),
    ("ends on the Hùng Kings' day", "received 2026-04-17", "2026-04-28"),
    ("ends on 30 April, before a long weekend", "received 2026-04-20", "2026-05-04"),
    ("ends on a Saturday that is worked", "received 2026-08-12", "2026-08-22"),
    ("ends on a swapped day after New Year", "received 2025-12-23", "2026-01-05"),
    ("ends on a swapped day before the National Day", "received 2026-08-21", "2026-09-03"),
]
FIRST = [
    ("thirty days", "accepted 2026-03-02", "2026-04-01"),
    ("ends on a Sunday before a holiday", "accepted 2026-03-27", "2026-04-28"),
    ("ends in Tết", "accepted 2026-01-17", "2026-02-23"),
    ("over the year's end", "accepted 2025-12-05", "2026-01-05"),
    ("over 29 February", "accepted 2024-01-31", "2024-03-01"),
    ("complex, decided in time", "accepted 2026-03-02, complex:complaint_first 2026-03-20", "2026-04-16"),
    (
        "complex, decided on the last day",
        "accepted 2026-03-02, complex:complaint_first 2026-04-01",
        "2026-04-16",
    ),
    ("remote", "accepted 2026-03-02, remote", "2026-04-16"),
    ("remote and complex", "accepted 2026-03-02, remote, complex:complaint_first 2026-03-20", "2026-05-04"),
    (
        "complex twice: once is what the law allows",
        "accepted 2026-03-02, complex:complaint_first 2026-03-20, complex:complaint_first 2026-03-25",
        "2026-04-16",
    ),
    ("suspended for ten days", "accepted 2026-03-02, pause 2026-03-12/2026-03-22", "2026-04-13"),
    ("suspended on the last day", "accepted 2026-03-02, pause 2026-04-01/2026-04-10", "2026-04-10"),
    (
        "suspended twice",
        "accepted 2026-03-02, pause 2026-03-05/2026-03-10, pause 2026-03-20/2026-04-03",
        "2026-04-20",
    ),
    (
        "suspensions that overlap count once",
        "accepted 2026-03-02, pause 2026-03-05/2026-03-15, pause 2026-03-10/2026-03-20",
        "2026-04-16",
    ),
    (
        "suspended since before it was accepted",
        "accepted 2026-03-02, pause 2026-02-20/2026-03-10",
        "2026-04-09",
    ),
    (
        "extended while suspended",
        "accepted 2026-03-02, pause 2026-03-30/2026-04-20, complex:complaint_first 2026-04-10",
        "2026-05-07",
    ),
]
SECOND = [
    ("forty-five days", "second_accepted 2026-05-05", "2026-06-19"),
    ("complex", "second_accepted 2026-05-05, complex:complaint_second 2026-06-01", "2026-07-06"),
    ("remote", "second_accepted 2026-05-05, remote", "2026-07-06"),
    (
        "remote and complex",
        "second_accepted 2026-05-05, remote, complex:complaint_second 2026-06-01",
        "2026-07-14",
    ),
]
DENUNCIATION = [
    ("thirty days", "accepted 2026-03-02", "2026-04-01"),
    ("complex", "accepted 2026-03-02, complex:denunciation 2026-03-20", "2026-05-04"),
    (
        "complex only once",
        "accepted 2026-03-02, complex:denunciation 2026-03-20, complex:denunciation 2026-04-20",
        "2026-05-04",
    ),
    (
        "particularly complex, twice",
        "accepted 2026-03-02, grave:denunciation 2026-03-20, grave:denunciation 2026-04-20",
        "2026-06-01",
    ),
    (
        "complex, then particularly complex",
        "accepted 2026-03-02, complex:denunciation 2026-03-20, grave:denunciation 2026-04-20",
        "2026-06-01",
    ),
    (
        "again on the day to which the holidays had moved the end",
        "accepted 2026-03-02, grave:denunciation 2026-03-20, grave:denunciation 2026-05-04",
        "2026-06-01",
    ),
    (
        "three times: twice is what the law allows",
        "accepted 2026-03-02, grave:denunciation 2026-03-03, grave:denunciation 2026-03-04, "
        "grave:denunciation 2026-03-05",
        "2026-06-01",
    ),
]
OTHERS = [
    (
        "complaint",
        "complaint_second_file",
        "thirty days to complain again",
        "decided_first 2026-04-01",
        "2026-05-04",
    ),
    (
        "complaint",
        "complaint_second_file",
        "from a remote area",
        "decided_first 2026-04-01, remote",
        "2026-05-18",
    ),
    (
        "complaint",
        "complaint_second_acceptance",
        "before a long weekend",
        "second_received 2026-04-20",
        "2026-05-04",
    ),
    ("recommendation", "party_answer", "the Party's ten days", "party_received 2026-05-29", "2026-06-12"),
    ("denunciation", "denunciation_check", "seven working days", "received 2026-03-02", "2026-03-11"),
    ("denunciation", "denunciation_check", "over Tết", "received 2026-02-12", "2026-03-02"),
    (
        "denunciation",
        "denunciation_check",
        "several places",
        "received 2026-03-02, several_places",
        "2026-03-16",
    ),
    ("denunciation", "denunciation_notice", "five working days", "accepted 2026-03-02", "2026-03-09"),
]
DATES = [
    *(("complaint", "reception_answer", *each) for each in COMPLAINT_ANSWER),
    *(("complaint", "complaint_acceptance", *each) for each in ACCEPTANCE),
    *(("complaint", "complaint_first", *each) for each in FIRST),
    *(("complaint", "complaint_second", *each) for each in SECOND),
    *(("denunciation", "denunciation", *each) for each in DENUNCIATION),
    *OTHERS,
]


@pytest.mark.parametrize(("kind", "rule", "why", "text", "due"), DATES, ids=lambda each: str(each)[:60])
def test_the_last_day(kind, rule, why, text, due):
    (term,) = found(kind, text, rule, due)
    assert term.due == day(due), why
    assert not term.late


STANDINGS = [
    ("on the last day it is in time", "accepted 2026-03-02", "2026-04-01", "due_soon"),
    ("the day after it is overdue", "accepted 2026-03-02", "2026-04-02", "overdue"),
    ("eight days before", "accepted 2026-03-02", "2026-03-24", "running"),
    ("seven days before", "accepted 2026-03-02", "2026-03-25", "due_soon"),
    (
        "extended after it had run out: overdue",
        "accepted 2026-03-02, complex:complaint_first 2026-04-02",
        "2026-04-10",
        "overdue",
    ),
    (
        "extended in time: not overdue",
        "accepted 2026-03-02, complex:complaint_first 2026-03-20",
        "2026-04-10",
        "due_soon",
    ),
    ("suspended in time: stands still", "accepted 2026-03-02, pause 2026-03-12", "2026-06-01", "stopped"),
    (
        "suspended after it had run out: overdue",
        "accepted 2026-03-02, pause 2026-04-02",
        "2026-04-10",
        "overdue",
    ),
    ("decided on the last day", "accepted 2026-03-02, decided_first 2026-04-01", "2026-05-01", "met"),
    ("decided a day late", "accepted 2026-03-02, decided_first 2026-04-02", "2026-05-01", "met_late"),
    (
        "decided on the extended last day",
        "accepted 2026-03-02, complex:complaint_first 2026-03-20, decided_first 2026-04-16",
        "2026-05-01",
        "met",
    ),
    ("withdrawn", "accepted 2026-03-02, withdrawn 2026-03-15", "2026-05-01", "over"),
    (
        "decided while suspended",
        "accepted 2026-03-02, pause 2026-03-12, decided_first 2026-06-01",
        "2026-07-01",
        "met",
    ),
    (
        "suspended after it was decided",
        "accepted 2026-03-02, decided_first 2026-04-02, pause 2026-04-03",
        "2026-07-01",
        "met_late",
    ),
]


@pytest.mark.parametrize(("why", "text", "today", "standing"), STANDINGS, ids=lambda each: str(each)[:60])
def test_how_it_stands(why, text, today, standing):
    (term,) = found("complaint", text, "complaint_first", today)
    assert term.standing == standing, why


def test_a_second_extension_after_the_end_heals_nothing():
    text = "accepted 2026-03-02, grave:denunciation 2026-03-20, grave:denunciation 2026-05-05"
    (term,) = found("denunciation", text, "denunciation", "2026-05-20")
    assert (term.due, term.standing) == (day("2026-05-04"), "overdue")
    assert [step.note for step in term.steps if step.about == "05/QĐ"] == [Note.TOO_LATE]


def test_what_is_left_of_a_suspended_term():
    (term,) = found("complaint", "accepted 2026-03-02, pause 2026-03-12", "complaint_first", "2026-06-01")
    assert (term.due, term.left, term.unbroken) == (None, 20, day("2026-04-01"))


def test_a_right_of_the_citizen_is_nobodys_delay():
    (term,) = found("complaint", "decided_first 2026-04-01", "complaint_second_file", "2026-05-20")
    assert term.standing == "over"
    assert not term.late


def test_who_was_not_answered_may_complain_again_from_the_day_the_term_ran_out():
    (term,) = found("complaint", "accepted 2026-03-02", "complaint_second_file", "2026-04-15")
    assert (term.began, term.due, term.standing) == (day("2026-04-01"), day("2026-05-04"), "running")


def test_a_second_complaint_drops_the_term_that_ran_out_and_uses_the_right_it_gave():
    text = "accepted 2026-03-02, second_received 2026-04-10"
    (first,) = found("complaint", text, "complaint_first", "2026-04-15")
    (right,) = found("complaint", text, "complaint_second_file", "2026-04-15")
    assert (first.due, first.standing, first.ended) == (day("2026-04-01"), "over", day("2026-04-10"))
    assert (right.began, right.due, right.standing) == (day("2026-04-01"), day("2026-05-04"), "met")
    early = "accepted 2026-03-02, second_received 2026-03-20"
    assert found("complaint", early, "complaint_second_file", "2026-04-15") == []


@pytest.mark.parametrize("kind", ["complaint", "denunciation", "recommendation"])
def test_who_was_shown_where_to_go_is_owed_nothing_more_here(kind):
    text = "received 2025-03-03, guided 2025-03-05, answered 2025-03-05"
    assert worst(terms(course(kind, text), day("2025-04-30"), vietnam())) is None


def test_a_guided_case_that_is_taken_up_after_all_has_a_term_anew():
    text = "received 2025-03-03, guided 2025-03-05, closed 2025-03-06, accepted 2025-04-01"
    first = worst(terms(course("complaint", text), day("2025-04-02"), vietnam()))
    assert first is not None
    assert (first.rule.id, first.began) == ("complaint_first", day("2025-04-01"))


def test_showing_the_way_elsewhere_takes_no_right_to_complain_again():
    text = "decided_first 2026-04-01, guided 2026-04-10"
    (term,) = found("complaint", text, "complaint_second_file", "2026-04-15")
    assert (term.due, term.standing) == (day("2026-05-04"), "running")


def test_a_case_taken_up_anew_has_a_term_anew():
    text = "accepted 2026-03-02, terminated 2026-03-10, accepted 2026-04-01"
    first, second = found("denunciation", text, "denunciation", "2026-04-05")
    assert first.standing == "over"
    assert (second.began, second.due) == (day("2026-04-01"), day("2026-05-04"))


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        ("complaint", "received 2014-06-30", "reception_answer"),
        ("denunciation", "accepted 2018-12-28", "denunciation"),
        ("recommendation", "received 2026-03-02", "complaint_acceptance"),
        ("complaint", "received 2026-03-02", "complaint_first"),
    ],
)
def test_no_term_before_its_law_or_for_other_kinds_or_before_it_begins(kind, text, rule):
    assert found(kind, text, rule, "2026-04-01") == []


def test_the_arithmetic_tells_each_step():
    text = "accepted 2026-03-02, remote, pause 2026-03-12/2026-03-22, complex:complaint_first 2026-04-10"
    (term,) = found("complaint", text, "complaint_first", "2026-04-20")
    told = [(step.note, step.on.isoformat(), step.days, step.about) for step in term.steps]
    assert told == [
        ("begins", "2026-03-02", 0, ""),
        ("trait", "2026-03-02", 15, "remote"),
        ("paused", "2026-03-12", 10, "2026-03-22"),
        ("extended", "2026-04-10", 15, "10/QĐ"),
        ("counted", "2026-05-11", 60, ""),
    ]


@pytest.mark.parametrize(
    ("kind", "text", "rule", "today", "told"),
    [
        ("complaint", "received 2026-11-16", "reception_answer", "2026-11-16", True),
        ("complaint", "received 2026-11-24", "reception_answer", "2026-11-24", False),
        ("complaint", "received 2026-11-25", "reception_answer", "2026-11-25", False),
        ("complaint", "received 2026-11-16, pause 2026-11-24", "reception_answer", "2026-11-30", True),
        ("complaint", "received 2026-11-16, pause 2026-11-20", "reception_answer", "2026-11-30", False),
        (
            "complaint",
            "received 2026-11-16, pause 2026-11-23/2026-11-25",
            "reception_answer",
            "2026-12-01",
            False,
        ),
        ("complaint", "received 2026-11-14", "complaint_acceptance", "2026-11-16", True),
        ("complaint", "received 2026-11-13", "complaint_acceptance", "2026-11-16", False),
        ("complaint", "received 2026-11-16", "complaint_acceptance", "2026-11-16", False),
    ],
)
def test_the_arithmetic_names_a_day_that_may_become_a_holiday(kind, text, rule, today, told):
    """Of a term in calendar days only where it ends on one."""
    (term,) = found(kind, text, rule, today)
    doubtful = [(step.on, step.about) for step in term.steps if step.note is Note.DOUBTFUL]
    assert doubtful == [(day("2026-11-24"), "culture")] * told


def test_what_to_do_first():
    running = terms(
        course("denunciation", "received 2026-03-02, accepted 2026-03-09"), day("2026-03-10"), vietnam()
    )
    first = worst(running)
    assert first is not None
    assert (first.rule.id, first.due) == ("denunciation_notice", day("2026-03-16"))
    assert worst([]) is None


def test_a_date_says_whether_rule_and_calendar_were_checked():
    (sure,) = found("complaint", "accepted 2025-03-03", "complaint_first", "2025-03-04")
    (unsure,) = found("complaint", "accepted 2026-03-02", "complaint_first", "2026-03-04")
    assert (sure.checked, unsure.checked) == (True, False)
