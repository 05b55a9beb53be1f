"""The papers, in one table: sign in the number, the acts each of them stands for, what it must say.
Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hub.cases.errors import Refusal
from hub.cases.life import ACTS
from hub.cases.story import Story, refusal


class PaperKind(StrEnum):
    """A paper."""

    RECEIPT = "receipt"
    GUIDANCE = "guidance"
    TRANSFER = "transfer"
    RETURN = "return"
    REFUSAL = "refusal"
    ACCEPTANCE = "acceptance"
    ANSWER = "answer"
    URGE = "urge"
    CONCLUSION_NOTICE = "conclusion_notice"


@dataclass(frozen=True, slots=True)
class PaperRule:
    """One paper. `acts`: issuing it does the first of these that is lawful, in its number; one that was done
    before is not done twice. None: it may be issued at any time.
    """

    sign: str
    acts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    again: bool = False
    """Whether a second one does its act a second time: every answer is one more answer."""
    of_directive: bool = False
    """Issued with directives (see `hub.cases.directives.letters`) and not by itself."""


RULES: Final[Mapping[PaperKind, PaperRule]] = {
    PaperKind.RECEIPT: PaperRule("GBN", takes=("text",)),
    PaperKind.GUIDANCE: PaperRule("PHD", ("guide",), ("whereto",), ("text",)),
    PaperKind.TRANSFER: PaperRule("PC", ("transfer",), ("whereto",), ("text",)),
    PaperKind.RETURN: PaperRule("PTL", ("return",), ("reason",), ("text",)),
    PaperKind.REFUSAL: PaperRule("TBKTL", ("not_accept",), ("reason",), ("text",)),
    PaperKind.ACCEPTANCE: PaperRule("TBTL", ("accept",), (), ("text",)),
    PaperKind.ANSWER: PaperRule(
        "TBKQ", ("reply", "reply_to_wish", "reply_ended", "notify_petitioner"), ("how", "text"), again=True
    ),
    PaperKind.URGE: PaperRule(
        "CVĐĐ", needs=("whereto", "text"), takes=("directive", "issued", "due", "times"), of_directive=True
    ),
    PaperKind.CONCLUSION_NOTICE: PaperRule("TBKL", needs=("whereto", "text"), of_directive=True),
}
COMMON: Final = ("signer", "signer_title")
"""What every paper takes."""
LONGEST_FIELD: Final = 8000


def number_of(kind: PaperKind, serial: int) -> str:
    """A paper's number as people write it: 12/PC-TCD. It begins anew every year."""
    return f"{serial}/{RULES[kind].sign}-TCD"


def act_of(story: Story, kind: PaperKind) -> str | None:
    """The act that issuing the paper does now; None when it does none.

    Raises Refusal: why its act may not be done now (see `hub.cases.story.refusal`).
    """
    rule = RULES[kind]
    if not rule.acts:
        return None
    lawful = next((act for act in rule.acts if refusal(story, act) is None), None)
    if lawful is not None:
        return lawful
    if not rule.again and story.names.intersection(rule.acts):
        return None  # a further copy of what was done already
    in_kind = [act for act in rule.acts if story.kind in ACTS[act].kinds]
    refused = refusal(story, (in_kind or list(rule.acts))[0])
    assert refused is not None
    raise refused


def judged(kind: PaperKind, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields without empty ones. Raises Refusal("paper_field") for one that is missing, strange or too
    long.
    """
    rule = RULES[kind]
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    allowed = {*rule.needs, *rule.takes, *COMMON}
    wrong = next((name for name in rule.needs if name not in given), None)
    wrong = wrong or next((name for name in given if name not in allowed), None)
    wrong = wrong or next((name for name in given if len(given[name]) > LONGEST_FIELD), None)
    if wrong is not None:
        raise Refusal("paper_field", paper=kind.value, field=wrong)
    return given


def act_data(act: str, number: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the act is told: those of the paper's fields that it has, and the paper's number."""
    rule = ACTS[act]
    known = {*rule.needs, *rule.takes}
    return {name: value for name, value in {**fields, "number": number}.items() if name in known}
