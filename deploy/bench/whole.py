"""A whole hub with a demo's data and without rooms of its own: what benches from outside measure."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from deploy.bench.output import Steps
from deploy.bench.processes import BenchFailed, child, environment, free_port, free_ports
from deploy.demo.ready import until_ready

START: Final = 180.0
"""Seconds a hub may take from nothing to ready."""


@contextlib.asynccontextmanager
async def whole_hub(folder: Path, steps: Steps, *, relays: int = 1) -> AsyncIterator[tuple[str, float]]:
    """Its address, and the seconds until it was ready. Its data is in `folder`/data. Raises BenchFailed."""
    port, log = free_port(socket.SOCK_STREAM), folder / "hub.log"
    url, began = f"http://127.0.0.1:{port}", time.monotonic()
    settings = environment(
        folder / "data", media_port=str(free_ports(relays)), media_addresses="127.0.0.1", relays=str(relays)
    )
    steps.step("starting a hub")
    async with child(
        "deploy", "demo", "--points", "0", "--port", str(port), environ=settings, log=log
    ) as process:
        try:
            await _ready(url, process)
            yield url, round(time.monotonic() - began, 1)
        except (BenchFailed, TimeoutError) as problem:
            raise BenchFailed(f"{problem}\n{_tail(log)}") from problem


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    waiting = asyncio.ensure_future(until_ready(url))
    ended = asyncio.ensure_future(process.wait())
    try:
        await asyncio.wait({waiting, ended}, timeout=START, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise BenchFailed("the hub ended by itself" if ended.done() else f"no hub after {START:.0f} s")
    finally:
        for task in (waiting, ended):
            task.cancel()
        await asyncio.gather(waiting, ended, return_exceptions=True)


def _tail(log: Path, lines: int = 15) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""
