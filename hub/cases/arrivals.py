"""People who come without an appointment and wait to be let in. Who they are and what they say stays sealed
until they have a case; nothing here is ever listed, searched or sent out.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.models import Arrival
from hub.cases.vault import Person, Vault


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who came, and in what matter, in their own words."""

    person: Person = field(repr=False)
    matter: str = field(repr=False)
    unit: str
    """Id of the unit in charge."""


class Arrivals:
    """Kept inside a caller's transaction. Rows go only by the retention job."""

    def __init__(self, session: AsyncSession, vault: Vault, now: datetime) -> None:
        self._session = session
        self._vault = vault
        self._now = now

    async def keep(self, arrival_id: str, newcomer: Newcomer) -> None:
        """Seal who came."""
        self._session.add(
            Arrival(
                id=arrival_id,
                unit_id=newcomer.unit,
                received_at=self._now,
                sealed=self._vault.seal(newcomer.person),
                sealed_matter=self._vault.seal_text(newcomer.matter),
                case_id=None,
            )
        )
        await self._session.flush()

    async def open(self, arrival_id: str) -> Newcomer:
        """Who came. Rights are the caller's business. Raises Refusal("entry_unknown")."""
        row = await self._row(arrival_id)
        return Newcomer(self._vault.open(row.sealed), self._vault.open_text(row.sealed_matter), row.unit_id)

    async def case_of(self, arrival_id: str) -> str | None:
        """The case they have by now, by id. Raises Refusal("entry_unknown")."""
        return (await self._row(arrival_id)).case_id

    async def became(self, arrival_id: str, case_id: str) -> None:
        """They have a case now."""
        row = await self._row(arrival_id)
        row.case_id = case_id
        await self._session.flush()

    async def _row(self, arrival_id: str) -> Arrival:
        row = await self._session.get(Arrival, arrival_id)
        if row is None:
            raise Refusal("entry_unknown")
        return row
