"""What an import would change: rows against the known tree. Pure.

A unit is (code, valid_from). A later version of a code ends the version before it on the day it begins. A
row's parent is the unit that has `parent_code` on the day the row begins: one of the list, else a known one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NoReturn

from hub.units.models import Level
from hub.units.table import Problem, Row, RowRefused, Table

Key = tuple[str, date]
_Step = Callable[[Row], None]


class Profile(StrEnum):
    """How a province is built: with districts (until 1 July 2025) or without."""

    THREE_LEVELS = "three_levels"
    TWO_LEVELS = "two_levels"

    def parent_of(self, level: Level) -> Level | None:
        """The level right above, None for the province. Raises RowRefused for a level it has not."""
        if level is Level.PROVINCE:
            return None
        if self is Profile.THREE_LEVELS:
            return Level.DISTRICT if level is Level.COMMUNE else Level.PROVINCE
        if level is Level.DISTRICT:
            raise RowRefused("level_not_in_profile", value=level.value)
        return Level.PROVINCE


@dataclass(frozen=True, slots=True)
class Known:
    """A unit as it is stored."""

    id: str
    code: str
    valid_from: date
    valid_to: date | None
    name: str
    level: str
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A row to write: its end, and its parent as a stored id or as the key of a new row."""

    row: Row
    valid_to: date | None
    parent: str | Key | None
    known_id: str | None


