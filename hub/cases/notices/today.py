"""What a day at the desk begins with: counts that are the lengths of the lists they open, and what waits for
the reader. Nothing here says anything about a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, select

from hub.cases import rights
from hub.cases.directives import boards
from hub.cases.directives.conditions import Board
from hub.cases.info import DirectiveInfo
from hub.cases.lookup_tables import Feedback
from hub.cases.models import Case
from hub.cases.notices.inbox import Entry, Inbox
from hub.cases.search import Found, Search, Wanted
from hub.cases.vault_grants import WAITS
from hub.cases.vault_tables import VaultGrant
from hub.people.actor import Actor
from hub.store.clock import Clock
from hub.store.database import Database
from hub.units.local_day import local_day

SHOWN: Final = 5
MOST_ASKED: Final = 20
OVERDUE: Final = Wanted(due="overdue")
SOON: Final = Wanted(due="soon")
NO_TERM: Final = Wanted(due="none")
UNCLASSIFIED: Final = Wanted(state="received")


@dataclass(frozen=True, slots=True)
class Asked:
    """A case in which somebody waits for a word of the reader. `what`: `vault` or `feedback`."""

    what: str
    case_id: str
    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Today:
    """One reader's day. `no_term`: open cases in which no term runs, so that nothing else would recall them.
    `unclassified` is None for who does not work on files.
    """

    day: date
    overdue: Found
    soon: Found
    no_term: Found
    unclassified: Found | None
    directives: dict[Board, int]
    waiting: Sequence[DirectiveInfo]
    asked: Sequence[Asked]
    notices: Sequence[Entry]
    fresh: int


class Days:
    """Everybody's day."""

    def __init__(self, db: Database, clock: Clock, search: Search, inbox: Inbox) -> None:
        self._db, self._clock, self._search, self._inbox = db, clock, search, inbox

    async def today(self, actor: Actor) -> Today:
        """The day of somebody who reads cases."""
        day = local_day(self._clock.now())
        find = self._search.find
        async with self._db.read() as session:
            directives = await boards.counts(session, actor, day)
            waiting = await boards.listed(
                session, actor, day, boards.Wanted(board=Board.WAITING), limit=SHOWN
            )
            asked = [
                Asked(what, row.id, row.number, at)
                for what, wanted in _asked(actor, self._clock.now())
                for row, at in await session.execute(wanted)
            ]
        return Today(
            day=day,
            overdue=await find(actor, OVERDUE, limit=SHOWN),
            soon=await find(actor, SOON, limit=SHOWN),
            no_term=await find(actor, NO_TERM, limit=1),
            unclassified=await find(actor, UNCLASSIFIED, limit=1) if actor.is_staff else None,
            directives=directives,
            waiting=waiting,
            asked=sorted(asked, key=lambda each: each.at)[:MOST_ASKED],
            notices=await self._inbox.latest(actor, SHOWN),
            fresh=await self._inbox.fresh(actor),
        )


def _asked(actor: Actor, now: datetime) -> Sequence[tuple[str, Select[*tuple[Any, ...]]]]:
    """Who asks to open the vault and needs another's consent; citizens who are not content."""
    found: list[tuple[str, Select[*tuple[Any, ...]]]] = []
    if rights.keeps_vault(actor):
        wanted: Any = select(Case, VaultGrant.asked_at).join(VaultGrant, VaultGrant.case_id == Case.id)
        wanted = wanted.where(VaultGrant.state == "asked", VaultGrant.asked_at > now - WAITS)
        wanted = wanted.where(VaultGrant.asked_by_key != actor.key)
        found.append(("vault", wanted.order_by(VaultGrant.asked_at)))
    if actor.is_staff:
        wanted = select(Case, Feedback.at).join(Feedback, Feedback.case_id == Case.id)
        wanted = wanted.where(Feedback.content.is_(False), Feedback.reviewed_at.is_(None))
        found.append(("feedback", wanted.order_by(Feedback.at)))
    return [(what, wanted.where(rights.visible(actor)).limit(MOST_ASKED)) for what, wanted in found]
