"""The names a template may use, and what stands for them on one paper. Pure."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Final

from hub.cases.vault import Person

FIELDS: Final = (
    "number",
    "day",
    "month",
    "year",
    "unit",
    "unit_above",
    "place",
    "case_number",
    "kind",
    "field",
    "title",
    "summary",
    "received",
    "petitioner",
    "address",
    "phone",
    "persons",
    "whereto",
    "reason",
    "how",
    "text",
    "directive",
    "issued",
    "due",
    "times",
    "signer",
    "signer_title",
    "lookup_code",
    "lookup_url",
    "qr",
)
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "petitioners": ("name", "address", "phone"),
    "documents": ("n", "name"),
}
"""Lists for `{% for … in … %}`, and what each of their lines has."""
BLANK: Final = "…………………………"
"""In place of who denounces: filled in by hand, kept nowhere."""
MOST_LINES: Final = 50
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a paper says of its case. For a denunciation `people` is empty and `masked` true."""

    number: str
    kind: str
    field: str
    title: str
    summary: str
    received: date
    unit: str
    unit_above: str = ""
    persons: int = 1
    masked: bool = False
    people: tuple[Person, ...] = dataclasses.field(default=(), repr=False)
    documents: tuple[tuple[int, str], ...] = ()
    """Number and name of the files handed in."""
    lookup_code: str = dataclasses.field(default="", repr=False)
    lookup_url: str = dataclasses.field(default="", repr=False)


def words() -> dict[str, dict[str, str]]:
    """The papers' own words for kinds and fields: papers are written in Vietnamese, whoever prints them."""
    text = resources.files("hub.cases.papers").joinpath("words.json").read_text("utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def filled(matter: Matter, number: str, on: date, given: Mapping[str, str]) -> dict[str, Any]:
    """Every field of the list, and the lists, for one paper; `qr` is for the filler to replace."""
    told = words()
    first = matter.people[0] if matter.people else Person("")
    unknown = BLANK if matter.masked else ""
    values: dict[str, Any] = dict.fromkeys(FIELDS, "") | {
        "number": number,
        "day": f"{on.day:02d}",
        "month": f"{on.month:02d}",
        "year": str(on.year),
        "unit": matter.unit,
        "unit_above": matter.unit_above,
        "place": matter.unit,
        "case_number": matter.number,
        "kind": told["kind"][matter.kind],
        "field": told["field"][matter.field],
        "title": matter.title,
        "summary": matter.summary,
        "received": f"{matter.received:%d/%m/%Y}",
        "petitioner": first.name or unknown,
        "address": first.address or unknown,
        "phone": first.phone or unknown,
        "persons": str(matter.persons),
        "lookup_code": matter.lookup_code,
        "lookup_url": matter.lookup_url,
        "petitioners": [
            {"name": each.name, "address": each.address, "phone": each.phone}
            for each in matter.people[:MOST_LINES]
        ],
        "documents": [{"n": str(n), "name": name} for n, name in matter.documents[:MOST_LINES]],
    }
    cleaned: dict[str, Any] = _clean(values | dict(given))
    return cleaned


def sample() -> dict[str, Any]:
    """Invented values for a trial run: every field is filled, every list has two lines."""
    told = words()["sample"]
    values: dict[str, Any] = {name: told.get(name, name) for name in FIELDS}
    for name, parts in LISTS.items():
        values[name] = [{part: told.get(part, part) for part in parts} for _ in range(2)]
    return values


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if isinstance(value, Mapping):
        return {name: _clean(each) for name, each in value.items()}
    return [_clean(each) for each in value]
