"""The citizen's look-up: a code from the receipt opens four plain facts about one case, and nothing else.

The code is 80 random bits and stands in the database as a keyed hash. A denunciation's code says that it was
received and by when the law wants an answer, never what it is about or who has it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import takewhile
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import deadlines, rights
from hub.cases.clock.reckon import Standing, Term, worst
from hub.cases.desk import Desk
from hub.cases.errors import Refusal
from hub.cases.history import acts_of
from hub.cases.life import ACTS, AT_WORK, State
from hub.cases.lookup_tables import FEEDBACK_LENGTH, Feedback, LookupCode
from hub.cases.mask import masked
from hub.cases.models import Case
from hub.cases.papers.service import Coder
from hub.cases.papers.service import Lookup as Printed
from hub.cases.rules import CaseKind
from hub.cases.service import Cases
from hub.people.actor import HUB, Actor
from hub.people.audit import Audit
from hub.people.secrets import Keys
from hub.store import codes
from hub.store.clock import Clock
from hub.store.database import Database, Work
from hub.store.ids import Ids
from hub.units.local_day import local_day, midnight
from hub.units.models import Unit

KEY: Final = "lookup"
"""Name of the key that codes are hashed with."""
MOST_FEEDBACKS: Final = 5
"""That a citizen may leave about one case before somebody has read one."""
MOST_A_DAY: Final = 5
"""Read or not: each is one more line of a history that is kept for good."""


class Stage(StrEnum):
    """Where a case stands, in words of a citizen's."""

    READING = "reading"
    GUIDED = "guided"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    ARCHIVED = "archived"
    NOT_ACCEPTED = "not_accepted"
    CHECKING = "checking"
    SUSPENDED = "suspended"
    DECIDED = "decided"
    REPLIED = "replied"
    CLOSED = "closed"


STAGES: Final = {
    State.GUIDED: Stage.GUIDED,
    State.TRANSFERRED: Stage.TRANSFERRED,
    State.RETURNED: Stage.RETURNED,
    State.ARCHIVED: Stage.ARCHIVED,
    State.NOT_ACCEPTED: Stage.NOT_ACCEPTED,
    State.SUSPENDED: Stage.SUSPENDED,
    State.DECIDED: Stage.DECIDED,
    State.ENFORCEMENT: Stage.DECIDED,
    State.REPLIED: Stage.REPLIED,
    State.CLOSED: Stage.CLOSED,
    **dict.fromkeys(AT_WORK, Stage.CHECKING),
}
ANSWERED: Final = frozenset(
    {Stage.REPLIED, Stage.GUIDED, Stage.TRANSFERRED, Stage.RETURNED, Stage.ARCHIVED, Stage.NOT_ACCEPTED}
)
"""Stages in which there is an answer to say something about; a closed case is not opened by a form."""


