"""Taking a case in: register it, say who speaks for whom, judge whether it may be dealt with, keep what was
handed in, give a receipt. All of it in one transaction: a case is taken in whole, or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from hub.cases import conduct, rights, shelf
from hub.cases.desk import Desk, NewCase
from hub.cases.documents import Documents, Upload, judged
from hub.cases.eligibility import Finding, Judgement, judge
from hub.cases.errors import Refusal
from hub.cases.groups import Group, shares
from hub.cases.groups import check as check_group
from hub.cases.models import Case
from hub.cases.papers.kinds import PaperKind
from hub.cases.papers.service import Coder, PaperInfo, Papers
from hub.cases.rules import LARGE_GROUP, CaseKind
from hub.cases.service import Cases
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.local_day import VIETNAM, local_day

MOST_FILES: Final = 20
OLDEST: Final = date(2000, 1, 1)
"""No petition is taken in that came before."""


class Source(StrEnum):
    """How a case came."""

    COUNTER = "counter"
    LETTER = "letter"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Intake:
    """A case as it is taken in. `new.petitioners` are those named, with one person each; `persons` how many
    ask.

    `answers` are those of the list in `hub.cases.eligibility`; without any the case is only received.
    """

    new: NewCase
    persons: int = 1
    in_writing: bool = False
    """The group named its representatives in writing."""
    received_on: date | None = None
    session: str = ""
    """Id of the session it came up in."""
    answers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Upload, ...] = field(default=(), repr=False)
    receipt: bool = True
    receipt_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it."""

    case_id: str
    number: str
    state: str
    judgement: Judgement
    receipt: PaperInfo | None


class Intakes:
    """Takes cases in."""

    def __init__(
        self, db: Database, cases: Cases, documents: Documents, papers: Papers, clock: Clock
    ) -> None:
        self._db = db
        self._cases = cases
        self._documents = documents
        self._papers = papers
        self._clock = clock
        self._audit = Audit(clock, Ids(clock))

    async def take(self, actor: Actor, intake: Intake, *, lookup: Coder | None = None) -> Taken:
        """Take a case in.

        Raises Refusal: not_allowed, unit_unknown, denounced_unit, data_bad, identity_in_text,
        petitioner_unnamed, received_day, group_…, checklist_bad, files_many, and those of `documents.judged`
        and `Papers.issue`.
        """
        if not actor.is_staff:
            raise Refusal("not_allowed")
        new = self._checked(actor, intake)
        judgement = _judged(intake)
        if len(intake.files) > MOST_FILES:
            raise Refusal("files_many", most=MOST_FILES)
        types = [await judged(upload) for upload in intake.files]
        async with self._db.begin() as work:
            desk = self._cases.desk(work, actor)
            case = await desk.register(new)
            reach = await shelf.reach(work.session, case.id)
            if not rights.may_see(actor, case.kind, reach, new.complained_about):
                raise Refusal("unit_unknown")
            self._audit.record(work.session, actor, "case.registered", f"case:{case.id}")
            await self._tell(desk, case, intake)
            for upload, media_type in zip(intake.files, types, strict=True):
                await self._documents.attach(desk, case, upload, media_type)
            await self._judge(desk, case, intake, judgement)
            receipt = None
            if intake.receipt:
                fields = intake.receipt_fields
                receipt = await self._papers.issue_in(desk, case, PaperKind.RECEIPT, fields, lookup=lookup)
            return Taken(case.id, case.number, case.state, judgement, receipt)

    def _checked(self, actor: Actor, intake: Intake) -> NewCase:
        new, now = intake.new, self._clock.now()
        nameless = new.kind is CaseKind.DENUNCIATION and new.anonymous
        if new.kind is CaseKind.DENUNCIATION and actor.unit in new.complained_about:
            raise Refusal("denounced_unit")
        if not new.petitioners and not nameless:
            raise Refusal("petitioner_unnamed")
        group = Group(intake.persons, len(new.petitioners), intake.in_writing)
        if not nameless:
            check_group(group)
        named = tuple(
            replace(person, persons=share)
            for person, share in zip(new.petitioners, shares(group), strict=True)
        )
        return replace(new, petitioners=named, received_at=_moment(intake.received_on, now))

    @staticmethod
    async def _tell(desk: Desk, case: Case, intake: Intake) -> None:
        """What the register has no column for stands in the history."""
        if intake.persons >= LARGE_GROUP:
            named = len(intake.new.petitioners)
            data = {"persons": intake.persons, "representatives": named, "in_writing": intake.in_writing}
            await desk.record(case, "represented", data=data)
        if intake.session:
            await desk.record(case, "from_session", data={"session": intake.session})

    @staticmethod
    async def _judge(desk: Desk, case: Case, intake: Intake, judgement: Judgement) -> None:
        if not intake.answers:
            return
        new = intake.new
        read: dict[str, Any] = {"kind": new.kind.value, "field": new.field.value}
        if new.kind is CaseKind.DENUNCIATION:
            read |= {"anonymous": new.anonymous, "evidence": new.evidence}
        await conduct.perform(desk, case, "classify", data=read)
        answers = dict(intake.answers)
        if judgement.finding is Finding.ELIGIBLE:
            await conduct.perform(desk, case, "find_eligible", data={"checklist": answers})
        elif judgement.finding is Finding.INELIGIBLE:
            told = {"reason": ", ".join(judgement.missing), "checklist": answers}
            await conduct.perform(desk, case, "find_ineligible", data=told)


def _judged(intake: Intake) -> Judgement:
    if not intake.answers:
        return Judgement(Finding.OPEN)
    new = intake.new
    known = new.anonymous and new.evidence
    return judge(new.kind, intake.answers, anonymous_with_evidence=known)


def _moment(day: date | None, now: datetime) -> datetime:
    """When it was received: now, or at noon of an earlier day. Raises Refusal("received_day")."""
    today = local_day(now)
    if day is None or day == today:
        return now
    if not OLDEST <= day < today:
        raise Refusal("received_day", day=day.isoformat())
    return datetime.combine(day, time(12), VIETNAM)
