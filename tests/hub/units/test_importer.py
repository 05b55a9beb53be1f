"""Importing lists into both databases."""

import time
from datetime import date

import pytest
from sqlalchemy import func, select

from hub.store.database import Database
from hub.units.importer import ImportReport
from hub.units.models import Unit
from hub.units.plan import Profile
from hub.units.service import Units
from tests.kit.clock import HandClock

HEADER = "code,name,level,parent_code,valid_from\n"
SMALL = HEADER + "90,Tỉnh Mẫu,province,,\n901,Huyện Đông,district,90,\n9001,Xã Một,commune,901,\n"
LATER = HEADER + "90,Tỉnh Mẫu,province,,2025-07-01\n9001,Phường Một,commune,90,2025-07-01\n"


@pytest.fixture
def units(db: Database, clock: HandClock) -> Units:
    return Units(db, clock)


async def count(db: Database) -> int:
    async with db.read() as session:
        return int(await session.scalar(select(func.count()).select_from(Unit)) or 0)


def totals(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.new, report.changed, report.unchanged


def big_list(districts: int = 99, rows: int = 10_000) -> list[str]:
    lines = ["90,Tỉnh Mẫu,province,,"]
    lines += [f"d{number:03},Huyện {number},district,90," for number in range(districts)]
    communes = rows - len(lines)
    lines += [f"{number:05},Xã Số {number},commune,d{number % districts:03}," for number in range(communes)]
    return lines


def as_file(lines: list[str]) -> bytes:
    return (HEADER + "\n".join(lines) + "\n").encode()


async def test_nothing_is_written_unless_asked(db: Database, units: Units) -> None:
    report = await units.import_list(SMALL.encode())
    assert totals(report) == (3, 3, 0, 0)
    assert not report.written
    assert await count(db) == 0


async def test_writing(db: Database, units: Units) -> None:
    report = await units.import_list(SMALL.encode(), write=True)
    assert report.written
    assert await count(db) == 3
    again = await units.import_list(SMALL.encode(), write=True)
    assert totals(again) == (3, 0, 0, 3)
    assert await count(db) == 3


async def test_ten_thousand_rows_with_three_bad_ones(db: Database, units: Units) -> None:
    lines = big_list()
    lines[500] = "00400,,commune,d000,"
    lines[5000] = lines[4000]
    lines[9999] = "09999,Xã Lạc,commune,nowhere,"
    began = time.monotonic()
    report = await units.import_list(as_file(lines), write=True)
    assert [(problem.row, problem.code, problem.reason) for problem in report.problems] == [
        (502, "00400", "name_missing"),
        (5002, "03900", "duplicate"),
        (10001, "09999", "parent_unknown"),
    ]
    assert not report.written
    assert await count(db) == 0
    skipped = await units.import_list(as_file(lines), write=True, skip_bad=True)
    assert (skipped.rows, skipped.new, skipped.written) == (10_000, 9_997, True)
    assert await count(db) == 9_997
    assert time.monotonic() - began < 60  # seconds, generous: the machine is shared


async def test_corrections_keep_the_id(units: Units) -> None:
    await units.import_list(SMALL.encode(), write=True)
    before = await units.by_code("901")
    report = await units.import_list(SMALL.replace("Huyện Đông", "Huyện Đồng").encode(), write=True)
    after = await units.by_code("901")
    assert totals(report) == (3, 0, 1, 2)
    assert before is not None
    assert after is not None
    assert (after.id, after.name, after.folded) == (before.id, "Huyện Đồng", "huyen dong")


async def test_the_tree_of_2025_replaces_that_of_2024(units: Units) -> None:
    await units.import_list(SMALL.encode(), write=True, profile=Profile.THREE_LEVELS)
    report = await units.import_list(LATER.encode(), write=True, complete=True)
    assert (totals(report), report.ended) == ((2, 2, 2, 0), 1)
    assert [unit.name for unit in await units.valid_on(date(2025, 6, 30))] == [
        "Tỉnh Mẫu",
        "Xã Một",
        "Huyện Đông",
    ]
    assert [unit.name for unit in await units.valid_on(date(2025, 7, 1))] == ["Tỉnh Mẫu", "Phường Một"]
    old = await units.import_list(SMALL.encode(), write=True)
    assert totals(old) == (3, 0, 0, 3)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"x,y\n", SMALL.encode() + b'"'])
async def test_an_unreadable_file_writes_nothing_even_when_told(
    db: Database, units: Units, content: bytes
) -> None:
    report = await units.import_list(content, write=True, skip_bad=True)
    assert report.problems
    assert not report.written
    assert await count(db) == 0
