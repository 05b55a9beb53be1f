"""Reconnecting is a theorem: snapshot + later events = later snapshot, for everybody, after any commands."""

import json
import random
import shutil
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.cases.rules import CaseKind
from hub.cases.vault import Person
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.reception.errors import Refusal
from hub.reception.events import KINDS, Audience, Event
from hub.reception.fold import apply
from hub.reception.live import LiveSession
from hub.reception.snapshot import view
from hub.reception.state import SessionState
from hub.reception.telling import batch
from hub.reception.viewer import Viewer
from hub.reception.visibility import inside
from tests.kit.clerk_moves import room_moves, staff_moves
from tests.kit.factories import ROOMS, House
from tests.kit.reducer import reduce

STEPS = 110
PLAYS = 40
"""At most, until every kind of event has happened."""
CLERKS = 0.35
"""So much of what is done, clerks do."""
REDUCER = Path(__file__).parents[3] / "web" / "static" / "js" / "session" / "reducer.js"
CHECK = """
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { advance, apply } from "%s";

for (const { you, before, sent, head, after } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const view = sent.reduce((known, event) => apply(known, event, you), before);
  assert.deepEqual(advance(view, head), after);
}
"""
SECRET = "tuyệt mật"
NAMED = Person("Trần Văn Gió")
"""Who asks in cases that may become denunciations; notes name them."""
LAPSES = ("floor.ended", "floor.call_ended")
ADVISER = "adviser-P"
"""The desk of an adviser of the province."""


@dataclass
class Play:
    """A session in which somebody does something at random."""

    house: House
    session: str
    dice: random.Random
    live: LiveSession

    async def step(self) -> None:
        """One random command; most of them make sense."""
        await self.live.refresh()
        actor, name, data = self._choose(self.live.state)
        try:
            if name.startswith(("point.joined", "point.left", "roll.closed", "source.", "desk.", *LAPSES)):
                await self.house.receptions.record(self.session, name, data)
            else:
                await self.house.do(actor, self.session, name, **data)
        except Refusal:
            pass

    def _choose(self, state: SessionState) -> tuple[Actor, str, dict[str, Any]]:
        dice, house = self.dice, self.house
        items, notes, directives = list(state.items), list(state.notes), list(state.directives)
        item = state.current if state.current and dice.random() < 0.6 else dice.choice(items)
        code = dice.choice(ROOMS)
        point = house.point[code]
        roll = state.roll.id if state.roll is not None else "none"
        note = dice.choice(notes) if notes else ""
        due = (house.clock.now() + timedelta(days=9)).date().isoformat()
        issue = {"item": item, "lead": code, "supporting": [dice.choice(ROOMS)], "text": SECRET, "due": due}
        audience = dice.choice(list(Audience)).value
        kind = dice.choice([*CaseKind, CaseKind.COMPLAINT]).value
        staff: list[tuple[str, dict[str, Any]]] = [
            ("item.call", {"item": item, "confirm": True}),
            ("item.call", {"item": item, "confirm": True}),
            ("item.hear", {"item": item}),
            ("item.defer", {"item": item, "reason": SECRET}),
            ("audience.set", {"audience": audience, "confirm": True}),
            ("audience.set", {"audience": audience, "confirm": True}),
            ("case.reclassify", {"case": state.items[item].case["id"], "kind": kind}),
            ("floor.give", {"point": point}),
            ("floor.give", {"point": point}),
            ("floor.give", {"point": ADVISER}),
            ("item.move", {"item": item, "before": dice.choice([None, *items])}),
            ("floor.extend", {"seconds": 20}),
            ("stage.layout", {"layout": dice.choice(["hall", "side_by_side", "point"])}),
            (dice.choice(["stage.mute", "stage.unmute", "stage.unpin", "talk.close"]), {}),
            ("stage.duplex", {"duplex": dice.choice(["half", "full"])}),
            ("stage.pin", {"point": point}),
            ("talk.open", {"point": point}),
            ("floor.end", {}),
            ("note.add", {"text": SECRET, "mark": None}),
            ("note.add", {"text": f"{SECRET} {NAMED.name}", "mark": "promise"}),
            ("note.remove", {"note": note}),
            ("note.restore", {"note": note}),
            ("roll.begin", {"seconds": 15}),
            ("roll.stop", {}),
            ("point.present", {"point": point, "people": [{"name": "Ông Bình", "rank": "chairman"}]}),
            ("directive.issue", issue),
        ]
        room: list[tuple[str, dict[str, Any]]] = [
            ("hand.raise", {}),
            ("hand.lower", {}),
            ("room.consent", {}),
            ("room.consent", {}),
            (dice.choice(["room.withdraw", "talk.close"]), {}),
            ("roll.answer", {"roll": roll, "heard": dice.randrange(6)}),
            ("roll.answer", {"roll": roll, "heard": dice.randrange(6)}),
            ("point.present", {"point": None, "people": []}),
            ("case.take_up", {"item": item, "leader": "Bà An"}),
            ("directive.acknowledge", {"directive": dice.choice(directives) if directives else ""}),
            ("floor.end", {}),
        ]
        hub: list[tuple[str, dict[str, Any]]] = [
            ("point.joined", {"point": point}),
            ("point.left", {"point": point, "reason": "lost"}),
            ("desk.joined", {"desk": ADVISER, "name": dice.choice(["Sở A", "Sở B"])}),
            ("desk.left", {"desk": ADVISER, "reason": "left"}),
            ("source.started", {"source": point, "name": "x"}),
            ("source.stopped", {"source": point, "name": "x"}),
            (dice.choice(LAPSES), {}),
            ("roll.closed", {"roll": roll, "results": {point: ["no_answer"], house.point["D1"]: []}}),
        ]
        rare = [("session.pause", {"reason": ""}), ("session.resume", {})]
        rare += [("item.remove", {"item": dice.choice(items), "reason": SECRET})]
        if dice.random() < CLERKS:
            if dice.random() < CLERKS:
                return house.room(code), *dice.choice(room_moves(state, item, dice))
            return house.clerk, *dice.choice(staff_moves(house, state, item, dice, SECRET))
        if state.status.value == "paused":
            return house.clerk, "session.resume", {"confirm": True}
        acts = dice.choices([staff, room, hub, rare], [12, 5, 4, 1])[0]
        desk = house.account(Role.ADVISER)
        guest = dice.choice([house.room(code), house.room(code), house.room(code), desk])
        return (guest if acts is room else house.clerk, *dice.choice(acts))


