"""What the demo is made of, read from the files beside this one. All names, people and cases are invented."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from hub.cases.desk import NewCase
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.people.roles import Role

PASSWORD: Final = "tiep-cong-dan"
"""Of every demo account."""
PROVINCE: Final = "90"
HALL: Final = "Hội trường tiếp công dân tỉnh"
HALL_SUBTITLE: Final = "Điểm cầu trung tâm · hình ảnh mô phỏng"
"""What the generated picture says it shows."""
AGENDA: Final = 8
"""The first cases of the list make the session's agenda; the fourth is a denunciation."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An account of the demo."""

    login: str
    name: str
    role: Role


def _text(name: str) -> str:
    return files("deploy.demo").joinpath(name).read_text("utf-8")


def province_list() -> bytes:
    """The unit list, as `hub units import` takes it."""
    return _text("province.csv").encode()


def room_codes() -> list[str]:
    """Codes of all units with a room: the districts, then the communes."""
    rows = list(csv.DictReader(_text("province.csv").splitlines()))
    return [row["code"] for level in ("district", "commune") for row in rows if row["level"] == level]


def parents() -> dict[str, str]:
    """Each unit's parent, by code."""
    return {row["code"]: row["parent_code"] for row in csv.DictReader(_text("province.csv").splitlines())}


def people() -> list[DemoPerson]:
    """The accounts."""
    return [
        DemoPerson(each["login"], each["name"], Role(each["role"]))
        for each in json.loads(_text("people.json"))
    ]


def case_units() -> list[str]:
    """Unit codes of the cases, in their order."""
    return [str(case["unit"]) for case in json.loads(_text("cases.json"))]


def cases(unit_ids: Mapping[str, str], now: datetime) -> list[NewCase]:
    """The cases, received the given number of days before `now`, by the province. `unit_ids`: ids by code."""
    book = unit_ids[PROVINCE]
    return [_case(raw, unit_ids[raw["unit"]], book, now) for raw in json.loads(_text("cases.json"))]


def _case(raw: Mapping[str, Any], unit: str, book: str, now: datetime) -> NewCase:
    return NewCase(
        kind=CaseKind(raw["kind"]),
        field=CaseField(raw["field"]),
        unit=unit,
        title=raw["title"],
        summary=raw["summary"],
        petitioners=(Person(raw["petitioner"], raw["address"], persons=raw["people"]),),
        received_at=now - timedelta(days=raw["days_ago"]),
        times_heard=raw["heard"],
        book=book,
    )
