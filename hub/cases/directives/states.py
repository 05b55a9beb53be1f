"""The life of a directive: its states, and the one table of what may be done in each, and by whom. Pure.

The state is the leading unit's. Units that support acknowledge and contribute beside it; those that watch
only see. A directive that was withdrawn keeps its state, and goes on from there when it is restored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hub.cases.errors import Refusal


class State(StrEnum):
    """How far a directive is (DOMAIN §4)."""

    ISSUED = "issued"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    CITIZEN_REPLIED = "citizen_replied"
    CLOSED = "closed"


class Side(StrEnum):
    """What somebody is to a directive."""

    ISSUER = "issuer"
    """Staff of the unit that issued it, or of one above."""
    LEAD = "lead"
    SUPPORT = "support"
    WATCH = "watch"


OWING: Final = frozenset(
    {State.ISSUED, State.DELIVERED, State.ACKNOWLEDGED, State.IN_PROGRESS, State.SENT_BACK}
)
"""The leading unit still owes its report; only these can be overdue."""
OPEN: Final = frozenset(State) - {State.CLOSED}

_CIRCULAR: Final = "04/2021/TT-TTCP"
_PARTY: Final = "11-QĐi/TW"
_RECEPTION: Final = "42/2013/QH13"


@dataclass(frozen=True, slots=True)
class ActRule:
    """One act: from which states, to which (None: it stays), by whom, with which fields.

    `needs` must be given and not empty; `takes` may be. `moves`: the states that it moves on from, where it
    may be done in others too (None: all). `by_proxy`: the issuing office may write it down for a unit that
    answered on paper or by phone, saying how. `basis` is what a refusal names.
    """

    origin: frozenset[State]
    by: frozenset[Side]
    to: State | None = None
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    moves: frozenset[State] | None = None
    by_proxy: bool = False
    of_part: bool = False
    """It is about one directed unit, `unit`."""
    files: bool = False
    basis: str = _CIRCULAR


def _set(*states: State) -> frozenset[State]:
    return frozenset(states)


_ISSUER: Final = frozenset({Side.ISSUER})
_LEAD: Final = frozenset({Side.LEAD})

PREFIX: Final = "directive_"
"""Before an act's name where acts of cases are named too: in the case's history, in refusals."""
ISSUE: Final = "issue"
"""The first act of every directive; nothing comes before it."""

ACTS: Final[Mapping[str, ActRule]] = {
    # The directed units. `deliver` is written down by the hub itself when one of theirs first sees it.
    "deliver": ActRule(
        OPEN,
        _ISSUER,
        State.DELIVERED,
        needs=("how", "whom"),
        moves=_set(State.ISSUED),
        of_part=True,
        basis=_PARTY,
    ),
    "acknowledge": ActRule(
        OPEN,
        frozenset({Side.LEAD, Side.SUPPORT}),
        State.ACKNOWLEDGED,
        moves=_set(State.ISSUED, State.DELIVERED),
        by_proxy=True,
        of_part=True,
        basis=_PARTY,
    ),
    "start": ActRule(
        _set(State.ACKNOWLEDGED, State.SENT_BACK), _LEAD, State.IN_PROGRESS, takes=("text",), by_proxy=True
    ),
    "report": ActRule(
        _set(State.ACKNOWLEDGED, State.IN_PROGRESS, State.SENT_BACK),
        _LEAD,
        State.REPORTED,
        needs=("text",),
        takes=("number",),
        by_proxy=True,
        files=True,
    ),
    "contribute": ActRule(
        OWING | {State.REPORTED},
        frozenset({Side.SUPPORT}),
        needs=("text",),
        takes=("number",),
        by_proxy=True,
        of_part=True,
        files=True,
    ),
    # The office that issued it.
    "accept": ActRule(_set(State.REPORTED), _ISSUER, State.ACCEPTED, takes=("text",)),
    "send_back": ActRule(_set(State.REPORTED), _ISSUER, State.SENT_BACK, needs=("reason", "due")),
    "change_due": ActRule(OWING, _ISSUER, needs=("due", "reason"), takes=("number",)),
    "urge": ActRule(OWING, _ISSUER, needs=("text",), takes=("signer", "signer_title")),
    "add_unit": ActRule(OWING | {State.REPORTED}, _ISSUER, needs=("unit", "part"), basis=_PARTY),
    # The citizen's answer; only then does it close.
    "reply": ActRule(
        _set(State.ACCEPTED),
        frozenset({Side.ISSUER, Side.LEAD}),
        State.CITIZEN_REPLIED,
        needs=("how",),
        takes=("number", "text"),
        files=True,
        basis=_RECEPTION,
    ),
    "close": ActRule(_set(State.CITIZEN_REPLIED), _ISSUER, State.CLOSED, takes=("text",), basis=_RECEPTION),
    # Beside the line.
    "withdraw": ActRule(OPEN, _ISSUER, needs=("reason",), basis=_PARTY),
    "restore": ActRule(OPEN, _ISSUER, basis=_PARTY),
}

JUDGING: Final = frozenset({"accept", "close"})
"""What a unit that the petition is against may not do alone for itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need to know of a directive, and of who asks."""

    state: State
    withdrawn: bool = False
    sides: frozenset[Side] = frozenset()
    """What the asker is to it."""
    own_acknowledged: bool = False
    """Whether the unit that the act is about acknowledged it already."""
    against_own: bool = False
    """The petition is against the asker's own unit."""
    room: bool = False
    """The asker is a room: it acknowledges, and writes nothing."""


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done; `lead`: it was about the unit that led then."""

    act: str
    lead: bool


def refusal(standing: Standing, act: str) -> Refusal | None:
    """Why an act may not be done now, whatever its fields; None when it may.

    Codes: directive_act_unknown, directive_withdrawn, directive_state, directive_side, already_acknowledged,
    directive_unacknowledged, conflict_of_interest. `act` and `basis` are in the refusal's values.
    """
    rule = ACTS.get(act)
    if rule is None:
        return Refusal("directive_act_unknown", act=act)
    told = {"act": PREFIX + act, "basis": rule.basis}
    if not _allowed(standing, act, rule):
        return Refusal("directive_side", who="_".join(sorted(rule.by)), **told)
    if standing.withdrawn != (act == "restore"):
        return Refusal("directive_withdrawn" if standing.withdrawn else "directive_not_withdrawn", **told)
    if standing.state not in rule.origin:
        return Refusal("directive_state", standing=standing.state.value, **told)
    if act == "acknowledge" and standing.own_acknowledged:
        return Refusal("already_acknowledged", **told)
    if act == "contribute" and not standing.own_acknowledged:
        return Refusal("directive_unacknowledged", **told)
    if act in JUDGING and standing.against_own:
        return Refusal("conflict_of_interest", **told)
    return None


def is_proxy(standing: Standing, act: str) -> bool:
    """Whether the asker does the act in the name of the directed unit."""
    rule = ACTS[act]
    return rule.by_proxy and not rule.by & standing.sides and Side.ISSUER in standing.sides


def check(standing: Standing, act: str, data: Mapping[str, Any]) -> None:
    """Refuse an act that may not be done now, or whose fields are not those of the table.

    Raises Refusal: those of `refusal`, directive_field.
    """
    unlawful = refusal(standing, act)
    if unlawful is not None:
        raise unlawful
    rule = ACTS[act]
    needs = (*rule.needs, *(("how",) if is_proxy(standing, act) else ()))
    missing = next((name for name in needs if data.get(name) in (None, "", [], {})), None)
    strange = next((name for name in data if name not in {*needs, *rule.takes}), None)
    if missing or strange:
        raise Refusal("directive_field", field=str(missing or strange), act=PREFIX + act, basis=rule.basis)


def next_state(state: State, act: str, *, lead: bool) -> State:
    """Where a directive stands after an act. Acts about another unit than the leading one move nothing."""
    rule = ACTS.get(act)
    if rule is None or rule.to is None or (rule.of_part and not lead):
        return state
    return rule.to if rule.moves is None or state in rule.moves else state


def state_after(done: Sequence[Done]) -> State:
    """Where a directive stands after these acts."""
    state = State.ISSUED
    for each in done:
        state = next_state(state, each.act, lead=each.lead)
    return state


def _allowed(standing: Standing, act: str, rule: ActRule) -> bool:
    if standing.room:
        return act == "acknowledge" and bool(rule.by & standing.sides)
    return bool(rule.by & standing.sides) or is_proxy(standing, act)
