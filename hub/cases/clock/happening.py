"""What happens in a case that a legal term may begin with, end with, or be changed by."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """What happened. The words of DOMAIN §4: each is a dated act that leaves a paper."""

    RECEIVED = "received"
    """The petition was handed in, heard, or came by letter."""
    PARTY_RECEIVED = "party_received"
    """The head of a Party committee got it."""
    ANSWERED = "answered"
    """The petitioner was told what happens with it (guided, transferred, returned, refused or accepted)."""
    NOTIFIED = "notified"
    """Both parties were told that it is accepted."""
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    GUIDED = "guided"
    ARCHIVED = "archived"
    DECIDED_FIRST = "decided_first"
    SECOND_RECEIVED = "second_received"
    """A second complaint was filed."""
    SECOND_ACCEPTED = "second_accepted"
    DECIDED_SECOND = "decided_second"
    CONCLUDED = "concluded"
    """The conclusion on what was denounced."""
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    """All of it; a part that is withdrawn ends no term."""
    REPLIED = "replied"
    CLOSED = "closed"


ENDS_ALL: Final = frozenset(
    {
        Mark.NOT_ACCEPTED,
        Mark.TRANSFERRED,
        Mark.RETURNED,
        Mark.GUIDED,
        Mark.ARCHIVED,
        Mark.TERMINATED,
        Mark.WITHDRAWN,
        Mark.CLOSED,
    }
)
"""After one of these no term runs any more that had begun before it."""
TAKES_NO_RIGHT: Final = frozenset({Mark.CLOSED, Mark.GUIDED})
"""But an office that closes a case, or says where else to go, takes no right from the citizen."""


class Trait(StrEnum):
    """What lengthens a term by itself, without a decision."""

    REMOTE = "remote"
    """A remote area where travel is difficult (vùng sâu, vùng xa đi lại khó khăn)."""
    SEVERAL_PLACES = "several_places"
    """Identity or facts have to be checked in several places."""


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """`mark` on a day in Vietnam. `round`: how often the case had been taken up anew by then; on one day it
    tells what came first.
    """

    on: date
    mark: Mark
    round: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """The case was suspended on `since` and taken up again on `until` (None: it still stands still).

    The day it was suspended on still counts, the day it was taken up again on does not.
    """

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Extension:
    """A written decision of that day to take longer, for a rule's `way` (such as `complex`)."""

    on: date
    rule: str
    way: str
    number: str
    """Of the decision, as people write it."""
    round: int = 0
    """As of a happening."""


@dataclass(frozen=True, slots=True)
class Course:
    """All that the clock knows of a case. The order of what it holds means nothing.

    `kind` is the case's (complaint, denunciation, recommendation, reflection).
    """

    kind: str
    happenings: frozenset[Happening]
    pauses: frozenset[Pause] = frozenset()
    extensions: frozenset[Extension] = frozenset()
    traits: frozenset[Trait] = frozenset()
