"""Whatever anybody sends, in whatever order: one answer, and a refusal is a sentence that changed nothing.

A random office works on a random session through the real session hub. The commands come from the registry
and their data from their models, so a new command is tried here without a word about it.
"""

import asyncio
import re
import sqlite3
import tempfile
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from endpoints.points.service import Points
from hub.cases.rules import CaseKind
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.reception.acts.registry import COMMANDS, may
from hub.reception.events import Audience
from hub.reception.lifecycle import OVER
from hub.reception.viewer import Viewer
from hub.relay.pool import RelayPool
from hub.store.database import Database
from signaling.session_hub import SessionHub
from tests.kit.clock import HandClock
from tests.kit.commands import broken, sensible
from tests.kit.conversing import OneSession, Participant, StandInRelay
from tests.kit.databases import Templates
from tests.kit.factories import ROOMS, House, build_house
from web.i18n import catalogue

pytestmark = pytest.mark.timeout(900)

T = TypeVar("T")
ROOM_NAMES = ("C11", "C21", "D1")
ACCOUNTS = {"clerk": Role.CLERK, "supervisor": Role.SUPERVISOR, "technician": Role.TECHNICIAN}
EVERYBODY = (*ACCOUNTS, *ROOM_NAMES)
RECEIPTS = "command_receipts"
UNLOOKED = {"not_allowed", "data_bad", "media_unavailable", "signed_out"}
"""Refused before it was looked at, so without a receipt."""
_TABLE = Path("signaling/PROTOCOL.md").read_text("utf-8").partition("\n## Errors\n")[2].partition("\n## ")[0]
CODES = set(
    re.findall(
        r"`([a-z_]+)`", "".join(line.split("|")[1] for line in _TABLE.splitlines() if line[:3] == "| `")
    )
)
CODES.add("signed_out")
"""Every code the protocol names; the last is a close code's."""

NONSENSE = (
    *("", "{", "[]", "null", "x" * 70_000, '{"type":"x"}', '{"type":"command"}', '{"type":"ping","at":"1"}'),
    *('{"type":"command","id":"","name":"note.add","data":{}}', '{"type":"hello","version":1}'),
    '{"type":"command","id":"1","name":"note.add","data":{"text":"a","mark":null},"by":"chair"}',
    '{"type":"command","id":"1","name":"note.add","data":{"text":"a\\u0000","mark":null}}',
)
TEMPLATES = Templates(Path(tempfile.mkdtemp(prefix="hub-states-")))


