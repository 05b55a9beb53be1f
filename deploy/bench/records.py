"""`hub bench records`: the books of a province, full: how long search, boards and an import take.

Times are of the services, without a browser. It holds when search and boards have a p95 under 200 ms, and
the rows are imported in under 60 s with progress and three bad rows named, all in less than 500 MB.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from deploy import migrations
from deploy.bench import books
from deploy.bench.output import Steps, carry_out
from deploy.bench.processes import BenchFailed
from deploy.bench.running import bench_folder
from hub.cases import boards
from hub.cases.errors import Refusal
from hub.cases.search import Search, Wanted
from hub.cases.service import Cases
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.store.clock import SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.local_day import local_day

MOST_MS: Final = 200.0
MOST_IMPORT_S: Final = 60.0
MOST_MB: Final = 500.0
TEXTS: Final = (
    "khieu nai dat dai ha lam",
    "ha lam",
    "o nhiem moi truong bai dai",
    "dat",
    "khieu nai",
    "to 123 dong mai",
    "tranh chap",
    "khong co that",
    "cap giay chung nhan phu hai to 37",
    "2026",
)


@dataclass(slots=True)
class Result:
    """Milliseconds, seconds and MB. `search_ms` and `boards_ms` hold p50, p95 and max."""

    database: str
    cases: int
    fill_s: float = 0.0
    search_ms: dict[str, float] = field(default_factory=dict)
    search_cpu_ms: dict[str, float] = field(default_factory=dict)
    """Of this process, whatever else the machine does; SQLite is in it, PostgreSQL is not."""
    slowest_search: str = ""
    boards_ms: dict[str, float] = field(default_factory=dict)
    boards_cpu_ms: dict[str, float] = field(default_factory=dict)
    import_rows: int = 0
    read_s: float = 0.0
    import_s: float = 0.0
    import_cpu_s: float = 0.0
    import_steps_seen: int = 0
    bad_rows: int = 0
    undo_s: float = 0.0
    peak_mb: float = 0.0
    peak_reader_mb: float = 0.0
    holds: bool = False


def bench(*, cases: int, rows: int, repeat: int, database: str, as_json: bool) -> int:
    """Run it; the exit code."""

    async def work(steps: Steps) -> Result:
        with bench_folder() as folder:
            return await _measured(steps, folder, cases, rows, repeat, database)

    result = carry_out("records", 100, work, as_json=as_json)
    return 0 if result is not None and result.holds else 1


async def _measured(  # noqa: PLR0917 (the options of the bench)
    steps: Steps, folder: Path, cases: int, rows: int, repeat: int, database: str
) -> Result:
    url = database or f"sqlite:///{folder}/records.sqlite"
    if await migrations.version(url) is not None:
        raise BenchFailed("the database is not empty: give the bench one of its own")
    await migrations.upgrade(url)
    clock = SystemClock()
    ids = Ids(clock)
    db = Database(url)
    try:
        result = Result(db.dialect, cases)
        steps.step("filling the books")
        province, districts, communes = await books.tree(db, ids)
        began = perf_counter()
        await books.fill(db, ids, province, communes, cases, clock.now())
        await db.learn()  # as the hub does a few minutes after its start, every six hours and after an import
        result.fill_s = round(perf_counter() - began, 1)
        service = Cases(db, Keys(folder / "secrets"), clock, ids)
        readers = [
            _actor("province", Role.CLERK, province),
            _actor("district", Role.RECEPTION, districts[0]),
            _actor("commune", Role.POINT_LEADER, communes[0][0]),
            _actor("small", Role.POINT_CLERK, communes[-1][0]),
        ]
        steps.step("searching")
        await _search(result, service.search(), readers, communes[3][0], repeat, clock)
        steps.step("boards")
        await _boards(result, db, readers, repeat, clock)
        steps.step("importing")
        await _import(result, service, readers[0], province, folder, rows)
    finally:
        await db.close()
    result.peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    result.peak_reader_mb = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1)
    fast = result.search_ms["p95"] < MOST_MS and result.boards_ms["p95"] < MOST_MS
    imported = result.read_s + result.import_s < MOST_IMPORT_S and result.bad_rows == books.BAD
    small = result.peak_mb + result.peak_reader_mb < MOST_MB
    result.holds = fast and imported and small and result.import_steps_seen > 1
    return result


async def _search(  # noqa: PLR0917
    result: Result, search: Search, readers: list[Actor], unit: str, repeat: int, clock: SystemClock
) -> None:
    today = local_day(clock.now())
    asked = [Wanted(text) for text in TEXTS]
    asked += [
        Wanted(),
        Wanted("2026/0147"),
        Wanted("0912345678"),
        Wanted(unit=unit),
        Wanted(state="verification"),
        Wanted(kind="denunciation"),
        Wanted("dat", kind="reflection", field="judicial"),
        Wanted("ha lam", state="received"),
        Wanted(since=today.replace(day=1), until=today),
        Wanted(due="overdue"),
        Wanted(due="soon"),
        Wanted(due="none"),
    ]
    found: list[tuple[float, float, str]] = []
    for _ in range(repeat):
        for reader in readers:
            for wanted in asked:
                took = await _took(lambda reader=reader, wanted=wanted: search.find(reader, wanted))  # type: ignore[misc]
                found.append((*took, f"{reader.name}: {wanted}"))
    result.search_ms = _spread([each[0] for each in found])
    result.search_cpu_ms = _spread([each[1] for each in found])
    result.slowest_search = max(found, key=lambda each: each[1])[2]


async def _boards(
    result: Result, db: Database, readers: list[Actor], repeat: int, clock: SystemClock
) -> None:
    today = local_day(clock.now())
    found = []
    for _ in range(repeat * 3):
        for reader in readers:
            found.append(await _took(lambda reader=reader: boards.by_unit(db, reader, today)))  # type: ignore[misc]
    result.boards_ms = _spread([each[0] for each in found])
    result.boards_cpu_ms = _spread([each[1] for each in found])


async def _import(  # noqa: PLR0917
    result: Result, service: Cases, actor: Actor, unit: str, folder: Path, rows: int
) -> None:
    path = folder / "register.xlsx"
    books.register(path, rows, SystemClock().now())
    imports = service.imports()
    began = perf_counter()
    try:
        batch = await imports.start(actor, unit, path.read_bytes())
    except Refusal as refusal:
        raise BenchFailed(f"the register was refused: {refusal.code} {refusal.params}") from refusal
    result.read_s = round(perf_counter() - began, 1)
    seen: set[int] = set()

    async def watch() -> None:
        while True:
            seen.add((await imports.get(actor, batch)).looked_at)
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(watch())
    began, cpu = perf_counter(), process_time()
    try:
        await imports.run(actor, batch)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    result.import_s = round(perf_counter() - began, 1)
    result.import_cpu_s = round(process_time() - cpu, 1)
    done = await imports.get(actor, batch)
    result.import_rows, result.bad_rows, result.import_steps_seen = done.written, done.bad_rows, len(seen)
    began = perf_counter()
    await imports.undo(actor, batch)
    result.undo_s = round(perf_counter() - began, 1)


async def _took(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    began, cpu = perf_counter(), process_time()
    await work()
    return (perf_counter() - began) * 1000, (process_time() - cpu) * 1000


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    at = {"p50": round(last * 0.5), "p95": round(last * 0.95), "max": last}
    return {name: round(ordered[index], 1) for name, index in at.items()}


def _actor(name: str, role: Role, unit: str) -> Actor:
    return Actor(key=f"account:{name}", name=name, roles=frozenset({role}), unit=unit)
