"""A connection by its driver: who is looked up again, and when."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from hub.people.actor import Actor
from hub.reception.viewer import Viewer
from hub.store.database import Busy
from signaling import driver
from signaling.session_hub import SessionHub
from tests.kit.clock import HandClock
from tests.kit.conversing import OneSession, Participant, StandInRelay
from tests.kit.receptions import Live


@dataclass
class Talk:
    """The clerk and the room of C11 in a live session. `revoked`: whose cookies count no more."""

    live: Live
    hub: SessionHub
    sessions: OneSession
    revoked: set[str] = field(default_factory=set)
    people: list[Participant] = field(default_factory=list)

    async def come(self, name: str, clock: Any = None) -> Participant:
        """Somebody connects."""
        house = self.live.house

        async def identify() -> Actor | None:
            if name in self.revoked:
                return None
            return house.clerk if name == "clerk" else house.room(name)

        screen = "console" if name == "clerk" else "room"
        person = Participant(name, screen, self.sessions, clock or house.clock, identify)
        await person.come()
        self.people.append(person)
        return person


@pytest.fixture
async def talk(live: Live) -> AsyncIterator[Talk]:
    house, relay = live.house, cast(Any, StandInRelay())
    hub = SessionHub(
        await house.live(live.id),
        receptions=house.receptions,
        relay=relay,
        bus=house.db.bus,
        clock=house.clock,
        ids=house.ids,
    )
    await hub.relays_up({}, all_known=True)
    talk = Talk(live, hub, OneSession(hub, house.receptions))
    yield talk
    for person in talk.people:
        await person.leave()


def said(person: Participant, kind: str) -> list[dict[str, Any]]:
    return [each for each in person.pipe.said if each["type"] == kind]


async def test_whoever_is_revoked_goes_with_whatever_they_say_next(talk: Talk) -> None:
    room = await talk.come("C11")
    talk.revoked.add("C11")
    talk.live.house.clock.advance(driver.RECHECK_SECONDS)
    room.say(type="media.report", decoding=True, frames=1, sound=True, loss=0.0)
    await room.until(lambda: False)
    assert room.pipe.code == 4401


async def test_whoever_is_revoked_and_says_nothing_goes_too(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass
    class Running(HandClock):
        """A clock that goes by itself."""

        def monotonic(self) -> float:
            return time.monotonic()

    monkeypatch.setattr(driver, "RECHECK_SECONDS", 0.05)
    room = await talk.come("C11", Running())
    talk.revoked.add("C11")
    await room.until(lambda: False)
    assert room.pipe.code == 4401


async def test_a_media_connection_is_for_whoever_is_still_signed_in(talk: Talk) -> None:
    room = await talk.come("C11")
    room.say(type="media.open", publish=False)
    await room.until(lambda: said(room, "media.offer") != [])
    talk.revoked.add("C11")
    room.say(type="media.open", publish=False)
    await room.until(lambda: False)
    assert (room.pipe.code, len(said(room, "media.offer"))) == (4401, 1)
    assert [each["code"] for each in said(room, "media.refused")] == ["signed_out"]


async def becoming(talk: Talk, monkeypatch: pytest.MonkeyPatch, **other: Any) -> tuple[str, dict[str, Any]]:
    """The media peer of the room of C11, and what the room is welcomed with once it is somebody else and
    comes back at once, with that peer."""
    room = await talk.come("C11")
    room.say(type="media.open", publish=True)
    await room.until(lambda: said(room, "media.offer") != [])
    [offer] = said(room, "media.offer")
    look_up = talk.live.house.receptions.viewer

    async def viewer(actor: Actor, session_id: str) -> Viewer:
        return replace(await look_up(actor, session_id), **other)

    monkeypatch.setattr(talk.live.house.receptions, "viewer", viewer)
    talk.live.house.clock.advance(driver.RECHECK_SECONDS)
    room.say(type="media.report", decoding=True, frames=1, sound=True, loss=0.0)
    await room.until(lambda: False)
    assert room.pipe.code == 1001
    await room.leave()
    orphans = talk.hub.peers.orphans(talk.live.house.clock.monotonic())
    assert orphans == ([] if "name" in other else [offer["peer"]])
    await room.come(media=offer["peer"])
    [welcome] = said(room, "welcome")
    return offer["peer"], welcome


async def test_whoever_may_hear_something_else_now_keeps_no_connection_of_before(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer, welcome = await becoming(talk, monkeypatch, unit="another")
    assert welcome["media"] == "none"
    await talk.hub.media.sweep()
    assert peer not in talk.hub.peers


async def test_whoever_is_only_called_otherwise_keeps_it(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, welcome = await becoming(talk, monkeypatch, name="Phòng tiếp công dân")
    assert welcome["media"] == "kept"
    await talk.hub.media.sweep()
    assert peer in talk.hub.peers


async def test_a_fault_is_one_refusal_and_the_connection_goes_on(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await talk.come("clerk")

    async def fault(*_: object, **__: object) -> None:
        raise LookupError("no row was found")

    with monkeypatch.context() as broken:
        broken.setattr(talk.live.house.receptions, "execute", fault)
        refused = await clerk.do("1", "hand.raise", {})
    assert refused is not None
    assert (refused["type"], refused["code"]) == ("refused", "internal")
    await talk.live.clerk("item.call", item=talk.live.items[0])
    done = await clerk.do("2", "note.add", {"text": "x", "mark": None})
    assert done is not None
    assert done["type"] == "done"


@pytest.mark.parametrize("error", [Busy("readers"), RuntimeError("a fault")])
async def test_what_was_committed_is_done_though_nobody_could_be_told(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    clerk = await talk.come("clerk")
    await talk.live.clerk("item.call", item=talk.live.items[0])

    async def fail() -> bool:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(talk.hub.live, "refresh", fail)
        done = await clerk.do("1", "note.add", {"text": "một lần", "mark": None})
    assert done is not None
    assert done["type"] == "done"
    assert [note.text for note in (await talk.live.state()).notes.values()] == ["một lần"]
    await talk.hub.catch_up()
    await clerk.until(lambda: any(each.get("kind") == "note.added" for each in clerk.pipe.said))