async def play(house: House, seed: int) -> tuple[list[Event], list[Viewer]]:
    """The events of a random session, and everybody who could have watched."""
    dice = random.Random(seed)
    cases = [
        await house.case(unit, title=f"{SECRET} {unit}", petitioner=NAMED) for unit in ("C11", "C21", "D1")
    ]
    cases.append(await house.case("C12", CaseKind.DENUNCIATION, title=SECRET))
    session = await house.session(*cases, audience=dice.choice(list(Audience)))
    for code in ROOMS:
        await house.receptions.record(session, "point.joined", {"point": house.point[code]})
    await house.do(house.clerk, session, "session.go_live")
    game = Play(house, session, dice, await house.live(session))
    for _ in range(STEPS):
        house.clock.advance(dice.choice([0, 0.25, 3]))
        await game.step()
    actors = [house.clerk, *(house.room(code) for code in ROOMS), house.account(Role.SUPERVISOR)]
    actors += [house.account(Role.TECHNICIAN), house.account(Role.ADVISER)]
    return await house.receptions.load(session), [await house.viewer(actor, session) for actor in actors]


@pytest.mark.parametrize("seed", range(6))
async def test_snapshot_and_later_events_are_the_later_snapshot(sqlite_house: House, seed: int) -> None:
    events, viewers = await play(sqlite_house, seed)
    states = [SessionState(events[0].session_id)]
    for event in events:
        states.append(apply(states[-1], event))
    dice = random.Random(seed)
    for viewer in viewers:
        views = [view(state, viewer) for state in states]
        for m in range(1, len(states)):
            for n in {m - 1, max(0, m - 2), dice.randrange(m), dice.randrange(m)}:
                sent = batch(events[n:m], states[m], viewer)
                assert reduce(views[n], sent, m, staff=viewer.staff) == views[m], (seed, viewer.name, n, m)
                _nothing_leaks(states[m], viewer, sent, views[m])
                _nothing_leaks_later(events[:m], viewer, sent, views[m])


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the browser's reducer")
@pytest.mark.parametrize("seed", [1, 2])
async def test_the_browsers_reducer_obeys_it_too(sqlite_house: House, seed: int, tmp_path: Path) -> None:
    events, viewers = await play(sqlite_house, seed)
    states = [SessionState(events[0].session_id)]
    for event in events:
        states.append(apply(states[-1], event))
    dice = random.Random(seed)
    tries = []
    for viewer in viewers:
        you = {"staff": viewer.staff, "point": viewer.point}
        for m in range(1, len(states)):
            n = dice.choice([m - 1, dice.randrange(m)])
            before, after = view(states[n], viewer), view(states[m], viewer)
            sent = batch(events[n:m], states[m], viewer)
            tries.append({"you": you, "before": before, "sent": sent, "head": m, "after": after})
    (tmp_path / "tries.json").write_text(json.dumps(tries))
    (tmp_path / "check.mjs").write_text(CHECK % REDUCER.as_uri())
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this test
        ["node", tmp_path / "check.mjs", tmp_path / "tries.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _nothing_leaks(state: SessionState, viewer: Viewer, sent: list[dict[str, Any]], shown: object) -> None:
    """Whoever is outside a closed item gets nothing of it: neither in the view, nor by way of past events."""
    outside = [
        item for item in state.items.values() if item.audience == "closed" and not inside(item, viewer)
    ]
    text = json.dumps([sent, shown], ensure_ascii=False)
    for item in outside:
        assert item.case["id"] not in text
        about = [note.id for note in state.notes.values() if note.item == item.id]
        about += [each.id for each in state.directives.values() if each.item == item.id]
        assert not [each for each in about if each in text]
    if len(outside) == len(state.items):
        assert SECRET not in text


def _nothing_leaks_later(
    events: list[Event], viewer: Viewer, sent: list[dict[str, Any]], shown: dict[str, Any]
) -> None:
    """What was said behind a door stays there, also when it is open again."""
    if viewer.staff:
        return
    closed = [event for event in events if event.audience == "closed"]
    let_in = {
        event.item_id
        for event in closed
        if event.kind == "floor.given" and event.data["point"] == viewer.point
    }
    behind = [event for event in closed if event.item_id not in let_in]
    names = ("note", "directive", "unit")
    said = {"note.added", "note.changed", "directive.issued", "case.taken_up"}
    hidden = {(event.kind, event.n) for event in behind if event.kind in said}
    written = {
        event.data[name]
        for event in behind
        for name in names[:2]
        if event.kind in said and name in event.data
    }
    assert not {(wire["kind"], wire["n"]) for wire in sent} & hidden
    lists = [*shown["notes"], *shown["directives"]]
    for wire in sent:
        if wire["kind"] == "item.shown":
            lists += [*wire["data"]["notes"], *wire["data"]["directives"]]
        elif wire["kind"] == "view.shown":
            lists += [*wire["data"]["view"]["notes"], *wire["data"]["view"]["directives"]]
    assert not {each["id"] for each in lists} & written
    ended = [event for event in behind if event.kind == "item.concluded"]
    assert not [wire for wire in sent for event in ended if wire["n"] == event.n and wire["data"].get("text")]


async def test_the_play_reaches_everything(sqlite_house: House) -> None:
    """A theorem about sessions in which nothing happens would prove nothing."""
    seen: set[str] = set()
    rare = {"session.paused", "session.resumed", "session.closed"}
    rare |= {f"session.{each}" for each in ("changed", "published", "postponed", "cancelled")}
    for each in range(PLAYS):
        events, _ = await play(sqlite_house, 100 + each)
        seen |= {event.kind for event in events}
        if seen | rare == set(KINDS):
            break
    assert seen | rare == set(KINDS)
