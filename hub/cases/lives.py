"""A case's life as a person at a desk works on it: what may be done, what would follow, what was done."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hub.cases import conduct, correcting, deadlines, editing, history, joining, reckoning, rights, second
from hub.cases.act_tables import CaseAct, CaseVersion
from hub.cases.clock.digest import law_digest
from hub.cases.clock.reckon import Term, terms
from hub.cases.desk import Desk
from hub.cases.editing import Facts
from hub.cases.errors import Refusal
from hub.cases.info import CaseInfo
from hub.cases.life import ACTS, ActRule, State
from hub.cases.likeness import Likeness
from hub.cases.merging import Merged
from hub.cases.models import Case
from hub.cases.service import Cases
from hub.cases.story import Done, Story, check, course, next_state, refusal
from hub.people.actor import Actor
from hub.units import queries
from hub.units.local_day import local_day
from hub.units.models import Unit
from hub.units.working_days import vietnam


@dataclass(frozen=True, slots=True)
class Offer:
    """An act of the table, and why it may not be done now; None when it may."""

    act: str
    rule: ActRule
    refused: Refusal | None


@dataclass(frozen=True, slots=True)
class ActInfo:
    """One line of a case's history. `holds` is false for what was corrected or annulled since."""

    n: int
    act: str
    on: date
    at: datetime
    by_name: str
    unit_name: str
    data: Mapping[str, Any]
    corrects: int | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Life:
    """Where a case stands. `offers` is empty for who may only read it."""

    state: State
    version: int
    terms: tuple[Term, ...]
    offers: tuple[Offer, ...]
    acts: tuple[ActInfo, ...]
    facts: Facts
    against: tuple[Unit, ...]
    """The units that the petition is against."""
    conflict: bool
    """It is against the reader's own unit: they cannot end it."""
    joined: tuple[CaseInfo, ...]
    alike: tuple[tuple[CaseInfo, Likeness], ...]
    deciders: tuple[Unit, ...]
    """Of which one is named with a second complaint, the nearest first; empty while there can be none."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What an act would change: the state and terms before and after. `refused`: it could not be done so."""

    state: State
    before: tuple[Term, ...]
    after: tuple[Term, ...]
    refused: Refusal | None


class CaseStale(Exception):
    """Somebody else acted since the asker looked. Nothing was done; `since` are the acts they did not see."""

    def __init__(self, since: tuple[ActInfo, ...]) -> None:
        super().__init__("others acted on the case meanwhile")
        self.since = since