@dataclass(slots=True)
class Plan:
    """What would be written."""

    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    cut_short: list[tuple[str, date]] = field(default_factory=list)
    """Former versions, by id, and the day a row of the list ends them."""
    ended: list[tuple[str, date]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def make_plan(
    table: Table, known: Iterable[Known], *, profile: Profile | None = None, complete: bool = False
) -> Plan:
    """Compare a list with the tree. Never raises: what is wrong stands in `problems`, by row."""
    return _Planner(table, list(known), profile).run(complete)


class _Planner:
    def __init__(self, table: Table, known: list[Known], profile: Profile | None) -> None:
        self.table = table
        self.known = {(unit.code, unit.valid_from): unit for unit in known}
        self.known_by_id = {unit.id: unit for unit in known}
        self.profile = profile or _profile_of(table.rows)
        self.problems = {problem.row: problem for problem in table.problems}
        self.refused_codes = {problem.code: problem for problem in table.problems if problem.code}
        self.good: dict[Key, Row] = {}
        self.starts: dict[str, list[date]] = defaultdict(list)
        self.parents: dict[Key, str | Key | None] = {}

    def run(self, complete: bool) -> Plan:
        for row in self.table.rows:
            self._try(row, self._admit)
        self._index()
        for row in list(self.good.values()):
            self._try(row, self._check_against_versions)
        self._index()
        # From the top: a commune under a refused district must find it refused already.
        for row in sorted(self.good.values(), key=lambda row: row.level.rank):
            self._try(row, self._find_parent)
        self._index()
        plan = self._sorted_out()
        if complete:
            self._end_the_rest(plan)
        plan.problems = [self.problems[number] for number in sorted(self.problems)]
        return plan

    def _index(self) -> None:
        """Of every code, the days its versions begin. Made anew when rows were refused: they end nobody."""
        self.starts = defaultdict(list)
        for code, day in sorted({*self.good, *self.known}):
            self.starts[code].append(day)

    def _try(self, row: Row, step: _Step) -> None:
        try:
            step(row)
        except RowRefused as refusal:
            problem = Problem(row.number, row.code, refusal.reason, refusal.params)
            self.problems[row.number] = problem
            self.refused_codes.setdefault(row.code, problem)
            if self.good.get(row.key) is row:
                del self.good[row.key]

    def _admit(self, row: Row) -> None:
        first = self.good.get(row.key)
        if first is not None:
            raise RowRefused("duplicate", first_row=first.number)
        self.profile.parent_of(row.level)
        self.good[row.key] = row

    def _check_against_versions(self, row: Row) -> None:
        known = self.known.get(row.key)
        if known is not None and known.level != row.level:
            # Its children hang by its level; another level is another version, with a date of its own.
            raise RowRefused("overlap", valid_from=str(row.valid_from))
        later = self._later(row)
        if row.valid_to is not None and later is not None and later < row.valid_to:
            raise RowRefused("overlap", valid_from=str(later))

    def _later(self, row: Row) -> date | None:
        return next((day for day in self.starts[row.code] if day > row.valid_from), None)

    def _end_of(self, key: Key) -> date | None:
        """The stated end. An empty one says nothing: a list of before must not raise a unit ended since."""
        row, known = self.good.get(key), self.known.get(key)
        if row is not None and row.valid_to is not None:
            return row.valid_to
        return None if known is None else known.valid_to

    def _find_parent(self, row: Row) -> None:
        wanted = self.profile.parent_of(row.level)
        if wanted is None:
            self.parents[row.key] = None
            return
        key = self._standing(row.parent_code, row.valid_from)
        if key is None:
            self._refuse_orphan(row)
        level = self.good[key].level if key in self.good else self.known[key].level
        if level != wanted:
            raise RowRefused("parent_level", parent=row.parent_code, level=str(level), wanted=wanted.value)
        self.parents[row.key] = self.known[key].id if key in self.known else key

    def _refuse_orphan(self, row: Row) -> NoReturn:
        cause = self.refused_codes.get(row.parent_code)
        if cause is not None:
            raise RowRefused(
                "parent_refused", parent=row.parent_code, parent_row=cause.row, parent_reason=cause.reason
            )
        reason = "parent_not_valid" if row.parent_code in self.starts else "parent_unknown"
        raise RowRefused(reason, parent=row.parent_code[:40], on=str(row.valid_from))

    def _standing(self, code: str, day: date) -> Key | None:
        """The version of a code on a day, of the list or known."""
        for start in reversed(self.starts.get(code, [])):
            key = (code, start)
            if start <= day and (key in self.good or key in self.known):
                end = self._end_of(key)
                return key if end is None or day < end else None
        return None

    def _sorted_out(self) -> Plan:
        plan = Plan()
        for key, row in self.good.items():
            known = self.known.get(key)
            ends = [day for day in (self._end_of(key), self._later(row)) if day is not None]
            planned = Planned(row, min(ends, default=None), self.parents[key], known.id if known else None)
            if known is None:
                plan.new.append(planned)
                self._cut_former(row, plan)
            elif _same(known, planned):
                plan.unchanged += 1
            else:
                plan.changed.append(planned)
        return plan

    def _cut_former(self, row: Row, plan: Plan) -> None:
        former = max((day for day in self.starts[row.code] if day < row.valid_from), default=None)
        known = self.known.get((row.code, former)) if former is not None else None
        if known is None or (known.code, known.valid_from) in self.good:
            return
        if known.valid_to is None or known.valid_to > row.valid_from:
            plan.cut_short.append((known.id, row.valid_from))

    def _end_the_rest(self, plan: Plan) -> None:
        # A unit that stays as it was, the province above all, may stand in the list with its own old date.
        days = {row.valid_from for row in self.table.rows if row.key not in self.known}
        latest = max((row.valid_from for row in self.table.rows), default=None)
        if latest is None or not days <= {latest}:
            found = len({row.valid_from for row in self.table.rows})
            self.problems[1] = Problem(1, "", "complete_needs_one_date", {"found": found})
            return
        day = latest
        listed = {row.code for row in self.table.rows} | {problem.code for problem in self.table.problems}
        provinces = {row.code for row in self.table.rows if row.level is Level.PROVINCE}
        for unit in self.known.values():
            standing = unit.valid_from < day and (unit.valid_to is None or unit.valid_to > day)
            if standing and unit.code not in listed and self._top_code(unit) in provinces:
                plan.ended.append((unit.id, day))

    def _top_code(self, unit: Known) -> str:
        for _ in Level:
            above = self.known_by_id.get(unit.parent_id or "")
            if above is None:
                break
            unit = above
        return unit.code


def _profile_of(rows: list[Row]) -> Profile:
    with_districts = any(row.level is Level.DISTRICT for row in rows)
    return Profile.THREE_LEVELS if with_districts else Profile.TWO_LEVELS


def _same(known: Known, planned: Planned) -> bool:
    row = planned.row
    mine = (known.name, known.level, known.parent_id, known.valid_to)
    return mine == (row.name, row.level.value, planned.parent, planned.valid_to)
