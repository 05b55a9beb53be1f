from typing import Any, cast

from hub.cases.lives import Lives
from signaling.live_sessions import LiveSessions
from tests.kit.conversing import StandInRelay, hub_of
from tests.kit.receptions import Live


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
