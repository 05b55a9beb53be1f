"""People and directives around the province of the tests."""

from dataclasses import dataclass
from datetime import date

import pytest

from hub.cases.info import CaseInfo
from hub.cases.models import Case
from hub.cases.notices.inbox import Inbox
from hub.cases.notices.office import DEFAULT, Office, read_hours
from hub.cases.notices.post import Post
from hub.cases.notices.reminding import Reminders, Said
from hub.people.actor import Actor
from hub.people.passwords import Passwords
from hub.people.roles import Role
from hub.people.service import People
from hub.units.local_day import local_day
from hub.units.working_days import vietnam
from tests.kit.factories import House


@dataclass
class Desk:
    """Reminders over the house, and who is there to read them."""

    house: House
    people: People
    reminders: Reminders
    inbox: Inbox
    post: Post

    @property
    def today(self) -> date:
        return local_day(self.house.clock.now())

    async def hire(self, role: Role, unit: str | None, email: str = "") -> Actor:
        """An account as it signs in."""
        unit_id = self.house.unit[unit].id if unit is not None else None
        login = f"{role.value}.{unit}".lower()
        account = await self.people.create(login, login, "mật khẩu dài", [(role, unit_id)])
        if email:
            await self.people.address(account, email, by=self.house.clerk)
        actor = await self.people.actor_of(account, 1)
        assert actor is not None
        return actor

    async def due(self, case: CaseInfo, day: date | None) -> None:
        """Set the cached day of a case's term: the rules of terms are tested elsewhere."""
        async with self.house.db.begin() as work:
            row = await work.session.get_one(Case, case.id)
            row.due_on, row.due_rule = day, "complaint_first" if day else None

    async def run(self, **advance: float) -> Said:
        """Go through everything today, or after some days."""
        if advance:
            self.house.clock.advance(**advance)
        return await self.reminders.run(self.today)

    async def read(self, actor: Actor, show: str = "new") -> list[tuple[str, int]]:
        """What stands in an inbox, as codes and levels."""
        return [(each.code, each.level) for each in (await self.inbox.entries(actor, show)).entries]


def desk_of(house: House) -> Desk:
    office = Office(read_hours(DEFAULT), vietnam())
    return Desk(
        house,
        People(house.db, house.clock, house.ids, Passwords(memory_kib=64, rounds=1)),
        Reminders(house.db, house.clock, house.ids),
        Inbox(house.db, house.clock),
        Post(house.db, house.clock, house.ids, office),
    )


@pytest.fixture
async def desk(house: House) -> Desk:
    """On SQLite and on PostgreSQL."""
    return desk_of(house)


@pytest.fixture
async def sqlite_desk(sqlite_house: House) -> Desk:
    """On SQLite, for tests whose subject is not the database."""
    return desk_of(sqlite_house)
