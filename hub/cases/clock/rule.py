"""The terms of the law as data: what begins and ends each, how long it is, on what basis, and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from hub.cases.clock.happening import Mark, Trait
from hub.units import law_files

FILE: Final = Path(__file__).parent / "rules.json"
MOST_DAYS: Final = 400


class Count(StrEnum):
    """Which days are counted."""

    CALENDAR = "calendar"
    """Every day; a term that would end on a day that is not worked ends on the next one that is (Civil Code
    2015, Art. 148 (5))."""
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Way:
    """A written decision may lengthen a term by `days` (by `lengths` days where a trait holds), as long as
    fewer than `most` decisions of any way have done so already.
    """

    days: int
    most: int = 1
    lengths: Mapping[Trait, int] = field(default_factory=dict)

    def length(self, traits: frozenset[Trait]) -> int:
        """Days more."""
        return next((days for trait, days in self.lengths.items() if trait in traits), self.days)


class Debtor(StrEnum):
    """Who has to act within a term."""

    UNIT = "unit"
    CITIZEN = "citizen"
    """Theirs to use or not: it is never anybody's delay."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One term, for cases of `kinds` that begin with `begins` while the rule is in force.

    `lengths` are days by trait; the longest that applies counts, `days` without any. `whole`: it is the
    case's whole term (the uninterrupted view of it is shown too), not a step's.
    """

    id: str
    kinds: frozenset[str]
    begins: Mark
    ends: frozenset[Mark]
    days: int
    count: Count
    basis: str
    lengths: Mapping[Trait, int] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)
    valid_from: date = date.min
    valid_to: date | None = None
    """The first day on which a term can no longer begin under it."""
    verified: bool = False
    whole: bool = False
    after: str | None = None
    """Begins too when the term of that rule has run out unfulfilled."""
    debtor: Debtor = Debtor.UNIT
    drops: frozenset[Mark] = frozenset()
    """After one of these it runs no more, unfulfilled; beside `ENDS_ALL`."""
    own: bool = False
    """Whether its file is the installation's."""

    def in_force(self, day: date) -> bool:
        """Whether a term that begins on that day is under this rule."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def length(self, traits: frozenset[Trait]) -> tuple[int, Trait | None]:
        """Days without extensions, and the trait that makes them more."""
        best = max(
            ((days, trait) for trait, days in self.lengths.items() if trait in traits),
            key=lambda each: (each[0], each[1].value),
            default=None,
        )
        return best if best is not None and best[0] > self.days else (self.days, None)


class RulesBad(ValueError):
    """The file of rules contradicts itself; the sentence names the rule."""


def law() -> tuple[Rule, ...]:
    """The rules that ship, or the installation's own, in the order a case meets them. Raises LawBad."""
    return _law(law_files.own())


@cache
def _law(own: Path | None) -> tuple[Rule, ...]:
    path = law_files.rules_file(FILE, own)
    if path == FILE:
        return read(law_files.read_json(FILE))
    try:
        rules = tuple(replace(rule, own=True) for rule in read(law_files.read_json(path)))
        _known(rules, _law(None))
    except RulesBad as problem:
        raise law_files.LawBad(f"{path}: {problem}") from problem
    return rules


def _known(rules: Iterable[Rule], shipped: Iterable[Rule]) -> None:
    """Rules have words, reminders and acts in the program: an installation's own are those it knows."""
    known: dict[str, tuple[set[str], set[str]]] = {}
    for rule in shipped:
        kinds, ways = known.setdefault(rule.id, (set(), set()))
        kinds |= rule.kinds
        ways |= set(rule.ways)
    for rule in rules:
        kinds, ways = known.get(rule.id, (set(), set()))
        strange = [*(rule.kinds - kinds), *(set(rule.ways) - ways), *({rule.after} - {None, *known})]
        if rule.id not in known or strange:
            raise RulesBad(f"{rule.id}: the hub knows no {strange[0] if rule.id in known else 'such rule'}")
    missing = sorted(set(known) - {rule.id for rule in rules})
    if missing:
        raise RulesBad(f"{missing[0]}: it is missing; a rule that is no law any more has a valid_to")


def read(raw: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rules from their file. Raises RulesBad."""
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise RulesBad("it is no list of rules")
    rules = tuple(_one(each) for each in raw)
    for at, rule in enumerate(rules):
        for other in rules[at + 1 :]:
            if rule.id == other.id and _overlap(rule, other):
                raise RulesBad(f"{rule.id}: two versions of it are in force on the same day")
    return rules


def _one(raw: Mapping[str, Any]) -> Rule:
    name = str(raw.get("id", "?"))
    try:
        rule = Rule(
            id=name,
            kinds=frozenset(raw["kinds"]),
            begins=Mark(raw["begins"]),
            ends=frozenset(Mark(each) for each in raw["ends"]),
            days=int(raw["days"]),
            count=Count(raw["count"]),
            basis=str(raw["basis"]),
            lengths={Trait(trait): int(days) for trait, days in raw.get("lengths", {}).items()},
            ways={way: _way(of) for way, of in raw.get("ways", {}).items()},
            valid_from=date.fromisoformat(raw["valid_from"]),
            valid_to=date.fromisoformat(raw["valid_to"]) if raw.get("valid_to") else None,
            verified=bool(raw["verified"]),
            whole=bool(raw.get("whole", False)),
            after=raw.get("after"),
            debtor=Debtor(raw.get("debtor", Debtor.UNIT)),
            drops=frozenset(Mark(each) for each in raw.get("drops", ())),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise RulesBad(f"{name}: {problem}") from problem
    days = [rule.days, *rule.lengths.values(), *(way.days for way in rule.ways.values())]
    if not rule.kinds or not rule.ends or not all(0 < each <= MOST_DAYS for each in days):
        raise RulesBad(f"{name}: needs kinds, ends, and 1 to {MOST_DAYS} days")
    return rule


def _way(raw: Mapping[str, Any]) -> Way:
    lengths = {Trait(trait): int(days) for trait, days in raw.get("lengths", {}).items()}
    return Way(int(raw["days"]), int(raw.get("most", 1)), lengths)


def _overlap(one: Rule, other: Rule) -> bool:
    if not one.kinds & other.kinds:
        return False
    starts_before_end = other.valid_to is None or one.valid_from < other.valid_to
    return starts_before_end and (one.valid_to is None or other.valid_from < one.valid_to)
