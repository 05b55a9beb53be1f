"""Acts on stored cases: each is held to the one table of `hub.cases.life`, then recorded, and the terms are
reckoned anew. Rights are the caller's business.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import deadlines, history, second
from hub.cases.act_tables import CaseAct
from hub.cases.desk import Desk
from hub.cases.directives.conditions import is_unsettled
from hub.cases.errors import Refusal
from hub.cases.feedback import review_open
from hub.cases.life import ACTS, State
from hub.cases.models import Case, Directive
from hub.cases.rules import CaseField, CaseKind
from hub.cases.story import check, next_state


async def perform(
    desk: Desk, case: Case, act: str, *, on: date | None = None, data: Mapping[str, Any] | None = None
) -> CaseAct:
    """Do one act of the table to a case, on a day (today when none is given), in the desk's name. A second
    complaint passes the case to the unit that decides it (see `hub.cases.second`).

    Raises Refusal: those of `hub.cases.story.check`, identity_in_text, names_tried, data_bad, and of an act
    that closes: feedback_open, directives_open.
    """
    given = dict(data or {})
    day = on or desk.today
    story = await deadlines.read_story(desk.session, case)
    check(story, act, day, given, today=desk.today, unit=desk.by.unit)
    await desk.refuse_names(case, given)
    if act == "classify":
        await _classify(desk, case, given)
        story = await deadlines.read_story(desk.session, case)
    await nothing_waits(desk.session, case.id, act)
    unit = await second.chosen(desk.session, case, act, given, desk.today)
    if unit is not None:
        given |= await second.told(desk.session, case, unit)
    case.state = next_state(story, act).value
    await desk.session.flush()
    row = await desk.record(case, act, on=day, data=given)
    if unit is not None:
        await second.hand_over(desk, case, unit.id, row)
    return row


async def nothing_waits(session: AsyncSession, case_id: str, act: str) -> None:
    """A case does not end over a citizen who is not content, nor over a directive that is not carried out.

    Raises Refusal: feedback_open, directives_open, when the act would end it so.
    """
    if ACTS[act].to is not State.CLOSED:
        return
    if await review_open(session, case_id):
        raise Refusal("feedback_open", act=act)
    waiting = select(func.count()).select_from(Directive).where(Directive.case_id == case_id, is_unsettled())
    n = await session.scalar(waiting)
    if n:
        raise Refusal("directives_open", act=act, n=n)


async def _classify(desk: Desk, case: Case, given: Mapping[str, Any]) -> None:
    """Reading a petition may make it something else than it was taken for."""
    try:
        kind, field = CaseKind(str(given["kind"])), CaseField(str(given["field"]))
    except ValueError as error:
        raise Refusal("act_field", act="classify", field="kind", basis=ACTS["classify"].basis) from error
    await history.keep_version(desk.session, case, case.version + 1)
    if kind.value != case.kind:
        await desk.reclassify(case, kind)
    case.field = field.value
    if "anonymous" in given:
        case.anonymous = bool(given["anonymous"])
    if "evidence" in given:
        case.evidence = bool(given["evidence"])
