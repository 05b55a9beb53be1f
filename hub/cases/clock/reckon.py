"""When each term of a case ends, and how that day comes about. Pure: computed from the course every time.

The day a term begins is not counted (Civil Code 2015, Art. 147 (2)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from hub.cases.clock.happening import ENDS_ALL, TAKES_NO_RIGHT, Course, Extension, Happening, Mark, Pause
from hub.cases.clock.rule import Count, Debtor, Rule, law
from hub.units.working_days import Calendar

DUE_SOON_DAYS: Final = 7
"""A term with so many days left or fewer wants attention."""
DAY: Final = timedelta(days=1)


class Standing(StrEnum):
    """How a term stands on a day."""

    RUNNING = "running"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    STOPPED = "stopped"
    """The case is suspended, within the term."""
    MET = "met"
    MET_LATE = "met_late"
    OVER = "over"
    """It ended without what it asked for: withdrawn, terminated, transferred, or a right not used."""


class Note(StrEnum):
    """Why a step stands in the arithmetic."""

    BEGINS = "begins"
    COUNTED = "counted"
    TRAIT = "trait"
    EXTENDED = "extended"
    TOO_LATE = "too_late"
    """A decision that came after the term had run out: it lengthens nothing."""
    TOO_MANY = "too_many"
    """A decision more than the law allows."""
    PAUSED = "paused"
    DOUBTFUL = "doubtful"
    """A day that was counted as worked, and may become a holiday."""
    ROLLED = "rolled"
    """The last day is not worked, so the next one that is counts."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic: `days` more, up to `on`. `about` is a trait, or a decision's number, or the
    day on which a pause ended, or a holiday's name.
    """

    note: Note
    on: date
    days: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a case. `due` is its last day, None while it stands still; `unbroken` what it would be if
    no suspension stopped it. `ended` is the day on which it was fulfilled or fell away.
    """

    rule: Rule
    began: date
    due: date | None
    unbroken: date
    standing: Standing
    ended: date | None
    left: int
    """Days left until `due` (negative when overdue), of those the rule counts; of a stopped term those that
    are left when it goes on."""
    steps: tuple[Step, ...]
    checked: bool
    """Whether the rule, and the calendar of each year it runs through, have been held to their texts."""
    own: bool = False
    """Whether the rule, or the calendar of such a year, is the installation's."""

    @property
    def late(self) -> bool:
        """Whether a unit is, or was, late."""
        return self.standing in (Standing.OVERDUE, Standing.MET_LATE)


def terms(course: Course, today: date, calendar: Calendar, rules: Iterable[Rule] | None = None) -> list[Term]:
    """The terms of a case that have begun by `today`, in the order they began. What comes later does not
    exist yet.
    """
    reckoner = _Reckoner(course, today, calendar)
    for rule in law() if rules is None else rules:
        if course.kind in rule.kinds:
            reckoner.add(rule)
    return sorted(reckoner.found, key=lambda each: (each.began, each.due or date.max, each.rule.id))


def worst(of: Iterable[Term]) -> Term | None:
    """The term to act on first: what a unit owes and has not done, the earliest end first."""
    open_ = (Standing.RUNNING, Standing.DUE_SOON, Standing.OVERDUE)
    owed = [each for each in of if each.standing in open_ and each.rule.debtor is Debtor.UNIT]
    return min(owed, key=lambda each: (each.due or date.max, each.rule.id), default=None)


