"""Asking the tree."""

from datetime import date

import pytest

from hub.store.database import Database
from hub.units.service import Branch, Units
from tests.kit.clock import HandClock

LIST = """code,name,level,parent_code,valid_from
90,Tỉnh Mẫu,province,,
901,Thành phố Hạ Bình,district,90,
902,Huyện Đầm Hạ,district,90,
9001,Phường Hà Lầm,commune,901,
9002,Phường Hòa Lạc,commune,901,
9003,Thị trấn Đầm Hạ,commune,902,
9004,Xã Đầm Hạ,commune,902,
"""
RENEWED = "code,name,level,parent_code,valid_from\n90,Tỉnh Mẫu Mới,province,,2026-01-01\n"


@pytest.fixture
async def units(db: Database, clock: HandClock) -> Units:
    made = Units(db, clock)
    report = await made.import_list(LIST.encode(), write=True)
    assert report.written
    return made


async def id_of(units: Units, code: str) -> str:
    unit = await units.by_code(code)
    assert unit is not None
    return unit.id


def drawn(branches: list[Branch]) -> dict[str, object]:
    return {branch.unit.code: drawn(branch.below) for branch in branches}


async def test_tree(units: Units) -> None:
    wanted: dict[str, object] = {"90": {"901": {"9001": {}, "9002": {}}, "902": {"9003": {}, "9004": {}}}}
    assert drawn(await units.tree()) == wanted


async def test_tree_hangs_below_a_renewed_parent(units: Units) -> None:
    await units.import_list(RENEWED.encode(), write=True)
    (top,) = await units.tree(date(2026, 1, 1))
    assert top.unit.name == "Tỉnh Mẫu Mới"
    assert [branch.unit.code for branch in top.below] == ["901", "902"]
    (former,) = await units.tree(date(2025, 12, 31))
    assert former.unit.name == "Tỉnh Mẫu"


async def test_by_code_depends_on_the_day(units: Units) -> None:
    await units.import_list(RENEWED.encode(), write=True)
    found = [
        await units.by_code("90", day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(1800, 1, 1))
    ]
    assert [unit and unit.name for unit in found] == ["Tỉnh Mẫu", "Tỉnh Mẫu Mới", None]


async def test_get(units: Units) -> None:
    unit = await units.get(await id_of(units, "9001"))
    assert unit is not None
    assert unit.name == "Phường Hà Lầm"
    assert await units.get("0" * 26) is None


async def test_chain(units: Units) -> None:
    chain = await units.chain(await id_of(units, "9001"))
    assert [unit.code for unit in chain] == ["9001", "901", "90"]
    assert await units.chain("nobody") == []


async def test_subtree(units: Units) -> None:
    top = await id_of(units, "902")
    below = {await id_of(units, code) for code in ("902", "9003", "9004")}
    assert await units.subtree(top) == below


HALF_RENEWED = """code,name,level,parent_code,valid_from
90,Tỉnh Mẫu,province,,
901,Thành phố Hạ Bình,district,90,2024-11-01
903,Thành phố Đầm Hà,district,90,2024-11-01
9001,Phường Hà Lầm,commune,901,
9002,Phường Hòa Lạc,commune,901,
9003,Thị trấn Đầm Hạ,commune,902,
9004,Xã Đầm Hạ,commune,902,
"""
BEFORE, AFTER = date(2024, 10, 31), date(2024, 11, 1)


async def test_units_hang_below_who_stands_for_their_parent_on_the_day(units: Units) -> None:
    former, ended = await id_of(units, "901"), await id_of(units, "902")
    assert (await units.import_list(HALF_RENEWED.encode(), write=True)).written
    ends = "code,name,level,parent_code,valid_from,valid_to\n902,Huyện Đầm Hạ,district,90,,2024-11-01\n"
    assert (await units.import_list(ends.encode(), write=True)).written
    renewed, heir = await id_of(units, "901"), await id_of(units, "903")
    await units.succeed(ended, heir, AFTER, main=True)
    ward, town, top = [await id_of(units, code) for code in ("9001", "9003", "90")]
    for unit, then, now in ((ward, former, renewed), (town, ended, heir)):
        assert [each.id for each in await units.chain(unit, BEFORE)] == [unit, then, top]
        assert [each.id for each in await units.chain(unit, AFTER)] == [unit, now, top]
        assert unit in await units.subtree(then, BEFORE)
        assert unit not in await units.subtree(then, AFTER)
        assert unit in await units.subtree(now, AFTER)
    everything = {each.id for each in await units.valid_on(AFTER)} | {former, ended}
    assert await units.subtree(top, AFTER) == everything


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ha lam", ["9001"]),
        ("HÀ LẦM", ["9001"]),
        ("Hoà", ["9002"]),
        ("dam ha", ["9003", "9004", "902"]),
        ("dam ha thi tran", ["9003"]),
        ("900", ["9001", "9002", "9003", "9004"]),
        ("9003", ["9003"]),
        ("", []),
        ("%", []),
        ("_", []),
        ("không có", []),
        ("x" * 5000, []),
    ],
)
async def test_search(units: Units, text: str, codes: list[str]) -> None:
    assert [unit.code for unit in await units.search(text)] == codes


async def test_search_is_bounded(units: Units) -> None:
    assert len(await units.search("ha", limit=2)) == 2


async def test_successors(units: Units) -> None:
    one, other, heir = [await id_of(units, code) for code in ("9003", "9004", "9002")]
    await units.succeed(one, heir, date(2025, 7, 1))
    await units.succeed(other, heir, date(2025, 7, 1))
    await units.succeed(other, heir, date(2025, 8, 1))
    assert [unit.id for unit in await units.successors(other)] == [heir]
    assert await units.successors(heir) == []


async def test_today_is_vietnams(units: Units, clock: HandClock) -> None:
    before = units.today()
    clock.advance(hours=16)  # from 8 in the morning to midnight in Vietnam; still the same day in UTC
    assert (units.today() - before).days == 1
