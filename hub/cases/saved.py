"""Searches kept under a name, each for the account that made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select

from hub.cases.errors import Refusal
from hub.cases.search_tables import LABEL_LENGTH, SavedSearch
from hub.people.actor import Actor
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import Ids

MOST: Final = 30
LONGEST_VALUE: Final = 100


@dataclass(frozen=True, slots=True)
class Saved:
    """A search and its name."""

    id: str
    name: str
    query: Mapping[str, str]


class SavedSearches:
    """Nobody sees another one's."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db, self._clock, self._ids = db, clock, ids

    async def of(self, actor: Actor) -> list[Saved]:
        """The actor's own, by name."""
        wanted = select(SavedSearch).where(SavedSearch.owner_key == actor.key).order_by(SavedSearch.name)
        async with self._db.read() as session:
            return [Saved(each.id, each.name, each.query) for each in await session.scalars(wanted)]

    async def keep(self, actor: Actor, name: str, query: Mapping[str, str]) -> None:
        """Keep a search; one of the same name is replaced. Raises Refusal data_bad (no name, or nothing to
        look for), saved_full (30 are kept).
        """
        name = " ".join(name.split())[:LABEL_LENGTH]
        kept = {key: value[:LONGEST_VALUE] for key, value in query.items() if value}
        if not name or not kept:
            raise Refusal("data_bad", field="name")
        own = SavedSearch.owner_key == actor.key
        async with self._db.begin() as work:
            await work.session.execute(delete(SavedSearch).where(own, SavedSearch.name == name))
            if (await work.session.scalar(select(func.count()).where(own)) or 0) >= MOST:
                raise Refusal("saved_full")
            row = SavedSearch(
                id=self._ids.new(), owner_key=actor.key, name=name, query=kept, made_at=self._clock.now()
            )
            work.session.add(row)

    async def drop(self, actor: Actor, search_id: str) -> None:
        """Forget one; what is not there, or not theirs, is forgotten already."""
        own = SavedSearch.owner_key == actor.key, SavedSearch.id == search_id
        async with self._db.begin() as work:
            await work.session.execute(delete(SavedSearch).where(*own))
