"""Starting, watching and ending the processes a bench measures."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import psutil

from deploy.orphan import PARENT
from deploy.supervisor import same_program

PATIENCE: Final = 10.0
"""Seconds a process may take to end before it is killed."""


class BenchFailed(Exception):
    """The bench could not be carried out; the sentence says why."""


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port that is free just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> int:
    """The first of so many neighbours that are free just now, for UDP and TCP."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError, OverflowError):
            for port in range(first, first + count):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
            return first


def apart() -> None:
    """Forget the hub settings of the caller's: a bench has a hub of its own, and writes to no other."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]


def environment(data: Path, **settings: str) -> dict[str, str]:
    """Ours, without hub settings of the caller's, and with these. Our children are the program that we are,
    and end when we do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return {
        **kept,
        **same_program(),
        PARENT: str(os.getpid()),
        "HUB_DATA_DIR": str(data),
        **{f"HUB_{name.upper()}": value for name, value in settings.items()},
    }


@contextlib.asynccontextmanager
async def child(
    *arguments: str, environ: dict[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m …`, in a process group of its own that ends with the block. Its output goes to `log`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            env=environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE)


def busy() -> float:
    """CPU seconds all processes of this machine have taken since it started, the kernel included."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


class Meter:
    """CPU seconds (user and system) and memory of one process. Raises BenchFailed when there is none."""

    def __init__(self, pid: int) -> None:
        try:
            self._process = psutil.Process(pid)
        except psutil.NoSuchProcess as gone:
            raise BenchFailed("the measured process has ended") from gone

    def cpu(self) -> float:
        """Seconds since it started, all threads."""
        try:
            times = self._process.cpu_times()
        except psutil.NoSuchProcess as gone:
            raise BenchFailed("the measured process has ended") from gone
        return float(times.user + times.system)

    def rss_mb(self) -> float:
        """Resident memory in MB (10⁶ bytes); 0 when it is gone."""
        try:
            return float(self._process.memory_info().rss) / 1e6
        except psutil.NoSuchProcess:
            return 0.0


class Meters:
    """Several processes weighed as one; `each` are their own. Raises BenchFailed as `Meter`."""

    def __init__(self, pids: Sequence[int]) -> None:
        self.each = [Meter(pid) for pid in pids]

    def cpu(self) -> float:
        """Seconds since they started, together."""
        return sum(meter.cpu() for meter in self.each)

    def rss_mb(self) -> float:
        """Resident memory in MB, together."""
        return sum(meter.rss_mb() for meter in self.each)
