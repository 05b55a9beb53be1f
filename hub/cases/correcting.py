"""Corrections of a case's history: a new act takes the place of an old one, and the old one stays readable.
Rights are the caller's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from hub.cases import charge, deadlines, history, second
from hub.cases.act_tables import CaseAct
from hub.cases.desk import Desk
from hub.cases.errors import Refusal
from hub.cases.life import ACTS
from hub.cases.models import Case
from hub.cases.story import Done, Story, check, state_after, unlawful
from hub.cases.story import before as story_before

CLASSIFY: Final = "classify"
MARKS: Final = ("anonymous", "evidence")
MADE_OF_IT: Final = ("kind", "field", *MARKS)
"""What classifying writes into the case itself."""


async def annul(desk: Desk, case: Case, n: int, reason: str) -> CaseAct:
    """Take act `n` back; the case stands where it stood without it.

    Raises Refusal: act_unknown (it is none that can be taken back, or no longer holds), act_needed (a later
    act rests on it), identity_in_text, names_tried, data_bad (no reason), classify_stays (it gave the case
    its kind or marks).
    """
    story, at, old = await _find(desk, case, n)
    if not reason.strip():
        raise Refusal("data_bad", field="reason")
    await desk.refuse_names(case, {"why": reason})  # masked in silence, it would tell that it is the name
    without = [*story.done[:at], *story.done[at + 1 :]]
    _must_hold(story, without, old)
    if old.act == CLASSIFY:
        await _put_back(desk, case, old)
    case.state = state_after(without).value
    told = {"act": old.act, "reason": reason.strip()}
    row = await desk.record(case, history.ANNUL, data=told, corrects=n)
    if old.act == second.SECOND:
        await second.hand_back(desk, case, old, row)
    return row


async def correct(
    desk: Desk, case: Case, n: int, *, on: date, data: Mapping[str, Any], reason: str
) -> CaseAct:
    """Put the same act, with another day or other fields, in the place of act `n`.

    Raises Refusal: those of `story.check` as of that place, act_unknown, act_needed, act_order,
    identity_in_text, names_tried, data_bad (no reason, or what a classifying made of the case: that is
    changed by classifying it again; or another unit for the second instance).
    """
    story, at, old = await _find(desk, case, n)
    if not reason.strip():
        raise Refusal("data_bad", field="reason")
    changed = next((name for name in MADE_OF_IT if old.data.get(name) != data.get(name)), None)
    if old.act == CLASSIFY and changed is not None:
        raise Refusal("data_bad", field=changed)
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
    given = second.kept(old, data) if old.act == second.SECOND else data
    row = await desk.record(case, old.act, on=on, data={**given, "corrected": reason.strip()}, corrects=n)
    if old.act == second.SECOND:
        passed = await _first(desk, case, old)
        await charge.redate(desk.session, case, passed.n, on)
    return row


async def _put_back(desk: Desk, case: Case, old: CaseAct) -> None:
    """The field as it was before a classifying, unless somebody set it since. What else that made of the case
    stays: a kind moves people in and out of the vault, and the marks as they were are kept nowhere. Raises
    Refusal("classify_stays") where it made any.
    """
    first = await _first(desk, case, old)
    versions = [each for each in await history.versions_of(desk.session, case.id) if each.n >= first.n]
    was = versions[0] if versions and versions[0].n == first.n else None
    if was is None or was.kind != old.data.get("kind") or any(old.data.get(name) for name in MARKS):
        raise Refusal("classify_stays")
    given = old.data.get("field")
    if was.field != given and {case.field, *(each.field for each in versions[1:])} == {given}:
        await history.keep_version(desk.session, case, case.version + 1)
        case.field = was.field
        await desk.session.flush()


async def _first(desk: Desk, case: Case, old: CaseAct) -> CaseAct:
    """The act that this one, or one it corrected, took the place of in the beginning."""
    acts = {each.n: each for each in await history.acts_of(desk.session, case.id)}
    while old.corrects is not None:
        old = acts[old.corrects]
    return old


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
