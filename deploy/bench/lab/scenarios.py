"""The lines a reception meets, and what must hold on each of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

from deploy.bench.lab.link import CUT, Line, Schedule
from deploy.bench.lab.picture import Film
from deploy.bench.lab.viewer import GOOD, GOOD_ENDS, Ends, Viewer
from deploy.bench.lab.voice import Hearing
from deploy.bench.lab.world import World
from hub.relay.core.specs import SLOT_SSRC

MAIN: Final = SLOT_SSRC["main"]
VOICE: Final = SLOT_SSRC["voice1"]
NEVER: Final = 9999.0
"""Seconds, in place of a time that did not come (JSON knows no infinity)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold: what was measured, the most (or, with `at_least`, the least) it may be, and
    whether it held."""

    name: str
    value: float
    bound: float
    at_least: bool
    holds: bool


def _at_most(name: str, value: float, bound: float) -> Check:
    return Check(name, value, bound, at_least=False, holds=value <= bound)


def _at_least(name: str, value: float, bound: float) -> Check:
    return Check(name, value, bound, at_least=True, holds=value >= bound)


@dataclass(frozen=True, slots=True)
class Scenario:
    """`line` is every viewer's, made for so many seconds; `odd` the first viewer's instead, `hall` the
    publisher's. `judge` looks at the world when the time is over. `least` is the shortest time in which it
    makes sense, in seconds."""

    name: str
    title: str
    judge: Callable[[World], list[Check]]
    line: Callable[[float], Ends] = lambda _: GOOD_ENDS
    odd: Ends | None = None
    hall: Ends = GOOD_ENDS
    least: float = 12.0

    def build(self, points: int, seconds: float, seed: int) -> World:
        """A world of so many viewers, to be run for so many seconds."""
        lines = [self.line(seconds)] * points
        if self.odd is not None:
            lines[0] = self.odd
        return World(lines, seed=seed, hall=self.hall)


@dataclass(slots=True)
class Verdict:
    """What came of a scenario. `took` is real seconds, `copies` packets given to the viewers' lines."""

    scenario: str
    title: str
    points: int
    seconds: float
    checks: list[Check]
    holds: bool
    copies: int
    took: float


def film(viewer: Viewer) -> Film:
    """What it saw in the main slot."""
    return viewer.pictures[MAIN].film if MAIN in viewer.pictures else Film(longest_gap=NEVER)


def hearing(viewer: Viewer) -> Hearing:
    """What it heard of the first voice."""
    return viewer.voices[VOICE].hearing if VOICE in viewer.voices else Hearing(frames=1, gaps=1)


