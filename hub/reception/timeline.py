"""The timeline in the database: appending under the session's row lock, reading, verifying."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.reception import chain, redaction
from hub.reception.errors import Refusal
from hub.reception.events import KINDS, MASKED_KIND, Event, Scope, check, whole_ms
from hub.reception.fold import apply, fold
from hub.reception.models import NAME_LENGTH, Session, TimelineEvent
from hub.reception.stage import StageWish, stage
from hub.reception.state import SessionState
from hub.reception.stored import event_of, row_of
from hub.store.database import Work

MOST_FOLDS = 64
"""Sessions whose fold one process remembers."""


def topic(session_id: str) -> str:
    """The bus topic on which a session's new events are hinted at."""
    return f"session:{session_id}"


class Folds:
    """The last known fold of some sessions, so that a command need not read a whole timeline again."""

    def __init__(self, most: int = MOST_FOLDS) -> None:
        self._states: OrderedDict[str, SessionState] = OrderedDict()
        self._most = most

    def get(self, session_id: str, head_n: int) -> SessionState:
        """A state not later than the head: a known one, or the empty one."""
        known = self._states.get(session_id)
        return known if known is not None and known.n <= head_n else SessionState(session_id)

    def put(self, state: SessionState) -> None:
        """Remember what was committed."""
        self._states[state.id] = state
        self._states.move_to_end(state.id)
        while len(self._states) > self._most:
            self._states.popitem(last=False)


class Timeline:
    """One session's timeline inside a transaction that holds its row lock. Made by `open_timeline` or for a
    new row.
    """

    def __init__(self, work: Work, row: Session, state: SessionState, key: bytes, now: datetime) -> None:
        self._work = work
        self._key = key
        self._now = whole_ms(now)
        self.row = row
        self.state = state
        self.before = stage(state)
        """What the relay was wished to do before this transaction."""
        self.started_at_n = state.n

    @property
    def wish(self) -> StageWish:
        """What the relay is wished to do now."""
        return stage(self.state)

    @property
    def narrows(self) -> bool:
        """Whether this transaction takes the picture from anybody."""
        return self.wish.narrower(self.before).audience != self.before.audience

    @property
    def grew(self) -> bool:
        """Whether anything was appended."""
        return self.state.n > self.started_at_n

    def append(
        self,
        kind: str,
        data: dict[str, Any],
        *,
        by: tuple[str, str],
        item_id: str | None = None,
        unit_id: str | None = None,
    ) -> Event:
        """Append an event by `by` (key, name) and fold it. Raises ValueError for data that is not the
        kind's.
        """
        check(kind, data)
        event = Event(
            session_id=self.state.id,
            n=self.state.n + 1,
            kind=kind,
            at=self._now,
            media_ms=self._media_ms(kind),
            by_key=by[0],
            by_name=by[1][:NAME_LENGTH],
            audience=self._audience(kind, data, item_id),
            data=data,
            item_id=item_id,
            case_id=self._case_id(data, item_id),
            unit_id=unit_id,
        )
        linked = chain.link(event, self.row.head_hash, self._key)
        self.state = apply(self.state, linked)
        self._work.session.add(row_of(linked))
        self._move_head(linked)
        return linked

    async def mask(self, names: Sequence[str], *, case_id: str, by: tuple[str, str]) -> list[str]:
        """Take these names out of all that was written so far, and say that it was done, by `by` (key, name).
        The texts that were masked, as they stood; none, when no name was found.
        """
        work, session_id = self._work.session, self.state.id
        made = redaction.Made(case_id, self._now, by, self._key)
        raw, events = await redaction.redact(work, session_id, names, made)
        if events:
            self.append(MASKED_KIND, {"events": events}, by=by)
            self.state = fold(SessionState(session_id), await load(work, session_id))
        return raw

    def _media_ms(self, kind: str) -> int | None:
        if kind == "session.live":
            return 0
        if self.state.live_at is None:
            return None
        return max(0, int((self._now - self.state.live_at).total_seconds() * 1000))

    def _audience(self, kind: str, data: dict[str, Any], item_id: str | None) -> str:
        if KINDS[kind].scope is Scope.STAFF:
            return "staff"
        if kind in ("audience.set", "item.added"):
            return str(data["audience"])
        return "all" if item_id is None else self.state.items[item_id].audience.value

    def _case_id(self, data: dict[str, Any], item_id: str | None) -> str | None:
        if item_id is None:
            return None
        known = self.state.items.get(item_id)
        return str(known.case["id"] if known is not None else data["case"]["id"])

    def _move_head(self, last: Event) -> None:
        self.row.head_n, self.row.head_hash = last.n, last.hash
        self.row.head_seal = chain.seal_head(last.session_id, last.n, last.hash, self._key)
        self.row.state, self.row.live_at = self.state.status.value, self.state.live_at
        self._work.hint(topic(last.session_id), last.n)


async def open_timeline(work: Work, session_id: str, folds: Folds, key: bytes, now: datetime) -> Timeline:
    """Lock a session and fold it up to its head. Raises Refusal("session_unknown")."""
    row = await work.session.get(Session, session_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Refusal("session_unknown")
    return Timeline(work, row, await state_of(work.session, row, folds), key, now)


async def state_of(session: AsyncSession, row: Session, folds: Folds) -> SessionState:
    """A session folded up to its head."""
    known = folds.get(row.id, row.head_n)
    new = await load(session, row.id, known.n)
    if known.n and is_retold(new):
        return fold(SessionState(row.id), await load(session, row.id))
    return fold(known, new)


def is_retold(new: Iterable[Event]) -> bool:
    """Whether by these events those before them say something else now: what was folded of them is to be
    forgotten.
    """
    return any(event.kind == MASKED_KIND for event in new)


async def load(
    session: AsyncSession, session_id: str, after: int = 0, limit: int | None = None
) -> list[Event]:
    """Events with numbers above `after`, in order."""
    wanted = select(TimelineEvent).where(TimelineEvent.session_id == session_id, TimelineEvent.n > after)
    rows = await session.scalars(wanted.order_by(TimelineEvent.n).limit(limit))
    return [event_of(row) for row in rows]


async def verify(session: AsyncSession, session_id: str, key: bytes) -> chain.Verdict:
    """Check a whole timeline. Raises Refusal("session_unknown")."""
    row = await session.get(Session, session_id, populate_existing=True)
    if row is None:
        raise Refusal("session_unknown")
    head = chain.Head(row.head_n, row.head_hash, row.head_seal)
    maskings = await redaction.maskings_of(session, session_id)
    return chain.verify(session_id, await load(session, session_id, -1), head, key, maskings)