class _Reckoner:
    """The terms of one course on one day."""

    def __init__(self, course: Course, today: date, calendar: Calendar) -> None:
        self.found: list[Term] = []
        self._course = course
        self._today = today
        self._calendar = calendar
        self._marks = sorted(each for each in course.happenings if each.on <= today)
        self._ran_out: dict[str, list[tuple[date, int]]] = {}
        """By rule, the last days of its terms that were not kept, each with the round the term began in."""

    def add(self, rule: Rule) -> None:
        """Every term of that rule: a case that was taken up anew begins another."""
        begins = [(each.on, each.round) for each in self._marks if each.mark is rule.begins]
        ended: Happening | None = None
        begins = begins or self._ran_out.get(rule.after or "", [])
        for began, round_ in sorted(begins, key=lambda each: each[0]):
            taken = ended is not None and began <= ended.on and round_ <= ended.round
            if taken or not rule.in_force(began):
                continue
            ended = self._end(rule, began, round_)
            term = self._term(rule, began, round_, ended)
            self.found.append(term)
            if term.due is not None and _not_kept(term, ended):
                self._ran_out.setdefault(rule.id, []).append((term.due, round_))
            if ended is None:
                return

    def _end(self, rule: Rule, began: date, round_: int) -> Happening | None:
        """What fulfils it, or drops it."""
        ending = rule.ends | _dropping(rule)
        marks = [each for each in self._since(began, round_) if each.mark in ending]
        # Of one day and round, what fulfils it.
        return min(marks, key=lambda each: (each.on, each.round, each.mark not in rule.ends), default=None)

    def _since(self, began: date, round_: int) -> list[Happening]:
        """What came after a beginning: on its day, nothing of a former round."""
        return [each for each in self._marks if each.on >= began and each.round >= round_]

    def _term(self, rule: Rule, began: date, round_: int, end: Happening | None) -> Term:
        fulfilled = end.on if end is not None and end.mark in rule.ends else None
        dropped = end.on if end is not None and end.mark not in rule.ends else None
        ended = end.on if end is not None else None
        until = ended or self._today  # what comes after its end changes nothing of it
        pauses = _pauses(self._course.pauses, began, until)
        decisions = sorted(
            each
            for each in self._course.extensions
            if each.rule == rule.id and began <= each.on <= until and each.round >= round_
        )
        reached = self._reach(rule, began, [*pauses, *decisions])
        unbroken = self._reach(rule, began, [*decisions]).due
        years = [self._calendar.year(n) for n in range(began.year, (reached.due or until).year + 1)]
        return Term(
            rule=rule,
            began=began,
            due=reached.due,
            unbroken=unbroken or began,
            standing=_standing(rule, reached.due, fulfilled, dropped, self._today),
            ended=ended,
            left=reached.left if reached.due is None else self._left(rule, reached.due, until),
            steps=tuple(reached.steps),
            checked=rule.verified and all(year.verified for year in years),
            own=rule.own or any(year.own for year in years),
        )

    def _left(self, rule: Rule, due: date, day: date) -> int:
        return self._calendar.between(day, due) if rule.count is Count.WORKING else (due - day).days

    def _reach(self, rule: Rule, began: date, changes: Sequence[Pause | Extension]) -> "_Reached":
        """Walk from the beginning: what changes a term only does so while it has not run out."""
        days, trait = rule.length(self._course.traits)
        steps = [Step(Note.BEGINS, began)]
        if trait is not None:
            steps.append(Step(Note.TRAIT, began, days - rule.days, trait.value))
        walk = _Walk(rule, self._calendar, began, days)
        stopped = False
        applied = 0
        for change in sorted(changes, key=_day):
            if isinstance(change, Extension):
                step = self._extend(walk, rule, change, applied)
                applied += step.note is Note.EXTENDED
                steps.append(step)
            elif walk.runs_on(change.since):
                walk.pause(change)
                steps.append(Step(Note.PAUSED, change.since, walk.stood(change), _iso(change.until)))
                stopped = change.until is None
        if stopped:
            return _Reached(None, walk.left, [*steps, *walk.doubtful(None)])
        counted, due = walk.end()
        steps += walk.doubtful(due)
        steps.append(Step(Note.COUNTED, counted, walk.days))
        if due != counted:
            steps.append(Step(Note.ROLLED, due, (due - counted).days))
        return _Reached(due, 0, steps)

    def _extend(self, walk: "_Walk", rule: Rule, change: Extension, applied: int) -> Step:
        way = rule.ways.get(change.way)
        if not walk.runs_on(change.on):
            return Step(Note.TOO_LATE, change.on, 0, change.number)
        if way is None or applied >= way.most:
            return Step(Note.TOO_MANY, change.on, 0, change.number)
        more = way.length(self._course.traits)
        walk.more(more)
        return Step(Note.EXTENDED, change.on, more, change.number)


def _dropping(rule: Rule) -> frozenset[Mark]:
    return rule.drops | (ENDS_ALL if rule.debtor is Debtor.UNIT else ENDS_ALL - TAKES_NO_RIGHT)


