"""Events as rows, and rows as events."""

from hub.reception.events import Event
from hub.reception.models import TimelineEvent

_FIELDS = tuple(Event.__dataclass_fields__)


def event_of(row: TimelineEvent) -> Event:
    """The event a row holds."""
    return Event(**{name: getattr(row, name) for name in _FIELDS})


def row_of(event: Event) -> TimelineEvent:
    """A new row that holds the event."""
    return TimelineEvent(**{name: getattr(event, name) for name in _FIELDS})
