"""What is to be said to whom on a day. Pure: days, units and the calendar are arguments.

What owes something by a day has a *window* for each thing to be said: the range of days in which its due day
(or day of issue) must lie today. Windows are ranges of days, so the same ones ask the database and hold in
Python. A term that was extended has another due day, and one that is suspended has none: neither is in any
window of the old one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from hub.units.working_days import DAY, Calendar


class Code(StrEnum):
    """What a notice says; its sentence is in the locales."""

    TERM_SOON = "term_soon"
    TERM_DUE = "term_due"
    TERM_OVERDUE = "term_overdue"
    DIRECTIVE_NEW = "directive_new"
    DIRECTIVE_UNSEEN = "directive_unseen"
    DIRECTIVE_SOON = "directive_soon"
    DIRECTIVE_DUE = "directive_due"
    DIRECTIVE_OVERDUE = "directive_overdue"
    DIRECTIVE_ANSWER = "directive_answer"
    """The citizen was promised an answer by that day, and has none."""


TERM_CODES: Final = (Code.TERM_SOON, Code.TERM_DUE, Code.TERM_OVERDUE)
RECEIPT_CODES: Final = (Code.DIRECTIVE_NEW, Code.DIRECTIVE_UNSEEN)
DIRECTIVE_CODES: Final = (Code.DIRECTIVE_SOON, Code.DIRECTIVE_DUE, Code.DIRECTIVE_OVERDUE)


ANSWER_CODES: Final = (Code.DIRECTIVE_ANSWER,)


@dataclass(frozen=True, slots=True)
class Policy:
    """The days that the rules count with."""

    soon_days: int = 7
    """Calendar days before the end at which the first word is said."""
    step_days: int = 3
    """Working days after which what is overdue goes one level up, and again one more."""
    levels: int = 2
    """How many levels up it goes; three levels of government stand."""
    unseen_days: int = 1
    """Whole working days after which a unit is reminded to acknowledge a directive; one more: it goes up."""
    look_back: int = 60
    """What ended longer ago is in the lists, and no news any more."""


@dataclass(frozen=True, slots=True)
class Window:
    """`code` is to be said, `level` levels above the unit that owes, of what falls within these days."""

    code: Code
    level: int
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether that due day (or day of issue) lies in the window."""
        return self.first <= day <= self.last


def due_windows(
    codes: tuple[Code, Code, Code], today: date, calendar: Calendar, policy: Policy = Policy()
) -> list[Window]:
    """The windows of what is due by a day; `codes`: soon, due, overdue. `due` is said on the last working day
    when the end itself is no working day, so that there is an office day left to act.
    """
    soon, due, overdue = codes
    end = calendar.next_working(today + DAY) - DAY  # today and the days off that follow it
    windows = [
        # Before long holidays the first day after them is said too: nobody will be there to say it later.
        Window(soon, 0, end + DAY, max(end + DAY, today + timedelta(days=policy.soon_days))),
        Window(due, 0, today, end),
    ]
    oldest = today - timedelta(days=policy.look_back)
    for level in range(policy.levels + 1):
        last = _so_long_ago(today, calendar, level * policy.step_days + 1)
        windows.append(Window(overdue, level, oldest, last))
    return [each for each in windows if each.first <= each.last]


def receipt_windows(today: date, calendar: Calendar, policy: Policy = Policy()) -> list[Window]:
    """The windows of directives that nobody acknowledged, by their day of issue."""
    oldest = today - timedelta(days=policy.look_back)
    unseen = _so_long_ago(today, calendar, policy.unseen_days + 1)
    windows = [
        Window(Code.DIRECTIVE_NEW, 0, unseen + DAY, today),
        Window(Code.DIRECTIVE_UNSEEN, 0, oldest, unseen),
        Window(Code.DIRECTIVE_UNSEEN, 1, oldest, _so_long_ago(today, calendar, policy.unseen_days + 2)),
    ]
    return [each for each in windows if each.first <= each.last]


def answer_windows(today: date, calendar: Calendar, policy: Policy = Policy()) -> list[Window]:
    """The windows of answers that were promised to citizens: said on the day, or on the last working day
    before it, and level by level up when it is past.
    """
    end = calendar.next_working(today + DAY) - DAY
    oldest = today - timedelta(days=policy.look_back)
    windows = [Window(Code.DIRECTIVE_ANSWER, 0, oldest, end)]
    for level in range(1, policy.levels + 1):
        last = _so_long_ago(today, calendar, (level - 1) * policy.step_days + 1)
        windows.append(Window(Code.DIRECTIVE_ANSWER, level, oldest, last))
    return [each for each in windows if each.first <= each.last]


@dataclass(frozen=True, slots=True)
class To:
    """A unit to be told. `nobody`: the unit below, whose matter it is, has no user who could read it."""

    unit: str
    nobody: bool = False


def recipients(
    chain: Sequence[str], reach: Collection[str], level: int, reads: Callable[[str], bool]
) -> list[To]:
    """Whom a notice of that level goes to. `chain`: the unit that owes and those above it; `reach`: the units
    within whose sight the case is; `reads`: whether a unit has a user who may read it.

    A unit without sight (a denunciation is of itself) is passed over. The first is always the unit meant, so
    that whoever comes later finds it there; when nobody reads there, the next one above that has somebody
    follows at once. Empty when there is no unit so high.
    """
    seen = [unit for unit in chain if unit in reach]
    if level >= len(seen):
        return []
    meant = seen[level]
    if reads(meant):
        return [To(meant)]
    return [To(meant), *(To(unit, nobody=True) for unit in _first(filter(reads, seen[level + 1 :])))]


def _first(found: Iterable[str]) -> Iterator[str]:
    for each in found:
        yield each
        return


def _so_long_ago(today: date, calendar: Calendar, count: int) -> date:
    """The last day since which `count` working days have begun, today counted when it is worked."""
    day = today
    while True:
        if calendar.is_working(day):
            count -= 1
        day -= DAY
        if count <= 0:
            return day
