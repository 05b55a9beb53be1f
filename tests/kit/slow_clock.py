"""A second, independent reckoning of legal terms: it lives every single day. Slow, but obvious."""

from datetime import date, timedelta

from hub.cases.clock.happening import Course
from hub.cases.clock.rule import Count, Rule
from hub.units.working_days import Calendar

HORIZON = 1500
"""Days after which a term that has not ended stands still for good."""


def last_day(rule: Rule, began: date, course: Course, today: date, calendar: Calendar) -> date | None:
    """The last day of a term that began then, as known on `today`; None when it stands still."""
    days = max([rule.days, *(n for trait, n in rule.lengths.items() if trait in course.traits)])
    decisions = sorted(each for each in course.extensions if each.rule == rule.id and each.on <= today)
    counted = applied = 0
    day = began
    for _ in range(HORIZON):
        for decision in decisions:
            way = rule.ways.get(decision.way)
            if decision.on == day and way is not None and applied < way.most:
                applied += 1
                days += next((n for trait, n in way.lengths.items() if trait in course.traits), way.days)
        # Whoever suspends a case on its last day has it stand still on that day, not run out.
        if counted >= days and calendar.is_working(day) and not _held(course, began, day, today):
            return day
        day += timedelta(days=1)
        if not _skipped(course, began, day, today) and (
            rule.count is Count.CALENDAR or calendar.is_working(day)
        ):
            counted += 1
    return None


def _pauses(course: Course, began: date, today: date) -> list[tuple[date, date]]:
    found = []
    for pause in course.pauses:
        known = pause.until is not None and pause.until <= today
        until = pause.until if known and pause.until is not None else date.max
        if pause.since <= today:
            found.append((max(pause.since, began), until))
    return found


def _held(course: Course, began: date, day: date, today: date) -> bool:
    return any(since <= day < until for since, until in _pauses(course, began, today))


def _skipped(course: Course, began: date, day: date, today: date) -> bool:
    """The day of a suspension is lived through, the day on which it ends is not."""
    return any(since < day <= until for since, until in _pauses(course, began, today))
