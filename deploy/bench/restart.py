"""`hub bench restart`: kill -9 of a relay under load, and how long every viewer is without media.

The relay runs as in `hub serve`: a supervisor holds its sockets and its ledger. The viewers are real peers
with one SRTP context each: what they decrypt after the kill was protected by the same keys under new numbers.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.bench.cameras import cameras
from deploy.bench.crowd import STAGE, Crowd, until
from deploy.bench.output import Steps, carry_out
from deploy.bench.processes import BenchFailed, environment, free_ports
from deploy.bench.relay import KBPS
from deploy.bench.running import background, bench_folder
from deploy.pidfile import read_pid
from deploy.serve import relay_programs
from deploy.settings import Settings
from deploy.supervisor import Supervisor
from endpoints.peer import LightPeer, Pool
from hub.relay.client import LinkUp, RelayClient, RelayUnavailable, wait_up
from hub.relay.node import HEALTHY

START: Final = 15.0
JOIN: Final = 60.0
BEFORE: Final = HEALTHY + 1.0
"""Seconds of media before a kill. A relay that keeps dying sooner is taken for one whose state is bad."""
AFTER: Final = 10.0
"""Seconds a viewer may be without media before the bench gives up."""
ON_THE_WAY: Final = 0.03
"""Seconds in which packets that were sent before the kill still arrive."""


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. `gap_s`: from the kill until a viewer has something new in every slot,
    decrypted with the keys it had. `load` is the machine's at the start.
    """

    points: int
    kills: int
    both: bool
    gap_s: dict[str, float] = field(default_factory=dict)
    voice_gap_s: dict[str, float] = field(default_factory=dict)
    link_back_s: dict[str, float] = field(default_factory=dict)
    kept: int = 0
    """Viewers that went through every kill on the same connection: no check, no handshake, no request."""
    publisher_kept: bool = False
    same_boot: bool = False
    forged: int = 0
    load: float = 0.0


def bench(*, points: int, kills: int, both: bool, as_json: bool) -> int:
    """Run it and print. 0 when everybody had media again on the same connection, all of it authentic."""
    wanted = Result(points, kills, both)
    title = (
        f"restart: {points} viewers, kill -9 of the relay{' and its keeper' if both else ''}, {kills} times"
    )
    seconds = kills * (BEFORE + 1.0)
    result = carry_out(title, seconds, lambda steps: run(wanted, steps), as_json=as_json)
    good = result is not None and result.kept == points and result.publisher_kept and not result.forged
    return 0 if good else 1


