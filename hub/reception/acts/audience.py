"""Who hears: the audience of the current item, and what a case's kind demands of it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.rules import CaseKind
from hub.reception import wording
from hub.reception.acts.act import Act
from hub.reception.acts.floor import end_floor_of
from hub.reception.acts.stage import review_pin
from hub.reception.acts.texts import Confirmable, Data, Id
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.lifecycle import OVER
from hub.reception.models import AgendaItem, DraftItem, Session, TimelineEvent
from hub.reception.state import Item


class AudienceData(Confirmable, strict=False):
    """The audience from now on, and of which item; confirmed, when that ends a closed hearing."""

    audience: Audience
    item: Id | None = None


class ReclassifyData(Data, strict=False):
    """What the case is by its content."""

    case: Id
    kind: CaseKind


async def set_audience(act: Act, data: AudienceData) -> None:
    """Set the audience of the current item. Refuses denunciation_closed to open a denunciation, item_changed
    when another item was meant.
    """
    act.must_be_running()
    item = act.current(data.item)
    if data.audience is not Audience.CLOSED:
        # Who is sealed stays unseen, whatever the case is called by now: the vault's door unseals, not this.
        sealed = await act.desk.is_sealed(item.case["id"])
        if sealed or item.case["kind"] == CaseKind.DENUNCIATION:
            raise Refusal("denunciation_closed")
    _set(act, item, data.audience)
    await review_pin(act)


async def reclassify(act: Act, data: ReclassifyData) -> None:
    """Change what a case counts as. A denunciation is closed at once, in every session that has it, ended
    ones too, also when the records knew it before.
    """
    if act.state.status in OVER:
        raise Refusal("session_over")
    if not _items(act, data.case):
        raise Refusal("case_unknown")
    case = await act.desk.case(data.case, lock=True)
    if case.kind != data.kind:
        await act.desk.reclassify(case, data.kind)
    if data.kind is CaseKind.DENUNCIATION:
        await wording.unname_files(act.desk, case.id)
    here = act.timeline
    for session_id in await sessions_with(act.session, data.case, data.kind):
        if session_id != act.state.id:
            act.timeline = await act.open_other(session_id)
            await tell(act, data.case, data.kind)
            act.timeline = here
    await tell(act, data.case, data.kind)


async def tell(act: Act, case_id: str, kind: CaseKind) -> None:
    """`tell_kind`, and a session that has a denunciation names nobody of it, in its own words or in what was
    written before.
    """
    tell_kind(act, case_id, kind)
    if kind is CaseKind.DENUNCIATION:
        by = (act.viewer.key, act.viewer.name)
        await wording.unname_denounced(act.timeline, act.desk, case_id, by)
        await mask_written(act, case_id)


async def mask_written(act: Act, case_id: str) -> None:
    """What was written in this session before loses the names of those who are sealed in a case; the texts
    as they were go into the vault with them.
    """
    names = await act.desk.sealed_names(case_id)
    raw = await act.timeline.mask(names, case_id=case_id, by=(act.viewer.key, act.viewer.name))
    act.desk.keep_sealed(case_id, raw)


def tell_kind(act: Act, case_id: str, kind: CaseKind) -> None:
    """Say in this session what a case counts as now; where a denunciation is not closed yet, close first."""
    for item in _items(act, case_id):
        known = item.case["kind"] == kind
        if kind is CaseKind.DENUNCIATION and not (known and item.audience is Audience.CLOSED):
            _set(act, item, Audience.CLOSED)  # first shut the door, then say why
        if not known:
            act.emit("case.reclassified", {"case": case_id, "item": item.id, "kind": kind.value}, item=item)


async def close_secret(act: Act, item: Item) -> None:
    """The last guard before a hearing: what the records keep secret is not heard in the open, whatever the
    session was told.
    """
    case = await act.desk.case(item.case["id"])
    if case.kind == CaseKind.DENUNCIATION:
        tell_kind(act, case.id, CaseKind.DENUNCIATION)
    elif item.audience is not Audience.CLOSED and await act.desk.is_sealed(case.id):
        _set(act, item, Audience.CLOSED)


async def sessions_with(session: AsyncSession, case_id: str, kind: CaseKind) -> list[str]:
    """Sessions with this case that must hear what it is now, in one order for all: two acts that open them
    queue, not deadlock. Those that are over, that have taken it off, and drafts hear of a denunciation only:
    what was said there stays readable, and what a draft is called will be read.
    """
    has = Session.id.in_(select(AgendaItem.session_id).where(AgendaItem.case_id == case_id))
    had = Session.id.in_(select(TimelineEvent.session_id).where(TimelineEvent.case_id == case_id))
    drafted = Session.id.in_(select(DraftItem.session_id).where(DraftItem.case_id == case_id))
    told = Session.state.not_in([each.value for each in OVER])
    wanted = select(Session.id)
    wanted = wanted.where(has | had | drafted if kind is CaseKind.DENUNCIATION else has & told)
    return list(await session.scalars(wanted.order_by(Session.id)))


def _set(act: Act, item: Item, audience: Audience) -> None:
    if audience is Audience.CLOSED:
        end_floor_of(act, item, "closed")
    act.emit("audience.set", {"item": item.id, "audience": audience.value}, item=item)


def _items(act: Act, case_id: str) -> list[Item]:
    return [item for item in act.state.agenda if item.case["id"] == case_id]