def _not_kept(term: Term, ended: Happening | None) -> bool:
    """Whether it ran out. It still did when what may follow then has dropped it since."""
    if ended is None or term.due is None:
        return term.standing is Standing.OVERDUE
    return ended.mark in term.rule.drops and ended.on > term.due


def _standing(
    rule: Rule, due: date | None, fulfilled: date | None, dropped: date | None, today: date
) -> Standing:
    if fulfilled is not None and (dropped is None or fulfilled <= dropped):
        late = due is not None and fulfilled > due and rule.debtor is Debtor.UNIT
        return Standing.MET_LATE if late else Standing.MET
    if dropped is not None:
        return Standing.OVER
    if due is None:
        return Standing.STOPPED
    if today > due:
        return Standing.OVERDUE if rule.debtor is Debtor.UNIT else Standing.OVER
    return Standing.DUE_SOON if (due - today).days <= DUE_SOON_DAYS else Standing.RUNNING


@dataclass(slots=True)
class _Reached:
    due: date | None
    left: int
    steps: list[Step]


class _Walk:
    """The days of one term: from `anchor` on, `left` are still to be counted; what lay before is done."""

    def __init__(self, rule: Rule, calendar: Calendar, began: date, days: int) -> None:
        self._working = rule.count is Count.WORKING
        self._calendar = calendar
        self._anchor = began
        self._stands = False
        self._gone: list[tuple[date, date]] = []
        """What was walked before `anchor`: after the first day, up to the last."""
        self.left = days
        """Days still to be counted after `anchor`."""
        self.days = days
        """All days of the term, with what was added."""

    def end(self) -> tuple[date, date]:
        """The day on which the last day is counted, and the term's last day."""
        if self.left <= 0:
            counted = self._anchor
        elif self._working:
            counted = self._calendar.after(self._anchor, self.left)
        else:
            counted = self._anchor + self.left * DAY
        return counted, self._calendar.next_working(counted)

    def runs_on(self, day: date) -> bool:
        """Whether the term has not run out on that day."""
        return self._stands or day <= self.end()[1]

    def more(self, days: int) -> None:
        """So many days more."""
        self.days += days
        self.left += days

    def pause(self, pause: Pause) -> None:
        """Stand still from the day after `since` to `until`."""
        self.left = self.left_at(pause.since)
        self._gone.append((self._anchor, pause.since))
        self._stands = pause.until is None
        self._anchor = max(self._anchor, pause.until or pause.since)

    def doubtful(self, due: date | None) -> list[Step]:
        """The days on which the end rests and may not. Of a term in calendar days that is the last one only:
        it would move.
        """
        walked = list(self._gone) if self._working else []
        if due is not None:
            walked.append((self._anchor if self._working else due - DAY, due))
        days = [day for first, last in walked for day in self._calendar.doubtful(first, last)]
        return [Step(Note.DOUBTFUL, day, 0, name) for day, name in days]

    def left_at(self, day: date) -> int:
        """Days still to be counted when that day is over."""
        if day <= self._anchor:
            return self.left
        gone = self._calendar.between(self._anchor, day) if self._working else (day - self._anchor).days
        return max(0, self.left - gone)

    def stood(self, pause: Pause) -> int:
        """How many days it stood still, of those it counts; 0 while it still does."""
        if pause.until is None:
            return 0
        if self._working:
            return self._calendar.between(pause.since, pause.until)
        return (pause.until - pause.since).days


def _pauses(pauses: Iterable[Pause], began: date, today: date) -> list[Pause]:
    """As far as they lie within the term and have happened, in order, those that touch made one."""
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.since):
        until = pause.until if pause.until is not None and pause.until <= today else None
        since = max(pause.since, began)
        if pause.since > today or (until is not None and until <= since):
            continue
        last = merged[-1] if merged else None
        if last is not None and (last.until is None or since <= last.until):
            both = None if last.until is None or until is None else max(last.until, until)
            merged[-1] = Pause(last.since, both)
        else:
            merged.append(Pause(since, until))
    return merged


def _day(change: Pause | Extension) -> tuple[date, int]:
    # A decision of the day on which the case was suspended was taken while the clock ran.
    return (change.on, 0) if isinstance(change, Extension) else (change.since, 1)


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


__all__ = ["Mark", "Note", "Standing", "Step", "Term", "terms", "worst"]
