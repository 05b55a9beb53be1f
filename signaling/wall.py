"""The wall of points: how each room's line is, and what changed since it was last told. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from hub.relay.core.specs import Rung
from signaling.messages import MediaReport
from signaling.replies import Tile

STALE_SECONDS: Final = 15.0
"""Three reports missing: the room may well see nothing."""
SETTLE_SECONDS: Final = 7.0
"""Between the moment a picture is sent to a room and its word that it has one: a report comes every 5 s."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What is known of one room."""

    up: bool = False
    report: MediaReport | None = None
    reported_at: float = 0.0
    loss: float = 0.0
    rtt_ms: float | None = None
    sent: Rung | None = None
    here_since: float | None = None
    """When it was first looked at with its link up."""
    shown_since: float | None = None
    """Since when the hub shows it something; None while it does not."""


DOWN: Final = Tile(link="down", picture=False, sound=False, loss=0.0, rtt_ms=None)


class WallBoard:
    """One session's wall. `tiles` is what a newcomer gets, `changes` what everyone else does."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._told: dict[str, Tile] = {}
        self._drawn: dict[str, tuple[_Line, bool, bool]] = {}
        """What the tile that was told last was made from: of 190 rooms, few have changed since."""

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

    def shows(self, point: str, now: float, *, something: bool) -> None:
        """Whether the hub has picture or sound for a room just now: in a pause, or outside a closed hearing,
        it has none and nothing is amiss."""
        old = self._lines.get(point, _Line(up=True))
        since = (old.shown_since if old.shown_since is not None else now) if something else None
        here = old.here_since if old.here_since is not None else now
        if (here, since) != (old.here_since, old.shown_since):
            self._lines[point] = replace(old, here_since=here, shown_since=since)

    def tiles(self) -> dict[str, Tile]:
        """Every tile as it was last told."""
        return dict(self._told)

    def at(self, now: float) -> dict[str, Tile]:
        """Every tile as it is now, whoever was told."""
        return {point: _tile(line, now) for point, line in self._lines.items()}

    def changes(self, now: float) -> dict[str, Tile]:
        """What is new since the last call, which thereby counts as told."""
        changed = {}
        for point, line in self._lines.items():
            silent = _report(line, now) is None
            drawn = line, silent, _due(line, now, silent=silent)
            before = self._drawn.get(point)
            if before is not None and before[0] is line and before[1:] == drawn[1:]:
                continue
            self._drawn[point], tile = drawn, _tile(line, now)
            if self._told.get(point) != tile:
                changed[point] = tile
        self._told |= changed
        return changed


def _tile(line: _Line, now: float) -> Tile:
    if not line.up:
        return DOWN
    report = _report(line, now)
    return Tile(
        link="up",
        picture=report is not None and report.decoding and report.frames > 0,
        sound=report is not None and report.sound,
        # Coarse on purpose: a wall that twitches at every packet tells nothing, and each change is sent.
        loss=round(max(line.loss, report.loss if report is not None else 0.0), 2),
        rtt_ms=None if line.rtt_ms is None else float(round(line.rtt_ms / 5) * 5),
        sent=line.sent,
        health=report.health if report is not None else None,
        due=_due(line, now, silent=report is None),
    )


def _report(line: _Line, now: float) -> MediaReport | None:
    """A room's last word, while it is not too old to count."""
    fresh = line.report is not None and now - line.reported_at < STALE_SECONDS
    return line.report if fresh else None


def _due(line: _Line, now: float, *, silent: bool) -> bool:
    """Whether picture or sound ought to have come by now; one that says nothing at all is asked after too."""
    if line.shown_since is not None and now - line.shown_since >= SETTLE_SECONDS:
        return True
    return silent and line.here_since is not None and now - line.here_since >= STALE_SECONDS
