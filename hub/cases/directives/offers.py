"""What a directive's reader may do next: every act of the table that is theirs, and why not now. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hub.cases.directive_tables import DirectiveAct
from hub.cases.directives.letters import LetterInfo
from hub.cases.directives.sides import answers_for
from hub.cases.directives.states import ACTS, ActRule, Side, Standing, State, is_proxy, refusal
from hub.cases.errors import Refusal
from hub.cases.info import DirectedUnit, DirectiveInfo
from hub.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Told:
    """One act of a directive's history."""

    n: int
    act: str
    on: date
    at: datetime
    by_name: str
    unit_name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that is the reader's to do, and why not now; None when it may. `units`: for which directed
    units it may be done now; `by_proxy`: it writes down what a unit said on paper or by phone.
    """

    act: str
    rule: ActRule
    refused: Refusal | None
    by_proxy: bool = False
    units: tuple[DirectedUnit, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectiveStory:
    """One directive on its case's page. `offers` is empty for who only reads."""

    info: DirectiveInfo
    acts: tuple[Told, ...]
    offers: tuple[Offer, ...]
    letters: tuple[LetterInfo, ...]


@dataclass(frozen=True, slots=True)
class CaseDirectives:
    """Everything directed in a case. `may_notice`: the reader may give notice of what was concluded;
    `may_record`: they may write down that a unit has a letter.
    """

    stories: tuple[DirectiveStory, ...]
    notices: tuple[LetterInfo, ...]
    may_notice: bool
    may_record: bool
    to_acknowledge: frozenset[str]
    """Ids of letters that the reader's unit has not acknowledged yet."""
    secure: bool
    """The citizen is answered by the letter box only."""


def offers_of(actor: Actor, info: DirectiveInfo, mine: frozenset[Side], *, against: bool) -> list[Offer]:
    """What is theirs to do at all; what is somebody else's is not shown."""
    found = []
    for act, rule in ACTS.items():
        tried = [(unit, _standing(actor, info, mine, unit, against=against)) for unit in _about(act, info)]
        offers = [(unit, standing, refusal(standing, act)) for unit, standing in tried]
        theirs = [each for each in offers if each[2] is None or each[2].code != "directive_side"]
        if not theirs:
            continue
        own = next((each for each in theirs if actor.unit == each[0].unit and each[1].sides & rule.by), None)
        chosen = [own] if own is not None else theirs
        may = [each for each in chosen if each[2] is None]
        _, standing, refused = (may or chosen)[0]
        if act == "deliver":
            may = [each for each in may if each[0].delivered_at is None]
            if not may:
                continue
        if refused is not None and refused.code in ("directive_not_withdrawn", "already_acknowledged"):
            continue
        units = tuple(unit for unit, _, _ in may) if rule.of_part and own is None else ()
        found.append(Offer(act, rule, refused, is_proxy(standing, act), units))
    return found


def _about(act: str, info: DirectiveInfo) -> list[DirectedUnit]:
    """The directed units an act may be about; the leading one where it is about the directive as a whole."""
    if not ACTS[act].of_part:
        return [info.lead]
    if act == "deliver":
        return list(info.units)
    kinds = {side.value for side in ACTS[act].by}
    return [unit for unit in info.units if unit.part in kinds]


def _standing(
    actor: Actor, info: DirectiveInfo, mine: frozenset[Side], unit: DirectedUnit, *, against: bool
) -> Standing:
    own = answers_for(actor, unit.unit)
    # As in `conduct.standing`: for another unit they only write down what it said.
    seen = mine if own or Side.ISSUER not in mine else frozenset({Side.ISSUER})
    return Standing(
        state=State(info.state),
        withdrawn=info.withdrawn_why is not None,
        sides=seen,
        own_acknowledged=unit.acknowledged_at is not None,
        against_own=against,
        room=actor.is_room,
    )


def told(act: DirectiveAct, names: Mapping[str, str]) -> Told:
    """One act; `names`: those of units, by id."""
    unit = names.get(act.unit_id, "") if act.unit_id is not None else ""
    return Told(act.n, act.act, act.on, act.at, act.by_name, unit, act.data)
