import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.models import Case, CaseBook, Petitioner, SealedPetitioner, SealedText
from hub.cases.rules import CaseField, CaseKind, Due
from hub.cases.search import Wanted
from hub.cases.vault import Person
from hub.people.roles import Role
from tests.kit.factories import PETITIONER, House

DENOUNCER = Person("Trần Văn Kín", "Ngõ Sâu", "0123", persons=2)


def new(house: House, unit: str = "C11", kind: CaseKind = CaseKind.COMPLAINT, **more: object) -> NewCase:
    values = {"title": "Đền bù đất", "summary": "", "petitioners": (PETITIONER,)} | more
    return NewCase(kind=kind, field=CaseField.LAND, unit=house.unit[unit].id, **values)  # type: ignore[arg-type]


def denunciation(house: House, **more: object) -> NewCase:
    return new(
        house, kind=CaseKind.DENUNCIATION, **{"title": "Tố cáo cán bộ", "petitioners": (DENOUNCER,), **more}
    )


async def test_numbers_count_per_unit_and_year(house: House) -> None:
    numbers = [(await house.case(unit)).number for unit in ("C11", "C11", "C12")]
    assert numbers == ["2026/0001", "2026/0002", "2026/0001"]
    house.clock.advance(days=200)
    assert (await house.case("C11")).number == "2027/0001"


async def test_the_year_is_that_of_vietnam(house: House) -> None:
    received = house.clock.now().replace(month=12, day=31, hour=18)
    case = await house.cases.register(new(house, received_at=received))
    assert case.number == "2027/0001"


async def test_numbers_have_no_gaps_when_many_are_received_at_once(house: House) -> None:
    bad = new(house, title="x", petitioners=(Person("Bà Tư"),) * 2, kind=CaseKind.DENUNCIATION)
    tries = [house.cases.register(new(house)) for _ in range(12)]
    refused = [house.cases.register(new(house, title="")) for _ in range(3)]
    done = await asyncio.gather(*tries, *refused, house.cases.register(bad), return_exceptions=True)
    numbers = sorted(case.number for case in done if not isinstance(case, BaseException))
    assert numbers == [f"2026/{n:04d}" for n in range(1, 14)]


async def test_a_rolled_back_number_is_given_again(house: House) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012 - the whole transaction is what fails
        async with house.db.begin() as work:
            await house.cases.desk(work).register(new(house))
            raise RuntimeError
    assert (await house.case()).number == "2026/0001"
    async with house.db.read() as session:
        assert (await session.get_one(CaseBook, (house.unit["C11"].id, 2026))).last == 1


async def test_who_sees_a_case(house: House) -> None:
    case = await house.case("C11")
    inside = [
        house.clerk,
        house.account(Role.CHAIR, None),
        house.account(Role.RECEPTION, "D1"),
        house.account(Role.POINT_LEADER, "C11"),
        house.account(Role.SUPERVISOR, "P"),
        house.room("C11"),
        house.room("D1"),
    ]
    outside = [
        house.room("C12"),
        house.room("D2"),
        house.account(Role.CLERK, "D2"),
        house.account(Role.POINT_LEADER, "C21"),
        house.account(Role.ADMINISTRATOR, None),
        house.account(Role.TECHNICIAN, "P"),
    ]
    for actor in inside:
        assert (await house.cases.get_for(actor, case.id)).petitioners == ()
        assert (await house.cases.look(actor, case.id, "page")).petitioners == (PETITIONER,)
        assert (await house.cases.search().find(actor, Wanted())).total == 1
    for actor in outside:
        for asked in (case.id, "0" * 26, "?"):
            with pytest.raises(Refusal, match="case_unknown"):
                await house.cases.get_for(actor, asked)
        assert (await house.cases.search().find(actor, Wanted())).total == 0


async def test_a_denunciation_is_for_the_staff_only(house: House) -> None:
    case = await house.cases.register(denunciation(house))
    seen = await house.cases.get_for(house.clerk, case.id)
    assert (seen.petitioners, seen.masked, seen.persons) == ((), True, 2)
    hidden = [
        house.room("C11"),
        house.room("D1"),
        house.account(Role.POINT_LEADER, "C11"),
        house.account(Role.SUPERVISOR, "P"),
        house.account(Role.ADVISER, "P"),
    ]
    for actor in hidden:
        with pytest.raises(Refusal, match="case_unknown"):
            await house.cases.get_for(actor, case.id)
        assert (await house.cases.search().find(actor, Wanted())).cases == ()


async def test_a_denouncer_stands_nowhere_in_the_open(house: House) -> None:
    await house.cases.register(denunciation(house))
    await everything_without(house, DENOUNCER.name, DENOUNCER.address)


async def everything_without(house: House, *words: str) -> None:
    """No table holds any of the words in the clear."""
    async with house.db.read() as session:
        for table in Case.metadata.sorted_tables:
            rows = (await session.execute(text(f'SELECT * FROM "{table.name}"'))).all()
            assert not [word for word in words if word in repr(rows)], table.name


@pytest.mark.parametrize("title", ["Ông Trần Văn Kín tố cáo", "TRẦN VĂN KÍN tố cáo", "tran van kin to cao"])
async def test_a_denunciation_must_not_name_the_denouncer(sqlite_house: House, title: str) -> None:
    with pytest.raises(Refusal, match="identity_in_text"):
        await sqlite_house.cases.register(denunciation(sqlite_house, title=title))
    with pytest.raises(Refusal, match="identity_in_text"):
        await sqlite_house.cases.register(denunciation(sqlite_house, summary=title))


