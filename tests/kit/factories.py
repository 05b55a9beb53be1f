"""An invented province, small enough to name: what tests of cases and receptions start from.

    P  Bình Minh (province)
    ├── D1 Đông Hà (district)   ├── C11 Hòa An, C12 Tân Lập (communes)
    └── D2 Tây Sơn (district)   └── C21 Phú Mỹ (commune)

Each unit below the province has a room. Everything goes through the real services.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hub.cases.desk import NewCase
from hub.cases.info import CaseInfo
from hub.cases.rules import CaseField, CaseKind
from hub.cases.service import Cases
from hub.cases.vault import Person
from hub.cases.vault_door import VaultDoor
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.reception.events import Audience
from hub.reception.info import Outcome
from hub.reception.live import LiveSession
from hub.reception.planning import NewItem, NewSession
from hub.reception.service import Receptions
from hub.reception.viewer import Viewer
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.models import SINCE_EVER, Level, Unit
from hub.units.service import Units
from tests.kit.clock import HandClock

TREE = {
    "P": ("Bình Minh", Level.PROVINCE, None),
    "D1": ("Đông Hà", Level.DISTRICT, "P"),
    "C11": ("Hòa An", Level.COMMUNE, "D1"),
    "C12": ("Tân Lập", Level.COMMUNE, "D1"),
    "D2": ("Tây Sơn", Level.DISTRICT, "P"),
    "C21": ("Phú Mỹ", Level.COMMUNE, "D2"),
}
ROOMS = ("D1", "C11", "C12", "D2", "C21")
PETITIONER = Person("Lê Thị Mơ", "Xóm Trên", "0000")
SEAL_KEY = b"seal key of the tests, 32 bytes.."


@dataclass
class House:
    """A province with rooms, and services over one database. `commands` numbers the command ids."""

    db: Database
    clock: HandClock
    ids: Ids
    units: Units
    cases: Cases
    receptions: Receptions
    vault: VaultDoor
    unit: dict[str, Unit] = field(default_factory=dict)
    point: dict[str, str] = field(default_factory=dict)
    _commands: "count[int]" = field(default_factory=count)

    def account(self, role: Role, unit: str | None = "P", name: str = "") -> Actor:
        """Somebody with a role for a unit."""
        unit_id = self.unit[unit].id if unit is not None else None
        key = f"account:{role.value}-{unit}"
        return Actor(key=key, name=name or f"{role.value} {unit}", roles=frozenset({role}), unit=unit_id)

    @property
    def clerk(self) -> Actor:
        """The clerk of the province's receptions."""
        return self.account(Role.CLERK)

    def room(self, code: str) -> Actor:
        """The room of a unit."""
        point = self.point[code]
        return Actor(key=f"point:{point}", name=TREE[code][0], unit=self.unit[code].id, point=point)

    async def case(
        self,
        unit: str = "C11",
        kind: CaseKind = CaseKind.COMPLAINT,
        title: str = "Đền bù đất",
        petitioner: Person = PETITIONER,
    ) -> CaseInfo:
        """A case of a unit."""
        return await self.cases.register(
            NewCase(kind, CaseField.LAND, self.unit[unit].id, title, "Chưa có trả lời.", (petitioner,))
        )

    async def session(
        self, *cases: CaseInfo, audience: Audience = Audience.ALL, rooms: tuple[str, ...] = ROOMS
    ) -> str:
        """A scheduled session of the province with these cases; its id."""
        new = NewSession(
            title="Tiếp công dân định kỳ",
            form="periodic",
            starts_at=self.clock.now() + timedelta(hours=1),
            hub_unit=self.unit["P"].id,
            default_audience=audience,
            points=tuple(self.point[code] for code in rooms),
        )
        session_id = await self.receptions.create_session(self.clerk, new)
        for case in cases:
            await self.receptions.add_item(self.account(Role.CHAIR), session_id, NewItem(case.id))
        return session_id

    async def do(self, actor: Actor, session_id: str, name: str, /, **data: Any) -> Outcome:
        """A command with an id of its own."""
        command_id = f"command-{next(self._commands)}"
        return await self.receptions.execute(actor, session_id, command_id, name, data)

    async def conclude(self, actor: Actor, session_id: str, item: str, text: str, **form: Any) -> Outcome:
        """Draft a conclusion, read it back, confirm it."""
        blank = {"lead": None, "supporting": [], "due": None, "answer_on": None} | form
        known = (await self.live(session_id)).state.drafts.get(item)
        base = known.version if known is not None else 0
        said = {"item": item, "base": base, "text": text, **blank}
        drafted = await self.do(actor, session_id, "conclusion.draft", **said)
        version = known.version if known is not None and drafted.n == base else drafted.n
        await self.do(actor, session_id, "conclusion.read_back", item=item, version=version)
        return await self.do(actor, session_id, "item.conclude", item=item, version=version)

    async def live(self, session_id: str) -> LiveSession:
        """The session in memory, fresh."""
        live = LiveSession(self.receptions, session_id)
        await live.refresh()
        return live

    async def items(self, session_id: str) -> list[str]:
        """The ids of the items, in order."""
        state = (await self.live(session_id)).state
        return sorted(state.items, key=lambda item: state.items[item].position)

    async def viewer(self, actor: Actor, session_id: str) -> Viewer:
        """A participant."""
        return await self.receptions.viewer(actor, session_id)


async def build_house(db: Database, clock: HandClock, secrets: Path) -> House:
    """The province in an empty database."""
    ids = Ids(clock)
    units, cases = Units(db, clock, ids), Cases(db, Keys(secrets), clock, ids)
    receptions = Receptions(db, cases, units, clock, ids, SEAL_KEY)
    vault = VaultDoor(db, Keys(secrets), secrets.parent / "vault", clock, ids)
    house = House(db, clock, ids, units, cases, receptions, vault)
    for code, (name, level, parent) in TREE.items():
        unit = Unit(
            id=ids.new(),
            code=code,
            valid_from=SINCE_EVER,
            valid_to=None,
            name=name,
            folded=name.lower(),
            level=level.value,
            parent_id=house.unit[parent].id if parent is not None else None,
        )
        async with db.begin() as work:
            work.session.add(unit)
        house.unit[code] = unit
    for code in ROOMS:
        house.point[code] = await house.receptions.add_point(house.unit[code].id, TREE[code][0])
    return house


@pytest.fixture
async def house(db: Database, clock: HandClock, tmp_path: Path) -> House:
    """The province, once on SQLite and once on PostgreSQL."""
    return await build_house(db, clock, tmp_path / "secrets")


@pytest.fixture
async def sqlite_house(sqlite_db: Database, clock: HandClock, tmp_path: Path) -> House:
    """The province on SQLite, for tests whose subject is not the database."""
    return await build_house(sqlite_db, clock, tmp_path / "secrets")