async def run(result: Result, progress: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    result.load = round(os.getloadavg()[0], 2)
    progress.step("starting a relay")
    with bench_folder() as folder:
        try:
            async with (
                _supervised(folder) as settings,
                _linked(settings.relay_socket) as client,
                Pool().running() as pool,
            ):
                await _measure(result, progress, client, pool, settings.run_dir)
        except RelayUnavailable as problem:
            raise BenchFailed(str(problem)) from problem
    return result


@contextlib.asynccontextmanager
async def _supervised(folder: Path) -> AsyncIterator[Settings]:
    settings = Settings(
        data_dir=folder,
        media_host="127.0.0.1",
        media_addresses="127.0.0.1",
        media_port=free_ports(1),
        log_level="error",
    )
    environ = {**environment(folder), **settings.environ()}
    supervisor = Supervisor(relay_programs(settings), settings.run_dir, environ)
    running = asyncio.create_task(supervisor.run())
    try:
        yield settings
    finally:
        supervisor.stop()
        await running


@contextlib.asynccontextmanager
async def _linked(path: Path) -> AsyncIterator[RelayClient]:
    client = RelayClient(path)
    async with background(client.run()):
        await wait_up(client, START)
        yield client


async def _measure(result: Result, progress: Steps, client: RelayClient, pool: Pool, run_dir: Path) -> None:
    crowd = Crowd(client, pool, 1)
    await crowd.open_stage()
    async with cameras(run_dir / "relay.sock", STAGE, 1, KBPS, burst=False):
        progress.step(f"{result.points} viewers join")
        await asyncio.gather(*(crowd.join(index) for index in range(result.points)))
        everybody = "not every viewer has media"
        await until(lambda: crowd.with_media() == result.points, JOIN, everybody, crowd.broken)
        boot, began = client.boot, time.monotonic()
        link = _Link(client, crowd)
        task = asyncio.create_task(link.run())
        gaps: list[float] = []
        voices: list[float] = []
        links: list[float] = []
        try:
            for number in range(result.kills):
                progress.measured(time.monotonic() - began, f"kill {number + 1} of {result.kills}")
                await asyncio.sleep(BEFORE)
                outage = await _outage(result, crowd, link, run_dir)
                gaps += outage.whole.values()
                voices += outage.voice.values()
                links.append(link.back - outage.began)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(1.0)
        result.gap_s, result.voice_gap_s, result.link_back_s = shares(gaps), shares(voices), shares(links)
        await _account(result, crowd, client, boot)


class _Link:
    """As the web process does: when the link comes back, the stage is put again first of all."""

    def __init__(self, client: RelayClient, crowd: Crowd) -> None:
        self.back = 0.0
        self._client = client
        self._crowd = crowd

    async def run(self) -> None:
        """Until cancelled."""
        async for event in self._client.events():
            if isinstance(event, LinkUp):
                with contextlib.suppress(RelayUnavailable):
                    await self._crowd.open_stage()
                    self.back = time.monotonic()


@dataclass(slots=True)
class _Outage:
    """Seconds from `began` until each viewer had something new in every slot, and in the voice's."""

    began: float
    whole: dict[LightPeer, float] = field(default_factory=dict)
    voice: dict[LightPeer, float] = field(default_factory=dict)


async def _outage(result: Result, crowd: Crowd, link: _Link, run_dir: Path) -> _Outage:
    """One kill, until everybody has media again. Raises BenchFailed."""
    victims = ("relay-keeper.pid", "relay.pid") if result.both else ("relay.pid",)
    pids = [read_pid(run_dir / name) for name in victims]
    link.back = 0.0
    for pid in pids:
        if pid is None:
            raise BenchFailed("there is no relay to kill")
        os.kill(pid, signal.SIGKILL)
    outage = _Outage(time.monotonic())
    await asyncio.sleep(ON_THE_WAY)
    picture, voice = crowd.ssrcs
    before = {viewer: (_count(viewer, picture), _count(viewer, voice)) for viewer in crowd.viewers}

    def over() -> bool:
        now = time.monotonic() - outage.began
        for viewer, (pictures, voices) in before.items():
            if viewer not in outage.voice and _count(viewer, voice) > voices:
                outage.voice[viewer] = now
            if viewer in outage.voice and viewer not in outage.whole and _count(viewer, picture) > pictures:
                outage.whole[viewer] = now
        return len(outage.whole) == len(before) and link.back > 0

    everybody = f"{AFTER:.0f} s after the kill not every viewer has media again"
    await until(over, AFTER, everybody, crowd.broken)
    return outage


def _count(viewer: LightPeer, ssrc: int) -> int:
    stream = viewer.reception.streams.get(ssrc)
    return 0 if stream is None else stream.packets


async def _account(result: Result, crowd: Crowd, client: RelayClient, boot: str | None) -> None:
    """Who is still on the connection it had: up on both ends, and nothing was opened anew."""
    state = await client.state()
    there = {peer.peer for peer in state.peers if peer.up}
    names = [f"viewer{index}" for index in range(result.points)]
    alive = [viewer.state == "up" for viewer in crowd.viewers]
    result.kept = min(sum(name in there for name in names), sum(alive))
    result.publisher_kept = any(peer.sending for peer in state.peers if peer.peer == "publisher0")
    result.same_boot = state.boot == boot
    result.forged = sum(viewer.reception.forged for viewer in crowd.viewers)


def shares(values: list[float]) -> dict[str, float]:
    """p50, p95 and max, in milliseconds' precision."""
    ordered = sorted(values)
    last = len(ordered) - 1
    at = {"p50": round(last * 0.5), "p95": round(last * 0.95), "max": last}
    return {name: round(ordered[index], 3) for name, index in at.items()} if ordered else {}
