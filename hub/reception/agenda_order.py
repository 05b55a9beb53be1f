"""The order of an agenda that stands in a timeline: what waits may move and may go, what was called stays."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.reception.errors import Refusal
from hub.reception.models import AgendaItem
from hub.reception.planning import MOST_ITEMS
from hub.reception.state import Item, ItemStatus, SessionState
from hub.reception.timeline import Timeline

_ASIDE: Final = 2 * MOST_ITEMS
"""Positions nobody has: no two items may share one, not even while they change places."""


def waiting(state: SessionState, item_id: str) -> Item:
    """The item, while it waits. Refuses item_unknown, item_state."""
    item = state.items.get(item_id)
    if item is None or item.status is ItemStatus.REMOVED:
        raise Refusal("item_unknown")
    if item.status is not ItemStatus.QUEUED:
        raise Refusal("item_state")
    return item


def order_with(state: SessionState, item: Item, before: str | None) -> list[str]:
    """All items' ids with this one before another that waits, or at the end. Refuses as `waiting`."""
    others = [each.id for each in state.agenda if each.id != item.id]
    if before is None:
        return [*others, item.id]
    if before == item.id:
        return [each.id for each in state.agenda]
    place = others.index(waiting(state, before).id)
    return [*others[:place], item.id, *others[place:]]


async def put_in_order(
    session: AsyncSession, timeline: Timeline, order: Sequence[str], by: tuple[str, str]
) -> None:
    """Let the agenda stand in this order. Nothing happens when it does."""
    if all(timeline.state.items[item].position == place for place, item in enumerate(order, 1)):
        return
    await _place(session, order, _ASIDE)
    await _place(session, order, 0)
    timeline.append("agenda.ordered", {"items": list(order)}, by=by)


async def take_off(
    session: AsyncSession, timeline: Timeline, item: Item, reason: str, by: tuple[str, str]
) -> None:
    """Take a waiting item off the agenda; those after it move up."""
    timeline.append("item.removed", {"item": item.id, "reason": reason}, by=by, item_id=item.id)
    await session.execute(delete(AgendaItem).where(AgendaItem.id == item.id))
    await put_in_order(session, timeline, [each.id for each in timeline.state.agenda], by)


async def _place(session: AsyncSession, order: Sequence[str], above: int) -> None:
    for place, item in enumerate(order, 1 + above):
        await session.execute(update(AgendaItem).where(AgendaItem.id == item).values(position=place))