class Lives:
    """The lives of the cases of one hub. Every method raises Refusal("case_unknown") for who may not see the
    case; those that change something raise Refusal("not_allowed") for who is not on the staff.
    """

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def life(self, actor: Actor, case_id: str) -> Life:
        """All of it, as the actor may see it."""
        async with self._cases.db.read() as session:
            case = await self._cases.seen(session, actor, case_id)
            acts = await history.acts_of(session, case_id)
            against = await deadlines.complained_about(session, case_id)
            units = [await queries.get(session, unit) for unit in sorted(against)]
            joined = await joining.joined_to(session, case_id)
            alike = await joining.alike(session, case) if actor.is_staff else []
            told = await _told(session, acts)
            facts = await editing.facts_of(session, case)
            story = deadlines.story_of(case, acts, against)
            offers = _offers(story, self._today()) if await rights.works_on(session, actor, case) else []
            passes = any(each.act == second.SECOND and each.refused is None for each in offers)
            deciders = await second.deciders(session, case, self._today()) if passes else []
        seen = await self._cases.known_for(actor, [*joined, *(other for other, _ in alike)])
        likely = [(seen[other], like) for other, like in alike if other in seen]
        return Life(
            state=story.state,
            version=case.version,
            terms=tuple(terms(course(story), self._today(), vietnam())),
            offers=tuple(offers),
            acts=told,
            facts=facts,
            against=tuple(unit for unit in units if unit is not None),
            conflict=actor.unit in against,
            joined=tuple(seen[other] for other in joined if other in seen),
            alike=tuple(likely[: joining.MOST_SUGGESTED]),
            deciders=tuple(deciders),
        )

    async def versions(self, actor: Actor, case_id: str) -> list[CaseVersion]:
        """What the file said before each change, the oldest first."""
        async with self._cases.db.read() as session:
            await self._cases.seen(session, actor, case_id)
            return await history.versions_of(session, case_id)

    async def perform(
        self,
        actor: Actor,
        case_id: str,
        act: str,
        *,
        on: date | None = None,
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> int:
        """Do an act; its number. Raises what `conduct.perform` raises, and CaseStale when `version`, which
        the actor saw, is not the latest.
        """
        async with self._writing(actor, case_id) as (desk, case):
            await _must_be(desk, case, version)
            return (await conduct.perform(desk, case, act, on=on, data=data)).n

    async def what_if(
        self, actor: Actor, case_id: str, act: str, *, on: date | None = None, data: Mapping[str, Any]
    ) -> WhatIf:
        """Try an act, on a day to come too, and change nothing."""
        async with self._cases.db.read() as session:
            case = await self._cases.seen(session, actor, case_id)
            if not actor.is_staff:
                raise Refusal("not_allowed")
            story = await deadlines.read_story(session, case)
            today = self._today()
            day = on or today
            seen_on = max(today, day)
            before = tuple(terms(course(story), seen_on, vietnam()))
            try:
                check(story, act, day, data, today=seen_on, unit=actor.unit)
                await conduct.nothing_waits(session, case_id, act)
                await second.chosen(session, case, act, data, today)
            except Refusal as refused:
                return WhatIf(story.state, before, before, refused)
        done = replace(story, state=next_state(story, act), done=[*story.done, Done(act, day, data)])
        return WhatIf(done.state, before, tuple(terms(course(done), seen_on, vietnam())), None)

    async def annul(
        self, actor: Actor, case_id: str, n: int, reason: str, version: int | None = None
    ) -> None:
        """Take act `n` back: see `correcting.annul`. Raises CaseStale too."""
        async with self._writing(actor, case_id) as (desk, case):
            await _must_be(desk, case, version)
            await correcting.annul(desk, case, n, reason)

    async def correct(
        self, actor: Actor, case_id: str, n: int, *, on: date, data: Mapping[str, Any], reason: str
    ) -> None:
        """Put another act in the place of act `n`: see `correcting.correct`."""
        async with self._writing(actor, case_id) as (desk, case):
            await correcting.correct(desk, case, n, on=on, data=data, reason=reason)

    async def amend(self, actor: Actor, case_id: str, base: int, texts: Mapping[str, str]) -> Merged:
        """Change what the file says: see `editing.amend`."""
        async with self._writing(actor, case_id) as (desk, case):
            return await editing.amend(desk, case, base, texts)

    async def note_facts(self, actor: Actor, case_id: str, facts: Facts, version: int | None = None) -> None:
        """Set what is known of it: see `editing.note_facts`. Raises CaseStale too."""
        async with self._writing(actor, case_id) as (desk, case):
            await _must_be(desk, case, version)
            await editing.note_facts(desk, case, facts)

    async def join(self, actor: Actor, case_id: str, other_id: str, *, joined: bool = True) -> None:
        """Join two cases, or part them: files that both are the actor's to work on, for it stands in the
        history of both. Raises what `joining` raises.
        """
        low, high = sorted((case_id, other_id))  # always locked in one order
        async with self._writing(actor, low) as (desk, one):
            two = await rights.worked_on(desk.session, actor, high, lock=True)
            case, other = (one, two) if one.id == case_id else (two, one)
            await (joining.join if joined else joining.part)(desk, case, other)

    async def reckon_pending(self, digest: str | None = None) -> int:
        """Reckon the terms of cases that came from an older version of the program, and of all open ones when
        rules or calendars have changed (`digest`, by default of those that ship); how many there were.
        Raises Busy.
        """
        await reckoning.mark_changed(self._cases.db, digest or law_digest(), self._cases.clock.now())
        return await reckoning.reckon_marked(self._cases.db, self._today())

    @asynccontextmanager
    async def _writing(self, actor: Actor, case_id: str) -> AsyncIterator[tuple[Desk, Case]]:
        async with self._cases.watched(actor, case_id), self._cases.db.begin() as work:
            desk = self._cases.desk(work, actor)
            yield desk, await rights.worked_on(work.session, actor, case_id, lock=True)

    def _today(self) -> date:
        return local_day(self._cases.clock.now())


def _offers(story: Story, today: date) -> list[Offer]:
    mine = [(act, rule) for act, rule in ACTS.items() if story.kind in rule.kinds]
    return [Offer(act, rule, refusal(story, act, today)) for act, rule in mine]


async def _must_be(desk: Desk, case: Case, version: int | None) -> None:
    if version is None or version == case.version:
        return
    acts = await _told(desk.session, await history.acts_of(desk.session, case.id))
    raise CaseStale(tuple(act for act in acts if act.n > version))


async def _told(session: Any, acts: list[CaseAct]) -> tuple[ActInfo, ...]:
    holding = {each.n for each in history.standing(acts)}
    names: dict[str | None, str] = {None: ""}
    for act in acts:
        if act.unit_id not in names:
            unit = await queries.get(session, str(act.unit_id))
            names[act.unit_id] = unit.name if unit is not None else ""
    return tuple(
        ActInfo(
            n=each.n,
            act=each.act,
            on=each.on,
            at=each.at,
            by_name=each.by_name,
            unit_name=names[each.unit_id],
            data=each.data,
            corrects=each.corrects,
            holds=each.n in holding or each.act == history.ANNUL,
        )
        for each in acts
    )
