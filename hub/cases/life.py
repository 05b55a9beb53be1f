"""The life of a case: its states, and the one table of what may be done in each. Pure.

Every line of `ACTS` is one act of an office that leaves a paper or a dated record. What is beside the line of
states (an extension, a withdrawal, a suspension's reason, a second instance, a court) is an act too, and
moves no state unless it says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.cases.clock.happening import Mark
from hub.cases.rules import CaseKind


class State(StrEnum):
    """Where a case stands (DOMAIN §4)."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    GUIDED = "guided"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    ARCHIVED = "archived"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    VERIFICATION = "verification"
    SUSPENDED = "suspended"
    DIALOGUE = "dialogue"
    DECIDED = "decided"
    ENFORCEMENT = "enforcement"
    REPLIED = "replied"
    CLOSED = "closed"


SENT_AWAY: Final = frozenset(
    {State.GUIDED, State.TRANSFERRED, State.RETURNED, State.ARCHIVED, State.NOT_ACCEPTED}
)
"""Not dealt with here. They count, and they owe the petitioner a notice."""
AT_WORK: Final = frozenset({State.ACCEPTED, State.VERIFICATION, State.DIALOGUE})
OPEN: Final = frozenset(State) - {State.CLOSED}

DISPUTES: Final = frozenset({CaseKind.COMPLAINT, CaseKind.DENUNCIATION})
WISHES: Final = frozenset({CaseKind.RECOMMENDATION, CaseKind.REFLECTION})
ANY: Final = frozenset(CaseKind)


class Outcome(StrEnum):
    """What a decision or conclusion found."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"


@dataclass(frozen=True, slots=True)
class ActRule:
    """One act: from which states, to which (None: it stays), for which kinds, with which fields.

    `needs` must be given and not empty; `takes` may be. `leaves` is what the legal clock hears of it.
    `basis` is the law or practice that orders it so; it is what a refusal names.
    """

    origin: frozenset[State]
    to: State | None = None
    kinds: frozenset[CaseKind] = ANY
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    leaves: Mark | None = None
    basis: str = ""
    after: frozenset[str] = frozenset()
    """At least one of these acts must have been done before, since the case was last taken up anew (for what
    does that: ever).
    """
    unless: frozenset[str] = frozenset()
    """None of these may stand."""
    overdue: frozenset[State] = frozenset()
    """Where it may be done too once the first instance's term has run out without a decision; `after` asks
    nothing then.
    """


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


S = State
RECEPTION: Final = "42/2013/QH13"
COMPLAINTS: Final = "02/2011/QH13"
DENUNCIATIONS: Final = "25/2018/QH14"
PARTY: Final = "11-QĐi/TW"
"""On the Party committees' heads receiving citizens: ten working days to a written notice."""

