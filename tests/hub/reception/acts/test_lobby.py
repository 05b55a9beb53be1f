"""Who came late: told to the desk and to their own room, named nowhere, let in or turned down."""

import json

import pytest

from hub.cases.rules import CaseKind
from hub.reception.live import LiveSession
from tests.kit.receptions import Live

NAME = "Lê Văn Ẩn"
CAME = {"kind": "complaint", "field": "land", "matter": f"{NAME} hỏi về đất", "name": NAME, "persons": 2}


async def announce(live: Live, code: str = "C11", **changes: object) -> str:
    [(_, announced)] = await live.room(code, "lobby.announce", **(CAME | changes))
    return str(announced["entry"])


async def test_a_room_announces_and_staff_let_in(live: Live) -> None:
    entry = await announce(live)
    known = (await live.state()).lobby[entry]
    assert NAME not in known.matter
    assert (known.unit, known.point, known.persons) == ("C11", live.point("C11"), 2)
    about = {"entry": entry, "kind": "complaint", "field": "land"}
    events = await live.clerk("lobby.admit", **about, title=f"Đất của {NAME}")
    assert [kind for kind, _ in events] == ["item.added", "lobby.admitted"]
    added = events[0][1]
    assert added["position"] == 4
    assert NAME not in added["case"]["title"]
    case = await live.house.cases.look(live.house.clerk, added["case"]["id"], "page")
    assert [person.name for person in case.petitioners] == [NAME]
    assert await live.refused(live.house.clerk, "lobby.turn_down", entry=entry, reason="x") == "entry_state"
    told = await live.house.receptions.newcomer(live.house.clerk, live.id, entry)
    assert told is not None
    assert told.person.name == NAME


async def test_the_timeline_names_nobody(live: Live) -> None:
    await announce(live)
    await announce(live, "C21", kind="denunciation", matter="Tố ông chủ tịch")
    events = json.dumps(
        [dict(each.data) for each in await live.house.receptions.load(live.id)], ensure_ascii=False
    )
    assert NAME not in events
    assert "chủ tịch" not in events


BICH = "Bà Trần Thị Bích"
AS_SPOKEN = {"name": BICH, "matter": "Đất của Trần Thị Bích"}


async def told_everywhere(live: Live) -> str:
    """All that the clerk and the announcing room are told of the session now."""
    session: LiveSession = await live.house.live(live.id)
    viewers = [
        await live.house.viewer(actor, live.id) for actor in (live.house.clerk, live.house.room("C11"))
    ]
    told = [(session.view(viewer), session.after(viewer, 0)) for viewer in viewers]
    return json.dumps(told, ensure_ascii=False)


async def who(live: Live, entry: str) -> str | None:
    found = await live.house.receptions.newcomer(live.house.clerk, live.id, entry)
    return found.person.name if found is not None else None


async def test_a_name_is_masked_however_it_is_spoken(live: Live) -> None:
    entry = await announce(live, **AS_SPOKEN)
    assert (await live.state()).lobby[entry].matter == "Đất của •••"
    about = {"entry": entry, "kind": "complaint", "field": "land"}
    [(_, added), _] = await live.clerk("lobby.admit", **about, title="Trần Thị Bích hỏi")
    case = await live.house.cases.look(live.house.clerk, added["case"]["id"], "page")
    assert case.title == "••• hỏi"


@pytest.mark.parametrize("kind", ["complaint", "denunciation"])
async def test_the_reason_for_turning_down_names_nobody(live: Live, kind: str) -> None:
    entry = await announce(live, kind=kind, **AS_SPOKEN)
    told = await live.clerk("lobby.turn_down", entry=entry, reason="Mời bà trần thị bích về")
    assert told == [
        ("lobby.turned_down", {"entry": entry, "point": live.point("C11"), "reason": "Mời ••• về"})
    ]


async def test_who_is_let_in_as_a_denouncer_is_named_nowhere_any_more(live: Live) -> None:
    entry = await announce(live, **AS_SPOKEN | {"matter": "Cán bộ địa chính"})
    assert "Cán bộ địa chính" in await told_everywhere(live)
    assert await who(live, entry) == BICH
    about = {"entry": entry, "kind": "denunciation", "field": "land"}
    await live.clerk("lobby.admit", **about, title="Tố cáo")
    assert await who(live, entry) is None
    assert "Cán bộ địa chính" not in await told_everywhere(live)


