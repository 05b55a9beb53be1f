"""The form of an act: its fields, and the plain values that were typed into it. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from hub.cases.clock.rule import law
from hub.cases.errors import Refusal
from hub.cases.life import ACTS, Outcome
from hub.cases.rules import CaseField, CaseKind
from hub.cases.story import extended_rule

LONG: Final = frozenset({"reason", "text"})
TICKS: Final = frozenset({"several_places", "anonymous", "evidence", "uncoerced", "checklist"})
LOOSE: Final = frozenset({"several_places"})
"""Ticks that a correction may take off. Others the act needs, or they stand in the case itself: see
`hub.cases.correcting.MADE_OF_IT`.
"""
LONGEST: Final = 4000
SHORT: Final = 300


def choices(name: str, kind: CaseKind, *, second: bool) -> tuple[tuple[str, str], ...]:
    """Values and locale keys of a field that is chosen from a list; empty for one that is typed."""
    if name == "kind":
        return tuple((each.value, f"kind.{each.value}") for each in CaseKind)
    if name == "field":
        return tuple((each.value, f"field.{each.value}") for each in CaseField)
    if name == "outcome":
        return tuple((each.value, f"act_outcome.{each.value}") for each in Outcome)
    if name == "way":
        ways = (rule.ways for rule in law() if rule.id == extended_rule(kind, second=second))
        return tuple((way, f"act_way.{way}") for way in next(ways, {}))
    return ()


def read(act: str, typed: Mapping[str, str], kind: CaseKind, *, second: bool = False) -> dict[str, Any]:
    """The act's data. A field left empty is left out. Raises Refusal("act_field") for what cannot be."""
    rule = ACTS.get(act)
    if rule is None:
        raise Refusal("act_unknown", act=act)
    data: dict[str, Any] = {}
    for name in (*rule.needs, *rule.takes):
        text = typed.get(name, "").strip()
        allowed = choices(name, kind, second=second)
        bad = len(text) > (LONGEST if name in LONG else SHORT)
        if bad or (text and allowed and text not in dict(allowed)):
            raise Refusal("act_field", act=act, field=name, basis=rule.basis)
        if name == "checklist":
            data |= {name: {"confirmed": True}} if text else {}
        elif name in TICKS:
            data |= {name: True} if text else {}
        elif text:
            data[name] = text
    return data


def day_of(text: str) -> date | None:
    """The day that was typed; None when it was left empty. Raises Refusal("data_bad")."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Refusal("data_bad", field="on") from error
