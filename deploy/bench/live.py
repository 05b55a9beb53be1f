"""`hub bench live`: a whole hub with a demo's data, simulated rooms, a console that takes notes, a kill -9.

Measured from outside: how long a note takes to reach every room, how long everybody takes to have picture and
voice, what the processes weigh over time, and how they come back.
"""

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.bench.console import BenchConsole, sign_in
from deploy.bench.crowd import until
from deploy.bench.output import Steps, carry_out, percentiles
from deploy.bench.processes import BenchFailed
from deploy.bench.running import background, bench_folder
from deploy.bench.watch import Seen, Watch
from deploy.bench.whole import whole_hub
from deploy.demo import data
from deploy.demo.plan import DemoPlan, read_plan
from endpoints.fleet import Fleet, RoomCode
from endpoints.peer import Pool

JOIN: Final = 120.0
RECOVERY: Final = 60.0
ON_THE_WAY: Final = 0.05
"""Seconds in which packets that were sent before a kill still arrive."""
NOTE_EVERY: Final = 0.5
CLERK: Final = "thuky"


@dataclass(slots=True)
class Result:
    """What is printed with `--json`; seconds and milliseconds as named."""

    points: int
    seconds: float
    killed: str = ""
    relays: int = 1
    ready_s: float = 0.0
    all_joined_s: float = 0.0
    all_have_media_s: float = 0.0
    notes: int = 0
    note_answered_ms: dict[str, float] = field(default_factory=dict)
    note_in_every_room_ms: dict[str, float] = field(default_factory=dict)
    notes_not_in_every_room: int = 0
    web_rss_mb: dict[str, float] = field(default_factory=dict)
    relay_rss_mb: dict[str, float] = field(default_factory=dict)
    web_cpu_percent: float = 0.0
    relay_cpu_percent: float = 0.0
    longest_media_gap_s: float = 0.0
    rooms_back_s: float = 0.0
    media_back_s: float = 0.0
    rooms_behind_at_the_end: int = 0


def bench(*, points: int, seconds: float, kill: str | None, as_json: bool, relays: int = 1) -> int:
    """Run it and print. 0 when everybody had media, every note arrived, and a kill was made good."""
    wanted = Result(points, seconds, kill or "", relays)
    title = f"hub: {points} simulated rooms, relays: {relays}" + (f", kill -9 of {kill}" if kill else "")
    result = carry_out(title, seconds, lambda steps: run(wanted, steps), as_json=as_json)
    return 1 if result is None or result.notes_not_in_every_room or result.rooms_behind_at_the_end else 0


async def run(result: Result, steps: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    with bench_folder() as folder:
        async with whole_hub(folder, steps, relays=result.relays) as (url, ready_s):
            result.ready_s = ready_s
            await _measure(result, steps, url, folder)
    return result


async def _measure(result: Result, steps: Steps, url: str, folder: Path) -> None:
    run_dir = folder / "data" / "run"
    plan, seen = read_plan(folder / "data"), Seen()
    cookie = await sign_in(url, CLERK, data.PASSWORD)
    console = BenchConsole(url, plan.session, cookie)
    fleet = Fleet(url, _rooms(plan, result.points), on_seen=seen.add)
    async with Pool().running() as pool, background(console.run(), fleet.run(pool)):
        await _join(result, steps, fleet)
        await until(console.up.is_set, 20, "the console did not come in")
        async with Watch(run_dir, fleet, result.relays).running() as watch:
            await _window(result, steps, console, seen, watch)
        await _last_look(result, console, fleet)
        _conclude(result, watch, seen)


def _rooms(plan: DemoPlan, points: int) -> list[RoomCode]:
    return [RoomCode(room.code, room.name) for room in plan.rooms[:points]]


async def _join(result: Result, steps: Steps, fleet: Fleet) -> None:
    steps.step(f"{result.points} rooms join")
    began = time.monotonic()
    await until(lambda: fleet.status().joined == result.points, JOIN, "not every room was let in")
    result.all_joined_s = round(time.monotonic() - began, 2)
    await until(lambda: fleet.status().media == result.points, JOIN, "not every room has media")
    result.all_have_media_s = round(time.monotonic() - began, 2)


async def _window(result: Result, steps: Steps, console: BenchConsole, seen: Seen, watch: Watch) -> None:
    """Notes all the time; in the middle, the kill."""
    began, killed = time.monotonic(), not result.killed
    while (passed := time.monotonic() - began) < result.seconds:
        steps.measured(passed, f"measuring: {result.notes} notes")
        if not killed and passed > result.seconds / 3:
            killed = True
            await _kill(result, steps, console, watch)
        await _note(result, console, seen)
        await asyncio.sleep(NOTE_EVERY)


async def _note(result: Result, console: BenchConsole, seen: Seen) -> None:
    began = time.monotonic()
    number, took = await console.command("note.add", {"text": f"bench {result.notes}", "mark": None})
    seen.wrote(number, began, took)
    result.notes += 1


async def _kill(result: Result, steps: Steps, console: BenchConsole, watch: Watch) -> None:
    """kill -9, and how long until every room is back with media, and the console too."""
    steps.step(f"kill -9 of {result.killed}")
    watch.mark()
    anew, welcomes = result.killed == "web", console.welcomes
    os.kill(watch.pid(result.killed), signal.SIGKILL)
    began = time.monotonic()
    if result.killed == "relay":
        await asyncio.sleep(ON_THE_WAY)
        watch.mark()  # rooms keep their peers: what was sent before the kill must not count as new
    rooms = f"{RECOVERY:.0f} s after the kill not every room was back"
    await until(watch.all_have_new_media, RECOVERY, f"{rooms} with media")
    result.media_back_s = round(time.monotonic() - began, 2)

    def back() -> bool:
        return console.up.is_set() and console.welcomes >= welcomes + anew and watch.all_joined(anew=anew)

    await until(back, RECOVERY, rooms)
    result.rooms_back_s = round(time.monotonic() - began, 2)


async def _last_look(result: Result, console: BenchConsole, fleet: Fleet) -> None:
    """Nothing may be missing: every room ends at the console's last event."""

    def behind() -> int:
        return sum((room.seen or 0) < console.head for room in fleet.rooms)

    with contextlib.suppress(BenchFailed):
        await until(lambda: behind() == 0, 10, "")
    result.rooms_behind_at_the_end = behind()


def _conclude(result: Result, watch: Watch, seen: Seen) -> None:
    result.note_answered_ms = percentiles(seen.answered_ms())
    everywhere = seen.everywhere_ms(result.points)
    result.note_in_every_room_ms = percentiles(everywhere)
    result.notes_not_in_every_room = result.notes - len(everywhere)
    result.web_rss_mb, result.relay_rss_mb = watch.memory("web"), watch.memory("relay")
    result.web_cpu_percent, result.relay_cpu_percent = watch.cpu("web"), watch.cpu("relay")
    result.longest_media_gap_s = round(watch.longest_gap, 2)
