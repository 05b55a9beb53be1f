"""Keeps the hub's processes running: starts them, starts a dead one again, ends them all in order.

The supervisor owns its children: `run` returns when all of them have ended, and the kernel ends them should
the supervisor itself be killed (`deploy.orphan`). What a program must not lose when it dies, its sockets and
its ledger, the supervisor holds for it. Each has a process group of its own, so that Ctrl-C reaches the
supervisor alone and the order of ending is ours.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from deploy.backoff import Backoff
from deploy.orphan import PARENT
from deploy.pidfile import write_pid
from hub.relay.held import Held

GRACE_S = 4.0
"""How long a child may take to end after SIGTERM, before SIGKILL."""

BROKEN_SETTINGS = 78
"""Exit code (EX_CONFIG) of a child that cannot work with its settings: starting it again would not help."""

log = structlog.get_logger("supervisor")


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running; its pid file is `<name>.pid`.

    `keeps`: it is a keeper (`deploy.keeper`), whose worker has that pid file; its own is `<name>-keeper.pid`.
    `held` is inherited by each process of it, and outlives them all.
    """

    name: str
    command: tuple[str, ...]
    keeps: bool = False
    held: Held | None = None

    @property
    def pid_file(self) -> str:
        """Name of the file for the pid of the process that we start."""
        return f"{self.name}-keeper.pid" if self.keeps else f"{self.name}.pid"


def hub_program(name: str, *arguments: str) -> Program:
    """A process of the hub itself: `hub <name> <arguments>`, with the Python that runs us."""
    return Program(name, (sys.executable, "-m", "deploy", name, *arguments))


def same_program() -> dict[str, str]:
    """What makes `python -m deploy` the very program that we are: sources that lie in the working directory
    are not it when we were installed (it would take them, without what was built)."""
    installed = Path(__file__).resolve().parents[1] != Path.cwd().resolve()
    return {"PYTHONSAFEPATH": "1"} if installed else {}


class Supervisor:
    """Runs programs until told to stop. They end in reverse order of their start."""

    def __init__(self, programs: list[Program], run_dir: Path, environ: Mapping[str, str]) -> None:
        self._programs = programs
        self._run_dir = run_dir
        self._environ = {**environ, PARENT: str(os.getpid())}
        self._stop = asyncio.Event()
        self._failed = False

    def stop(self) -> None:
        """Ask for the end. `run` returns once every child has ended."""
        self._stop.set()

    @property
    def stopping(self) -> asyncio.Event:
        """Set once the end has been asked for."""
        return self._stop

    async def run(self) -> int:
        """Keep the programs running. Gives 0, or `BROKEN_SETTINGS` when a child cannot use its settings."""
        self._run_dir.mkdir(parents=True, exist_ok=True)
        keepers = [asyncio.create_task(self._keep(program), name=program.name) for program in self._programs]
        try:
            await self._stop.wait()
        finally:
            # One after the other: whoever talks to another ends before it.
            for keeper in reversed(keepers):
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
            for program in self._programs:
                if program.held is not None:
                    program.held.close()
        return BROKEN_SETTINGS if self._failed else 0

    async def _keep(self, program: Program) -> None:
        backoff = Backoff()
        while True:
            started = time.monotonic()
            code = await self._once(program)
            if code == BROKEN_SETTINGS:
                self._failed = True
                self.stop()
                return
            wait = backoff.after(time.monotonic() - started)
            log.warning("child ended, starting it again", child=program.name, code=code, wait_s=wait)
            await asyncio.sleep(wait)

    async def _once(self, program: Program) -> int:
        held = program.held
        child = await asyncio.create_subprocess_exec(
            *program.command,
            env={**self._environ, **(held.environ if held else {})},
            stdin=asyncio.subprocess.DEVNULL,
            process_group=0,
            pass_fds=held.descriptors if held else (),
        )
        pid_file = self._run_dir / program.pid_file
        try:
            write_pid(pid_file, child.pid)
            log.info("child started", child=program.name, pid=child.pid)
            return await child.wait()
        finally:
            await asyncio.shield(_end(child))
            pid_file.unlink(missing_ok=True)


async def _end(child: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await child.wait()


@contextlib.contextmanager
def stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP stop the supervisor while the context lasts."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, supervisor.stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
