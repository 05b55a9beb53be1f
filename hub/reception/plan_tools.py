"""What planning is done with: a transaction that holds one session of the planner's, and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.desk import Desk
from hub.cases.service import Cases
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.reception import timeline
from hub.reception.access import planner_of
from hub.reception.errors import Refusal
from hub.reception.models import Session
from hub.reception.state import Status
from hub.reception.timeline import Folds, Timeline
from hub.reception.viewer import Viewer
from hub.store.clock import Clock
from hub.store.database import Database, Work
from hub.store.ids import Ids, looks_like_id
from hub.units.local_day import local_day


@dataclass(slots=True)
class Planning:
    """A session being planned: its row is locked until the transaction ends."""

    work: Work
    timeline: Timeline
    viewer: Viewer
    desk: Desk

    @property
    def session(self) -> AsyncSession:
        """The database session of the transaction."""
        return self.work.session

    @property
    def row(self) -> Session:
        """The session's row."""
        return self.timeline.row

    @property
    def status(self) -> Status:
        """Where it stands; the row's word, since a draft has no timeline."""
        return Status(self.row.state)

    @property
    def by(self) -> tuple[str, str]:
        """Whoever acts, as events have it."""
        return self.viewer.key, self.viewer.name


class Tools:
    """Shared by `Before` and `Preparing`."""

    def __init__(self, db: Database, cases: Cases, clock: Clock, ids: Ids, seal_key: bytes) -> None:
        self.db = db
        self.cases = cases
        self.clock = clock
        self.ids = ids
        self.key = seal_key
        self.audit = Audit(clock, ids)
        self._folds = Folds()

    def today(self) -> date:
        """The day it is in Vietnam."""
        return local_day(self.clock.now())

    @asynccontextmanager
    async def planning(self, actor: Actor, session_id: str) -> AsyncIterator[Planning]:
        """Lock one session for its planner. Raises Refusal("session_unknown") for everybody else."""
        if not looks_like_id(session_id):
            raise Refusal("session_unknown")
        async with self.db.begin() as work:
            line = await timeline.open_timeline(work, session_id, self._folds, self.key, self.clock.now())
            viewer = await planner_of(work.session, line.row.hub_unit_id, actor, self.today())
            if viewer is None:
                raise Refusal("session_unknown")
            yield Planning(work, line, viewer, self.cases.desk(work, actor))

    async def seen(self, session: AsyncSession, actor: Actor, session_id: str) -> Session:
        """The row, for its planner. Raises Refusal("session_unknown") for everybody else."""
        row = await session.get(Session, session_id) if looks_like_id(session_id) else None
        if row is None or await planner_of(session, row.hub_unit_id, actor, self.today()) is None:
            raise Refusal("session_unknown")
        return row
