"""What a bench compares a relay with: the floor's process, asked between two windows of the measurement.

A machine is not equally fast all the time; what was measured seconds apart compares.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from deploy.bench.processes import BenchFailed

PACKETS: Final = 80_000
"""Sent for one look."""
PATIENCE: Final = 60.0


class Baseline:
    """`looks` are in CPU microseconds a packet."""

    def __init__(self, process: asyncio.subprocess.Process, ports: list[int]) -> None:
        self.looks: list[float] = []
        self._process = process
        self._ports = ports
        self._lost = 0

    async def look(self) -> None:
        """Measure once more; nobody else should send meanwhile. Raises BenchFailed."""
        before = dropped_at(self._ports)
        await self.say({"packets": PACKETS})
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                self.looks.append(float(await self._process.stdout.readline()))
        except (TimeoutError, ValueError) as problem:
            raise BenchFailed("the floor could not be measured") from problem
        self._lost += dropped_at(self._ports) - before

    async def say(self, words: dict[str, Any]) -> None:
        """One line to the process."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            await self._process.stdin.drain()

    @property
    def us_per_packet(self) -> float:
        """The mean of all looks."""
        return fmean(self.looks)

    @property
    def loss(self) -> float:
        """The share of its packets that found a socket full."""
        return self._lost / (PACKETS * len(self.looks))


@contextlib.asynccontextmanager
async def baseline(ports: list[int], bursts: list[list[int]]) -> AsyncIterator[Baseline]:
    """A floor that sends such bursts to these sockets when it is asked to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.bench.floor",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    made = Baseline(process, ports)
    try:
        await made.say({"ports": ports, "bursts": bursts})
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def dropped_at(ports: list[int]) -> int:
    """Datagrams that found these sockets of 127.0.0.1 full; 0 where the system does not tell."""
    try:
        lines = Path("/proc/net/udp").read_text("ascii").splitlines()[1:]
    except OSError:
        return 0
    wanted = {f"0100007F:{port:04X}" for port in ports}
    return sum(int(fields[-1]) for fields in map(str.split, lines) if fields[1] in wanted)
