from hub.cases.rules import CaseKind
from tests.kit.receptions import Live


async def test_setting_the_audience_of_the_current_item(live: Live) -> None:
    assert await live.refused(live.house.clerk, "audience.set", audience="closed") == "no_current_item"
    await live.clerk("item.call", item=live.items[0])
    for audience in ("closed", "related", "all"):
        assert await live.clerk("audience.set", audience=audience) == [
            ("audience.set", {"item": live.items[0], "audience": audience})
        ]


async def test_closing_takes_the_floor_back(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    assert [kind for kind, _ in await live.clerk("audience.set", audience="closed")] == [
        "floor.ended",
        "audience.set",
    ]
    assert (await live.state()).items[live.items[0]].guests == frozenset()


async def test_a_denunciation_stays_closed(live: Live) -> None:
    await live.clerk("item.call", item=live.items[2])
    for audience in ("all", "related"):
        assert (
            await live.refused(live.house.clerk, "audience.set", audience=audience) == "denunciation_closed"
        )
    await live.clerk("audience.set", audience="closed")


async def test_reclassifying_to_a_denunciation_closes_first(live: Live) -> None:
    item, case = live.items[0], live.cases[0]
    await live.clerk("item.call", item=item)
    await live.clerk("floor.give", point=live.point("C11"))
    assert await live.clerk("case.reclassify", case=case.id, kind="denunciation") == [
        ("floor.ended", {"point": live.point("C11"), "reason": "closed"}),
        ("audience.set", {"item": item, "audience": "closed"}),
        ("case.reclassified", {"case": case.id, "item": item, "kind": "denunciation"}),
    ]
    seen = await live.house.cases.get_for(live.house.clerk, case.id)
    assert (seen.kind, seen.petitioners) == (CaseKind.DENUNCIATION, ())
    assert await live.refused(live.house.clerk, "audience.set", audience="all") == "denunciation_closed"


async def test_reclassifying_to_something_else(live: Live) -> None:
    case = live.cases[0].id
    changed = {"case": case, "item": live.items[0], "kind": "reflection"}
    assert await live.clerk("case.reclassify", case=case, kind="reflection") == [
        ("case.reclassified", changed)
    ]
    assert await live.clerk("case.reclassify", case=case, kind="reflection") == []


async def test_a_denunciation_no_more_stays_closed_until_opened(live: Live) -> None:
    await live.clerk("item.call", item=live.items[2])
    await live.clerk("case.reclassify", case=live.cases[2].id, kind="complaint")
    assert (await live.state()).items[live.items[2]].audience == "closed"
    await live.clerk("audience.set", audience="all")


async def test_only_cases_of_this_session(live: Live) -> None:
    other = await live.house.case("C11")
    for case in (other.id, "0" * 26):
        refusal = await live.refused(live.house.clerk, "case.reclassify", case=case, kind="denunciation")
        assert refusal == "case_unknown"


async def test_every_session_to_come_closes_too(live: Live) -> None:
    house = live.house
    later = await house.session(live.cases[0])
    await live.clerk("case.reclassify", case=live.cases[0].id, kind="denunciation")
    events = await house.receptions.load(later)
    assert [event.kind for event in events[-2:]] == ["audience.set", "case.reclassified"]
    assert (await house.receptions.verify(later)).ok
    assert (await house.receptions.verify(live.id)).ok
    assert (await live.state()).items[live.items[0]].audience == "closed"
