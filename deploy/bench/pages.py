"""`hub bench pages`: hundreds of signed-in pages on one session, with all its rooms live.

Every page is an account's own: half of them staff, who get the wall of rooms too, half supervisors. Measured
twice in one run, without the pages and with them: how long a note takes to the last page and the last room,
and how long packets stay in the relay, which must not notice.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from deploy.bench.console import BenchConsole, sign_in
from deploy.bench.crowd import until
from deploy.bench.output import Steps, carry_out, percentiles
from deploy.bench.processes import BenchFailed
from deploy.bench.running import background, bench_folder
from deploy.bench.watch import Seen, Watch
from deploy.bench.whole import whole_hub
from deploy.demo import data
from deploy.demo.plan import DemoPlan, read_plan
from deploy.settings import Settings
from deploy.wiring import open_services
from endpoints.fleet import Fleet, RoomCode
from endpoints.peer import Pool
from hub.people.passwords import Passwords
from hub.people.roles import Role
from hub.people.service import People
from hub.relay.client import RelayClient, wait_up
from web.cookies import ACCOUNT_COOKIE, AccountCookie, write_account

JOIN: Final = 120.0
NOTE_EVERY: Final = 0.5
LAST: Final = 5.0
"""Seconds for the last note of a window to arrive everywhere."""
CLERK: Final = "thuky"
MOST_NOTE_MS: Final = 300.0
"""p99 of a note's way to the last of all pages."""
MOST_WEB_MB: Final = 400.0
MORE_DELAY: Final = 1.5
"""The relay's p99 with the pages may be so many times what it is without them, and a millisecond more: two
windows of one machine are never alike."""
ROLES: Final = (Role.CLERK, Role.SUPERVISOR)


@dataclass(slots=True)
class Result:
    """What is printed with `--json`; each pair of windows is `without` and `with` the pages."""

    pages: int
    points: int
    seconds: float
    ready_s: float = 0.0
    all_points_have_media_s: float = 0.0
    all_pages_in_s: float = 0.0
    notes: int = 0
    note_to_a_page_ms: dict[str, float] = field(default_factory=dict)
    note_to_every_page_ms: dict[str, float] = field(default_factory=dict)
    note_to_every_room_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    note_answered_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    notes_not_everywhere: int = 0
    pages_lost: int = 0
    relay_delay_us: dict[str, dict[str, float]] = field(default_factory=dict)
    web_cpu_percent: float = 0.0
    web_rss_mb: dict[str, float] = field(default_factory=dict)
    holds: bool = False
    """Everything arrived, and the three limits were kept."""


def bench(*, pages: int, points: int, seconds: float, as_json: bool) -> int:
    """Run it and print. 0 when it holds."""
    wanted = Result(pages, points, seconds)
    title = f"hub: {pages} pages, {points} simulated rooms"
    result = carry_out(title, 2 * seconds, lambda steps: run(wanted, steps), as_json=as_json)
    return 0 if result is not None and result.holds else 1


