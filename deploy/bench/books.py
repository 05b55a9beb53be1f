"""Invented books for `hub bench records`: a province's units, cases of four years, a register to bring in."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from sqlalchemy import insert

from hub.cases.act_tables import CaseAct
from hub.cases.models import Case, CaseBook, CaseReach, Petitioner
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.fold import fold
from hub.units.models import SINCE_EVER, Level, Unit

DISTRICTS: Final = 13
COMMUNES: Final = 171
CHUNK: Final = 2000
PLACES: Final = (
    "Hà Lầm",
    "Đông Mai",
    "Tân An",
    "Hòa Bình",
    "Bãi Dài",
    "Phú Hải",
    "Cẩm Đông",
    "Yên Thọ",
    "Quảng Chính",
)
MATTERS: Final = (
    "Khiếu nại đất đai, bồi thường giải phóng mặt bằng",
    "Kiến nghị cấp giấy chứng nhận quyền sử dụng đất",
    "Phản ánh ô nhiễm môi trường từ bãi rác",
    "Đề nghị chi trả chế độ chính sách người có công",
    "Khiếu nại quyết định thu hồi đất nông nghiệp",
    "Tranh chấp ranh giới thửa đất với hộ liền kề",
    "Phản ánh đường liên thôn xuống cấp",
    "Kiến nghị xem xét mức hỗ trợ tái định cư",
)
KINDS: Final = ("complaint", "recommendation", "reflection", "denunciation")
FIELDS: Final = ("land", "policy", "environment", "other", "judicial")
BAD: Final = 3


async def tree(db: Database, ids: Ids) -> tuple[str, list[str], list[tuple[str, str]]]:
    """A province: its id, its districts' ids, and for each commune its id and its district's."""
    made: list[dict[str, Any]] = []

    def unit(code: str, name: str, level: Level, parent: str | None) -> str:
        row = {"id": ids.new(), "code": code, "name": name, "folded": fold(name), "level": level.value}
        made.append(row | {"parent_id": parent, "valid_from": SINCE_EVER, "valid_to": None})
        return str(row["id"])

    province = unit("22", "Tỉnh Bình Minh", Level.PROVINCE, None)
    districts = [unit(f"1{n:02}", f"Huyện {n}", Level.DISTRICT, province) for n in range(DISTRICTS)]
    homes = [districts[n % DISTRICTS] for n in range(COMMUNES)]
    communes = [(unit(f"6{n:03}", f"Xã {n}", Level.COMMUNE, home), home) for n, home in enumerate(homes)]
    async with db.begin() as work:
        await work.session.execute(insert(Unit.__table__), made)  # type: ignore[arg-type]
    return province, districts, communes


async def fill(  # noqa: PLR0917 (what the books are made from)
    db: Database, ids: Ids, province: str, communes: list[tuple[str, str]], count: int, now: datetime
) -> None:
    """So many cases of the last four years, one in twelve still open, each with its first act."""
    chance = random.Random(1)
    serials: dict[tuple[str, int], int] = {}
    for start in range(0, count, CHUNK):
        some = [_case(chance, ids, communes, serials, now) for _ in range(start, min(count, start + CHUNK))]
        async with db.begin() as work:
            for table, rows in _rows(some, province, ids):
                await work.session.execute(insert(table.__table__), rows)
    async with db.begin() as work:
        books = [{"unit_id": unit, "year": year, "last": last} for (unit, year), last in serials.items()]
        await work.session.execute(insert(CaseBook.__table__), books)  # type: ignore[arg-type]


def _case(
    chance: random.Random,
    ids: Ids,
    communes: list[tuple[str, str]],
    serials: dict[tuple[str, int], int],
    now: datetime,
) -> tuple[dict[str, Any], str]:
    unit, district = communes[int(len(communes) * chance.random() ** 2)]  # a few units have many
    at = now - timedelta(days=chance.random() * 1460)
    serial = serials[unit, at.year] = serials.get((unit, at.year), 0) + 1
    title = f"{chance.choice(MATTERS)} tại {chance.choice(PLACES)}, tổ {chance.randrange(1, 400)}"
    is_open = chance.random() < 1 / 12
    case = {
        "id": ids.new(),
        "book_unit_id": unit,
        "year": at.year,
        "serial": serial,
        "kind": chance.choices(KINDS, (50, 30, 15, 5))[0],
        "field": chance.choices(FIELDS, (60, 15, 10, 10, 5))[0],
        "unit_id": unit,
        "title": title,
        "summary": title + ". " + "Người dân đề nghị được xem xét, giải quyết theo quy định. " * 5,
        "folded": fold(f"{at.year}/{serial:04d} {title}"),
        "times_heard": chance.randrange(4),
        "received_at": at,
        "state": chance.choice(("received", "classified", "verification")) if is_open else "closed",
        "version": 1,
        "due_on": (now + timedelta(days=chance.randrange(-90, 45))).date() if is_open else None,
        "due_rule": "complaint_first" if is_open else None,
        "remote": False,
        "anonymous": False,
        "evidence": False,
    }
    return case, district


def _rows(
    some: list[tuple[dict[str, Any], str]], province: str, ids: Ids
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    yield Case, [case for case, _ in some]
    sight = ((case["id"], unit) for case, district in some for unit in (case["unit_id"], district, province))
    yield CaseReach, [{"case_id": case, "unit_id": unit, "directed": False} for case, unit in sight]
    named = [case for case, _ in some if case["kind"] != "denunciation"]
    yield Petitioner, [_person(case["id"], ids) for case in named]
    yield CaseAct, [_act(case, ids) for case, _ in some]


def _person(case_id: str, ids: Ids) -> dict[str, Any]:
    phone = f"0{900_000_000 + int.from_bytes(case_id[-5:].encode()) % 99_999_999}"
    told = {"name": "Người dân", "address": "Tổ 1", "phone": phone, "digits": phone, "persons": 1}
    return {"id": ids.new(), "case_id": case_id} | told


def _act(case: dict[str, Any], ids: Ids) -> dict[str, Any]:
    act = {"n": 1, "act": "receive", "by_key": "hub", "by_name": "hub", "unit_id": case["unit_id"]}
    about = {"id": ids.new(), "case_id": case["id"], "at": case["received_at"], "data": {}, "corrects": None}
    return act | about | {"on_day": case["received_at"].astimezone(UTC).date()}


def register(path: Path, rows: int, now: datetime) -> None:
    """A register of so many rows as an office keeps it, three of them wrong."""
    chance = random.Random(2)
    book = Workbook(write_only=True)
    page = book.create_sheet("Sổ tiếp công dân")
    page.append(["SỔ TIẾP CÔNG DÂN"])
    page.append(
        ["Ngày nhận", "Họ và tên", "Địa chỉ", "Điện thoại", "Loại đơn", "Lĩnh vực", "Mã đơn vị", "Nội dung"]
    )
    kinds = ("Khiếu nại", "Kiến nghị", "Phản ánh", "Tố cáo")
    wrong = {rows // 4, rows // 2, rows - 1}
    for n in range(rows):
        day = (now - timedelta(days=chance.randrange(1, 300))).strftime("%d/%m/%Y")
        matter = f"{chance.choice(MATTERS)} tại {chance.choice(PLACES)}, hồ sơ {n}"
        kind = chance.choices(kinds, (50, 30, 15, 5))[0]
        told = [f"Công dân {n}", "Tổ 1", f"09{n:08}", kind, "Đất đai", f"6{n % COMMUNES:03}", matter]
        page.append(["31/02/2026" if n in wrong else day, *told])
    book.save(path)
