"""What an act has at hand, and the checks that many of them share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.desk import Desk
from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.events import Event
from hub.reception.lifecycle import COMING, OVER
from hub.reception.state import Item, ItemStatus, SessionState, Status, cases_of
from hub.reception.timeline import Timeline
from hub.reception.viewer import Viewer
from hub.reception.visibility import sees_case
from hub.store.ids import Ids

OpenOther = Callable[[str], Awaitable[Timeline]]


@dataclass(slots=True)
class Act:
    """One command being done. Everything it writes is committed with its events, or not at all."""

    actor: Actor
    viewer: Viewer
    now: datetime
    today: date
    """The day it is in Vietnam."""
    session: AsyncSession
    timeline: Timeline
    desk: Desk
    ids: Ids
    open_other: OpenOther
    """Opens another session's timeline in the same transaction."""

    @property
    def state(self) -> SessionState:
        """The session as it is now, the events of this act included."""
        return self.timeline.state

    def emit(
        self,
        kind: str,
        data: dict[str, Any] | None = None,
        *,
        item: Item | None = None,
        unit: str | None = None,
    ) -> Event:
        """Append an event by whoever acts."""
        by = (self.viewer.key, self.viewer.name)
        item_id = item.id if item is not None else None
        return self.timeline.append(kind, data or {}, by=by, item_id=item_id, unit_id=unit)

    def must_be_running(self) -> None:
        """Refuse session_not_live or session_over unless the session is live or paused."""
        if self.state.status in OVER:
            raise Refusal("session_over")
        if self.state.status in COMING:
            raise Refusal("session_not_live")

    def must_be_live(self) -> None:
        """Refuse session_not_live or session_over unless the session is live."""
        self.must_be_running()
        if self.state.status is not Status.LIVE:
            raise Refusal("session_not_live")

    def item(self, item_id: str) -> Item:
        """The item. Refuses item_unknown when it is not there, or its case not theirs to know of."""
        item = self.state.items.get(item_id)
        gone = item is None or item.status is ItemStatus.REMOVED
        if item is None or gone or not sees_case(item, self.viewer):
            raise Refusal("item_unknown")
        return item

    async def kept(self, item: Item, text: str) -> str:
        """A text about the item as the timeline may keep it: without whom the vault keeps in its case."""
        return await self.desk.unsealed_text(item.case["id"], text)

    async def kept_by_all(self, text: str) -> str:
        """A text that everybody in the session is told: without whom the vault keeps in any case that is or
        was on its agenda.
        """
        return await self.desk.unsealed_among(cases_of(self.state), text)

    def current(self, meant: str | None = None) -> Item:
        """The item called last. Refuses no_current_item, and item_changed when another one was `meant`."""
        item = self.state.current_item
        if item is None:
            raise Refusal("no_current_item")
        if meant not in (None, item.id):
            raise Refusal("item_changed")
        return item