ACTS: Final[Mapping[str, ActRule]] = {
    # Reading the petition.
    "classify": ActRule(
        _from(S.RECEIVED, S.CLASSIFIED),
        S.CLASSIFIED,
        needs=("kind", "field"),
        takes=("several_places", "anonymous", "evidence"),
        basis=RECEPTION,
    ),
    "find_eligible": ActRule(_from(S.CLASSIFIED), S.ELIGIBLE, needs=("checklist",), basis=RECEPTION),
    "find_ineligible": ActRule(
        _from(S.CLASSIFIED), S.INELIGIBLE, needs=("reason",), takes=("checklist",), basis=RECEPTION
    ),
    # Sending it on. Each of these owes a notice (`notify_petitioner`).
    "guide": ActRule(
        _from(S.CLASSIFIED, S.ELIGIBLE, S.INELIGIBLE),
        S.GUIDED,
        needs=("whereto",),
        takes=("text",),
        leaves=Mark.GUIDED,
        basis=RECEPTION,
    ),
    "transfer": ActRule(
        _from(S.CLASSIFIED, S.ELIGIBLE, S.INELIGIBLE),
        S.TRANSFERRED,
        needs=("whereto",),
        takes=("text", "unit"),
        leaves=Mark.TRANSFERRED,
        basis=RECEPTION,
    ),
    "return": ActRule(
        _from(S.CLASSIFIED, S.ELIGIBLE, S.INELIGIBLE),
        S.RETURNED,
        ANY - {CaseKind.DENUNCIATION},
        needs=("reason",),
        leaves=Mark.RETURNED,
        basis=RECEPTION,
    ),
    "archive": ActRule(
        _from(S.CLASSIFIED, S.INELIGIBLE),
        S.ARCHIVED,
        needs=("reason",),
        leaves=Mark.ARCHIVED,
        basis=RECEPTION,
    ),
    # Dealing with it.
    "accept": ActRule(
        _from(S.ELIGIBLE), S.ACCEPTED, needs=("number",), leaves=Mark.ACCEPTED, basis=COMPLAINTS
    ),
    "not_accept": ActRule(
        _from(S.ELIGIBLE),
        S.NOT_ACCEPTED,
        needs=("reason",),
        takes=("number",),
        leaves=Mark.NOT_ACCEPTED,
        basis=COMPLAINTS,
    ),
    "notify_parties": ActRule(
        AT_WORK | {S.SUSPENDED},
        None,
        frozenset({CaseKind.DENUNCIATION}),
        leaves=Mark.NOTIFIED,
        takes=("number",),
        basis=DENUNCIATIONS,
    ),
    "verify": ActRule(_from(S.ACCEPTED), S.VERIFICATION, takes=("number", "text"), basis=COMPLAINTS),
    "suspend": ActRule(AT_WORK, S.SUSPENDED, DISPUTES, needs=("reason", "number"), basis=COMPLAINTS),
    "resume": ActRule(_from(S.SUSPENDED), S.VERIFICATION, DISPUTES, takes=("number",), basis=COMPLAINTS),
    "extend": ActRule(
        AT_WORK | {S.SUSPENDED}, None, DISPUTES, needs=("way", "number", "reason"), basis=COMPLAINTS
    ),
    "hold_dialogue": ActRule(
        _from(S.VERIFICATION), S.DIALOGUE, frozenset({CaseKind.COMPLAINT}), needs=("text",), basis=COMPLAINTS
    ),
    "decide": ActRule(
        _from(S.VERIFICATION, S.DIALOGUE),
        S.DECIDED,
        DISPUTES,
        needs=("number", "outcome"),
        takes=("text",),
        basis=COMPLAINTS,
    ),
    "enforce": ActRule(_from(S.DECIDED), S.ENFORCEMENT, DISPUTES, takes=("text", "number"), basis=COMPLAINTS),
    # The citizen has an answer.
    "notify_petitioner": ActRule(
        SENT_AWAY | AT_WORK,
        None,
        needs=("how",),
        takes=("number", "text"),
        leaves=Mark.ANSWERED,
        basis=RECEPTION,
    ),
    "reply": ActRule(
        _from(S.DECIDED, S.ENFORCEMENT),
        S.REPLIED,
        needs=("how",),
        takes=("number", "text"),
        leaves=Mark.REPLIED,
        basis=RECEPTION,
    ),
    "reply_to_wish": ActRule(
        AT_WORK,
        S.REPLIED,
        WISHES,
        needs=("how", "text"),
        takes=("number",),
        leaves=Mark.REPLIED,
        basis=RECEPTION,
    ),
    "reply_ended": ActRule(
        AT_WORK | {S.SUSPENDED},
        S.REPLIED,
        needs=("how",),
        takes=("number", "text"),
        leaves=Mark.REPLIED,
        basis=RECEPTION,
        after=frozenset({"terminate"}),
    ),
    "close": ActRule(_from(S.REPLIED), S.CLOSED, takes=("text",), leaves=Mark.CLOSED, basis=RECEPTION),
    "close_sent_away": ActRule(
        SENT_AWAY,
        S.CLOSED,
        takes=("text",),
        leaves=Mark.CLOSED,
        basis=RECEPTION,
        after=frozenset({"notify_petitioner"}),
    ),
    # Beside the line.
    "party_receive": ActRule(
        OPEN - {S.REPLIED},
        None,
        takes=("text",),
        leaves=Mark.PARTY_RECEIVED,
        basis=PARTY,
        unless=frozenset({"party_receive"}),
    ),
    "withdraw_part": ActRule(OPEN, None, needs=("text", "reason", "uncoerced"), basis=COMPLAINTS),
    "withdraw": ActRule(OPEN, None, needs=("reason", "uncoerced"), leaves=Mark.WITHDRAWN, basis=COMPLAINTS),
    "terminate": ActRule(
        AT_WORK | {S.SUSPENDED},
        None,
        DISPUTES,
        needs=("reason", "number"),
        leaves=Mark.TERMINATED,
        basis=COMPLAINTS,
        after=frozenset({"withdraw", "ground_gone"}),
    ),
    "ground_gone": ActRule(AT_WORK | {S.SUSPENDED}, None, DISPUTES, needs=("reason",), basis=COMPLAINTS),
    "reopen": ActRule(_from(S.CLOSED, S.REPLIED), S.ELIGIBLE, needs=("reason", "number"), basis=COMPLAINTS),
    "receive_second": ActRule(
        _from(S.DECIDED, S.ENFORCEMENT, S.REPLIED, S.CLOSED),
        S.ELIGIBLE,
        frozenset({CaseKind.COMPLAINT}),
        takes=("decider", "text"),
        leaves=Mark.SECOND_RECEIVED,
        basis=COMPLAINTS,
        after=frozenset({"decide"}),
        unless=frozenset({"receive_second"}),
        overdue=AT_WORK | {S.SUSPENDED},
    ),
    "go_to_court": ActRule(
        OPEN | {S.CLOSED}, None, DISPUTES, needs=("text",), takes=("number",), basis=COMPLAINTS
    ),
}

ANEW: Final = frozenset({"reopen", "receive_second"})
"""Where a case is taken up anew."""
ENDING: Final = frozenset({"decide", "not_accept", "terminate", "archive", "close", "close_sent_away"})
"""What a unit that the petition is against may not do."""
