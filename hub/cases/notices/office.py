"""Office hours: notices leave on working days of the Vietnamese calendar, within these hours. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from hub.units.local_day import VIETNAM
from hub.units.working_days import Calendar, vietnam

DEFAULT: Final = "07:30-11:30,13:30-17:00"
_SPAN: Final = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the day in Vietnam, from `opens` to just before `closes`."""

    opens: time
    closes: time


def read_hours(text: str) -> tuple[Span, ...]:
    """Hours as a setting says them: `07:30-11:30,13:30-17:00`. Raises ValueError for parts that are no times,
    end before they begin, or do not follow each other.
    """
    spans: list[Span] = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError(f"{part.strip()!r} is not like 07:30-11:30")
        span = Span(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))
        if span.closes <= span.opens or (spans and span.opens < spans[-1].closes):
            raise ValueError("hours must follow each other, and each part end after it begins")
        spans.append(span)
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class Office:
    """When an office is open. Answers are aware times."""

    hours: Sequence[Span]
    calendar: Calendar

    def is_open(self, now: datetime) -> bool:
        """Whether notices may leave at that moment."""
        return self.next_moment(now) == now

    def next_moment(self, now: datetime) -> datetime:
        """The first moment at or after `now` at which notices may leave: `now` itself in office hours."""
        here = now.astimezone(VIETNAM)
        if self.calendar.is_working(here.date()):
            for span in self.hours:
                if here.time() < span.closes:
                    opens = datetime.combine(here.date(), span.opens, VIETNAM)
                    return now if opens <= here else opens.astimezone(now.tzinfo)
        day = self.calendar.next_working(here.date() + timedelta(days=1))
        return datetime.combine(day, self.hours[0].opens, VIETNAM).astimezone(now.tzinfo)


def standard() -> Office:
    """The usual hours over the Vietnamese calendar."""
    return Office(read_hours(DEFAULT), vietnam())
