"""The wall's places: a band for each district with its own room first, a tile for each room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hub.reception.info import PointInfo
from hub.units.fold import fold
from hub.units.models import Level
from web import i18n


@dataclass(frozen=True, slots=True)
class Tile:
    """One room. `folded` is its name as the search compares it."""

    id: str
    code: str
    name: str
    folded: str
    phone: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A district and its rooms."""

    name: str
    points: Sequence[Tile]
    folded: str = ""


def bands(points: Iterable[PointInfo]) -> list[Band]:
    """Points by district, in the order of codes; without districts, communes stand under their province."""
    grouped: dict[str, list[PointInfo]] = {}
    names: dict[str, str] = {}
    for point in points:
        own = point.level != Level.COMMUNE
        place = point.unit if own or point.parent is None else point.parent
        names.setdefault(place, point.unit_name if own else point.parent_name or point.unit_name)
        grouped.setdefault(place, []).append(point)
    ordered = sorted(grouped.items(), key=lambda each: min(point.unit_code for point in each[1]))
    return [
        Band(names[place], [_tile(point) for point in _own_first(group)], fold(names[place]))
        for place, group in ordered
    ]


def _own_first(group: list[PointInfo]) -> list[PointInfo]:
    return sorted(group, key=lambda point: (point.level == Level.COMMUNE, point.unit_code, point.id))


def _tile(point: PointInfo) -> Tile:
    folded = fold(point.unit_name)
    return Tile(point.id, point.unit_code, point.unit_name, folded, point.phone, point.contact)


STATES: Final = (
    ("live", "fine"),
    ("ill", "attention"),
    ("voice", "attention"),
    ("silent", "attention"),
    ("missing", "act"),
)
"""The states of a tile and their tones, in the order of the filters (`signaling.tile_state`)."""


def short_name(locale: i18n.Locale, name: str) -> str:
    """A district's name as people abbreviate it, so that it fits beside its tiles."""
    for kind in ("city", "town", "district"):
        prefix = i18n.translate(locale, f"unit.prefix.{kind}")
        if name.startswith(prefix + " "):
            return i18n.translate(locale, f"unit.prefix.{kind}.short") + name[len(prefix) :]
    return name
