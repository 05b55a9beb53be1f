"""A session that is live, with the rooms connected: where most acts begin."""

from dataclasses import dataclass
from typing import Any

import pytest

from hub.cases.info import CaseInfo
from hub.cases.rules import CaseKind
from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.state import SessionState
from tests.kit.factories import ROOMS, House


@dataclass
class Live:
    """`items` and `cases` in agenda order: of C11, of C21, and a denunciation of C12."""

    house: House
    id: str
    cases: list[CaseInfo]
    items: list[str]

    async def clerk(self, name: str, /, **data: Any) -> list[tuple[str, dict[str, Any]]]:
        """The clerk gives a command; the events it made, hidden fields left out."""
        return await self.by(self.house.clerk, name, **data)

    async def conclude(self, item: str, text: str, **form: Any) -> list[tuple[str, dict[str, Any]]]:
        """The clerk drafts a conclusion, reads it back and confirms it; the events of the last step."""
        blank = {"lead": None, "supporting": [], "due": None, "answer_on": None} | form
        known = (await self.state()).drafts.get(item)
        base = known.version if known is not None else 0
        await self.clerk("conclusion.draft", item=item, base=base, text=text, **blank)
        version = (await self.state()).drafts[item].version
        await self.clerk("conclusion.read_back", item=item, version=version)
        return await self.clerk("item.conclude", item=item, version=version)

    async def room(self, code: str, name: str, /, **data: Any) -> list[tuple[str, dict[str, Any]]]:
        """A room gives a command."""
        return await self.by(self.house.room(code), name, **data)

    async def by(self, actor: Actor, name: str, /, **data: Any) -> list[tuple[str, dict[str, Any]]]:
        """Somebody gives a command."""
        before = (await self.state()).n
        outcome = await self.house.do(actor, self.id, name, **data)
        events = await self.house.receptions.load(self.id, before)
        assert outcome.n == before + len(events)
        return [(event.kind, dict(event.data)) for event in events]

    async def record(self, kind: str, **data: Any) -> list[tuple[str, dict[str, Any]]]:
        """The hub records something."""
        before = (await self.state()).n
        await self.house.receptions.record(self.id, kind, data)
        return [(event.kind, dict(event.data)) for event in await self.house.receptions.load(self.id, before)]

    async def refused(self, actor: Actor, name: str, /, **data: Any) -> str:
        """The code with which a command is refused."""
        with pytest.raises(Refusal) as refusal:
            await self.house.do(actor, self.id, name, **data)
        return refusal.value.code

    async def state(self) -> SessionState:
        """The session now."""
        return (await self.house.live(self.id)).state

    def point(self, code: str) -> str:
        """The id of a unit's room."""
        return self.house.point[code]


@pytest.fixture
async def live(sqlite_house: House) -> Live:
    house = sqlite_house
    cases = [await house.case("C11"), await house.case("C21")]
    cases.append(await house.case("C12", CaseKind.DENUNCIATION, title="Tố cáo cán bộ"))
    session = await house.session(*cases)
    for code in ROOMS:
        await house.receptions.record(session, "point.joined", {"point": house.point[code]})
        await house.do(house.room(code), session, "room.consent")
    await house.do(house.clerk, session, "session.go_live")
    return Live(house, session, cases, await house.items(session))
