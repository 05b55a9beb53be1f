"""A session over two relays: what one of them being gone, slow or back means to the rooms and to a closed
hearing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hub.people.roles import Role
from hub.relay.node import serving
from hub.store.database import Database
from tests.kit.clock import HandClock
from tests.kit.relays import settings_of
from tests.kit.web import Client, WebLab, until, web_lab
from tests.web.api.test_ws import live_session


class Two:
    """A web lab with two relays that can be ended and started."""

    def __init__(self, lab: WebLab, folder: Path) -> None:
        self.lab = lab
        self.relay = lab.services.relay
        self._folder = folder
        self._ends: dict[int, AsyncExitStack] = {}

    async def start(self, index: int) -> None:
        self._ends[index] = AsyncExitStack()
        await self._ends[index].enter_async_context(serving(settings_of(self._folder, index, 2)))
        await until(lambda: self.relay.clients[index].up)

    async def end(self, index: int) -> None:
        await self._ends.pop(index).aclose()
        await until(lambda: not self.relay.clients[index].up)

    async def close(self) -> None:
        for index in list(self._ends):
            await self.end(index)


@pytest.fixture
async def two(
    sqlite_db: Database, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Two]:
    monkeypatch.setattr("signaling.live_sessions.LOST_SECONDS", 0.2)
    monkeypatch.setattr("signaling.live_sessions.RETRY_SECONDS", 0.05)
    async with web_lab(sqlite_db, clock, tmp_path, relay=False, relays=2) as lab:
        made = Two(lab, tmp_path)
        for index in range(2):
            await made.start(index)
        yield made
        await made.close()


async def media(seat: Client) -> str:
    """Open a peer; its id."""
    await seat.say(type="media.open", publish=False)
    return str((await seat.hear("media.offer"))["peer"])


async def test_a_relay_that_is_gone_sends_its_own_rooms_elsewhere_and_no_other(two: Two) -> None:
    session = await live_session(two.lab)
    async with (
        two.lab.seat(session, await two.lab.room("C11"), screen="room") as one,
        two.lab.seat(session, await two.lab.room("C12"), screen="room") as other,
    ):
        seats = {two.relay.where(await media(seat)): seat for seat in (one, other)}
        assert set(seats) == {0, 1}
        await two.end(1)
        await seats[1].hear("media.lost")
        assert two.relay.where(await media(seats[1])) == 0
        await seats[0].say(type="ping", at=1)
        await seats[0].hear("pong", at=1)
        assert "media.lost" not in {message["type"] for message in seats[0].heard}


async def test_a_relay_that_is_away_for_a_moment_keeps_its_rooms(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.live_sessions.LOST_SECONDS", 60)
    session = await live_session(two.lab)
    async with two.lab.seat(session, await two.lab.room("C11"), screen="room") as room:
        peer = await media(room)
        client = two.relay.clients[two.relay.where(peer)]
        assert client._writer is not None
        client._writer.transport.abort()
        await until(lambda: not client.up)
        await until(lambda: client.up)
        hub = await two.lab.app.state.sessions.hub(session)
        await until(lambda: hub.director.stage is not None)
        assert peer in hub.peers
        await room.say(type="ping", at=1)
        await room.hear("pong", at=1)
        assert "media.lost" not in {message["type"] for message in room.heard}


async def test_doors_are_shut_at_both_before_it_is_committed(two: Two) -> None:
    session = await live_session(two.lab)
    async with two.lab.seat(session, await two.lab.account(Role.CLERK)) as console:
        assert (await console.do("audience.set", audience="closed"))["type"] == "done"
        assert await audiences(two, session) == [{"staff"}, {"staff"}]


async def test_a_dead_relay_does_not_keep_the_doors_open_and_comes_back_behind_them(two: Two) -> None:
    session = await live_session(two.lab)
    async with two.lab.seat(session, await two.lab.account(Role.CLERK)) as console:
        assert (await console.do("audience.set", audience="all", confirm=True))["type"] == "done"
        await two.end(1)
        async with asyncio.timeout(2):
            assert (await console.do("audience.set", audience="closed"))["type"] == "done"
        await two.start(1)
        assert await audiences(two, session) == [{"staff"}, {"staff"}]


async def test_a_relay_that_does_not_answer_keeps_doors_from_being_said_to_be_shut(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.director.RELAY_SECONDS", 0.3)
    session = await live_session(two.lab)
    async with two.lab.seat(session, await two.lab.account(Role.CLERK)) as console:
        assert (await console.do("audience.set", audience="all", confirm=True))["type"] == "done"
        stuck = asyncio.Event()

        async def hangs(_: object) -> None:
            await stuck.wait()

        with monkeypatch.context() as patch:
            patch.setattr(two.relay.clients[1], "put_stage", hangs)
            refusal = await console.do("audience.set", audience="closed")
            assert (refusal["type"], refusal["code"]) == ("refused", "media_unavailable")
        hub = await two.lab.app.state.sessions.hub(session)
        await hub.director.update()
        assert await audiences(two, session) == [{"staff", "points", "observers"}] * 2


async def test_a_web_process_that_starts_beside_one_dead_relay_waits_no_longer_than_that(
    sqlite_db: Database, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.live_sessions.LOST_SECONDS", 0.2)
    async with (
        serving(settings_of(tmp_path, 0, 2)),
        web_lab(sqlite_db, clock, tmp_path, relay=False, relays=2) as lab,
    ):
        session = await live_session(lab)
        async with lab.seat(session, await lab.account(Role.CLERK)) as console:
            assert (await console.do("audience.set", audience="closed"))["type"] == "done"
            state = await lab.services.relay.state(0)
            assert [set(stage.audience) for stage in state.stages if stage.stage == session] == [{"staff"}]


async def audiences(two: Two, session: str) -> list[set[str]]:
    """Of that session's stage at each relay."""
    states = [await client.state() for client in two.relay.clients]
    return [set(stage.audience) for state in states for stage in state.stages if stage.stage == session]
