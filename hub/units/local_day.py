"""The calendar day in Vietnam: UTC+7 without summer time, for as long as these records reach."""

from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))


def local_day(at: datetime) -> date:
    """The day it is in Vietnam at an aware time."""
    return at.astimezone(VIETNAM).date()


def midnight(day: date) -> datetime:
    """The moment at which that day begins in Vietnam."""
    return datetime.combine(day, time(), VIETNAM)
