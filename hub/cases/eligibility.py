"""Whether a petition may be dealt with here, as the law lists it. The list is data; a person answers, the
machine only adds up. Pure.

Articles are from memory and not checked against the text: the page shows them as unverified (`verified` in
the file) until somebody has.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from hub.cases.errors import Refusal
from hub.cases.rules import CaseKind


class Answer(StrEnum):
    """What a person found of one condition."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


class Finding(StrEnum):
    """What the answers come to."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Check:
    """One condition. `leads`: the act that its absence usually leads to; `but`: what stands in its place."""

    id: str
    kinds: frozenset[CaseKind]
    basis: str
    leads: str
    but: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the answers come to, which conditions are missing, and what that usually leads to."""

    finding: Finding
    missing: tuple[str, ...] = ()
    leads: str = ""


EVIDENCE: Final = "anonymous_with_evidence"


@cache
def all_checks() -> tuple[Check, ...]:
    """The whole list, in the order it is asked."""
    return tuple(
        Check(
            each["id"],
            frozenset(CaseKind(kind) for kind in each["kinds"]),
            each["basis"],
            each["leads"],
            each.get("but", ""),
        )
        for each in _data()["checks"]
    )


def verified() -> bool:
    """Whether somebody has compared the list with the law's text."""
    return bool(_data()["verified"])


def checks_of(kind: CaseKind) -> list[Check]:
    """The conditions of a kind."""
    return [each for each in all_checks() if kind in each.kinds]


def judge(kind: CaseKind, answers: Mapping[str, str], *, anonymous_with_evidence: bool = False) -> Judgement:
    """Add up. One missing condition makes a petition ineligible, whatever is still open.

    An anonymous denunciation with a named violator and concrete evidence is dealt with without a name. Raises
    Refusal("checklist_bad") for an answer that is none.
    """
    found: dict[str, Answer] = {}
    for check in checks_of(kind):
        try:
            found[check.id] = Answer(answers.get(check.id, Answer.OPEN))
        except ValueError as error:
            raise Refusal("checklist_bad", check=check.id) from error
        if check.but == EVIDENCE and anonymous_with_evidence:
            found[check.id] = Answer.YES
    missing = tuple(each for each, answer in found.items() if answer is Answer.NO)
    if missing:
        leads = next(check.leads for check in checks_of(kind) if check.id == missing[0])
        return Judgement(Finding.INELIGIBLE, missing, leads)
    is_open = any(answer is Answer.OPEN for answer in found.values())
    return Judgement(Finding.OPEN if is_open else Finding.ELIGIBLE)


@cache
def _data() -> dict[str, list[dict[str, str]]]:
    text = resources.files("hub.cases").joinpath("eligibility.json").read_text("utf-8")
    found: dict[str, list[dict[str, str]]] = json.loads(text)
    return found
