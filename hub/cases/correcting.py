"""Corrections of a case's history: a new act takes the place of an old one, and the old one stays readable.
Rights are the caller's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hub.cases import deadlines, history
from hub.cases.act_tables import CaseAct
from hub.cases.desk import Desk
from hub.cases.errors import Refusal
from hub.cases.life import ACTS
from hub.cases.models import Case
from hub.cases.story import Done, Story, check, state_after, unlawful
from hub.cases.story import before as story_before


async def annul(desk: Desk, case: Case, n: int, reason: str) -> CaseAct:
    """Take act `n` back; the case stands where it stood without it.

    Raises Refusal: act_unknown (it is none that can be taken back, or no longer holds), act_needed (a later
    act rests on it), identity_in_text, names_tried, data_bad (no reason).
    """
    story, at, old = await _find(desk, case, n)
    if not reason.strip():
        raise Refusal("data_bad", field="reason")
    await desk.refuse_names(case, {"why": reason})  # masked in silence, it would tell that it is the name
    without = [*story.done[:at], *story.done[at + 1 :]]
    _must_hold(story, without, old)
    case.state = state_after(without).value
    told = {"act": old.act, "reason": reason.strip()}
    return await desk.record(case, history.ANNUL, data=told, corrects=n)


async def correct(
    desk: Desk, case: Case, n: int, *, on: date, data: Mapping[str, Any], reason: str
) -> CaseAct:
    """Put the same act, with another day or other fields, in the place of act `n`.

    Raises Refusal: those of `story.check` as of that place, act_unknown, act_needed, identity_in_text,
    names_tried, data_bad.
    """
    story, at, old = await _find(desk, case, n)
    if not reason.strip():
        raise Refusal("data_bad", field="reason")
    check(story_before(story, at), old.act, on, data, today=desk.today, unit=desk.by.unit)
    await desk.refuse_names(case, {**data, "why": reason})
    done = [*story.done[:at], Done(old.act, on, data), *story.done[at + 1 :]]
    _must_hold(story, done, old)
    later = [each for each in story.done[at + 1 :] if each.act in ACTS and ACTS[each.act].to is not None]
    first = min(later, key=lambda each: each.on, default=None)
    if first is not None and ACTS[old.act].to is not None and on > first.on:
        told = {"act": old.act, "basis": ACTS[old.act].basis}
        raise Refusal("act_order", day=first.on.isoformat(), needed=first.act, **told)
    _must_keep_days(story, done, at)
    return await desk.record(case, old.act, on=on, data={**data, "corrected": reason.strip()}, corrects=n)


async def _find(desk: Desk, case: Case, n: int) -> tuple[Story, int, CaseAct]:
    acts = await history.acts_of(desk.session, case.id)
    holding = history.standing(acts)
    at = next((i for i, each in enumerate(holding) if each.n == n and each.act in ACTS), None)
    if at is None:
        raise Refusal("act_unknown", act=str(n))
    against = await deadlines.complained_about(desk.session, case.id)
    return deadlines.story_of(case, acts, against), at, holding[at]


def _must_hold(story: Story, done: Sequence[Done], old: CaseAct) -> None:
    """What was lawful in its place must stay so."""
    were = unlawful(story)
    broken = next((each for each in unlawful(replace(story, done=done)) if each not in were), None)
    if broken is not None:
        raise Refusal("act_needed", act=old.act, needed=broken.act)


def _must_keep_days(story: Story, done: Sequence[Done], at: int) -> None:
    """What was lawful by its day must stay so: an acceptance that passed an extension would drop it from the
    terms without a word. `done` has another act number `at` (from 0) than the story.
    """
    were = _untimely(story)
    broken = next((i for i in _untimely(replace(story, done=done)) if i not in were), None)
    if broken is None:
        return
    needed = done[broken] if broken != at else _passed(story, done, at)
    told = {"act": done[at].act, "basis": ACTS[done[at].act].basis}
    raise Refusal("act_order", day=needed.on.isoformat(), needed=needed.act, **told)


def _untimely(story: Story) -> list[int]:
    """The places of the acts that were not lawful had they been recorded in the order of their days."""
    order = sorted(range(len(story.done)), key=lambda i: story.done[i].on)
    by_day = replace(story, done=[story.done[i] for i in order])
    broken = unlawful(by_day)
    return [i for i in order if any(story.done[i] is each for each in broken)]


def _passed(story: Story, done: Sequence[Done], at: int) -> Done:
    """An act that number `at` was moved past by its new day, one that moves the state if there is any."""
    first, last = sorted((story.done[at].on, done[at].on))
    between = [each for i, each in enumerate(done) if i != at and first <= each.on <= last]
    known = [each for each in between if each.act in ACTS]
    return next((each for each in known if ACTS[each.act].to is not None), next(iter(known), done[at]))
