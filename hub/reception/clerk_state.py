"""What clerks have in hand: conclusions being written, and people who came late and wait to be let in. Values
only.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.reception.events import Audience


@dataclass(frozen=True, slots=True)
class Draft:
    """A conclusion being written. `version` is the number of the event that wrote it last; `lead` and
    `supporting` are unit codes, `due` and `answer_on` days (YYYY-MM-DD).
    """

    item: str
    version: int
    text: str
    lead: str | None
    lead_name: str | None
    supporting: tuple[str, ...]
    due: str | None
    answer_on: str | None
    conflict: bool = False
    """Two people changed the same words, and both readings stand in the text."""
    read_by: tuple[str, str] | None = None
    """Who reads it back (key, name); None while it is still being written. Only what was read back counts."""
    read_at: datetime | None = None
    read_to: Audience = Audience.ALL
    """The audience it is read to."""


class EntryStatus(StrEnum):
    """Where somebody who came late stands."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    TURNED_DOWN = "turned_down"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who came and is not on the agenda. No name is here: who it is stands sealed with the cases.

    `point` is the room that announced them, None for the office; `unit` the code of the unit in charge.
    `matter` is empty for a denunciation, and from the moment on that their item is closed or taken off the
    agenda.
    """

    id: str
    n: int
    point: str | None
    unit: str
    unit_name: str
    kind: str
    field: str
    matter: str
    persons: int
    at: datetime
    status: EntryStatus = EntryStatus.WAITING
    item: str | None = None
    reason: str | None = None
