"""What goes out by mail: one digest a recipient and day, kept until a server has taken it.

At least once: a process that dies after the server said yes and before it was written down sends again, under
the same Message-ID (the mail's id), so that mailboxes can tell.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.notices.inbox import Entry, of_reader, pressing, read_entries
from hub.cases.notices.office import Office
from hub.cases.notices.readers import UNIT, Readers, read_readers
from hub.cases.notices.tables import Notice, NoticeMail, NoticeMailLine, NoticeRead
from hub.people.actor import Actor
from hub.people.models import Account
from hub.people.roles import Role
from hub.store.clock import Clock
from hub.store.database import Database, Work
from hub.store.ids import Ids
from hub.units.local_day import local_day
from hub.units.models import Unit

BATCH: Final = 20
"""Mails one process takes on at once."""
MOST_LINES: Final = 100
"""A digest names so many; the inbox has the others."""
MOST_NEW: Final = 2000
MOST_TRIES: Final = 12
NEWS_DAYS: Final = 14
"""Nobody is written to about what was said longer ago: not even who has an address since today."""
CLAIM: Final = timedelta(minutes=10)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_LISTED: Final = 200
ADDRESS_GONE: Final = "address_gone"
BROKEN_OFF: Final = "broken_off"
NOTHING_LEFT: Final = "nothing_left"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail that is this process's to send. `entries` is what its reader may still see and has not done;
    `more`: how many beyond.
    """

    mail_id: str
    tries: int
    """This one included; the outcome counts only while no later try was begun."""
    address: str
    made_at: datetime
    unit_name: str
    """Of the office whose mailbox it is; empty for a person's."""
    entries: Sequence[Entry]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a server made of a letter: `code` is empty when it took it. `final`: it never will."""

    code: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """A mail that failed, for the administrator. `to`: the account's login, or the unit's name."""

    id: str
    made_at: datetime
    to: str
    tries: int
    error: str
    lines: int


def wait_after(tries: int) -> timedelta:
    """How long to wait after that many tries: one minute, doubling, up to an hour. Pure."""
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


class Post:
    """The mails of one hub."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, office: Office) -> None:
        self._db, self._clock, self._ids, self._office = db, clock, ids, office

    async def collect(self) -> int:
        """Make today's digests for who has an address and something new; how many. The day's first make
        them: what is said later waits for the next working day's.
        """
        made, now = 0, self._clock.now()
        waiting = []
        async with self._db.read() as session:
            readers = await read_readers(session, local_day(now))
            todays = select(NoticeMail.to_key).where(NoticeMail.day == local_day(now))
            written = set(await session.scalars(todays))
            for actor, keys, unit in self._recipients(readers):
                if actor.key not in written and await session.scalar(_news(actor, keys, now).limit(1)):
                    waiting.append((actor, keys, unit))
        for actor, keys, unit in waiting:
            async with self._db.begin() as work:
                made += await self._digest(work, actor, keys, unit)
        return made

    async def claim(self) -> list[Letter]:
        """The next letters to send, taken on for ten minutes. Empty out of office hours."""
        now = self._clock.now()
        if not self._office.is_open(now):
            return []
        due = and_(
            NoticeMail.state == "pending",
            NoticeMail.next_try_at <= now,
            or_(NoticeMail.claimed_until.is_(None), NoticeMail.claimed_until <= now),
        )
        wanted = select(NoticeMail).where(due).order_by(NoticeMail.next_try_at, NoticeMail.id).limit(BATCH)
        letters = []
        async with self._db.begin() as work:
            readers = await read_readers(work.session, local_day(now))
            people = {actor.key: (actor, email) for actor, email in readers.people}
            for mail in await work.session.scalars(wanted.with_for_update(skip_locked=True)):
                letter = await self._letter(work.session, mail, readers, people)
                if letter is not None:
                    letters.append(letter)
        return letters

    async def record(self, letter: Letter, outcome: Outcome) -> None:
        """Write down what became of a letter. Bounded: after 12 tries over more than 7 hours it has failed,
        and an administrator decides.
        """
        now = self._clock.now()
        async with self._db.begin() as work:
            mail = await work.session.get(NoticeMail, letter.mail_id, with_for_update=True)
            if mail is None or mail.state != "pending":
                return
            if not outcome.code:
                mail.state, mail.sent_at, mail.last_error, mail.claimed_until = "sent", now, None, None
                return
            if mail.tries != letter.tries:
                return  # another process has begun another try meanwhile
            mail.last_error, mail.claimed_until = outcome.code, None
            if outcome.final or mail.tries >= MOST_TRIES:
                mail.state = "failed"
            else:
                mail.next_try_at = self._office.next_moment(now + wait_after(mail.tries))

    async def dead(self) -> list[Dead]:
        """What failed, the latest first. Rights are the caller's business."""
        lines = select(func.count()).where(NoticeMailLine.mail_id == NoticeMail.id).scalar_subquery()
        wanted = (
            select(NoticeMail, Account.login, Unit.name, lines)
            .outerjoin(Account, Account.id == NoticeMail.to_user)
            .outerjoin(Unit, Unit.id == NoticeMail.to_unit)
            .where(NoticeMail.state == "failed")
            .order_by(NoticeMail.made_at.desc(), NoticeMail.id.desc())
            .limit(MOST_LISTED)
        )
        async with self._db.read() as session:
            return [
                Dead(mail.id, mail.made_at, login or name or "", mail.tries, mail.last_error or "", count)
                for mail, login, name, count in await session.execute(wanted)
            ]

    async def counts(self) -> dict[str, int]:
        """How many mails are in which state."""
        wanted = select(NoticeMail.state, func.count()).group_by(NoticeMail.state)
        async with self._db.read() as session:
            return {row[0]: row[1] for row in await session.execute(wanted)}

    async def retry(self, mail_id: str | None = None) -> int:
        """Let one that failed (None: all of them) be tried anew; how many. Rights are the caller's."""
        now = self._clock.now()
        again = update(NoticeMail).where(NoticeMail.state == "failed")
        if mail_id is not None:
            again = again.where(NoticeMail.id == mail_id)
        fresh = again.values(state="pending", tries=0, next_try_at=now, claimed_until=None)
        fresh = fresh.returning(NoticeMail.id).execution_options(synchronize_session=False)
        async with self._db.begin() as work:
            return len(list(await work.session.scalars(fresh)))

    def _recipients(self, readers: Readers) -> Iterator[tuple[Actor, Collection[str], str | None]]:
        for actor, email in readers.people:
            units = readers.units_of(actor)
            if email and units:
                yield actor, [*(UNIT + unit for unit in units), actor.key], None
        for unit in sorted(readers.boxes):
            yield box_reader(unit), [UNIT + unit], unit

    async def _digest(self, work: Work, actor: Actor, keys: Collection[str], unit: str | None) -> int:
        now = self._clock.now()
        insert = (postgresql if self._db.dialect == "postgresql" else sqlite).insert
        to = {"to_key": actor.key, "to_unit": unit, "to_user": None if unit else _account(actor)}
        row = to | {"id": self._ids.new(), "made_at": now, "day": local_day(now), "next_try_at": now}
        once = insert(NoticeMail).values(row | {"state": "pending", "tries": 0}).on_conflict_do_nothing()
        made = await work.session.scalar(once.returning(NoticeMail.id))
        if made is None:
            return 0  # today's is made already
        lines = _news(actor, keys, now).limit(MOST_NEW)
        lines = lines.with_only_columns(literal(actor.key), Notice.id, literal(made))
        into = insert(NoticeMailLine).from_select(["to_key", "notice_id", "mail_id"], lines)
        await work.session.execute(into.on_conflict_do_nothing())
        return 1

    async def _letter(
        self,
        session: AsyncSession,
        mail: NoticeMail,
        readers: Readers,
        people: dict[str, tuple[Actor, str | None]],
    ) -> Letter | None:
        if mail.tries >= MOST_TRIES:  # whoever tried died each time
            mail.state, mail.last_error = "failed", BROKEN_OFF
            return None
        unit_name = ""
        if mail.to_unit is not None:
            actor, address = box_reader(mail.to_unit), readers.boxes.get(mail.to_unit)
            unit_name = (await session.get_one(Unit, mail.to_unit)).name
        else:
            actor, address = people.get(mail.to_key, (NOBODY, None))
        if not address:
            mail.state, mail.last_error = "dropped", ADDRESS_GONE
            return None
        lines = _lines(actor, mail.id)
        total = await session.scalar(select(func.count()).select_from(lines.subquery())) or 0
        if not total:
            mail.state, mail.last_error = "dropped", NOTHING_LEFT
            return None
        shown = await read_entries(session, _lines_in_full(actor, mail.id), actor)
        mail.tries += 1
        mail.claimed_until = self._clock.now() + CLAIM
        return Letter(mail.id, mail.tries, address, mail.made_at, unit_name, shown, total - len(shown))


