"""`hub bench impaired`: the forwarding core on weak lines, on virtual time: loss, bursts, narrow lines, cuts.

Nothing is sent: the relay's own core runs between a modelled publisher and modelled browsers
(`deploy.bench.lab`), so the same seed gives the same result on any machine.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

from rich.table import Table

from deploy.bench.lab.scenarios import ALL, BY_NAME, Scenario, Verdict
from deploy.bench.output import Steps, carry_out

SCENARIOS: Final = ("all", *BY_NAME)
SLICE: Final = 0.5
"""Virtual seconds between two words of progress."""


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
    """Fill in what each scenario came to."""
    done = 0.0
    for scenario in chosen:
        verdict = await _try(scenario, result, steps, done)
        done += verdict.seconds
        result.scenarios.append(verdict)
        result.took = round(result.took + verdict.took, 2)
        result.holds &= verdict.holds
    return result


async def _try(scenario: Scenario, result: Result, steps: Steps, done: float) -> Verdict:
    seconds = max(result.seconds, scenario.least)
    began = time.monotonic()
    world = scenario.build(result.points, seconds, result.seed)
    while world.now < seconds:
        steps.measured(done + world.now, f"{scenario.name}: {world.now:.0f} of {seconds:.0f} s")
        world.run(min(seconds, world.now + SLICE))
        await asyncio.sleep(0)  # so that Ctrl-C ends it
    world.close()
    took = round(time.monotonic() - began, 2)
    checks = scenario.judge(world)
    return Verdict(
        scenario.name, scenario.title, result.points, seconds, checks, all(check.holds for check in checks),
        world.copies, took,
    )  # fmt: skip


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
