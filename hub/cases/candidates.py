"""Which cases fit a search, in its order. Holds no session and nothing between two searches.

Two ways lead to a page, and which one is shorter depends on what is asked: from few candidates (those with
these words, that phone, in that unit's sight) to those that fit, put in order here; or down the list in its
order until a page is full. Either ends after a bounded number of rows, whatever is in the books. PostgreSQL
knows how rare words and values are and finds the candidates itself; for SQLite they are counted here first.
"""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, timedelta
from typing import Any, Final, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    and_,
    exists,
    literal_column,
    select,
    text,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import rights
from hub.cases.models import NO_TERM_SQL, Case, CaseReach, Petitioner, digits_of
from hub.cases.rules import SOON_DAYS
from hub.people.actor import Actor
from hub.store.counting import bounded
from hub.units.fold import fold
from hub.units.local_day import midnight

FEW_AT_ONCE: Final = 4000
FEW: Final = 8000
FEW_NARROWED: Final = 24_000
"""So many candidates are read and put in order at once: where nothing else narrows the list, where words do,
and where a field or a state does. The rarer what is looked for, the longer the way down the list to a page.
"""
RARE: Final = 2000
"""PostgreSQL finds words that so few cases should have by its index of words; others it meets on its way.
Words that go together are some times as frequent as it expects.
"""
NEARLY_ALL: Final = 60_000
"""A unit with more cases in its sight stands so high that the list is its own."""
MOST_COUNTED: Final = 1000
"""A list beyond is "more than 1,000": nobody reads on, one narrows it."""
LONGEST: Final = 100
MOST_WORDS: Final = 12
FEWEST_DIGITS: Final = 8
"""A shorter number is a word: no phone has so few digits."""
_NUMBER: Final = re.compile(r"\s*(\d{4})\s*/\s*(\d{1,7})\s*")
_PHONE: Final = re.compile(r"[+()\d][\d\s.\-()]*")
_LEXEMES: Final = "array_to_tsvector(string_to_array(cases.folded, ' ')) @@ CAST(:lexemes AS tsquery)"
DUE: Final = ("overdue", "soon", "open", "none")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. Empty fields narrow nothing. `unit` is one in charge or above it; days are those of
    receipt, in Vietnam, both included; `due` is one of `DUE`: `none` is open without a running term.
    """

    text: str = ""
    kind: str = ""
    field: str = ""
    state: str = ""
    unit: str = ""
    since: date | None = None
    until: date | None = None
    due: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    """So many candidates (bounded), and the conditions that leave them, the words among them."""

    count: int
    where: list[ColumnElement[bool]]


@dataclass(slots=True)
class Query:
    """`where` without the words; `few`: conditions that leave few candidates, the words among them; they come
    all. Without them one goes down the list.
    """

    where: list[ColumnElement[bool]]
    by_due: bool
    few: list[ColumnElement[bool]] = dataclass_field(default_factory=list)
    words: list[ColumnElement[bool]] = dataclass_field(default_factory=list)
    sight: list[ColumnElement[bool]] = dataclass_field(default_factory=list)
    """A unit's sight once more, by its index: many cases are counted along it, past nobody else's."""
    by_phone: bool = False
    nothing: bool = False

    @property
    def order(self) -> tuple[Any, ...]:
        """The list's order."""
        if self.by_due:
            return Case.due_on.asc(), Case.id.asc()
        return Case.received_at.desc(), Case.id.desc()

    async def page(self, session: AsyncSession, offset: int, limit: int) -> tuple[list[str], int, bool]:
        """Ids of one page, the number of all, and whether there are more than that."""
        offset, limit = max(0, min(offset, MOST_COUNTED)), max(0, min(limit, MOST_COUNTED))
        if self.nothing:
            return [], 0, False
        return await self._page(session, offset, limit)

    async def all(self, session: AsyncSession, most: int) -> list[str]:
        """The first ids in order."""
        if self.nothing:
            return []
        return (await self._from(session, self.few))[:most] if self.few else await self._down(session, most)

    async def _page(self, session: AsyncSession, offset: int, limit: int) -> tuple[list[str], int, bool]:
        if self.few:
            return _cut(await self._from(session, self.few), offset, limit)
        ids = await self._down(session, offset + limit)
        if len(ids) < offset + limit:
            return ids[offset:], len(ids), False
        fit = select(Case.id).where(*self.sight, *self.where, *self.words)
        total = await bounded(session, fit, MOST_COUNTED + 1)
        return ids[offset:], min(total, MOST_COUNTED), total > MOST_COUNTED

    async def _down(self, session: AsyncSession, most: int) -> list[str]:
        wanted = select(Case.id).where(*self.where, *self.words).order_by(*self.order).limit(most)
        return list(await session.scalars(wanted))

    async def _from(
        self, session: AsyncSession, few: Sequence[ColumnElement[bool]], most: int | None = None
    ) -> list[str]:
        # As the database gives them: thousands are put in order, and a few shown.
        key = type_coerce(Case.due_on if self.by_due else Case.received_at, String)
        rows = await session.execute(select(key, Case.id).where(*few, *self.where).limit(most))
        return [row[1] for row in sorted(map(tuple, rows), reverse=not self.by_due)]


