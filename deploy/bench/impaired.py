"""`hub bench impaired`: the forwarding core on weak lines, on virtual time: loss, bursts, narrow lines, cuts.

Nothing is sent: the relay's own core runs between a modelled publisher and modelled browsers
(`deploy.bench.lab`), so the same seed gives the same result on any machine.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from rich.table import Table

from deploy.bench.lab.scenarios import ALL, BY_NAME, Scenario, Verdict
from deploy.bench.output import Steps, carry_out

SCENARIOS: Final = ("all", *BY_NAME)
SLICE: Final = 0.5
"""Virtual seconds between two words of progress."""
SHOWN_EVERY: Final = 0.2
_SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. `seconds` are virtual, `took` real ones; `holds` is the verdict."""

    points: int
    seconds: float
    seed: int
    scenarios: list[Verdict] = field(default_factory=list)
    holds: bool = True
    took: float = 0.0


def bench(*, points: int, seconds: float, seed: int, scenario: str, as_json: bool) -> int:
    """Run one scenario or `all` of them and print. 0 when everything held that must hold."""
    chosen = ALL if scenario == "all" else (BY_NAME[scenario],)
    total = sum(max(seconds, each.least) for each in chosen)
    wanted = Result(points, seconds, seed)
    title = f"impaired: {points} viewers, {seconds:g} virtual seconds, seed {seed}"
    result = carry_out(title, total, lambda steps: run(wanted, chosen, steps), as_json=as_json, shown=table)
    return 0 if result is not None and result.holds else 1


async def run(result: Result, chosen: tuple[Scenario, ...], steps: Steps) -> Result:
    """Fill in what each scenario came to. They run beside each other, one on each processor."""
    began = time.monotonic()
    done = _SPAWN.Array("d", len(chosen) + 1)  # the last: whether to give up
    workers = min(len(chosen), len(os.sched_getaffinity(0)))
    loop = asyncio.get_running_loop()
    with _given_up(ProcessPoolExecutor(workers, _SPAWN, _begin, (done, os.getpid())), done) as pool:
        tries = [
            loop.run_in_executor(pool, _try, index, scenario.name, result.points, result.seconds, result.seed)
            for index, scenario in enumerate(chosen)
        ]
        together = asyncio.gather(*tries)
        together.add_done_callback(
            lambda ended: ended.cancelled() or ended.exception()
        )  # told below, or given up
        while not together.done():
            reached: list[float] = done[:-1]
            steps.measured(sum(reached), _progress(chosen, result.seconds, reached))
            await asyncio.wait([together], timeout=SHOWN_EVERY)
        result.scenarios = await together
    result.took = round(time.monotonic() - began, 2)
    result.holds = all(verdict.holds for verdict in result.scenarios)
    return result


@contextlib.contextmanager
def _given_up(pool: ProcessPoolExecutor, done: Any) -> Iterator[ProcessPoolExecutor]:
    """The pool ends with the block: when all is done, or at once when the block is left in any other way."""
    try:
        yield pool
    except BaseException:
        done[-1] = 1.0
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _progress(chosen: tuple[Scenario, ...], seconds: float, done: Sequence[float]) -> str:
    lasts = [max(seconds, scenario.least) for scenario in chosen]
    now = [
        f"{scenario.name} {at:.0f}/{last:.0f} s"
        for scenario, last, at in zip(chosen, lasts, done, strict=True)
        if 0 < at < last
    ]
    return ", ".join(now) or "starting"


# In a process of its own

_done: Any = None
_parent = 0


def _begin(done: Any, parent: int) -> None:
    global _done, _parent
    _done, _parent = done, parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who tells us to give up


def _try(index: int, name: str, points: int, wanted: float, seed: int) -> Verdict:
    scenario = BY_NAME[name]
    seconds = max(wanted, scenario.least)
    began = time.monotonic()
    world = scenario.build(points, seconds, seed)
    while world.now < seconds:
        world.run(min(seconds, world.now + SLICE))
        _done[index] = world.now
        if _done[-1] or os.getppid() != _parent:
            os._exit(1)  # nobody is waiting any more
    world.close()
    took = round(time.monotonic() - began, 2)
    checks = scenario.judge(world)
    holds = all(check.holds for check in checks)
    return Verdict(name, scenario.title, points, seconds, checks, holds, world.copies, took)


def table(title: str, values: dict[str, Any]) -> Table:
    """One line a check."""
    grid = Table(title=title, caption=f"{values['took']:.0f} s of real time")
    for name in ("scenario", "what must hold", "measured", "bound", ""):
        grid.add_column(name, justify="right" if name in ("measured", "bound") else "left")
    for verdict in values["scenarios"]:
        name = f"{verdict['scenario']}: {verdict['title']}"
        for check in verdict["checks"]:
            bound = f"{'≥' if check['at_least'] else '≤'} {check['bound']:g}"
            held = "ok" if check["holds"] else "MISSED"
            grid.add_row(name, check["name"], f"{check['value']:g}", bound, held)
            name = ""
        grid.add_section()
    return grid
