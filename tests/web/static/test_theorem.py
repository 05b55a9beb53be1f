"""The browser's reducer against the hub: *snapshot + events = fresh snapshot*, for every kind of viewer."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hub.cases.rules import CaseKind
from hub.people.roles import Role
from hub.reception.errors import Refusal
from hub.reception.fold import fold
from hub.reception.snapshot import view
from hub.reception.state import SessionState
from hub.reception.telling import batch
from tests.kit.factories import House, sqlite_house

__all__ = ["sqlite_house"]
HERE = Path(__file__).parent


async def _a_day(house: House) -> str:
    """A session with a bit of everything, refusals included."""
    land = await house.case("C11")
    bad = await house.case("C21", CaseKind.DENUNCIATION)
    session = await house.session(land, bad)
    await house.do(house.clerk, session, "session.go_live")
    for code in ("C11", "C21", "D1"):
        await house.receptions.record(session, "point.joined", {"point": house.point[code]})
    first, second = await house.items(session)
    clerk, room = house.clerk, house.room("C11")

    async def came_late() -> None:
        """One is let in as a complaint and closed later, one as a denunciation, one is taken off."""
        who = {"kind": "complaint", "field": "land", "name": "Lê Văn Ẩn", "persons": 1}
        about = {"field": "land", "title": "Đất"}
        for matter, kind in (("đất", "complaint"), ("nhà", "denunciation"), ("đường", "complaint")):
            await do(room, "lobby.announce", **who, matter=matter)
            entry = list((await house.live(session)).state.lobby)[-1]
            await do(clerk, "lobby.admit", entry=entry, kind=kind, **about)
        first, _, last = (await house.items(session))[2:]
        late = (await house.live(session)).state.items[first].case["id"]
        await do(clerk, "note.add", text="Lê Văn Ẩn trình bày", mark=None, item=first)
        await do(clerk, "case.reclassify", case=late, kind="denunciation")
        await do(clerk, "item.remove", item=last, reason="Nhầm")

    async def do(actor: Any, name: str, /, **data: Any) -> None:
        try:
            await house.do(actor, session, name, **data)
        except Refusal:
            assert name in {"hand.raise", "audience.set"}, name

    await came_late()
    await do(clerk, "item.call", item=first)
    await do(clerk, "item.hear", item=first)
    await do(clerk, "note.add", text="một", mark="promise")
    await do(room, "hand.raise")
    await do(room, "hand.raise")
    await do(clerk, "floor.give", point=house.point["C11"])
    await do(room, "case.take_up", item=first, leader="Ông Ba")
    due = house.clock.now().date().replace(year=house.clock.now().year + 1).isoformat()
    issue = {"item": first, "lead": "C11", "supporting": ["C21"], "text": "Đo lại", "due": due}
    await do(clerk, "directive.issue", **issue)
    for audience in ("related", "closed", "all", "closed"):
        await do(clerk, "audience.set", audience=audience, confirm=True)
        await do(clerk, "note.add", text=audience, mark=None)
    await do(clerk, "floor.give", point=house.point["C21"])
    await do(clerk, "floor.end")
    await house.conclude(clerk, session, first, "Xong")
    await do(clerk, "item.call", item=second)
    await do(clerk, "audience.set", audience="all", confirm=True)
    await do(clerk, "floor.give", point=house.point["D1"])
    await do(clerk, "item.defer", item=second, reason="Thiếu hồ sơ")
    await do(clerk, "session.pause", reason="Nghỉ")
    await do(clerk, "session.resume", confirm=True)
    await do(clerk, "session.close")
    return session


async def test_snapshot_and_events_make_the_later_snapshot(sqlite_house: House):
    house = sqlite_house
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed; browsers test the reducer too")
    session = await _a_day(house)
    events = await house.receptions.load(session)
    actors = [
        house.clerk,
        house.account(Role.SUPERVISOR),
        *(house.room(code) for code in ("C11", "C21", "D1")),
    ]
    lines = []
    for actor in actors:
        viewer = await house.viewer(actor, session)
        you = {"staff": viewer.staff, "point": viewer.point}
        states = [fold(SessionState(session), events[:n]) for n in range(len(events) + 1)]
        for start in range(1, len(events)):
            for end in {start + 1, start + 3, len(events)}:
                if end > len(events):
                    continue
                sent = batch(events[start:end], states[end], viewer)
                line = {"you": you, "start": view(states[start], viewer), "events": sent, "head": end}
                lines.append(json.dumps(line | {"end": view(states[end], viewer)}))
    command = [node, str(HERE / "theorem.mjs")]
    pipe = asyncio.subprocess.PIPE
    done = await asyncio.create_subprocess_exec(*command, stdin=pipe, stderr=pipe)
    _, told = await asyncio.wait_for(done.communicate("\n".join(lines).encode()), 60)
    assert done.returncode == 0, told.decode()[-3000:]
    assert len(lines) > 200
