"""Which unit was in charge of what on a day, as somebody may see it."""

from datetime import date

from hub.cases import charge
from hub.cases.charge import Charge
from hub.cases.rights import seen, visible
from hub.people.actor import Actor
from hub.store.database import Database


class Charges:
    """Questions across the cases within an actor's sight, answered by the units of the day asked for."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def on(self, actor: Actor, day: date) -> dict[str, int]:
        """How many cases, received by then, each unit was in charge of on that day, by the unit's id."""
        return await self.within(actor, date.min.replace(year=1900), day)

    async def within(self, actor: Actor, first: date, last: date) -> dict[str, int]:
        """How many of the cases received from `first` to `last` each unit was in charge of on `last`."""
        async with self._db.read() as session:
            return await charge.tally(session, first, last, visible(actor))

    async def of_case(self, actor: Actor, case_id: str) -> list[Charge]:
        """The units that were and are in charge of a case. Raises Refusal("case_unknown")."""
        async with self._db.read() as session:
            return await charge.charges_of(session, await seen(session, actor, case_id))
