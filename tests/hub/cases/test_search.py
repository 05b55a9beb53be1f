"""Search finds what is there and what one may see, on both databases, by either way."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.cases import candidates
from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.info import CaseInfo
from hub.cases.lives import Lives
from hub.cases.rules import CaseField, CaseKind
from hub.cases.saved import MOST, SavedSearches
from hub.cases.search import Search, Wanted
from hub.cases.vault import Person
from hub.people.roles import Role
from hub.units.local_day import local_day
from tests.kit.factories import House


@pytest.fixture(params=["few", "many"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once from few candidates, by the index of words; once down the whole list."""
    if request.param == "many":
        monkeypatch.setattr(candidates, "FEW", 0)
        monkeypatch.setattr(candidates, "RARE", -1)


@pytest.mark.parametrize("rare", [-1, candidates.RARE])
async def test_of_more_than_are_counted_pages_go_down_the_list(
    house: House, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(candidates, "MOST_COUNTED", 2)
    monkeypatch.setattr(candidates, "FEW_AT_ONCE", 2)
    monkeypatch.setattr(candidates, "RARE", rare)
    for number in range(5):
        house.clock.advance(60)
        await put(house, "C11", f"Khiếu nại đất {number}")
    search = Search(house.db, house.clock, house.ids)
    for wanted in (Wanted("khieu dat"), Wanted(), Wanted(kind="complaint", unit=house.unit["C11"].id)):
        pages = [await search.find(house.account(Role.CLERK), wanted, offset=at, limit=2) for at in (0, 2)]
        assert [(page.total, page.more) for page in pages] == [(2, True)] * 2
        titles = [case.title[-1] for page in pages for case in page.cases]
        assert titles == ["4", "3", "2", "1"]


async def put(
    house: House, unit: str, title: str, kind: CaseKind = CaseKind.COMPLAINT, phone: str = ""
) -> CaseInfo:
    people = (Person("Đỗ Văn Bảy", "Xóm 1", phone),)
    return await house.cases.register(
        NewCase(kind, CaseField.LAND, house.unit[unit].id, title, "Không có.", people)
    )


async def found(house: House, wanted: Wanted, role: Role = Role.CLERK, unit: str = "P") -> list[str]:
    search = Search(house.db, house.clock, house.ids)
    page = await search.find(house.account(role, unit), wanted)
    assert page.total == len(page.cases)
    return [case.title for case in page.cases]


@pytest.mark.usefixtures("either_way")
async def test_words_without_tone_marks(house: House) -> None:
    await put(house, "C11", "Khiếu nại đất đai ở Hà Lầm")
    await put(house, "C11", "Khiếu nại đất đai ở Hồng Hà")
    await put(house, "C12", "Môi trường chợ")
    assert await found(house, Wanted("khieu nai dat dai ha lam")) == ["Khiếu nại đất đai ở Hà Lầm"]
    assert await found(house, Wanted("KHIẾU nại đất")) == [
        "Khiếu nại đất đai ở Hồng Hà",
        "Khiếu nại đất đai ở Hà Lầm",
    ]
    assert await found(house, Wanted("moi tr")) == ["Môi trường chợ"]
    assert await found(house, Wanted("uong")) == []  # words are found by how they begin
    assert await found(house, Wanted("'\"*:&|!() -- %_")) == await found(house, Wanted())


@pytest.mark.usefixtures("either_way")
async def test_what_one_may_see(house: House) -> None:
    await put(house, "C11", "Đất một")
    await put(house, "C21", "Đất hai")
    await put(house, "C11", "Đất ba", CaseKind.DENUNCIATION)
    assert await found(house, Wanted("dat")) == ["Đất ba", "Đất hai", "Đất một"]
    assert await found(house, Wanted("dat"), Role.RECEPTION, "D1") == ["Đất ba", "Đất một"]
    assert await found(house, Wanted("dat"), Role.POINT_LEADER, "C11") == ["Đất một"]
    assert await found(house, Wanted("dat"), Role.TECHNICIAN, "P") == []
    assert await found(house, Wanted(unit=house.unit["D2"].id)) == ["Đất hai"]


async def test_number_phone_and_trail(house: House) -> None:
    case = await put(house, "C11", "Đất một", phone="0900 000.001")
    await put(house, "C11", "Đất hai", CaseKind.DENUNCIATION, phone="0900 000 001")
    assert await found(house, Wanted(case.number)) == ["Đất một"]
    assert await found(house, Wanted("+84 900 000 001")) == ["Đất một"]
    assert await found(house, Wanted("0900000001"), Role.POINT_LEADER, "C11") == []
    async with house.db.read() as session:
        noted = await session.scalars(
            text("SELECT subject FROM audit_entries WHERE act = 'case.people_seen'")
        )
        assert list(noted) == [f"case:{case.id}"]


@pytest.mark.usefixtures("either_way")
async def test_period_state_term(house: House) -> None:
    await put(house, "C11", "Đất một")
    today = local_day(house.clock.now())
    tomorrow = today + timedelta(days=1)
    assert await found(house, Wanted(since=today, until=today, kind="complaint", state="received")) == [
        "Đất một"
    ]
    assert await found(house, Wanted(since=tomorrow)) == []
    assert await found(house, Wanted(state="closed")) == []
    assert await found(house, Wanted(due="open")) == ["Đất một"]
    assert await found(house, Wanted(due="overdue")) == []
    house.clock.advance(timedelta(days=40).total_seconds())
    assert await found(house, Wanted(due="overdue")) == ["Đất một"]
    with pytest.raises(Refusal, match="data_bad"):
        await found(house, Wanted(since=tomorrow, until=today))


@pytest.mark.usefixtures("either_way")
async def test_open_cases_without_a_running_term_are_on_a_list(house: House) -> None:
    cases = {title: (await put(house, "C11", title)).id for title in ("Đất rút", "Đất mở lại", "Đất xong")}
    await put(house, "C11", "Đất chạy")
    lives = Lives(house.cases)
    withdrawn = {"reason": "x", "uncoerced": True}
    await lives.perform(house.clerk, cases["Đất rút"], "withdraw", data=withdrawn)
    for title in ("Đất mở lại", "Đất xong"):
        for act, data in (
            ("classify", {"kind": "complaint", "field": "land"}),
            ("find_ineligible", {"reason": "x"}),
            ("guide", {"whereto": "x"}),
            ("notify_petitioner", {"how": "x"}),
            ("close_sent_away", {}),
        ):
            await lives.perform(house.clerk, cases[title], act, data=data)
    await lives.perform(house.clerk, cases["Đất mở lại"], "reopen", data={"reason": "x", "number": "1"})
    for wanted in (Wanted(due="none"), Wanted("dat", due="none"), Wanted(due="none", state="eligible")):
        asked = ["Đất mở lại"] if wanted.state else ["Đất rút", "Đất mở lại"]
        assert await found(house, wanted) == asked
        assert await found(house, wanted, Role.RECEPTION, "D2") == []


async def test_a_name_that_was_masked_is_in_no_index(house: House) -> None:
    case = await put(house, "C11", "Ông Đỗ Văn Bảy bị chiếm đất")
    assert await found(house, Wanted("bay chiem")) != []
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        await desk.reclassify(await desk.case(case.id), CaseKind.DENUNCIATION)
    assert await found(house, Wanted("bay")) == []
    assert await found(house, Wanted("chiem")) != []
    if house.db.dialect == "sqlite":
        async with house.db.read() as session:
            pieces = await session.scalars(text("SELECT block FROM case_words_data"))
            assert not any(b"bay" in bytes(piece) for piece in pieces)


async def test_without_an_index(sqlite_house: House) -> None:
    await put(sqlite_house, "C11", "Khiếu nại đất đai ở Hà Lầm")
    async with sqlite_house.db.begin() as work:
        await work.session.execute(text("DROP TRIGGER case_words_added"))
    assert await found(sqlite_house, Wanted("ha lam")) == ["Khiếu nại đất đai ở Hà Lầm"]


async def test_whole_list_or_none(house: House) -> None:
    for number in range(3):
        await put(house, "C11", f"Đất {number}")
    search = Search(house.db, house.clock, house.ids)
    assert len(await search.every(house.clerk, Wanted("dat"), 3)) == 3
    with pytest.raises(Refusal, match="export_too_long"):
        await search.every(house.clerk, Wanted("dat"), 2)


async def test_saved_searches_are_ones_own(house: House) -> None:
    saved = SavedSearches(house.db, house.clock, house.ids)
    chair = house.account(Role.CHAIR)
    await saved.keep(house.clerk, " Quá  hạn ", {"due": "overdue", "q": ""})
    await saved.keep(house.clerk, "Quá hạn", {"due": "soon"})
    (only,) = await saved.of(house.clerk)
    assert (only.name, only.query) == ("Quá hạn", {"due": "soon"})
    assert await saved.of(chair) == []
    await saved.drop(chair, only.id)
    assert len(await saved.of(house.clerk)) == 1
    for number in range(MOST - 1):
        await saved.keep(house.clerk, f"Số {number}", {"q": "đất"})
    with pytest.raises(Refusal, match="saved_full"):
        await saved.keep(house.clerk, "Một nữa", {"q": "đất"})
    await saved.drop(house.clerk, only.id)
    with pytest.raises(Refusal, match="data_bad"):
        await saved.keep(house.clerk, " ", {"q": "đất"})