NOBODY: Final = Actor(key="account:", name="")


def box_reader(unit: str) -> Actor:
    """Whoever opens an office's mailbox: may be told what a point leader may, of no denunciation then."""
    return Actor(key=UNIT + unit, name="", roles=frozenset({Role.POINT_LEADER}), unit=unit)


def _account(actor: Actor) -> str:
    return actor.key.partition(":")[2]


def _news(actor: Actor, keys: Collection[str], now: datetime) -> Select[*tuple[Any, ...]]:
    """Ids of what stands, was not read, and is in none of this recipient's mails yet."""
    mailed = exists().where(NoticeMailLine.notice_id == Notice.id, NoticeMailLine.to_key == actor.key)
    read = exists().where(NoticeRead.notice_id == Notice.id, NoticeRead.account_key == actor.key)
    wanted = of_reader(actor, keys, actor.key).where(
        Notice.settled_at.is_(None), Notice.at > now - timedelta(days=NEWS_DAYS), ~mailed, ~read
    )
    return wanted.with_only_columns(Notice.id)


def _lines_in_full(actor: Actor, mail_id: str) -> Select[*tuple[Any, ...]]:
    mine = exists().where(NoticeMailLine.notice_id == Notice.id, NoticeMailLine.mail_id == mail_id)
    wanted = of_reader(actor, None, actor.key).where(mine, Notice.settled_at.is_(None))
    return wanted.order_by(*pressing()).limit(MOST_LINES)


def _lines(actor: Actor, mail_id: str) -> Select[*tuple[Any, ...]]:
    return _lines_in_full(actor, mail_id).with_only_columns(Notice.id).order_by(None).limit(MOST_NEW)
