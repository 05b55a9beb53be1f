"""What the demo is made of, read from the files beside this one. All names, people and cases are invented."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any, Final

from hub.cases.desk import NewCase
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.people.roles import Role

PASSWORD: Final = "tiep-cong-dan"
"""Of every demo account."""
PROVINCE: Final = "90"
LAST_DAY_OF_2024: Final = date(2025, 6, 30)
"""The last day of the tree of 2024."""
HALL: Final = "Hội trường tiếp công dân tỉnh"
HALL_SUBTITLE: Final = "Điểm cầu trung tâm · hình ảnh mô phỏng"
"""What the generated picture says it shows."""
HELP_PHONE: Final = "0203 000 0000"
"""Nobody's number."""
AGENDA: Final = 8
"""The first cases of the list make the session's agenda; the fourth is a denunciation."""


class Tree(StrEnum):
    """The units of the province: with 13 districts and 177 communes, or with 54 communes and no districts."""

    Y2024 = "2024"
    Y2025 = "2025"

    @property
    def file(self) -> str:
        """The list beside this module."""
        return "province.csv" if self is Tree.Y2024 else "province2025.csv"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An account of the demo."""

    login: str
    name: str
    role: Role

    @property
    def at_point(self) -> bool:
        """Whether this one works at the room of the first case, and not at the province."""
        return self.role is Role.POINT_LEADER


def _text(name: str) -> str:
    return files("deploy.demo").joinpath(name).read_text("utf-8")


def province_list() -> bytes:
    """The unit list, as `hub units import` takes it."""
    return _text("province.csv").encode()


def province_list_2025() -> bytes:
    """The whole province from 1 July 2025 on, without districts."""
    return _text(Tree.Y2025.file).encode()


def successions_2025() -> bytes:
    """Who carries on which unit of 2024, as `hub units successions` takes it."""
    return _text("successions2025.csv").encode()


def carried_on() -> dict[str, str]:
    """Of each unit of 2024 that ended, the code of the one that took over what was open."""
    heirs: dict[str, str] = {}
    for row in csv.DictReader(_text("successions2025.csv").splitlines()):
        if row["main"] or row["code"] not in heirs:
            heirs[row["code"]] = row["successor_code"]
    return heirs


def room_codes(tree: Tree = Tree.Y2024) -> list[str]:
    """Codes of all units with a room: the districts, then the communes."""
    rows = list(csv.DictReader(_text(tree.file).splitlines()))
    return [row["code"] for level in ("district", "commune") for row in rows if row["level"] == level]


def parents(tree: Tree = Tree.Y2024) -> dict[str, str]:
    """Each unit's parent, by code."""
    return {row["code"]: row["parent_code"] for row in csv.DictReader(_text(tree.file).splitlines())}


def people() -> list[DemoPerson]:
    """The accounts."""
    return [
        DemoPerson(each["login"], each["name"], Role(each["role"]))
        for each in json.loads(_text("people.json"))
    ]


def case_units(tree: Tree = Tree.Y2024) -> list[str]:
    """Codes of the units in charge of the cases, in the order of the cases."""
    units = [str(case["unit"]) for case in json.loads(_text("cases.json"))]
    if tree is Tree.Y2024:
        return units
    heirs = carried_on()
    return [heirs.get(unit, unit) for unit in units]


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
