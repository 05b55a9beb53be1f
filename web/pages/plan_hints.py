"""What a planner should know of a day: worked or not, the quota of its month, time enough for the notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.reception.plan_info import UnitQuota
from hub.units.working_days import Calendar

NOTICE_DAYS = 2
"""A notice stands so many working days before the session, where that is possible."""


@dataclass(frozen=True, slots=True)
class Hints:
    """`off` is why the day is not worked, `proposed` the working day after it. `notice` counts the working
    days from today to it.
    """

    day: date
    off: str | None
    proposed: date
    doubtful: str | None
    verified: bool
    notice: int
    late: bool
    quota: UnitQuota | None


def hints(day: date, today: date, unit: str, quotas: Sequence[UnitQuota], calendar: Calendar) -> Hints:
    """The hints for a session of that unit on that day."""
    notice = calendar.between(today, day)
    return Hints(
        day=day,
        off=calendar.off(day),
        proposed=calendar.next_working(day),
        doubtful=calendar.year(day.year).doubtful.get(day),
        verified=calendar.year(day.year).verified,
        notice=notice,
        late=notice < NOTICE_DAYS,
        quota=next((each for each in quotas if each.unit == unit), None),
    )