@dataclass
class _Planned(Query):
    """On PostgreSQL, which finds up to `most` candidates by itself; of more, one goes down the list."""

    most: int = MOST_COUNTED

    async def all(self, session: AsyncSession, most: int) -> list[str]:
        return [] if self.nothing else await self._down(session, most)

    async def _page(self, session: AsyncSession, offset: int, limit: int) -> tuple[list[str], int, bool]:
        async with _without(session, "seqscan"):
            ids = await self._from(session, self.few or self.words, self.most + 1)
        if len(ids) <= self.most:
            return _cut(ids, offset, limit)
        return (await self._down(session, offset + limit))[offset:], MOST_COUNTED, True

    async def _down(self, session: AsyncSession, most: int) -> list[str]:
        async with _without(session, "seqscan", "sort"):
            return await super()._down(session, most)


def _cut(ids: Sequence[str], offset: int, limit: int) -> tuple[list[str], int, bool]:
    """A page of all there are."""
    return list(ids[offset : offset + limit]), min(len(ids), MOST_COUNTED), len(ids) > MOST_COUNTED


async def query_of(session: AsyncSession, actor: Actor, wanted: Wanted, today: date) -> Query:
    """The query for what the actor may see of what is wanted on that day."""
    where, by_due = [rights.visible(actor), *_narrow(wanted, today)], bool(wanted.due)
    query = Query(where, by_due)
    if wanted.kind and not rights.reads_any(actor, wanted.kind):
        query.nothing = True  # a database would look through all there are to learn it
        return query
    asked = wanted.text[:LONGEST]
    number = _NUMBER.fullmatch(asked)
    phone = digits_of(asked) if _PHONE.fullmatch(asked.strip()) else None
    if number is not None:
        query.few.append(and_(Case.year == int(number[1]), Case.serial == int(number[2])))
    elif phone is not None and len(phone) >= FEWEST_DIGITS:
        query.by_phone = True
        query.nothing = not actor.is_staff
        query.few.append(Case.id.in_(select(Petitioner.case_id).where(Petitioner.digits == phone)))
    else:
        words = fold(asked).split()[:MOST_WORDS]
        if session.get_bind().dialect.name == "postgresql":
            most = FEW_AT_ONCE if wanted.unit else MOST_COUNTED
            return await _by_its_plan(session, _Planned(where, by_due, most=most), words)
        await _by_the_shortest(session, query, wanted, actor, words)
    return query