def worst(values: Iterable[float], share: float = 0.95) -> float:
    """What that share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def _everybody(world: World) -> list[Viewer]:
    return list(world.viewers.values())


def _always(line: Line) -> Ends:
    return Ends(((0.0, line),), ((0.0, line),))


def _gap(world: World, bound: float = 1.0) -> Check:
    value = worst(film(viewer).longest_gap for viewer in _everybody(world))
    return _at_most("longest time without a new picture, s (p95)", round(value, 3), bound)


def _voice(world: World, bound: float = 2.0) -> Check:
    value = worst(hearing(viewer).gap_share * 100 for viewer in _everybody(world))
    return _at_most("voice gaps, % (p95)", round(value, 2), bound)


def _keyframes(world: World) -> float:
    return round(world.publisher.keyframes_asked * 60 / world.now, 1)


def _loss(world: World) -> list[Check]:
    return [_gap(world), _voice(world)]


def _burst(world: World) -> list[Check]:
    return [_voice(world)]


# A line that gets narrow, and wide again

NARROW_AT: Final = 8.0
NARROW_KBPS: Final = 400
SETTLE: Final = 5.0
COME_BACK: Final = 15.0


def _relief(seconds: float) -> float:
    return seconds - COME_BACK - 3.0


def _narrow_line(seconds: float) -> Ends:
    wide, narrow = Line(delay=0.02), Line(delay=0.02, kbps=NARROW_KBPS)
    return Ends(((0.0, wide), (NARROW_AT, narrow), (_relief(seconds), wide)), GOOD)


def _settled_after(shown: Film, limited: float, relieved: float) -> float:
    """Seconds after the limit from which on no high picture was seen until the relief."""
    if shown.layer_at(relieved) == "h":
        return NEVER
    changes = [since for since, layer in shown.layers if limited < since <= relieved and layer != "h"]
    return changes[-1] - limited if changes else 0.0


def _back_after(shown: Film, relieved: float) -> float:
    """Seconds after the relief from which on the high picture stayed."""
    if not shown.layers or shown.layers[-1][1] != "h":
        return NEVER
    return max(0.0, shown.layers[-1][0] - relieved)


def _narrow(world: World) -> list[Check]:
    relieved = _relief(world.now)
    viewers = _everybody(world)
    settled = worst(_settled_after(film(viewer), NARROW_AT, relieved) for viewer in viewers)
    back = worst(_back_after(film(viewer), relieved) for viewer in viewers)
    begins, ends = NARROW_AT + SETTLE, relieved
    frozen = worst(_frozen(film(viewer), begins, ends) for viewer in viewers)
    return [
        _at_most("low layer reached and kept after, s (p95)", round(settled, 2), SETTLE),
        _at_most("frozen after that, % of the time (p95)", round(100 * frozen / (ends - begins), 1), 10.0),
        _at_most("high layer back after relief, s (p95)", round(back, 2), COME_BACK),
    ]


def _frozen(shown: Film, begins: float, ends: float) -> float:
    """Seconds of freezes that ended in that time."""
    return sum(gap for at, gap in shown.stops if begins + gap <= at <= ends)


# One bad viewer among many


def _one_bad(world: World) -> list[Check]:
    others = _everybody(world)[1:]
    gap = max(film(viewer).longest_gap for viewer in others)
    return [
        _at_most("freezes of all the others", sum(film(viewer).freezes for viewer in others), 0),
        _at_most("voice gaps of all the others", sum(hearing(viewer).gaps for viewer in others), 0),
        _at_most("longest time without a new picture of any other, s", round(gap, 3), 0.2),
        _at_most("keyframes asked of the publisher, a minute", _keyframes(world), 40),
    ]


# Jitter and reordering


def _reorder(world: World) -> list[Check]:
    totals = world.totals.values
    upstream = 100 * totals.get("packets_asked_again", 0) / max(1, totals.get("rtp_received", 0))
    resent = 100 * totals.get("resends", 0) / max(1, world.copies)
    return [
        _at_most("asked of the publisher again though nothing was lost, %", round(upstream, 2), 5.0),
        _at_most("resent to viewers though nothing was lost, %", round(resent, 2), 15.0),
        _gap(world, 0.5),
        _voice(world),
    ]


# A line that is cut

CUT_AT, CUT_FOR = 4.0, 5.0


def _cut_line(_: float) -> Ends:
    good = Line(delay=0.02)
    way: Schedule = ((0.0, good), (CUT_AT, CUT), (CUT_AT + CUT_FOR, good))
    return Ends(way, way)


def _cut(world: World) -> list[Check]:
    viewers = _everybody(world)
    gap = worst(film(viewer).longest_gap for viewer in viewers)
    voice = worst(hearing(viewer).longest_gap * 0.02 for viewer in viewers)
    lively = 1.0 - worst(min(1.0, max(0.0, world.now - film(viewer).last_at)) for viewer in viewers)
    return [
        _at_most("longest time without a new picture, s (p95)", round(gap, 2), CUT_FOR + 1.0),
        _at_most("longest time without voice, s (p95)", round(voice, 2), CUT_FOR + 0.3),
        _at_least("freshness of the last picture, 1: just now, 0: 1 s ago (p5)", round(lively, 2), 0.8),
        _at_most("keyframes asked of the publisher, in all", world.publisher.keyframes_asked, 8),
    ]


# The publisher's uplink


def _uplink(world: World) -> list[Check]:
    return [
        _gap(world, 0.5),
        _voice(world),
        _at_most("keyframes asked of the publisher, a minute", _keyframes(world), 10),
    ]


_LOSSY: Final = _always(Line(delay=0.03, loss=0.05))
_BURSTY: Final = _always(Line(delay=0.15, loss=0.10, burst=5.0))
_OUTAGES: Final = _always(Line(delay=0.15, loss=0.10, burst_seconds=0.04))
_TERRIBLE: Final = _always(Line(delay=0.2, jitter=0.1, loss=0.3, burst=4.0, kbps=150))
_WOBBLY: Final = _always(Line(delay=0.02, jitter=0.03, reorders=True))

ALL: Final[tuple[Scenario, ...]] = (
    Scenario("loss", "5 % random loss, 60 ms round trip", _loss, lambda _: _LOSSY),
    Scenario("burst", "10 % loss in bursts of 5 packets, 300 ms round trip", _burst, lambda _: _BURSTY),
    Scenario("outages", "10 % loss in outages of 40 ms, 300 ms round trip", _burst, lambda _: _OUTAGES),
    Scenario("narrow", "400 kbit/s for a while", _narrow, _narrow_line, least=36.0),
    Scenario("one-bad", "one terrible line, the others good", _one_bad, odd=_TERRIBLE),
    Scenario("reorder", "30 ms of jitter, packets overtake", _reorder, lambda _: _WOBBLY, hall=_WOBBLY),
    Scenario("cut", "every line cut for 5 s", _cut, _cut_line, least=16.0),
    Scenario("uplink", "5 % loss and 60 ms on the publisher's line", _uplink, hall=_LOSSY),
)
BY_NAME: Final = {scenario.name: scenario for scenario in ALL}