@dataclass(frozen=True, slots=True)
class CitizenView:
    """What a code opens. Of a denunciation (`sealed`) only `received_on`, `stage` and `due` are told.

    `stage` of a sealed case is one of reading, checking and closed. `due` is the day by which the office owes
    the next step (`late` when it is past), `complain_by` the last day to complain a second time.
    """

    case_id: str
    sealed: bool
    received_on: date
    stage: Stage
    due: date | None = None
    late: bool = False
    complain_by: date | None = None
    number: str = ""
    unit_name: str = ""
    whereto: str = ""
    """To whom it was guided or passed on."""
    answered_on: date | None = None
    heard: int = 0
    may_say: bool = False
    """Whether something may be said of the answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """Feedback, for staff."""

    id: str
    at: date
    content: bool
    text: str
    review: str | None
    reviewed_by: str | None


class Lookup:
    """Codes and what they open. Limits for guessing are the caller's business (`web.guesses`)."""

    def __init__(
        self,
        db: Database,
        cases: Cases,
        keys: Keys,
        clock: Clock,
        ids: Ids,
        *,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._db = db
        self._cases = cases
        self._key = keys.get(KEY)
        self._clock = clock
        self._ids = ids
        self._random = random
        self._audit = Audit(clock, ids)

    async def issue(self, actor: Actor, case_id: str) -> str:
        """A new code for a case, for its receipt; an earlier one opens nothing any more.

        Raises Refusal case_unknown, not_allowed.
        """
        async with self._db.begin() as work:
            case = await rights.worked_on(work.session, actor, case_id, lock=True)
            return await self._give(work.session, actor, case)

    def coder(self, address: str) -> Coder:
        """What gives a case its new code while a receipt is issued; `address`: where citizens type it in."""

        async def give(desk: Desk, case: Case) -> Printed:
            code = await self._give(desk.session, desk.by, case)
            return Printed(codes.shown(code), f"{address}#{code}")

        return give

    async def _give(self, session: AsyncSession, actor: Actor, case: Case) -> str:
        code = codes.make(self._random(codes.RANDOM_BYTES))
        row = LookupCode(
            case_id=case.id,
            code_hash=codes.keyed(self._key, code),
            made_at=self._clock.now(),
            made_by=actor.name,
        )
        await session.merge(row)
        self._audit.record(session, actor, "case.code_issued", f"case:{case.id}")
        return code

    async def find(self, text: str) -> CitizenView | None:
        """What the code opens; None for anything that is no code of a case that stands."""
        async with self._db.read() as session:
            case = await self._case(session, text)
            return await self._view(session, case) if case is not None else None

    async def say(self, text: str, *, content: bool, words: str) -> None:
        """A citizen says something of the answer. One who is not content opens a review before it is closed.
        Whom the vault keeps is masked in it: it is read by everybody who sees the case. Said once more while
        it stands, it is taken as said.

        Raises Refusal lookup_unknown, data_bad (up to 2,000 characters; who is not content says why),
        feedback_none (there is no answer yet, or it is closed), feedback_full.
        """
        words = words.strip()
        if len(words) > FEEDBACK_LENGTH or (not content and not words):
            raise Refusal("data_bad", field="words")
        async with self._db.read() as session:  # wrong codes must not keep the database's one writer busy
            if await self._case(session, text) is None:
                raise Refusal("lookup_unknown")
        async with self._db.begin() as work:
            case = await self._case(work.session, text, lock=True)
            if case is None or case.kind == CaseKind.DENUNCIATION:
                raise Refusal("lookup_unknown")
            if _stage(case) not in ANSWERED:
                raise Refusal("feedback_none")
            desk = self._cases.desk(work, by=HUB)
            kept = masked(words, await desk.sealed_names(case.id))[:FEEDBACK_LENGTH]
            if await _stands(work.session, case, content=content, words=kept):
                return
            await self._refuse_many(work.session, case)
            self._add(work, case, content=content, words=kept)
            await desk.record(case, "feedback", data={"content": content})

    async def _refuse_many(self, session: AsyncSession, case: Case) -> None:
        said = select(func.count()).select_from(Feedback).where(Feedback.case_id == case.id)
        unread = await session.scalar(said.where(Feedback.reviewed_at.is_(None)))
        today = await session.scalar(said.where(Feedback.at >= midnight(local_day(self._clock.now()))))
        if (unread or 0) >= MOST_FEEDBACKS or (today or 0) >= MOST_A_DAY:
            raise Refusal("feedback_full")

    def _add(self, work: Work, case: Case, *, content: bool, words: str) -> None:
        now = self._clock.now()
        said = Feedback(id=self._ids.new(), case_id=case.id, at=now, content=content, text=words)
        if content and not words:
            said.reviewed_at = now  # there is nothing to look into
        work.session.add(said)

    async def said_of(self, actor: Actor, case_id: str) -> list[Said]:
        """What was said of the answer, the latest first. Raises Refusal case_unknown."""
        async with self._db.read() as session:
            case = await rights.seen(session, actor, case_id)
            wanted = select(Feedback).where(Feedback.case_id == case.id).order_by(Feedback.id.desc())
            return [
                Said(row.id, local_day(row.at), row.content, row.text, row.review, row.reviewed_by)
                for row in await session.scalars(wanted.limit(50))
            ]

    async def review(self, actor: Actor, case_id: str, feedback_id: str, words: str) -> None:
        """Somebody has looked into it. Raises Refusal case_unknown, not_allowed, data_bad (5 to 2,000
        characters), feedback_unknown, identity_in_text, names_tried.
        """
        words = words.strip()
        if not 5 <= len(words) <= FEEDBACK_LENGTH:
            raise Refusal("data_bad", field="review")
        async with self._cases.watched(actor, case_id), self._db.begin() as work:
            case = await rights.worked_on(work.session, actor, case_id, lock=True)
            row = await work.session.get(Feedback, feedback_id)
            if row is None or row.case_id != case.id:
                raise Refusal("feedback_unknown")
            desk = self._cases.desk(work, by=actor)
            await desk.refuse_names(case, {"review": words})
            row.reviewed_at, row.reviewed_by, row.review = self._clock.now(), actor.name, words
            await desk.record(case, "feedback_reviewed", data={"review": words})

    async def has_code(self, actor: Actor, case_id: str) -> bool:
        """Whether a code was given out. Raises Refusal case_unknown."""
        async with self._db.read() as session:
            case = await rights.seen(session, actor, case_id)
            return await session.get(LookupCode, case.id) is not None

    async def _case(self, session: AsyncSession, text: str, *, lock: bool = False) -> Case | None:
        code = codes.read(text)
        if code is None:
            return None
        hashed = LookupCode.code_hash == codes.keyed(self._key, code)
        wanted = select(Case).join(LookupCode, LookupCode.case_id == Case.id)
        wanted = wanted.where(hashed, Case.voided_on.is_(None))
        found: Case | None = await session.scalar(wanted.with_for_update(of=Case) if lock else wanted)
        return found

    async def _view(self, session: AsyncSession, case: Case) -> CitizenView:
        today = local_day(self._clock.now())
        terms = await deadlines.terms_of(session, case, today)
        next_ = worst(terms)
        received = local_day(case.received_at)
        due = next_.due if next_ is not None else None
        late = due is not None and due < today
        if case.kind == CaseKind.DENUNCIATION:
            return CitizenView(case.id, True, received, _sealed_stage(case), due, late)
        story = await deadlines.read_story(session, case)
        unit = await session.get_one(Unit, case.unit_id)
        whereto = [each.data.get("whereto", "") for each in story.done if each.act in ("guide", "transfer")]
        answers = [each.on for each in story.done if each.act.startswith(("reply", "notify_petitioner"))]
        stage = _stage(case)
        return CitizenView(
            case_id=case.id,
            sealed=False,
            received_on=received,
            stage=stage,
            due=due,
            late=late,
            complain_by=_complain_by(terms),
            number=case.number,
            unit_name=unit.name,
            whereto=str(whereto[-1]) if whereto and stage in (Stage.GUIDED, Stage.TRANSFERRED) else "",
            answered_on=answers[-1] if answers else None,
            heard=case.times_heard,
            may_say=stage in ANSWERED,
        )


async def _stands(session: AsyncSession, case: Case, *, content: bool, words: str) -> bool:
    """Whether the latest that was said of this answer is the same, and nobody has gone on since."""
    wanted = select(Feedback).where(Feedback.case_id == case.id).order_by(Feedback.id.desc())
    latest = await session.scalar(wanted.limit(1))
    if latest is None or (latest.content, latest.text) != (content, words):
        return False
    if not content:
        return latest.reviewed_at is None
    since = takewhile(lambda each: each.act != "feedback", reversed(await acts_of(session, case.id)))
    return all(each.act not in ACTS for each in since)


def _stage(case: Case) -> Stage:
    return STAGES.get(State(case.state), Stage.READING)


def _sealed_stage(case: Case) -> Stage:
    """As little as is useful: what became of it comes by the letter box."""
    if case.state == State.CLOSED:
        return Stage.CLOSED
    return Stage.READING if _stage(case) is Stage.READING else Stage.CHECKING


def _complain_by(terms: list[Term]) -> date | None:
    open_ = (Standing.RUNNING, Standing.DUE_SOON)
    rights_ = [each for each in terms if each.rule.id == "complaint_second_file" and each.standing in open_]
    return rights_[-1].due if rights_ else None
