"""What has happened in a case, what may happen next, and what the legal clock hears of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from hub.cases.clock.happening import Course, Extension, Happening, Mark, Pause, Trait
from hub.cases.clock.reckon import Standing, terms
from hub.cases.errors import Refusal
from hub.cases.life import ACTS, ANEW, ENDING, State
from hub.cases.rules import CaseKind
from hub.units.working_days import vietnam

FIRST: Final = "complaint_first"
"""The rule of the clock for the first decision on a complaint."""


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done: what, on which day in Vietnam it took effect, and with which fields.

    One that a later act corrected is not among what a caller hands in.
    """

    act: str
    on: date
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """What the rules need to know of a case. `done` is in the order it was recorded."""

    kind: CaseKind
    state: State
    received_on: date
    done: Sequence[Done] = ()
    anonymous: bool = False
    evidence: bool = False
    """The violator is named and there is concrete evidence."""
    remote: bool = False
    complained_about: frozenset[str] = frozenset()
    """Ids of the units that the petition is against."""

    @property
    def names(self) -> frozenset[str]:
        """The acts done so far."""
        return frozenset(each.act for each in self.done)

    @property
    def lately(self) -> frozenset[str]:
        """The acts done since it was taken up anew: what a former round owed was another matter."""
        anew = (at for at, each in enumerate(self.done) if each.act in ANEW)
        return frozenset(each.act for each in self.done[max(anew, default=-1) + 1 :])

    @property
    def second(self) -> bool:
        """Whether it is in its second instance."""
        return "receive_second" in self.names


def lawful(story: Story, on: date | None = None) -> list[str]:
    """The acts that may be done now, in the order of the table; their fields are another matter. `on`: as of
    `refusal`.
    """
    return [act for act in ACTS if refusal(story, act, on) is None]


def refusal(story: Story, act: str, on: date | None = None) -> Refusal | None:
    """Why an act may not be done now, whatever its fields; None when it may. `on` is its day: without one no
    term has run out.

    Codes: act_unknown, act_kind, act_state, act_early (a term has to run out first), act_after (`needed` are
    acts of which one must come before, since the case was last taken up anew), act_unless,
    anonymous_with_evidence. `act` and `basis` are in the refusal's values.
    """
    rule = ACTS.get(act)
    if rule is None:
        return Refusal("act_unknown", act=act)
    told = {"act": act, "basis": rule.basis}
    if story.kind not in rule.kinds:
        return Refusal("act_kind", kind=story.kind.value, **told)
    waits = story.state in rule.overdue
    if story.state not in rule.origin and not waits:
        return Refusal("act_state", state=story.state.value, **told)
    if rule.unless & story.names:
        return Refusal("act_unless", **told)
    if waits and not _unanswered(story, on):
        return Refusal("act_early", **told)
    if not waits and rule.after and not rule.after & (story.names if act in ANEW else story.lately):
        return Refusal("act_after", needed=",".join(sorted(rule.after)), **told)
    if act == "archive" and story.kind is CaseKind.DENUNCIATION and story.anonymous and story.evidence:
        return Refusal("anonymous_with_evidence", **told)
    return None


def _unanswered(story: Story, on: date | None) -> bool:
    """Whether the term for the first decision has run out by that day, without one."""
    if on is None:
        return False
    found = terms(course(story), on, vietnam())
    return any(each.rule.id == FIRST and each.standing is Standing.OVERDUE for each in found)


