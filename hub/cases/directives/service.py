"""Directives as a person at a desk works with them. What they may not see is not there."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import rights, shelf
from hub.cases.deadlines import complained_about
from hub.cases.desk import Desk
from hub.cases.directive_tables import DirectiveAct
from hub.cases.directives import boards, conduct, letters, live
from hub.cases.directives.boards import UnitBoard, Wanted
from hub.cases.directives.conditions import Board, is_open
from hub.cases.directives.offers import CaseDirectives, DirectiveStory, offers_of, told
from hub.cases.directives.record import acts_of
from hub.cases.directives.sides import ANSWERING, answers_for, is_issuer, sides
from hub.cases.directives.states import ACTS, Side, State
from hub.cases.documents import Documents, Upload, judged
from hub.cases.errors import Refusal
from hub.cases.info import DirectiveInfo
from hub.cases.models import Case, Directive, DirectiveUnit, SealedPetitioner
from hub.cases.papers.service import Papers
from hub.cases.rules import CaseKind
from hub.cases.service import Cases
from hub.people.actor import Actor
from hub.units.local_day import local_day
from hub.units.models import Unit

MOST_FILES: Final = 20
"""With one report."""
MOST_AT_ONCE: Final = 100
"""Directives that one look delivers; the next look takes the next."""
MOST_EXPORTED: Final = 20_000
NOTICE_FIELDS: Final = ("text", "signer", "signer_title")


class Directives:
    """The directives of one hub."""

    def __init__(self, cases: Cases, documents: Documents, papers: Papers) -> None:
        self._cases = cases
        self._documents = documents
        self._papers = papers

    async def of_case(self, actor: Actor, case_id: str) -> CaseDirectives:
        """All directives of a case, the latest first, with what the actor may do. Raises
        Refusal("case_unknown").
        """
        async with self._cases.db.read() as session:
            case = await rights.seen(session, actor, case_id)
            wanted = select(Directive).where(Directive.case_id == case.id)
            wanted = wanted.order_by(Directive.issued_at.desc(), Directive.id.desc()).limit(200)
            found = list(await session.scalars(wanted))
            infos = await shelf.directives(session, found, self._today())
            acts = await acts_of(session, case.id)
            sent = await letters.of_case(session, case.id)
            names = await _names(session, acts)
            against = await complained_about(session, case.id)
            mine = [await self._sides(session, actor, each) for each in found]
            sealed = case.kind == CaseKind.DENUNCIATION or await self._sealed(session, case.id)
        issuer = any(Side.ISSUER in each for each in mine)
        stories = [
            DirectiveStory(
                info=info,
                acts=tuple(told(act, names) for act in acts if act.directive_id == info.id),
                offers=tuple(offers_of(actor, info, own, against=actor.unit in against)),
                letters=tuple(each for each in sent if each.directive_id == info.id),
            )
            for info, own in zip(infos, mine, strict=True)
        ]
        open_ = [each for each in infos if each.withdrawn_why is None and each.state != State.CLOSED]
        return CaseDirectives(
            stories=tuple(stories),
            notices=tuple(each for each in sent if each.directive_id is None),
            may_notice=issuer and bool(open_),
            may_record=issuer,
            to_acknowledge=frozenset(letters.mine(sent, actor)),
            secure=sealed,
        )

    async def act(
        self,
        actor: Actor,
        case_id: str,
        directive_id: str,
        act: str,
        data: Mapping[str, Any],
        *,
        of: str | None = None,
        on: date | None = None,
        uploads: Sequence[Upload] = (),
    ) -> None:
        """Do an act of `states.ACTS`, with its files: all of it, or nothing. `of`: the directed unit it is
        about, where it is about one; the actor's own when not given.

        Raises Refusal: case_unknown, directive_unknown, those of `conduct.ready` and `conduct.perform`, of
        `documents.judged` and `Papers.issue_in`.
        """
        rule = ACTS.get(act)
        kept = list(uploads) if rule is not None and rule.files else []
        if len(kept) > MOST_FILES:
            raise Refusal("documents_full", most=MOST_FILES)
        async with self._cases.db.read() as session:  # before files are read: for who may see the case
            await rights.seen(session, actor, case_id)
        types = [await judged(upload) for upload in kept]
        async with self._writing(actor, case_id) as (desk, case):
            directed = await conduct.opened(desk, case, directive_id)
            asked = await conduct.ready(desk, directed, act, data, unit=of, on=on)
            files = []
            for upload, media_type in zip(kept, types, strict=True):
                row = await self._documents.attach(desk, case, upload, media_type)
                files.append({"document": row.id, "n": row.n})
            more = await letters.urge(desk, self._papers, directed, asked.given) if act == "urge" else {}
            await conduct.perform(desk, asked, files, more)

    async def notice(self, actor: Actor, case_id: str, fields: Mapping[str, str]) -> str:
        """Give notice of what was concluded, to all units directed in the case; its number.

        Raises Refusal: case_unknown, not_allowed, notice_no_directive, those of `Papers.issue_in`.
        """
        given = {name: fields.get(name, "") for name in NOTICE_FIELDS}
        async with self._writing(actor, case_id) as (desk, case):
            if not actor.is_staff:
                raise Refusal("not_allowed")
            wanted = select(Directive).where(
                Directive.case_id == case.id,
                Directive.withdrawn_at.is_(None),
                Directive.state != State.CLOSED.value,
            )
            found = [
                await conduct.opened(desk, case, each.id)
                for each in await desk.session.scalars(wanted.order_by(Directive.issued_at, Directive.id))
                if await is_issuer(desk.session, actor, each.issued_unit_id, desk.today)
            ]
            if not found:
                raise Refusal("notice_no_directive")
            return (await letters.notice(desk, self._papers, case, found, given)).number

    async def take_letter(
        self, actor: Actor, case_id: str, letter_id: str, unit_id: str | None, *, said: bool = True
    ) -> None:
        """A unit has a letter; see `letters.take`."""
        async with self._writing(actor, case_id) as (desk, case):
            wanted = select(Directive.issued_unit_id).where(Directive.case_id == case.id).distinct()
            from_ = list(await desk.session.scalars(wanted))
            issuer = any([await is_issuer(desk.session, actor, each, desk.today) for each in from_])
            await letters.take(desk, case, letter_id, unit_id or actor.unit or "", issuer=issuer, said=said)

    async def receive(self, actor: Actor) -> int:
        """The actor looks: what was directed to their unit is delivered to it; how many."""
        if actor.unit is None or not (actor.is_room or actor.roles & ANSWERING):
            return 0
        undelivered = select(Directive.id).join(DirectiveUnit, DirectiveUnit.directive_id == Directive.id)
        undelivered = undelivered.join(Case, Case.id == Directive.case_id).where(
            DirectiveUnit.unit_id == actor.unit,
            DirectiveUnit.delivered_at.is_(None),
            is_open(),
            rights.visible(actor),
        )
        async with self._cases.db.read() as session:
            some = undelivered.order_by(Directive.case_id, Directive.id).limit(MOST_AT_ONCE)
            found = list(await session.scalars(some))
        if not found:
            return 0
        async with self._cases.db.begin() as work:
            desk = self._cases.desk(work, actor)
            for directive_id in found:
                case, directive = await live.locked(desk, directive_id)
                part = await work.session.get(
                    DirectiveUnit, (directive_id, actor.unit), populate_existing=True
                )
                if part is not None:
                    how = "room" if actor.is_room else "page"
                    await live.deliver(desk, case, directive, part, by=actor, how=how)
        return len(found)

    async def receive_letters(self, actor: Actor, case_id: str) -> None:
        """The actor reads the case's page: letters to their unit are delivered to it."""
        if actor.unit is None or not answers_for(actor, actor.unit):
            return
        async with self._cases.db.read() as session:
            await rights.seen(session, actor, case_id)
            sent = await letters.of_case(session, case_id)
        new = [u for each in sent for u in each.units if u.unit == actor.unit and u.delivered_at is None]
        if new:
            async with self._cases.db.begin() as work:
                await letters.deliver(work.session, actor.unit, [case_id], self._cases.clock.now())

    async def counts(self, actor: Actor) -> dict[Board, int]:
        """How many are on each board."""
        async with self._cases.db.read() as session:
            return await boards.counts(session, actor, self._today())

    async def listed(
        self, actor: Actor, wanted: Wanted, *, offset: int = 0, limit: int = boards.PAGE
    ) -> tuple[list[DirectiveInfo], int]:
        """A part of a list, and how long all of it is."""
        async with self._cases.db.read() as session:
            found = await boards.listed(session, actor, self._today(), wanted, offset=offset, limit=limit)
            if not offset and len(found) < limit:
                return found, len(found)
            return found, await boards.total(session, actor, self._today(), wanted)

    async def every(self, actor: Actor, wanted: Wanted) -> list[DirectiveInfo]:
        """A whole list, for a workbook. Raises Refusal("export_too_long")."""
        async with self._cases.db.read() as session:
            return await boards.every(session, actor, self._today(), wanted, MOST_EXPORTED)

    async def by_unit(self, actor: Actor) -> list[UnitBoard]:
        """Directed units with something open."""
        async with self._cases.db.read() as session:
            return await boards.by_unit(session, actor, self._today())

    @asynccontextmanager
    async def _writing(self, actor: Actor, case_id: str) -> AsyncIterator[tuple[Desk, Case]]:
        async with self._cases.watched(actor, case_id), self._cases.db.begin() as work:
            yield self._cases.desk(work, actor), await rights.seen(work.session, actor, case_id, lock=True)

    async def _sides(self, session: AsyncSession, actor: Actor, directive: Directive) -> frozenset[Side]:
        wanted = select(DirectiveUnit).where(DirectiveUnit.directive_id == directive.id)
        return await sides(session, actor, directive, list(await session.scalars(wanted)), self._today())

    @staticmethod
    async def _sealed(session: AsyncSession, case_id: str) -> bool:
        wanted = select(SealedPetitioner.id).where(SealedPetitioner.case_id == case_id).limit(1)
        return await session.scalar(wanted) is not None

    def _today(self) -> date:
        return local_day(self._cases.clock.now())


async def _names(session: AsyncSession, acts: Sequence[DirectiveAct]) -> dict[str, str]:
    ids = {each.unit_id for each in acts if each.unit_id is not None}
    rows = await session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    return {row.id: row.name for row in rows}
