"""The timelines that are locked in one transaction."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from hub.reception.timeline import Folds, Timeline, open_timeline
from hub.store.clock import Clock
from hub.store.database import Work


@dataclass(slots=True)
class OpenLines:
    """One transaction, and the timelines locked in it so far. `key` seals what is appended."""

    work: Work
    folds: Folds
    key: bytes
    clock: Clock
    _lines: dict[str, Timeline] = field(default_factory=dict)

    @property
    def session(self) -> AsyncSession:
        """Of the transaction."""
        return self.work.session

    async def timeline(self, session_id: str) -> Timeline:
        """Lock and fold a session's timeline, once. Raises Refusal("session_unknown")."""
        if session_id not in self._lines:
            line = await open_timeline(self.work, session_id, self.folds, self.key, self.clock.now())
            self._lines[session_id] = line
        return self._lines[session_id]

    def add(self, line: Timeline) -> Timeline:
        """Take in the timeline of a row made in this transaction."""
        self._lines[line.row.id] = line
        return line

    def changed(self) -> list[Timeline]:
        """The timelines that grew."""
        return [line for line in self._lines.values() if line.grew]

    async def forget(self) -> None:
        """The savepoint was rolled back: nothing grew."""
        self._lines.clear()
        self.work.forget()
