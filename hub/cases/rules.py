"""What holds for cases whatever the database says. Pure."""

from datetime import date
from enum import StrEnum
from typing import Final

DUE_SOON_DAYS: Final = 3
"""A directive with so many days left or fewer wants attention."""
SOON_DAYS: Final = 7
"""What is due in so many days is on the lists of what comes soon."""

LARGE_GROUP: Final = 5
"""So many people or more are a large group (đoàn đông người)."""


class CaseKind(StrEnum):
    """What is asked, by content and not by title."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECOMMENDATION = "recommendation"
    REFLECTION = "reflection"


class CaseField(StrEnum):
    """What it is about."""

    LAND = "land"
    POLICY = "policy"
    JUDICIAL = "judicial"
    PARTY = "party"
    CORRUPTION = "corruption"
    ENVIRONMENT = "environment"
    OTHER = "other"


class Due(StrEnum):
    """How a deadline stands."""

    IN_TIME = "in_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


def due(on: date, today: date) -> Due:
    """How a deadline stands today; the day itself is still in time."""
    left = (on - today).days
    if left < 0:
        return Due.OVERDUE
    return Due.DUE_SOON if left <= DUE_SOON_DAYS else Due.IN_TIME