async def test_a_case_that_becomes_a_denunciation_hides_who_came_with_it_for_good(live: Live) -> None:
    entry = await announce(live, **AS_SPOKEN | {"matter": "Cán bộ địa chính"})
    about = {"entry": entry, "kind": "complaint", "field": "land"}
    [(_, added), _] = await live.clerk("lobby.admit", **about, title="Đất")
    assert await who(live, entry) == BICH
    assert "Cán bộ địa chính" in await told_everywhere(live)
    case = added["case"]["id"]
    await live.clerk("case.reclassify", case=case, kind="denunciation")
    assert await who(live, entry) is None
    assert "Cán bộ địa chính" not in await told_everywhere(live)
    await live.clerk("case.reclassify", case=case, kind="complaint")
    assert await who(live, entry) is None, "whoever came protected stays so"
    assert "Cán bộ địa chính" not in await told_everywhere(live)


async def test_who_came_is_asked_of_the_records_also_after_the_session(live: Live) -> None:
    entry = await announce(live, **AS_SPOKEN)
    about = {"entry": entry, "kind": "complaint", "field": "land"}
    [(_, added), _] = await live.clerk("lobby.admit", **about, title="Đất")
    await live.clerk("session.close")
    assert await who(live, entry) == BICH
    async with live.house.db.begin() as work:
        desk = live.house.cases.desk(work)
        await desk.reclassify(await desk.case(added["case"]["id"]), CaseKind.DENUNCIATION)
    assert await who(live, entry) is None


async def test_what_came_of_an_item_taken_off_is_told_no_more(live: Live) -> None:
    entry = await announce(live, matter="Cán bộ địa chính")
    about = {"entry": entry, "kind": "complaint", "field": "land"}
    [(_, added), _] = await live.clerk("lobby.admit", **about, title="Đất")
    await live.clerk("item.remove", item=added["item"], reason="Nhầm")
    assert "Cán bộ địa chính" not in await told_everywhere(live)


async def test_who_went_away_is_not_looked_up_any_more(live: Live) -> None:
    entry = await announce(live)
    await live.clerk("lobby.turn_down", entry=entry, reason="Hết giờ")
    assert await who(live, entry) is None
    await live.clerk("lobby.restore", entry=entry)
    assert await who(live, entry) == NAME


async def test_only_the_desk_and_the_room_itself_are_told(live: Live) -> None:
    entry = await announce(live)
    session: LiveSession = await live.house.live(live.id)
    for actor, knows in (
        (live.house.clerk, True),
        (live.house.room("C11"), True),
        (live.house.room("D1"), False),
        (live.house.room("C21"), False),
    ):
        viewer = await live.house.viewer(actor, live.id)
        assert (entry in json.dumps(session.view(viewer))) is knows
        assert (entry in json.dumps(session.after(viewer, 1))) is knows


async def test_turned_down_taken_back_and_gone(live: Live) -> None:
    entry = await announce(live)
    assert await live.refused(live.house.room("C21"), "lobby.withdraw", entry=entry) == "entry_unknown"
    await live.clerk("lobby.turn_down", entry=entry, reason="Hết giờ")
    assert (await live.state()).lobby[entry].reason == "Hết giờ"
    await live.clerk("lobby.restore", entry=entry)
    assert [kind for kind, _ in await live.room("C11", "lobby.withdraw", entry=entry)] == ["lobby.withdrawn"]


async def test_a_room_has_room_for_twenty(live: Live) -> None:
    for _ in range(20):
        await announce(live)
    assert await live.refused(live.house.room("C11"), "lobby.announce", **CAME) == "lobby_full"
    await announce(live, "C21")


async def test_a_case_on_the_spot(live: Live) -> None:
    opened = {
        "unit": "C21",
        "kind": "denunciation",
        "field": "other",
        "title": "Tố cáo",
        "name": NAME,
        "persons": 1,
    }
    [(kind, added)] = await live.clerk("case.open", **opened, audience="all")
    assert (kind, added["audience"], added["case"]["unit"]) == ("item.added", "closed", "C21")
    named = opened | {"title": f"{NAME} tố cáo"}
    assert await live.refused(live.house.clerk, "case.open", **named) == "identity_in_text"
    assert await live.refused(live.house.clerk, "case.open", **(opened | {"unit": "X"})) == "unit_unknown"


@pytest.mark.parametrize("announced", [True, False])
async def test_what_was_noted_of_somebody_who_then_denounces(live: Live, *, announced: bool) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("note.add", text=f"{NAME} chờ ngoài sảnh", mark=None)
    about = {"kind": "denunciation", "field": "land", "title": "Tố cáo cán bộ"}
    if announced:
        await live.clerk("lobby.admit", entry=await announce(live), **about)
    else:
        await live.clerk("case.open", unit="C11", name=NAME, persons=1, **about)
    assert [note.text for note in (await live.state()).notes.values()] == ["••• chờ ngoài sảnh"]
    assert (await live.house.receptions.verify(live.id)).ok
