"""`hub bench roll`: a roll call of a whole province, in which some rooms are away and some are not well.

A hub with a demo's data, simulated rooms by the same way as real ones, and a clerk who calls the roll. What
was done to which room is known here alone; the hub has to find it out.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from deploy.bench.console import BenchConsole, sign_in
from deploy.bench.crowd import until
from deploy.bench.output import Steps, carry_out
from deploy.bench.running import background, bench_folder
from deploy.bench.whole import whole_hub
from deploy.demo import data
from deploy.demo.plan import DemoRoom, read_plan
from endpoints.fleet import Fleet, RoomCode
from endpoints.fleet.room import SimulatedRoom
from endpoints.peer import Pool
from signaling.health import WELL

CLERK: Final = "thuky"
JOIN: Final = 120.0
LIMIT: Final = 60.0
"""Seconds a roll call may take, from the clerk's press to the result on the desk."""
SETTLE: Final = 12.0
"""Seconds in which rooms say how they are, before the roll is called."""


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. `found` counts rooms by what was done to them and found. `missed` and
    `falsely` name rooms: nothing may stand there.
    """

    points: int
    absent: int
    frozen: int
    silent: int
    muted: int
    answer_s: int
    joined_s: float = 0.0
    roll_s: float = 0.0
    fine: int = 0
    found: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    falsely: list[str] = field(default_factory=list)
    result_bytes: int = 0

    @property
    def held(self) -> bool:
        """Whether all were found, none falsely, in time."""
        return not self.missed and not self.falsely and 0 < self.roll_s < LIMIT


def bench(result: Result, *, as_json: bool) -> int:
    """Run it and print. 0 when every room was found as it was, in under a minute."""
    title = f"roll call of {result.points} rooms"
    done = carry_out(title, SETTLE, lambda steps: run(result, steps), as_json=as_json)
    return 0 if done is not None and done.held else 1


async def run(result: Result, steps: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    with bench_folder() as folder:
        async with whole_hub(folder, steps) as (url, _ready_s):
            plan = read_plan(folder / "data")
            console = BenchConsole(url, plan.session, await sign_in(url, CLERK, data.PASSWORD))
            await _measure(result, steps, url, console, plan.rooms)
    return result


async def _measure(
    result: Result, steps: Steps, url: str, console: BenchConsole, invited: Sequence[DemoRoom]
) -> None:
    """The rooms of the end of the list stay away; those of the beginning come, and some are spoiled."""
    came = invited[: result.points - result.absent]
    fleet = Fleet(url, [RoomCode(room.code, room.name) for room in came])
    async with Pool().running() as pool, background(console.run(), fleet.run(pool)):
        steps.step(f"{len(came)} rooms join")
        everybody = f"after {JOIN:.0f} s not every room has media"
        result.joined_s = round(await until(lambda: fleet.status().media == len(came), JOIN, everybody), 1)
        await until(console.up.is_set, 20, "the console did not come in")
        done = spoil(result, fleet.rooms)
        expected = {room.point: done.get(number, "") for number, room in enumerate(came)}
        # Invited rooms that nobody simulates stay away like the others.
        expected |= {room.point: "absent" for room in invited[len(came) :]}
        steps.step("rooms say how they are")
        await asyncio.sleep(SETTLE)
        await _call(result, steps, console)
        _compare(result, expected, console)


def spoil(result: Result, rooms: Sequence[SimulatedRoom]) -> dict[int, str]:
    """Make some rooms unwell; what a roll call has to find, by the room's place in the list.

    Frozen: the picture that it gets, or that of its camera. Silent: its microphone, or nothing comes in. A
    muted TV some pages know of, others cannot: then only the person in the room can say so.
    """
    done: dict[int, str] = {}
    kinds = ["frozen"] * result.frozen + ["silent"] * result.silent + ["muted"] * result.muted
    step = max(1, len(rooms) // max(1, len(kinds)))
    for number, kind in enumerate(kinds):
        place = number * step
        done[place] = _SPOIL[kind](rooms[place], number % 2 == 0)
    return done


def _freeze(room: SimulatedRoom, way: bool) -> str:
    if way:
        room.frozen = True
        return "picture_frozen"
    room.health = WELL.model_copy(update={"camera": "frozen"})
    return "camera_frozen"


def _silence(room: SimulatedRoom, way: bool) -> str:
    if way:
        room.health = WELL.model_copy(update={"microphone": "silent"})
        return "microphone_silent"
    room.unheard = True
    return "sound_missing"


def _mute(room: SimulatedRoom, way: bool) -> str:
    room.person.ears = False
    room.health = WELL.model_copy(update={"speaker": "unknown" if way else "muted"})
    return "tv_muted"


_SPOIL: Final = {"frozen": _freeze, "silent": _silence, "muted": _mute}


async def _call(result: Result, steps: Steps, console: BenchConsole) -> None:
    steps.step("the roll is called")
    began = time.monotonic()
    await console.command("roll.begin", {"seconds": result.answer_s})
    late = f"after {LIMIT:.0f} s there is no result"
    await until(lambda: "roll.closed" in console.latest, LIMIT, late)
    result.roll_s = round(time.monotonic() - began, 2)


def _compare(result: Result, expected: Mapping[str, str], console: BenchConsole) -> None:
    closed = console.latest["roll.closed"]
    result.result_bytes = len(str(closed))
    results: dict[str, list[str]] = closed["data"]["results"]
    compare(result, expected, results)


def compare(result: Result, expected: Mapping[str, str], results: Mapping[str, Sequence[str]]) -> None:
    """Put what was found beside what was done, point by point."""
    counted: Counter[str] = Counter()
    for point, wanted in expected.items():
        findings = results.get(point, ["not asked"])
        if wanted in findings:
            counted[wanted] += 1
        elif wanted:
            result.missed.append(f"{point}: {wanted}, found {list(findings)}")
        result.falsely += [f"{point}: {each}" for each in findings if each != wanted]
        result.fine += not wanted and not findings
    result.found = dict(counted)
