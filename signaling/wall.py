"""The wall of points: how each room's line is, and what changed since it was last told. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from hub.relay.core.specs import Rung
from signaling.messages import MediaReport
from signaling.replies import Tile

STALE_SECONDS: Final = 15.0
"""Three reports missing: the room may well see nothing."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What is known of one room."""

    up: bool = False
    report: MediaReport | None = None
    reported_at: float = 0.0
    loss: float = 0.0
    rtt_ms: float | None = None
    sent: Rung | None = None


DOWN: Final = Tile(link="down", picture=False, sound=False, loss=0.0, rtt_ms=None)


class WallBoard:
    """One session's wall. `tiles` is what a newcomer gets, `changes` what everyone else does."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._told: dict[str, Tile] = {}

    def link(self, point: str, *, up: bool) -> None:
        """A room connected, or its last connection went."""
        old = self._lines.get(point, _Line())
        self._lines[point] = _Line(up, old.report if up else None, old.reported_at)  # all else begins anew

    def report(self, point: str, report: MediaReport, now: float) -> None:
        """What a room says it receives."""
        old = self._lines.get(point, _Line(up=True))
        self._lines[point] = replace(old, report=report, reported_at=now)

    def quality(self, point: str, loss: float, rtt_ms: float | None) -> None:
        """What the relay measured on the way to a room."""
        old = self._lines.get(point, _Line(up=True))
        self._lines[point] = replace(old, loss=loss, rtt_ms=rtt_ms)

    def sent(self, point: str, rung: Rung | None) -> None:
        """What the relay sends a room of the picture that is large there."""
        old = self._lines.get(point, _Line(up=True))
        if old.sent is not rung:
            self._lines[point] = replace(old, sent=rung)

    def tiles(self) -> dict[str, Tile]:
        """Every tile as it was last told."""
        return dict(self._told)

    def changes(self, now: float) -> dict[str, Tile]:
        """What is new since the last call, which thereby counts as told."""
        fresh = {point: _tile(line, now) for point, line in self._lines.items()}
        changed = {point: tile for point, tile in fresh.items() if self._told.get(point) != tile}
        self._told |= changed
        return changed


def _tile(line: _Line, now: float) -> Tile:
    if not line.up:
        return DOWN
    report = line.report if line.report is not None and now - line.reported_at < STALE_SECONDS else None
    return Tile(
        link="up",
        picture=report is not None and report.decoding and report.frames > 0,
        sound=report is not None and report.sound,
        # Coarse on purpose: a wall that twitches at every packet tells nothing, and each change is sent.
        loss=round(max(line.loss, report.loss if report is not None else 0.0), 2),
        rtt_ms=None if line.rtt_ms is None else float(round(line.rtt_ms / 5) * 5),
        sent=line.sent,
    )
