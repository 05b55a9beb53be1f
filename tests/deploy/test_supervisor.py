"""The supervisor over real processes: small Python programs that write what they see into a file."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from deploy.pidfile import read_pid
from deploy.supervisor import BROKEN_SETTINGS, Program, Supervisor

PATIENT = """
import signal, sys, time
name, log = sys.argv[1:]
def end(*_):
    open(log, "a").write(f"{name} ended\\n"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
open(log, "a").write(f"{name} started\\n")
while True: time.sleep(60)
"""

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[2], "a").write("started\\n")
while True: time.sleep(60)
"""

# A supervisor of its own, whose child asks to end with it.
NESTED = """
import asyncio, os, sys
from pathlib import Path
from deploy.supervisor import Program, Supervisor
child = (
    "import os, time; from deploy.orphan import die_with_parent; "
    "die_with_parent(os.environ); time.sleep(600)"
)
program = Program("child", (sys.executable, "-c", child))
asyncio.run(Supervisor([program], Path(sys.argv[1]), os.environ).run())
"""


def program(name: str, source: str, log: Path) -> Program:
    return Program(name, (sys.executable, "-c", source, name, str(log)))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def pid_files(folder: Path) -> list[Path]:
    return list(folder.glob("*.pid"))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


@contextlib.asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncIterator["asyncio.Task[int]"]:
    task = asyncio.create_task(supervisor.run())
    try:
        yield task
    finally:
        supervisor.stop()
        await task


async def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor([program("web", PATIENT, log)], tmp_path, os.environ)
    async with running(supervisor):
        await until(lambda: lines(log) == ["web started"])
        first = read_pid(tmp_path / "web.pid")
        assert first
        os.kill(first, signal.SIGKILL)
        await until(lambda: lines(log) == ["web started", "web started"])
        second = read_pid(tmp_path / "web.pid")
        assert second
        assert second != first
    assert not alive(second)


async def test_children_end_in_reverse_order_and_their_pid_files_with_them(tmp_path: Path) -> None:
    log = tmp_path / "log"
    names = ["relay", "web", "cast"]
    supervisor = Supervisor([program(name, PATIENT, log) for name in names], tmp_path, os.environ)
    async with running(supervisor) as task:
        await until(lambda: len(lines(log)) == 3)
    assert task.result() == 0
    assert lines(log)[3:] == ["cast ended", "web ended", "relay ended"]
    assert not pid_files(tmp_path)


async def test_a_child_that_ignores_the_request_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.supervisor.GRACE_S", 0.2)
    log = tmp_path / "log"
    supervisor = Supervisor([program("web", STUBBORN, log)], tmp_path, os.environ)
    async with running(supervisor):
        await until(lambda: lines(log) == ["started"])
        pid = read_pid(tmp_path / "web.pid")
        assert pid
    assert not alive(pid)


async def test_a_child_that_cannot_use_its_settings_ends_everything(tmp_path: Path) -> None:
    log = tmp_path / "log"
    broken = Program("web", (sys.executable, "-c", f"raise SystemExit({BROKEN_SETTINGS})"))
    supervisor = Supervisor([program("relay", PATIENT, log), broken], tmp_path, os.environ)
    async with asyncio.timeout(20):
        assert await supervisor.run() == BROKEN_SETTINGS
    assert not pid_files(tmp_path)


async def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", NESTED, str(tmp_path))
    await until(lambda: read_pid(tmp_path / "child.pid"))
    child = read_pid(tmp_path / "child.pid")
    assert child
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: not alive(child))
