import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from hub.cases.lives import Lives
from hub.relay.client import LinkEvent, LinkUp, RelayUnavailable
from hub.relay.control import PeerState, RelayState
from hub.relay.core.specs import StageSpec
from signaling import live_sessions
from signaling.check_desk import PREFIX, CheckDesk
from signaling.live_sessions import LiveSessions
from signaling.talk_desk import stage_of
from tests.kit.conversing import StandInRelay, hub_of
from tests.kit.receptions import Live


class Relays(StandInRelay):
    """Two relays that are linked one after the other. `states` is what each has; `away` is how often a stage
    of that label cannot be put at all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.states = [RelayState("b0", (), ()), RelayState("b1", (), ())]
        self.away: dict[str, int] = {}
        self.put: list[StageSpec] = []
        self.closed: list[str] = []
        self.looked: list[int] = []
        self._events: asyncio.Queue[LinkEvent] = asyncio.Queue()

    def __len__(self) -> int:
        return len(self.states)

    async def run(self) -> None:
        """Links that are up."""

    async def events(self) -> AsyncIterator[LinkEvent]:
        """What was told, in order."""
        for relay in range(len(self)):
            self.tell_up_again(relay)
        while True:
            yield await self._events.get()

    def tell_up_again(self, relay: int) -> None:
        """As the pool's."""
        self._events.put_nowait(LinkUp(f"b{relay}", fresh=False, relay=relay))

    def is_dead(self, relay: int) -> bool:
        """They live."""
        return False

    async def state(self, relay: int) -> RelayState:
        """What one has."""
        self.looked.append(relay)
        return self.states[relay]

    async def put_stage(self, stage: StageSpec) -> None:
        """Remember it, unless one of them cannot be told."""
        if self.away.get(stage.stage, 0):
            self.away[stage.stage] -= 1
            raise RelayUnavailable("the relay cannot be reached")
        self.put.append(stage)

    async def close_peer(self, peer: str) -> None:
        """Remember it."""
        self.closed.append(peer)


def sessions_of(live: Live, relay: Relays, desk: CheckDesk | None = None) -> LiveSessions:
    house = live.house
    return LiveSessions(
        db=house.db,
        receptions=house.receptions,
        relay=cast(Any, relay),
        clock=house.clock,
        ids=house.ids,
        apart=desk.has if desk is not None else lambda _: False,
    )


def having(*stages: str, **peers: str) -> RelayState:
    """What a relay has: stages, and peers by the stage they are on."""
    return RelayState(
        "b0",
        tuple(PeerState(peer, stage, "viewer:x", frozenset(), True, ()) for peer, stage in peers.items()),
        tuple(StageSpec(stage, frozenset({"points"})) for stage in stages),
    )


async def test_what_cannot_be_told_one_relay_keeps_no_session_dark_and_is_told_later(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_sessions, "RETRY_SECONDS", 0.05)
    relay, talk = Relays(), stage_of(live.id, "t9")
    relay.states[0] = having(live.id, talk, "gone", stray="gone")
    relay.away = {talk: 1, "gone": 1}
    sessions = sessions_of(live, relay)
    async with sessions.running(), asyncio.timeout(10):
        while not {StageSpec(talk), StageSpec("gone")} <= set(relay.put):
            await asyncio.sleep(0.01)
        assert live.id in {stage.stage for stage in relay.put}, "the session is on the air"
        assert relay.looked.count(0) == 2
        assert "stray" in relay.closed
        relay.states[0] = having(live.id)
        looked = len(relay.looked)
        await asyncio.sleep(0.2)
        assert len(relay.looked) == looked, "nothing is left to be told"


async def test_a_talk_that_goes_on_is_not_cut_by_a_relay_that_has_none_of_its_people(live: Live) -> None:
    relay = Relays()
    [(_, opened), *_] = await live.clerk("talk.open", point=live.point("C11"))
    talk = stage_of(live.id, opened["talk"])
    relay.states[0] = having(live.id, talk, stage_of(live.id, "t9"))
    over = StageSpec(stage_of(live.id, "t9"))
    async with sessions_of(live, relay).running(), asyncio.timeout(10):
        while not {over.stage, talk} <= {stage.stage for stage in relay.put}:
            await asyncio.sleep(0.01)
    assert over in relay.put
    assert StageSpec(talk) not in relay.put


async def test_a_room_that_checks_itself_is_left_in_peace_when_a_link_comes_up(live: Live) -> None:
    house, relay = live.house, Relays()
    desk = CheckDesk(cast(Any, relay), house.clock, house.ids)
    trial = await desk.open("room", "way")
    stage, old = f"{PREFIX}{trial.peer}", f"{PREFIX}old"
    relay.states[0] = having(stage, old, **{trial.peer: stage, "old": old})
    sessions = sessions_of(live, relay, desk)
    await sessions._take(LinkUp("b0", fresh=False))
    assert relay.closed == ["old"], "of a process that is no more"
    assert StageSpec(stage) not in relay.put
    await desk.close("room", trial.peer)
    await sessions._take(LinkUp("b0", fresh=False))
    assert trial.peer in relay.closed


async def test_a_case_closed_on_its_page_is_cut_before_the_commit_and_stays_so(live: Live) -> None:
    house, relay = live.house, StandInRelay()
    sessions = LiveSessions(
        db=house.db, receptions=house.receptions, relay=cast(Any, relay), clock=house.clock, ids=house.ids
    )
    await live.clerk("item.call", item=live.items[0])
    hub = await hub_of(live, relay)
    sessions._hubs[live.id] = hub
    assert relay.stage is not None
    assert "points" in relay.stage.audience
    told = {"kind": "denunciation", "field": "land"}
    seen: list[str] = []

    async def seal(*_: object) -> None:
        seen.append((await live.state()).items[live.items[0]].audience.value)  # what others read meanwhile
        assert relay.stage is not None
        seen.extend(sorted(relay.stage.audience))

    house.cases.on_sealing = seal
    await Lives(house.cases).perform(house.clerk, live.cases[0].id, "classify", data=told)
    assert seen == ["all", "staff"]
    await hub.catch_up()
    assert hub.live.state.items[live.items[0]].audience == "closed"
    assert sorted(relay.stage.audience) == ["staff"]