class Office(RuleBasedStateMachine):
    """One session, its people, and everything they do wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.given: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = []
        """Participant, id, name, data and answer of what was carried out or refused after a look."""
        self.count = 0
        self.out: set[str] = set()
        """Whose cookie counts no more."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Hypothesis knows no coroutines."""
        return self.loop.run_until_complete(work)

    @initialize(
        stage=st.sampled_from(["coming", "live", "heard", "closed", "floor"]),
        audience=st.sampled_from(list(Audience)),
    )
    def open(self, stage: str, audience: Audience) -> None:
        """A session at some point of its life, with everybody connected."""
        self.run(self._open(stage, audience))

    async def _open(self, stage: str, audience: Audience) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hub-state-"))
        self.file = self.folder / "hub.sqlite"
        self.clock = HandClock()
        self.db = Database(await TEMPLATES.sqlite_url(self.file))
        self.house = house = await build_house(self.db, self.clock, self.folder / "secrets")
        self.cases = [
            await house.case("C11"),
            await house.case("C21"),
            await house.case("C12", CaseKind.DENUNCIATION),
        ]
        self.session = await house.session(*self.cases, audience=audience)
        await self._advance(house, stage)
        self.relay = StandInRelay()
        live = await house.live(self.session)
        self.hub = SessionHub(
            live,
            receptions=house.receptions,
            relay=cast(RelayPool, self.relay),
            bus=self.db.bus,
            clock=self.clock,
            ids=house.ids,
        )
        await self.hub.relays_up({}, all_known=True)
        self.points = Points(self.db, self.clock, house.ids)
        await self._seat_everybody()

    async def _advance(self, house: House, stage: str) -> None:
        for code in ROOMS:
            await house.receptions.record(self.session, "point.joined", {"point": house.point[code]})
        if stage == "coming":
            return
        await house.do(house.clerk, self.session, "session.go_live")
        if stage != "live":
            item = (await house.items(self.session))[0]
            await house.do(house.clerk, self.session, "item.call", item=item)
            await house.do(house.clerk, self.session, "note.add", text="Đã tới.", mark=None)
            if stage == "closed":
                await house.do(house.clerk, self.session, "audience.set", audience="closed")

    async def _seat_everybody(self) -> None:
        sessions = OneSession(self.hub, self.house.receptions)
        self.people: dict[str, Participant] = {}
        self.codes: dict[str, str] = {}
        self.viewers: dict[str, Viewer] = {}
        for name in EVERYBODY:
            actor = self.house.room(name) if name in ROOM_NAMES else self.house.account(ACCOUNTS[name])
            self.viewers[name] = await self.house.receptions.viewer(actor, self.session)
            cookie = ""
            if name in ROOM_NAMES:
                self.codes[name] = await self.points.issue(self.house.point[name])
                cookie = await self.points.enrol(self.codes[name])
            screen = "room" if cookie else "console"
            who = Participant(name, screen, sessions, self.clock, partial(self._identify, name, cookie))
            self.people[name] = who
            assert await who.come()
        await self._all_agree()

    async def _identify(self, name: str, cookie: str) -> Actor | None:
        if cookie:
            return await self.points.actor_for_device(cookie)
        return None if name in self.out else self.house.account(ACCOUNTS[name])

    # What they do

    @rule(name=st.sampled_from(sorted(COMMANDS)), who=st.sampled_from(EVERYBODY), data=st.data())
    def anybody_commands_anything(self, name: str, who: str, data: st.DataObject) -> None:
        """Out of order and out of role, with data that is right or wrong."""
        drawn = data.draw(
            st.one_of(
                sensible(COMMANDS[name].model, self._pools()), broken(COMMANDS[name].model, self._pools())
            )
        )
        self.run(self._give(who, name, drawn))

    @rule(data=st.data())
    def somebody_does_their_work(self, data: st.DataObject) -> None:
        """A command by somebody who may, with data that could be right."""
        who = data.draw(st.sampled_from(["clerk", "clerk", "clerk", *ROOM_NAMES]))
        viewer = self.viewers[who]
        name = data.draw(st.sampled_from([each for each in may(viewer) if each != "session.close"]))
        self.run(self._give(who, name, data.draw(sensible(COMMANDS[name].model, self._pools()))))

    @rule()
    def the_agenda_goes_on(self) -> None:
        """So that there is something to do wrong with."""
        state = self.hub.live.state
        waiting = [
            item.id
            for item in sorted(state.items.values(), key=lambda item: item.position)
            if item.status == "queued"
        ]
        if state.status not in OVER and state.live_at is None:
            self.run(self._give("clerk", "session.go_live", {}))
        elif waiting:
            self.run(self._give("clerk", "item.call", {"item": waiting[0], "confirm": True}))

    @rule(who=st.sampled_from(EVERYBODY), data=st.data())
    def a_command_nobody_knows(self, who: str, data: st.DataObject) -> None:
        """Refused, whatever it is called."""
        name = data.draw(st.sampled_from(["", "session", "item.delete", "hub.stop", "NOTE.ADD", "x" * 64]))
        answer = self.run(self._give(who, name, {"item": "x"}))
        assert answer is None or answer["code"] in {"command_unknown", "signed_out"}

    @precondition(lambda self: self.given)
    @rule(data=st.data(), other=st.booleans())
    def it_is_said_again(self, data: st.DataObject, other: bool) -> None:
        """The same id counts once, whatever comes with it, and is answered like the first."""
        who, id, name, body, answer = data.draw(st.sampled_from(self.given))
        again = self.run(self._give(who, name, {"x": 1} if other else body, id=id))
        if again is not None and again.get("code") != "signed_out":
            assert again == answer

    @rule(who=st.sampled_from(EVERYBODY), resume=st.booleans())
    def a_line_breaks(self, who: str, resume: bool) -> None:
        """And they come back, to where they were or anew."""
        self.run(self._come_back(who, resume=resume))

    @rule(
        who=st.sampled_from(EVERYBODY),
        text=st.sampled_from(NONSENSE),
    )
    def what_is_no_message(self, who: str, text: str) -> None:
        """It ends the connection, with a code and nothing else; they come back to where they were."""
        self.run(self._say_nonsense(who, text))

    @rule(seconds=st.sampled_from([1, 5, 31, 120, 700]))
    def time_passes(self, seconds: int) -> None:
        """Leases end, silent rooms are missed."""
        self.clock.advance(seconds)
        self.run(self._all_agree())

    @precondition(lambda self: "C21" not in self.out)
    @rule(name=st.sampled_from(["hand.raise", "case.take_up", "floor.end"]))
    def a_room_is_revoked(self, name: str) -> None:
        """Its very next command is refused, and its connection ends."""
        self.out.add("C21")
        self.run(self._revoke("C21", name))

    @precondition(lambda self: "clerk" in self.people and not self.relay.broken)
    @rule(audience=st.sampled_from(list(Audience)))
    def the_relay_refuses(self, audience: Audience) -> None:
        """A door that cannot be shut is not said to be."""
        self.relay.broken = True
        try:
            data = {"audience": audience.value, "confirm": True}
            answer = self.run(self._give("clerk", "audience.set", data))
            assert answer is not None
        finally:
            self.relay.broken = False
            self.run(self.hub.relays_up({}, all_known=True))
        self.run(self._all_agree())

    # What must be so

    async def _give(
        self, who: str, name: str, data: dict[str, Any], *, id: str = ""
    ) -> dict[str, Any] | None:
        person = self.people[who]
        if person.driver is None:
            return None
        self.clock.advance(0.25)
        self.count += 1
        fresh, id = not id, id or f"{who}-{self.count}"
        viewer = self.viewers[who]
        before, head = self._digest(), self.hub.live.n
        answer = await person.do(id, name, data)
        assert answer is not None, (who, name, data, person.pipe.code)
        if answer["type"] == "refused":
            _is_a_sentence(answer)
            assert self._digest() == before, (who, name, data, answer)
        else:
            assert name not in COMMANDS or not fresh or COMMANDS[name].open_to(viewer), (who, name)
            assert head <= self.hub.live.n
            assert answer["n"] <= self.hub.live.n
            assert fresh or self._digest() == before, "done once"
        if fresh and name in COMMANDS and answer.get("code") not in UNLOOKED:
            self.given.append((who, id, name, data, answer))
        await self._all_agree()
        return answer

    async def _all_agree(self) -> None:
        """Everybody holds what the hub would tell a newcomer, and the relay what the records wish."""
        await self.hub._tick()
        await self.hub.catch_up()
        await self.hub._tick()
        for name, person in self.people.items():
            if person.driver is None:
                continue
            mark = len(person.pipe.said)
            person.say(type="ping", at=mark)
            await person.until(partial(_ponged, person, mark))
            if person.pipe.code is not None:
                await self._come_back(name, resume=True)
                continue
            assert person.look() == self.hub.live.view(self.viewers[name]), name
        if not self.relay.broken and self.relay.stage is not None:
            assert self.relay.stage.audience == self.hub.live.stage().audience

    async def _come_back(self, who: str, *, resume: bool) -> None:
        person = self.people[who]
        self.clock.advance(0.25)
        await person.leave()
        if await person.come(resume=resume):
            await self.hub._tick()
        elif person.driver is None:
            assert who in self.out

    async def _say_nonsense(self, who: str, text: str) -> None:
        person = self.people[who]
        if person.driver is None:
            return
        before = self._digest()
        person.pipe.put(text)
        await person.until(lambda: False)
        assert person.pipe.code in {4400, 1009}
        last = person.pipe.said[-1]
        assert person.pipe.code == 1009 or (last["type"] == "error" and _is_a_sentence(last))
        assert self._digest() == before
        await self._come_back(who, resume=True)
        await self._all_agree()

    async def _revoke(self, room: str, name: str) -> None:
        await self.points.revoke(self.codes[room])
        person = self.people[room]
        if person.driver is None:
            return
        before = self._digest()
        data = (
            {"item": next(iter(self.hub.live.state.items)), "leader": "Bà An"}
            if name == "case.take_up"
            else {}
        )
        answer = await person.do("revoked", name, data)
        assert answer is not None
        assert answer["code"] == "signed_out"
        _is_a_sentence(answer)
        assert self._digest() == before
        await person.until(lambda: False)
        assert person.pipe.code == 4401
        await person.leave()
        assert not await person.come(resume=True)

    def _pools(self) -> dict[str, list[str]]:
        """By the name of a field: all that ever stood under that name in an event, and what the house has."""
        today = self.clock.now().date().isoformat()
        pools: dict[str, set[str]] = {
            "point": set(self.house.point.values()),
            "case": {case.id for case in self.cases},
            "lead": {*ROOMS},
            "supporting": {*ROOMS},
            "unit": {*ROOMS},
            "due": {today, "2026-01-01", "2027-02-28", "2027-02-30"},
        }
        for event in self.hub.live._events:
            for name, value in event.data.items():
                if isinstance(value, str) and value:
                    pools.setdefault(name, set()).add(value)
        return {name: sorted(values) for name, values in pools.items()}

    def _digest(self) -> int:
        """Every row there is, but the receipts: a refusal is remembered in them."""
        with sqlite3.connect(self.file) as file:
            tables = [
                row[0]
                for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            rows = [
                (name, file.execute(f'SELECT * FROM "{name}"').fetchall())
                for name in tables
                if name != RECEIPTS
            ]
        return hash(repr(rows))

    def teardown(self) -> None:
        """In the end the timeline proves itself, with every command that was said to stand in it."""
        if hasattr(self, "people"):
            self.run(self._end())
        self.loop.close()

    async def _end(self) -> None:
        for person in self.people.values():
            await person.leave()
        assert (await self.house.receptions.verify(self.session)).ok
        stored = await self.house.receptions.load(self.session)
        assert [event.n for event in stored] == list(range(1, len(stored) + 1))
        for who, _, name, data, answer in self.given:
            if answer["type"] == "done" and "text" in data and name.startswith("note.add"):
                assert stored[answer["n"] - 1].data["text"] == data["text"].strip(), who
        await self.db.close()


def _ponged(person: Participant, mark: int) -> bool:
    return {"type": "pong", "at": mark} in person.pipe.said


def _is_a_sentence(answer: dict[str, Any]) -> bool:
    """In both languages, finished, with nothing left to fill in, under a code that PROTOCOL.md names."""
    code, text = answer["code"], answer["text"]
    assert answer.get("type") == "error" or code in CODES, code
    assert len(text) > 8, text
    assert text[0].isupper(), text
    assert text.endswith("."), text
    assert "{" not in text, text
    english = catalogue("en")[f"error.{code}"]
    assert english != catalogue("vi")[f"error.{code}"], code
    return True


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
