"""What is said on which day: by hand, and against a walk from day to day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.cases.notices.rules import (
    TERM_CODES,
    Code,
    Policy,
    To,
    Window,
    due_windows,
    receipt_windows,
    recipients,
)
from hub.units.working_days import vietnam

MONDAY = date(2026, 11, 23)
DAYS = st.dates(date(2026, 1, 5), date(2027, 6, 1))


def said(due: date, today: date) -> set[tuple[Code, int]]:
    windows = due_windows(TERM_CODES, today, vietnam())
    return {(each.code, each.level) for each in windows if each.holds(due)}


def day(n: int) -> date:
    return date(2026, 11, n)


def test_a_term_by_hand() -> None:
    due = day(24)  # a Tuesday
    assert said(due, day(16)) == set()
    assert said(due, day(17)) == said(due, day(23)) == {(Code.TERM_SOON, 0)}
    assert said(due, day(24)) == {(Code.TERM_DUE, 0)}
    assert said(due, day(25)) == said(due, day(27)) == {(Code.TERM_OVERDUE, 0)}
    assert said(due, day(30)) == {(Code.TERM_OVERDUE, 0), (Code.TERM_OVERDUE, 1)}
    assert said(due, date(2026, 12, 2)) == {(Code.TERM_OVERDUE, 0), (Code.TERM_OVERDUE, 1)}
    assert said(due, date(2026, 12, 3)) == {(Code.TERM_OVERDUE, level) for level in (0, 1, 2)}


def test_an_end_on_a_day_off_is_said_on_the_last_office_day_before() -> None:
    sunday = day(22)
    assert said(sunday, day(19)) == {(Code.TERM_SOON, 0)}
    assert said(sunday, day(20)) == {(Code.TERM_DUE, 0)}
    assert said(sunday, MONDAY) == {(Code.TERM_OVERDUE, 0)}


def test_a_directive_nobody_acknowledged() -> None:
    def codes(issued: date, today: date) -> set[tuple[Code, int]]:
        return {(each.code, each.level) for each in receipt_windows(today, vietnam()) if each.holds(issued)}

    friday = day(20)
    assert codes(friday, friday) == codes(friday, MONDAY) == {(Code.DIRECTIVE_NEW, 0)}
    assert codes(friday, day(24)) == {(Code.DIRECTIVE_UNSEEN, 0)}
    assert codes(friday, day(25)) == {(Code.DIRECTIVE_UNSEEN, 0), (Code.DIRECTIVE_UNSEEN, 1)}


@given(DAYS, st.integers(-70, 40))
def test_windows_against_a_walk_from_day_to_day(today: date, ahead: int) -> None:
    calendar, policy = vietnam(), Policy()
    if not calendar.is_working(today):
        today = calendar.next_working(today)
    due = today + timedelta(days=ahead)
    expected: set[tuple[Code, int]] = set()
    following = calendar.next_working(today + timedelta(days=1))
    if due < today and ahead >= -policy.look_back:
        begun = sum(calendar.is_working(due + timedelta(days=n)) for n in range(1, -ahead + 1))
        expected = {(Code.TERM_OVERDUE, level) for level in range(3) if begun >= level * policy.step_days + 1}
    elif today <= due < following:
        expected = {(Code.TERM_DUE, 0)}
    elif following <= due and (ahead <= policy.soon_days or due == following):
        expected = {(Code.TERM_SOON, 0)}
    assert said(due, today) == expected


@given(DAYS)
def test_every_term_gets_a_word_before_its_end_and_one_on_it(due: date) -> None:
    """On office days only: nothing depends on a hub that speaks on a Sunday."""
    calendar = vietnam()
    days = [due - timedelta(days=n) for n in range(20)]
    heard = [said(due, each) for each in days if calendar.is_working(each)]
    assert {(Code.TERM_DUE, 0)} in heard
    assert {(Code.TERM_SOON, 0)} in heard


@given(
    st.lists(st.sampled_from("abcd"), unique=True, min_size=1),
    st.sets(st.sampled_from("abcd")),
    st.integers(0, 4),
    st.sets(st.sampled_from("abcd")),
)
def test_recipients(chain: list[str], reach: set[str], level: int, staffed: set[str]) -> None:
    found = recipients(chain, reach, level, staffed.__contains__)
    seen = [unit for unit in chain if unit in reach]
    if level >= len(seen):
        assert found == []
        return
    assert found[0] == To(seen[level])
    assert all(to.nobody for to in found[1:])
    assert {to.unit for to in found} <= reach
    if seen[level] in staffed:
        assert len(found) == 1
    elif staffed & set(seen[level + 1 :]):
        assert found[1].unit in staffed
        assert len(found) == 2
    else:
        assert len(found) == 1


def test_a_window_holds_both_ends() -> None:
    window = Window(Code.TERM_DUE, 0, day(1), day(2))
    assert [
        window.holds(date(2026, 10, 31)),
        window.holds(day(1)),
        window.holds(day(2)),
        window.holds(day(3)),
    ] == [False, True, True, False]