async def run(result: Result, steps: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    with bench_folder() as folder:
        async with whole_hub(folder, steps) as (url, result.ready_s):
            await _measure(result, steps, url, folder / "data")
    result.holds = _holds(result)
    return result


async def _measure(result: Result, steps: Steps, url: str, folder: Path) -> None:
    plan, notes = read_plan(folder), Notes()
    steps.step(f"{result.pages} accounts")
    cookies = await _accounts(folder, result.pages)
    console = BenchConsole(url, plan.session, await sign_in(url, CLERK, data.PASSWORD))
    fleet = Fleet(url, _rooms(plan, result.points), on_seen=notes.hear)
    relay = RelayClient(folder / "run" / "relay.sock")
    async with Pool().running() as pool, background(console.run(), fleet.run(pool), relay.run()):
        await _rooms_come(result, steps, console, fleet, relay)
        await _window(result, steps, console, notes)
        result.relay_delay_us["without"] = (await relay.counts(None)).delay_us
        _room_figures(result, "without", notes)
        notes.rooms, notes.written = Seen(), {}
        async with (
            _pages(url, plan.session, cookies) as pages,
            Watch(folder / "run", fleet).running() as watch,
        ):
            await _pages_come(result, steps, pages)
            await _window(result, steps, console, notes)
            result.relay_delay_us["with"] = (await relay.counts(None)).delay_us
            _room_figures(result, "with", notes)
            _page_figures(result, await pages.state(), notes)
            result.web_rss_mb, result.web_cpu_percent = watch.memory("web"), watch.cpu("web")


@dataclass(slots=True)
class Notes:
    """The notes of one window: when each was sent, by the number of its event, and how the rooms heard."""

    rooms: Seen = field(default_factory=Seen)
    written: dict[int, float] = field(default_factory=dict)

    def hear(self, number: int) -> None:
        """A room has learned of everything up to `number`."""
        self.rooms.add(number)


async def _accounts(folder: Path, count: int) -> list[str]:
    """So many accounts with a sign-in each, as Cookie headers. Their passwords are never asked, so cheap."""
    async with open_services(Settings(data_dir=folder)) as services:
        people = People(services.db, services.clock, services.ids, Passwords(memory_kib=64, rounds=1))
        unit = await services.units.by_code(data.PROVINCE)
        if unit is None:
            raise BenchFailed("the demo has no province")
        made = []
        for number in range(count):
            grants = [(ROLES[number % len(ROLES)], unit.id)]
            account = await people.create(f"trang{number}", f"Trang {number}", data.PASSWORD, grants)
            cookie = AccountCookie(account, 1, services.clock.now())
            made.append(f"{ACCOUNT_COOKIE}={write_account(services.keys, cookie)}")
        return made


def _rooms(plan: DemoPlan, points: int) -> list[RoomCode]:
    return [RoomCode(room.code, room.name) for room in plan.rooms[:points]]


async def _rooms_come(
    result: Result, steps: Steps, console: BenchConsole, fleet: Fleet, relay: RelayClient
) -> None:
    steps.step(f"{result.points} rooms join")
    began = time.monotonic()
    await until(lambda: fleet.status().media == result.points, JOIN, "not every room has media")
    result.all_points_have_media_s = round(time.monotonic() - began, 2)
    await until(console.up.is_set, 20, "the console did not come in")
    await wait_up(relay, 10)


async def _pages_come(result: Result, steps: Steps, pages: "Pages") -> None:
    steps.step(f"{result.pages} pages open")
    began = time.monotonic()
    while (state := await pages.state())["joined"] < result.pages:
        if time.monotonic() - began > JOIN or state["lost"]:
            why = "".join(f"; {each}" for each in state["why"])
            raise BenchFailed(
                f"of {result.pages} pages {state['joined']} are in, {state['lost']} were lost{why}"
            )
        await asyncio.sleep(0.2)
    result.all_pages_in_s = round(time.monotonic() - began, 2)


async def _window(result: Result, steps: Steps, console: BenchConsole, notes: Notes) -> None:
    """Notes at a steady rate, and a moment for the last one to arrive."""
    began, done = time.monotonic(), result.notes
    while (passed := time.monotonic() - began) < result.seconds:
        steps.measured(passed, f"measuring: {result.notes} notes")
        sent = time.monotonic()
        number, took = await console.command("note.add", {"text": f"bench {result.notes}", "mark": None})
        notes.written[number] = sent
        notes.rooms.wrote(number, sent, took)
        result.notes += 1
        await asyncio.sleep(NOTE_EVERY)
    with contextlib.suppress(BenchFailed):
        await until(lambda: len(notes.rooms.everywhere_ms(result.points)) == result.notes - done, LAST, "")


def _room_figures(result: Result, window: str, notes: Notes) -> None:
    everywhere = notes.rooms.everywhere_ms(result.points)
    result.note_to_every_room_ms[window] = percentiles(everywhere)
    result.note_answered_ms[window] = percentiles(notes.rooms.answered_ms())
    result.notes_not_everywhere += len(notes.written) - len(everywhere)


def _page_figures(result: Result, state: dict[str, Any], notes: Notes) -> None:
    came = {int(number): times for number, times in state["came"].items()}
    ways = {
        number: [(at - sent) * 1000 for at in came.get(number, [])] for number, sent in notes.written.items()
    }
    result.note_to_a_page_ms = percentiles([way for each in ways.values() for way in each])
    everywhere = [max(each) for each in ways.values() if len(each) == result.pages]
    result.note_to_every_page_ms = percentiles(everywhere)
    result.notes_not_everywhere += len(ways) - len(everywhere)
    result.pages_lost = state["lost"]


def _holds(result: Result) -> bool:
    before, after = (result.relay_delay_us[each]["p99"] for each in ("without", "with"))
    return (
        result.notes_not_everywhere == 0
        and result.pages_lost == 0
        and result.note_to_every_page_ms["p99"] < MOST_NOTE_MS
        and result.web_rss_mb["max"] < MOST_WEB_MB
        and after <= MORE_DELAY * before + 1000
    )


class Pages:
    """The process that holds the pages; see `readers`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def say(self, text: str) -> None:
        """One line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode() + b"\n")
        await self._process.stdin.drain()

    async def state(self) -> dict[str, Any]:
        """How many are in and lost, and when which note came. Raises BenchFailed."""
        assert self._process.stdout is not None
        try:
            await self.say("")
            state: dict[str, Any] = json.loads(await self._process.stdout.readline())
        except (OSError, ValueError) as problem:
            raise BenchFailed("the process with the pages has ended") from problem
        return state


@contextlib.asynccontextmanager
async def _pages(url: str, session: str, cookies: list[str]) -> AsyncIterator[Pages]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.bench.readers",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=64 * 1024 * 1024,
    )
    pages = Pages(process)
    try:
        await pages.say(json.dumps({"url": url, "session": session, "cookies": cookies}))
        yield pages
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