async def test_reclassifying_moves_people_and_their_names_into_the_vault(house: House) -> None:
    case = await house.cases.register(
        new(house, title="Bà Lê Thị  Mơ kiến nghị", summary="Của LÊ THỊ MƠ.", petitioners=(PETITIONER,))
    )
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        await desk.reclassify(await desk.case(case.id), CaseKind.DENUNCIATION)
    seen = await house.cases.get_for(house.clerk, case.id)
    assert (seen.title, seen.summary, seen.petitioners) == ("Bà ••• kiến nghị", "Của •••.", ())
    assert seen.persons == 1
    async with house.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Petitioner)) == 0
        assert await session.scalar(select(func.count()).select_from(SealedPetitioner)) == 1
        assert await session.scalar(select(func.count()).select_from(SealedText)) == 1
    assert (await house.cases.search().find(house.clerk, Wanted(text="mo"))).total == 0
    await everything_without(house, "Mơ", "MƠ", PETITIONER.address)


async def test_lists_are_filtered_and_counted(house: House) -> None:
    for title in ("Đền bù đất Hòa An", "Ô nhiễm suối Vàng", "Đất ở Hoà An"):
        house.clock.advance(1)
        await house.case("C11", title=title)
    await house.case("C21", CaseKind.REFLECTION, title="Đường hỏng")

    async def titles(**filters: object) -> list[str]:
        page = await house.cases.search().find(house.clerk, Wanted(**filters))  # type: ignore[arg-type]
        return [case.title for case in page.cases]

    assert await titles(text="hoà an") == ["Đất ở Hoà An", "Đền bù đất Hòa An"]
    assert await titles(text="DAT hoa") == ["Đất ở Hoà An", "Đền bù đất Hòa An"]
    assert await titles(text="2026/0002") == ["Ô nhiễm suối Vàng"]
    assert await titles(text="100%") == []
    assert await titles(kind="reflection") == ["Đường hỏng"]
    assert await titles(unit=house.unit["C21"].id) == ["Đường hỏng"]
    assert await titles(field="environment") == []
    within = Wanted(unit=house.unit["C11"].id)
    page = await house.cases.search().find(house.clerk, within, offset=1, limit=1)
    assert ([case.title for case in page.cases], page.total) == (["Ô nhiễm suối Vàng"], 3)


@pytest.mark.parametrize(
    ("actor", "code"), [("room", "not_allowed"), ("elsewhere", "unit_unknown"), ("admin", "not_allowed")]
)
async def test_who_may_not_register(sqlite_house: House, actor: str, code: str) -> None:
    house = sqlite_house
    actors = {
        "room": house.room("C11"),
        "elsewhere": house.account(Role.RECEPTION, "D2"),
        "admin": house.account(Role.ADMINISTRATOR, None),
    }
    with pytest.raises(Refusal, match=code):
        await house.cases.register(new(house), by=actors[actor])
    assert (await house.cases.search().find(house.clerk, Wanted())).total == 0


async def test_directives(house: House) -> None:
    case = await house.case("C11")
    today = date(2026, 7, 15)
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        for days, lead, support in ((9, "C11", ["D2"]), (2, "D1", []), (-1, "D1", [])):
            await desk.issue(
                await desk.case(case.id),
                house.unit[lead],
                [house.unit[code] for code in support],
                text=f"{days}",
                due=today + timedelta(days=days),
                by=house.clerk,
            )
    all_ = await house.cases.directives_for(house.clerk, mine=False)
    assert [(each.days_left, each.standing, each.lead.code) for each in all_] == [
        (-1, Due.OVERDUE, "D1"),
        (2, Due.DUE_SOON, "D1"),
        (9, Due.IN_TIME, "C11"),
    ]
    [mine] = await house.cases.directives_for(house.room("D2"))
    assert [(unit.code, unit.lead, unit.acknowledged_by) for unit in mine.units] == [
        ("C11", True, None),
        ("D2", False, None),
    ]
    async with house.db.begin() as work:
        await house.cases.desk(work).acknowledge(mine.id, house.unit["D2"].id, house.room("D2"))
    [mine] = await house.cases.directives_for(house.room("D2"))
    assert mine.units[1].acknowledged_at == house.clock.now()
    # Being directed brings the case within sight, and only for those.
    assert (await house.cases.get_for(house.room("D2"), case.id)).id == case.id
    with pytest.raises(Refusal, match="case_unknown"):
        await house.cases.directives_of(house.room("C21"), case.id)
    assert len(await house.cases.directives_of(house.room("D2"), case.id)) == 3


@pytest.mark.parametrize(
    ("unit", "code"), [("D2", "already_acknowledged"), ("C12", "not_your_unit"), (None, "directive_unknown")]
)
async def test_what_cannot_be_acknowledged(sqlite_house: House, unit: str | None, code: str) -> None:
    house = sqlite_house
    case = await house.case("C11")
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        lead = house.unit["D2"]
        directive = await desk.issue(
            await desk.case(case.id), lead, [], text="x", due=date(2026, 8, 1), by=house.clerk
        )
        await desk.acknowledge(directive, lead.id, house.room("D2"))
        asked = directive if unit is not None else "0" * 26
        with pytest.raises(Refusal, match=code):
            await desk.acknowledge(asked, house.unit[unit or "D2"].id, house.room("D2"))


async def test_the_receiving_units_book_numbers_a_case_of_another_unit(house: House) -> None:
    book = house.unit["C12"].id
    assert (await house.cases.register(new(house, unit="C12"))).number == "2026/0001"
    elsewhere = await house.cases.register(new(house, book=book))
    assert elsewhere.number == "2026/0002"
    with pytest.raises(Refusal, match="unit_unknown"):
        await house.cases.register(new(house, book="nowhere"))
