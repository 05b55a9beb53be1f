import pytest
from sqlalchemy import update

from hub.cases.lives import Lives
from hub.cases.models import Case
from hub.cases.rules import CaseKind
from hub.reception.telling import batch
from tests.kit.receptions import Live


async def test_setting_the_audience_of_the_current_item(live: Live) -> None:
    assert await live.refused(live.house.clerk, "audience.set", audience="closed") == "no_current_item"
    await live.clerk("item.call", item=live.items[0])
    for audience in ("closed", "related", "all"):
        assert await live.clerk("audience.set", audience=audience, confirm=True) == [
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
    assert (
        await live.refused(live.house.clerk, "audience.set", audience="all", confirm=True)
        == "denunciation_closed"
    )


async def test_reclassifying_to_something_else(live: Live) -> None:
    case = live.cases[0].id
    changed = {"case": case, "item": live.items[0], "kind": "reflection"}
    assert await live.clerk("case.reclassify", case=case, kind="reflection") == [
        ("case.reclassified", changed)
    ]
    assert await live.clerk("case.reclassify", case=case, kind="reflection") == []


async def test_a_denunciation_no_more_stays_closed_until_its_people_are_unsealed(live: Live) -> None:
    await live.clerk("item.call", item=live.items[2])
    await live.clerk("case.reclassify", case=live.cases[2].id, kind="complaint")
    assert (await live.state()).items[live.items[2]].audience == "closed"
    opening = {"audience": "all", "confirm": True}
    assert await live.refused(live.house.clerk, "audience.set", **opening) == "denunciation_closed"
    async with live.house.db.begin() as work:
        desk = live.house.cases.desk(work)
        await desk.unseal(await desk.case(live.cases[2].id))
    await live.clerk("audience.set", audience="all", confirm=True)


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


@pytest.mark.parametrize("on_page", [True, False])
async def test_a_session_that_is_over_closes_with_its_case(live: Live, *, on_page: bool) -> None:
    house, case = live.house, live.cases[0]
    other, called_off = await house.session(case), await house.session(case)
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("note.add", text="bà Mơ nói", mark=None)
    await live.conclude(live.items[0], "bà Mơ đúng")
    await live.clerk("session.close")
    await house.receptions.before.cancel(house.clerk, called_off, "Bão số 3")
    if on_page:
        await classify(live)
    else:
        await house.do(house.clerk, other, "case.reclassify", case=case.id, kind="denunciation")
    outsider = await house.viewer(house.room("C21"), live.id)
    for session in (live.id, called_off):
        known = await house.live(session)
        shown, told = known.view(outsider), batch(await house.receptions.load(session), known.state, outsider)
        assert case.id not in str([shown, told])
        assert "Mơ" not in str([shown, told])
        assert (await house.receptions.verify(session)).ok
    staff = (await house.live(live.id)).view(await house.viewer(house.clerk, live.id))
    assert staff["items"][0]["conclusion"] == "bà Mơ đúng"
    assert staff["session"]["state"] == "closed"


async def test_what_was_decided_over_an_ended_session_is_told_of_secrets_only(live: Live) -> None:
    await live.clerk("session.close")
    before = await live.state()
    other = await live.house.session(live.cases[0])
    kind = {"case": live.cases[0].id, "kind": "reflection"}
    await live.house.do(live.house.clerk, other, "case.reclassify", **kind)
    assert await live.state() == before


async def classify(live: Live, kind: str = "denunciation") -> None:
    """The first case is classified on its own page."""
    told = {"kind": kind, "field": "land"}
    await Lives(live.house.cases).perform(live.house.clerk, live.cases[0].id, "classify", data=told)


async def test_a_denunciation_by_its_own_page_closes_every_session_that_has_it(live: Live) -> None:
    house, item = live.house, live.items[0]
    later = await house.session(live.cases[0])
    await live.clerk("item.call", item=item)
    await live.clerk("floor.give", point=live.point("C21"))
    before = (await live.state()).n
    await classify(live)
    told = [(event.kind, dict(event.data)) for event in await house.receptions.load(live.id, before)]
    assert told == [
        ("floor.ended", {"point": live.point("C21"), "reason": "closed"}),
        ("audience.set", {"item": item, "audience": "closed"}),
        ("case.reclassified", {"case": live.cases[0].id, "item": item, "kind": "denunciation"}),
    ]
    assert (await house.receptions.load(later))[-1].kind == "case.reclassified"
    for session in (live.id, later):
        assert (await house.receptions.verify(session)).ok
        outsider = await house.viewer(house.room("C21"), session)
        assert (await house.live(session)).view(outsider)["items"][0]["case"] is None


async def test_what_becomes_something_else_on_its_page_closes_nothing(live: Live) -> None:
    before = await live.state()
    await classify(live, "reflection")
    assert await live.state() == before


async def forget(live: Live) -> None:
    """The records know a denunciation that no session was told of."""
    async with live.house.db.begin() as work:
        case = Case.id == live.cases[0].id
        await work.session.execute(update(Case).where(case).values(kind="denunciation"))


async def test_reclassifying_closes_what_the_records_knew_already(live: Live) -> None:
    later = await live.house.session(live.cases[0])
    await forget(live)
    events = await live.clerk("case.reclassify", case=live.cases[0].id, kind="denunciation")
    assert [kind for kind, _ in events] == ["audience.set", "case.reclassified"]
    assert (await live.house.receptions.load(later))[-1].kind == "case.reclassified"
    assert await live.clerk("case.reclassify", case=live.cases[0].id, kind="denunciation") == []


async def test_calling_and_hearing_ask_the_records_once_more(live: Live) -> None:
    item = live.items[0]
    await forget(live)
    told = ["audience.set", "case.reclassified"]
    assert [kind for kind, _ in await live.clerk("item.call", item=item)] == [*told, "item.called"]
    assert (await live.state()).items[item].audience == "closed"
    assert [kind for kind, _ in await live.clerk("item.hear", item=item)] == ["item.hearing"]


async def test_hearing_closes_what_became_secret_since_its_call(live: Live) -> None:
    item = live.items[0]
    await live.clerk("item.call", item=item)
    await forget(live)
    told = ["audience.set", "case.reclassified", "item.hearing"]
    assert [kind for kind, _ in await live.clerk("item.hear", item=item)] == told


async def test_an_audience_is_set_for_the_item_that_is_meant(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("item.call", item=live.items[1])
    late = {"audience": "closed", "item": live.items[0]}
    assert await live.refused(live.house.clerk, "audience.set", **late) == "item_changed"
    assert await live.clerk("audience.set", audience="closed", item=live.items[1])
