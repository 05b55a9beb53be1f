"""Who carries on a unit's work on a later day, followed through merges and splits. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

LONGEST: Final = 40
"""Reforms in a row; a longer line would be a broken record, and must not become an endless loop."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a unit stands; `valid_to` is the first day on which it is no more."""

    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """Whether it stands on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Link:
    """`successor` carries on what `unit` was, or a part of it. `main`: of several, the one that takes over
    what is open.
    """

    unit: str
    successor: str
    on: date
    main: bool = False


class Open(StrEnum):
    """Why no single successor is known."""

    NOBODY = "nobody"
    """The unit ended and nobody is recorded as carrying on."""
    SEVERAL = "several"
    """It was split, and it is not recorded who takes over what is open."""


@dataclass(frozen=True, slots=True)
class Heir:
    """Who carries on: `unit`; or else why nobody does (`open`), at which unit (`at`), and between whom."""

    unit: str | None
    at: str
    open: Open | None = None
    choices: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    """The units on the way, the one asked for first and `unit` last; only its own for one that stands."""


class Successions:
    """The units of all times by id, and who followed whom."""

    def __init__(self, spans: Mapping[str, Span], links: Iterable[Link]) -> None:
        self.spans: Final = spans
        self._links: dict[str, list[Link]] = defaultdict(list)
        for link in sorted(links, key=lambda each: (each.on, not each.main, each.successor)):
            self._links[link.unit].append(link)

    def successors(self, unit: str) -> list[Link]:
        """Its successors, the main one first."""
        return list(self._links.get(unit, ()))

    def ended(self, day: date) -> list[str]:
        """The units that stood once and are no more on that day."""
        return [
            unit for unit, span in self.spans.items() if span.valid_to is not None and span.valid_to <= day
        ]

    def heir(self, unit: str, day: date) -> Heir:
        """The unit that stands on `day` and carries on this one; itself while it stands.

        Of several successors the main one; where all of them have become one again, that one.
        """
        return self._heir(unit, day, (unit,))

    def heirs(self, unit: str, day: date) -> set[str]:
        """All units that stand on `day` and carry on some part of this one; itself alone while it stands."""
        found: set[str] = set()
        seen = {unit}
        layer = [unit]
        while layer:
            following = []
            for each in layer:
                span = self.spans.get(each)
                if span is not None and (span.valid_to is None or day < span.valid_to):
                    found.add(each)
                else:
                    links = self._links.get(each, ())
                    following += [link.successor for link in links if link.on <= day]
            layer = [each for each in dict.fromkeys(following) if each not in seen]
            seen.update(layer)
        return found

    def _heir(self, unit: str, day: date, path: tuple[str, ...]) -> Heir:
        span = self.spans.get(unit)
        if span is not None and (span.valid_to is None or day < span.valid_to):
            return Heir(unit, unit, path=path)
        links = [link for link in self._links.get(unit, ()) if link.on <= day and link.successor not in path]
        if not links or len(path) > LONGEST:
            return Heir(None, unit, Open.NOBODY)
        mains = [link for link in links if link.main]
        if len(links) == 1 or len(mains) == 1:
            return self._next((mains or links)[0], day, path)
        ways = [self._next(link, day, path) for link in links]
        if ways[0].unit is not None and len({way.unit for way in ways}) == 1:
            return Heir(ways[0].unit, unit, path=(*path, ways[0].unit))
        return Heir(None, unit, Open.SEVERAL, tuple(link.successor for link in links))

    def _next(self, link: Link, day: date, path: tuple[str, ...]) -> Heir:
        return self._heir(link.successor, day, (*path, link.successor))
