"""The attendance of a session as sheets of a workbook, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hub.reception.attendance import Attendance, Presence, Statement
from hub.reception.info import PointInfo
from web.pages.story import Translate
from web.xlsx import Sheet, Value

Room = tuple[PointInfo, Presence, int, int, int]
"""A point, its presence, minutes present, minutes away, gaps."""

_WHERE: Final = ("code", "unit", "district")
_WHERE_WIDTHS: Final = (10, 26, 26)


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's words."""

    t: Translate

    def head(self, *names: str) -> list[str]:
        """The names of columns."""
        return [self.t(f"attendance.column.{name}") for name in (*_WHERE, *names)]

    def findings(self, found: Sequence[str] | None) -> str:
        """What a roll call found, in a line."""
        if found is None:
            return ""
        return "; ".join(self.t(f"finding.{each}") for each in found) or self.t("attendance.roll.fine")

    def people(self, said: Statement | None) -> str:
        """Who sat there, in a line."""
        if said is None:
            return ""
        return "; ".join(f"{name} ({self.t(f'rank.{rank}')})" for name, rank in said.people) or self.t(
            "roll.who.nobody"
        )


def sheets(words: Words, title: str, rooms: Sequence[Room], found: Attendance) -> list[Sheet]:
    """Rooms, who sat there, intervals, roll calls."""
    points = [(point, presence) for point, presence, *_ in rooms]
    return [
        _sheet(
            words,
            title,
            "rooms",
            ("phone", "state", "who", "confirmed", "minutes", "away", "gaps", "roll"),
            (16, 16, 44, 22, 10, 10, 10, 40),
            [_room(words, room, found) for room in rooms],
        ),
        _sheet(
            words,
            title,
            "people",
            ("at", "who", "rank", "confirmed"),
            (20, 32, 26, 26),
            [row for room in points for row in _people(words, *room)],
        ),
        _sheet(
            words,
            title,
            "intervals",
            ("from", "to", "reason"),
            (20, 20, 20),
            [row for room in points for row in _intervals(words, *room)],
        ),
        _sheet(
            words,
            title,
            "rolls",
            ("at", "answer", "found"),
            (20, 10, 50),
            list(_rolls(words, [point for point, _ in points], found)),
        ),
    ]


def _sheet(  # noqa: PLR0917 - what a sheet is made of
    words: Words,
    title: str,
    name: str,
    columns: Sequence[str],
    widths: Sequence[int],
    rows: list[list[Value]],
) -> Sheet:
    own = words.t(f"attendance.sheet.{name}")
    return Sheet(own, f"{own} · {title}", words.head(*columns), (*_WHERE_WIDTHS, *widths), rows)


def _where(point: PointInfo) -> list[Value]:
    return [point.unit_code, point.unit_name, point.parent_name or ""]


def _room(words: Words, room: Room, found: Attendance) -> list[Value]:
    point, presence, minutes, away, gaps = room
    state = "here" if presence.here else "gone" if presence.ever else "never"
    said, roll = presence.said, found.last_roll
    return [
        *_where(point),
        point.phone or "",
        words.t(f"attendance.state.{state}"),
        words.people(said),
        said.by if said is not None else "",
        *(minutes, away, gaps),
        words.findings(roll.results.get(point.id) if roll is not None else None),
    ]


def _people(words: Words, point: PointInfo, presence: Presence) -> Iterator[list[Value]]:
    for said in presence.statements:
        for name, rank in said.people or [(words.t("roll.who.nobody"), "")]:
            yield [*_where(point), said.at, name, words.t(f"rank.{rank}") if rank else "", said.by]


def _intervals(words: Words, point: PointInfo, presence: Presence) -> Iterator[list[Value]]:
    for each in presence.intervals:
        reason = words.t(f"attendance.reason.{each.reason or 'now'}")
        yield [*_where(point), each.begin, each.end, reason]


def _rolls(words: Words, points: Sequence[PointInfo], found: Attendance) -> Iterator[list[Value]]:
    for roll in found.rolls:
        for point in points:
            if point.id in roll.results:
                heard = roll.heard.get(point.id)
                yield [*_where(point), roll.at, heard, words.findings(roll.results[point.id])]
