"""The wall's places: a band for each district with its own room first, a tile for each room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.reception.info import PointInfo
from hub.units.fold import fold
from hub.units.models import Level


@dataclass(frozen=True, slots=True)
class Tile:
    """One room. `folded` is its name as the search compares it."""

    id: str
    code: str
    name: str
    folded: str


@dataclass(frozen=True, slots=True)
class Band:
    """A district and its rooms."""

    name: str
    points: Sequence[Tile]


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
    return [Band(names[place], [_tile(point) for point in _own_first(group)]) for place, group in ordered]


def _own_first(group: list[PointInfo]) -> list[PointInfo]:
    return sorted(group, key=lambda point: (point.level == Level.COMMUNE, point.unit_code, point.id))


def _tile(point: PointInfo) -> Tile:
    return Tile(point.id, point.unit_code, point.unit_name, fold(point.unit_name))