def check(
    story: Story, act: str, on: date, data: Mapping[str, Any], *, today: date, unit: str | None
) -> None:
    """Refuse an act that is not lawful now. `unit` is the id of the unit that does it.

    Raises Refusal: those of `refusal`, and act_field (a field is missing, or is none of the act's),
    act_day (later than today, or before the case was received), act_order (before the day of the step it
    follows), withdrawal_coerced, conflict_of_interest.
    """
    unlawful = refusal(story, act, on)
    if unlawful is not None:
        raise unlawful
    rule = ACTS[act]
    told = {"act": act, "basis": rule.basis}
    missing = next((name for name in rule.needs if data.get(name) in (None, "", [], {})), None)
    strange = next((name for name in data if name not in (*rule.needs, *rule.takes)), None)
    if missing or strange:
        raise Refusal("act_field", field=str(missing or strange), **told)
    if not story.received_on <= on <= today:
        raise Refusal("act_day", day=on.isoformat(), **told)
    last = _last_step(story)
    if last is not None and on < last.on and (rule.to is not None or act == "extend"):
        raise Refusal("act_order", day=last.on.isoformat(), needed=last.act, **told)
    if act in ("withdraw", "withdraw_part") and data.get("uncoerced") is not True:
        raise Refusal("withdrawal_coerced", **told)
    if act in ENDING and unit is not None and unit in story.complained_about:
        raise Refusal("conflict_of_interest", **told)


def next_state(story: Story, act: str) -> State:
    """Where the case stands after a lawful act."""
    return ACTS[act].to or story.state


def state_after(done: Sequence[Done]) -> State:
    """Where a case stands after these acts. One that was brought in from elsewhere begins where it stood
    then: its first act says so (`state`).
    """
    state = State.RECEIVED
    for each in done:
        if each.act == "receive":
            state = State(each.data.get("state") or State.RECEIVED)
        state = _moved(state, each.act)
    return state


def unlawful(story: Story) -> list[Done]:
    """The acts of the story that were not lawful in their place, as its kind and facts are now."""
    found = []
    for at, each in enumerate(story.done):
        if each.act in ACTS and refusal(before(story, at), each.act, each.on) is not None:
            found.append(each)
    return found


def before(story: Story, at: int) -> Story:
    """The story as it was before its act number `at` (from 0)."""
    done = story.done[:at]
    return replace(story, state=state_after(done), done=done)


def _moved(state: State, act: str) -> State:
    rule = ACTS.get(act)
    return rule.to or state if rule is not None else state


def _last_step(story: Story) -> Done | None:
    steps = (each for each in story.done if each.act in ACTS and ACTS[each.act].to is not None)
    return max(steps, key=lambda each: each.on, default=None)


def mark(act: str, kind: CaseKind, *, second: bool) -> Mark | None:
    """What the legal clock hears of an act."""
    if act == "decide":
        if kind is CaseKind.DENUNCIATION:
            return Mark.CONCLUDED
        return Mark.DECIDED_SECOND if second else Mark.DECIDED_FIRST
    if act == "accept" and second:
        return Mark.SECOND_ACCEPTED
    rule = ACTS.get(act)
    return rule.leaves if rule is not None else None


def course(story: Story) -> Course:
    """The case as the legal clock reads it."""
    happenings = {Happening(story.received_on, Mark.RECEIVED)}
    pauses: list[Pause] = []
    extensions = set()
    second, round_ = False, 0
    for each in story.done:
        round_ += each.act in ANEW
        if pauses and pauses[-1].until is None and _moved(State.SUSPENDED, each.act) is not State.SUSPENDED:
            pauses[-1] = Pause(pauses[-1].since, each.on)
        left = mark(each.act, story.kind, second=second)
        if left is not None:
            happenings.add(Happening(each.on, left, round_))
        if each.act == "receive_second":
            second = True
        elif each.act == "suspend":
            pauses.append(Pause(each.on))
        elif each.act == "extend":
            rule = extended_rule(story.kind, second=second)
            way, number = str(each.data["way"]), str(each.data["number"])
            extensions.add(Extension(each.on, rule, way, number, round_))
    traits = {Trait.REMOTE} if story.remote else set()
    # Who classifies again without the tick has found that one place is enough.
    classified = [each for each in story.done if each.act == "classify"]
    if classified and classified[-1].data.get("several_places"):
        traits.add(Trait.SEVERAL_PLACES)
    return Course(
        story.kind.value, frozenset(happenings), frozenset(pauses), frozenset(extensions), frozenset(traits)
    )


def extended_rule(kind: CaseKind, *, second: bool) -> str:
    """The rule of the clock that an extension lengthens."""
    if kind is CaseKind.DENUNCIATION:
        return "denunciation"
    return "complaint_second" if second else FIRST
