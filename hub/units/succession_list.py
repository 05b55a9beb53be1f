"""Reading and planning an official list of who carries on whom. Pure.

Columns: `code,successor_code,on` and, if wanted, `main`. `code` is the unit that stood the day before `on`,
`successor_code` the one that stands on that day. `main` (`x`) marks, of several successors, the one that
takes over what is open.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from hub.units.lines import Lines, Problem, RowRefused, code_of, day_of, read_lines
from hub.units.plan import Known
from hub.units.succession import Link

REQUIRED: Final = ("code", "successor_code", "on")
OPTIONAL: Final = ("main",)
YES: Final = frozenset({"x", "1", "yes", "true"})
NO: Final = frozenset({"", "0", "no", "false"})
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Succeeds:
    """One well-formed row."""

    number: int
    code: str
    successor_code: str
    on: date
    main: bool


@dataclass(slots=True)
class SuccessionPlan:
    """What would be written: links that are new, links that change, and what is wrong."""

    rows: int = 0
    new: list[Link] = field(default_factory=list)
    changed: list[Link] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    written: bool = False
    whole: bool = True


def read_successions(content: bytes) -> Lines[Succeeds]:
    """Read a list. Never raises: what cannot be read is a problem in the result."""
    return read_lines(content, REQUIRED, OPTIONAL, _row)


def plan_successions(read: Lines[Succeeds], known: Iterable[Known], links: Iterable[Link]) -> SuccessionPlan:
    """Compare a list with the tree and with what is recorded. Never raises."""
    plan = SuccessionPlan(rows=read.count, problems=list(read.problems), whole=read.whole)
    by_code: dict[str, list[Known]] = defaultdict(list)
    for unit in known:
        by_code[unit.code].append(unit)
    stored = {(link.unit, link.successor): link for link in links}
    found: dict[tuple[str, str], tuple[Succeeds, Link]] = {}
    mains = {link.unit: 0 for link in stored.values() if link.main}
    for row in read.rows:
        try:
            link = _link(row, by_code)
            _check(link, found, mains, stored)
        except RowRefused as refusal:
            plan.problems.append(Problem(row.number, row.code, refusal.reason, refusal.params))
            continue
        found[link.unit, link.successor] = (row, link)
        if link.main:
            mains[link.unit] = row.number
    for key, (_, link) in found.items():
        if key not in stored:
            plan.new.append(link)
        elif stored[key] == link:
            plan.unchanged += 1
        else:
            plan.changed.append(link)
    plan.problems.sort(key=lambda problem: problem.row)
    return plan


def _row(number: int, values: dict[str, str]) -> Succeeds:
    on = day_of("on", values)
    if on is None:
        raise RowRefused("date_bad", column="on", value="")
    main = values.get("main", "").lower()
    if main not in YES | NO:
        raise RowRefused("main_bad", value=main[:40])
    return Succeeds(number, code_of(values["code"]), code_of(values["successor_code"]), on, main in YES)


def _link(row: Succeeds, by_code: Mapping[str, list[Known]]) -> Link:
    unit = _standing(by_code.get(row.code, []), row.on - DAY)
    if unit is None:
        raise RowRefused("unit_not_valid", on=str(row.on - DAY))
    successor = _standing(by_code.get(row.successor_code, []), row.on)
    if successor is None:
        raise RowRefused("successor_not_valid", successor=row.successor_code, on=str(row.on))
    if unit.id == successor.id:
        raise RowRefused("same_unit")
    return Link(unit.id, successor.id, row.on, row.main)


def _check(
    link: Link,
    found: Mapping[tuple[str, str], tuple[Succeeds, Link]],
    mains: Mapping[str, int],
    stored: Mapping[tuple[str, str], Link],
) -> None:
    first = found.get((link.unit, link.successor))
    if first is not None:
        raise RowRefused("duplicate", first_row=first[0].number)
    if not link.main or link.unit not in mains:
        return
    known = stored.get((link.unit, link.successor))
    if mains[link.unit] or known is None or not known.main:
        raise RowRefused("two_mains", first_row=mains[link.unit])


def _standing(versions: Iterable[Known], day: date) -> Known | None:
    return next(
        (
            unit
            for unit in versions
            if unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to)
        ),
        None,
    )