async def _by_the_shortest(
    session: AsyncSession, query: Query, wanted: Wanted, actor: Actor, words: Sequence[str]
) -> None:
    """From the fewest candidates, where they are few enough; down the list otherwise."""
    query.words = _beginning(words)
    ways: list[_Way] = []
    for unit in filter(None, dict.fromkeys((wanted.unit, actor.unit))):
        sight = select(CaseReach.case_id).where(CaseReach.unit_id == unit)
        count, seen = await bounded(session, sight, NEARLY_ALL + 1), Case.id.in_(sight)
        ways.append(_Way(count, [seen, *query.words]))
        if count <= NEARLY_ALL:
            query.sight = [seen]
    if wanted.field or wanted.state:  # of each kind alone there are many
        named = ((Case.kind, wanted.kind), (Case.field, wanted.field), (Case.state, wanted.state))
        same = [column == value for column, value in named if value]
        count = await bounded(session, select(Case.id).where(*same), FEW_NARROWED + 1)
        ways.append(_Way(count, [*same, *query.words]))
    if words and all(way.count > FEW_AT_ONCE for way in ways):
        having = await _having(session, words)
        if having is not None:
            count = await bounded(session, having, FEW_NARROWED + 1)
            ways.append(_Way(count, [Case.id.in_(having)]))
    shortest = min(ways, key=lambda way: way.count, default=None)
    most = FEW_NARROWED if wanted.field or wanted.state else FEW if words else FEW_AT_ONCE
    if shortest is not None and shortest.count <= most:
        query.nothing = shortest.count == 0
        query.few = shortest.where


async def _by_its_plan(session: AsyncSession, query: _Planned, words: Sequence[str]) -> _Planned:
    """By the index of words where these are rare; else they are looked for in what is met."""
    query.words = _beginning(words)
    if not words:
        return query
    said = {"lexemes": " & ".join(f"'{word}':*" for word in words)}
    plan = await session.scalar(text(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM cases WHERE {_LEXEMES}"), said)
    expected = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]
    if expected <= RARE:
        query.most = FEW_AT_ONCE
        query.few = [cast(ColumnElement[bool], text(_LEXEMES).bindparams(**said))]
    return query


@asynccontextmanager
async def _without(session: AsyncSession, *ways: str) -> AsyncIterator[None]:
    """PostgreSQL plans without these ways. It takes a condition on a text for one that nearly nothing
    fulfils, and would go through all there is to find it.
    """
    for way in ways:
        await session.execute(text(f"SET LOCAL enable_{way} = off"))
    yield
    for way in ways:
        await session.execute(text(f"SET LOCAL enable_{way} = on"))


def _beginning(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """A word of the case begins with each of these."""
    return [(" " + Case.folded).contains(f" {word}", autoescape=True) for word in words]


async def _having(session: AsyncSession, words: Sequence[str]) -> Select[str] | None:
    """For SQLite: ids of the cases that have a word beginning with each of these; None without an index."""
    there = await session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'case_words_added'"))
    if there is None:
        return None
    match = text(
        "case_words_rows.n IN (SELECT rowid FROM case_words WHERE case_words MATCH :match)"
    ).bindparams(match=" AND ".join(f'"{word}"*' for word in words))
    rows: ColumnElement[str] = literal_column("case_words_rows.case_id")
    return select(rows).select_from(text("case_words_rows")).where(match)


def _narrow(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in ((Case.kind, wanted.kind), (Case.field, wanted.field), (Case.state, wanted.state)):
        if value:
            found.append(column == value)
    if wanted.unit:
        below = exists().where(
            CaseReach.case_id == Case.id, CaseReach.unit_id == wanted.unit, CaseReach.directed.is_(False)
        )
        found.append(below)
    if wanted.since:
        found.append(Case.received_at >= midnight(wanted.since))
    if wanted.until:
        found.append(Case.received_at < midnight(wanted.until + timedelta(days=1)))
    return found + _term(wanted.due, today)


def _term(due: str, today: date) -> list[ColumnElement[bool]]:
    if due == "overdue":
        return [Case.due_on < today]
    if due == "soon":
        return [Case.due_on >= today, Case.due_on <= today + timedelta(days=SOON_DAYS)]
    if due == "none":
        # In the words of its index, which SQLite does not see behind a parameter.
        return [literal_column(NO_TERM_SQL, Boolean)]
    return [Case.due_on.is_not(None)] if due else []
