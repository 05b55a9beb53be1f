"""`hub bench relay`: a relay of its own, real publishers and viewers, and what one forwarded packet costs.

The ratio compares with a floor measured in the same run: the same packets, encrypted and sent to the same
sockets by a loop that does nothing else.
"""

import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from deploy.bench import feed
from deploy.bench.crowd import Crowd, until
from deploy.bench.output import Steps, carry_out
from deploy.bench.processes import BenchFailed, Meter, child, environment, free_port
from endpoints.peer import Pool
from hub.relay.client import RelayClient, RelayUnavailable, wait_up

JOIN: Final = 60.0
"""Seconds everybody may take to have media."""
SETTLE: Final = 1.0
"""Seconds for the last packets to arrive once the publishers have stopped."""
WARM: Final = 2.0
FLOOR_PACKETS: Final = 300_000


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. Times are in the unit of their name; `kbps` is of each picture."""

    points: int
    pictures: int
    kbps: int
    seconds: float
    packets_sent: int = 0
    packets_received: int = 0
    loss: float = 0.0
    packets_per_second: float = 0.0
    decrypted_sample: int = 0
    decrypted_forged: int = 0
    cpu_us_per_packet: float = 0.0
    relay_cpu_percent: float = 0.0
    crowd_cpu_percent: float = 0.0
    floor_us_per_packet: float = 0.0
    ratio: float = 0.0
    delay_us: dict[str, float] = field(default_factory=dict)
    all_have_media_s: float = 0.0
    first_picture_was_keyframe: int = 0
    keyframes_asked_during_joins: int = 0
    relay_rss_mb: float = 0.0
    send_method: str = ""


def bench(*, points: int, pictures: int, kbps: int, seconds: float, as_json: bool) -> int:
    """Run it and print. 0 when it could be carried out and every packet looked into was authentic."""
    wanted = Result(points, pictures, kbps, seconds)
    title = f"relay: {points} viewers, {pictures} × {kbps} kbit/s"
    result = carry_out(title, seconds, lambda steps: run(wanted, steps), as_json=as_json)
    return 1 if result is None or result.decrypted_forged else 0


async def run(wanted: Result, progress: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    try:
        return await _with_relay(wanted, progress, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _with_relay(wanted: Result, progress: Steps, folder: Path) -> Result:
    log = folder / "relay.log"
    settings = {"media_host": "127.0.0.1", "media_addresses": "127.0.0.1", "media_port": str(free_port())}
    async with child("deploy", "relay", environ=environment(folder, **settings), log=log) as process:
        client = RelayClient(folder / "run" / "relay.sock")
        linked = asyncio.create_task(client.run())
        try:
            progress.step("starting a relay")
            await wait_up(client, 15)
            async with Pool().running() as pool:
                return await _measure(wanted, progress, client, pool, Meter(process.pid))
        except (BenchFailed, RelayUnavailable) as problem:
            raise BenchFailed(f"{problem}\n{_tail(log)}") from problem
        finally:
            linked.cancel()
            await asyncio.gather(linked, return_exceptions=True)


async def _measure(result: Result, progress: Steps, client: RelayClient, pool: Pool, relay: Meter) -> Result:
    crowd = Crowd(client, pool, result.pictures)
    shape = feed.Shape(result.kbps)
    await crowd.open_stage(result.pictures)
    async with _sending(crowd, result.pictures, shape):
        await asyncio.sleep(WARM)  # a session that has been live for a while is what rooms join
        await _join(result, progress, crowd)
        await asyncio.sleep(WARM)
        await _steady(result, progress, crowd, client, relay)
    await _account(result, crowd, client)
    result.relay_rss_mb = round(relay.rss_mb(), 1)
    progress.step("measuring the floor")
    result.floor_us_per_packet = round(await floor(crowd.ports, feed.bursts(shape, 2)), 2)
    result.ratio = round(result.cpu_us_per_packet / result.floor_us_per_packet, 2)
    return result


@contextlib.asynccontextmanager
async def _sending(crowd: Crowd, pictures: int, shape: feed.Shape) -> Any:
    """Publishers that send while the block runs; then they stop and the last packets arrive."""
    tasks: list[asyncio.Task[None]] = []
    try:
        for index in range(pictures):
            publisher = await crowd.publish(index, shape)
            tasks.append(asyncio.create_task(publisher.run()))
        yield
        for publisher in crowd.publishers:
            publisher.running = False
        await asyncio.gather(*tasks)
        await asyncio.sleep(SETTLE)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _join(result: Result, progress: Steps, crowd: Crowd) -> None:
    """Everybody at once, as after a power cut."""
    progress.step(f"{result.points} viewers join")
    asked = sum(publisher.member.peer.keyframes_asked for publisher in crowd.publishers)
    began = time.monotonic()
    await asyncio.gather(*(crowd.join(index) for index in range(result.points)))
    everybody = f"after {JOIN:.0f} s only some of the viewers have media"
    await until(lambda: crowd.with_media() == result.points, JOIN, everybody, crowd.broken)
    result.all_have_media_s = round(time.monotonic() - began, 2)
    now_asked = sum(publisher.member.peer.keyframes_asked for publisher in crowd.publishers)
    result.keyframes_asked_during_joins = now_asked - asked
    result.first_picture_was_keyframe = crowd.keyframe_starts


async def _steady(result: Result, progress: Steps, crowd: Crowd, client: RelayClient, relay: Meter) -> None:
    """The window in which CPU time is divided by packets."""
    before = await client.counts()
    began, cpu, own = time.monotonic(), relay.cpu(), time.process_time()
    while (passed := time.monotonic() - began) < result.seconds:
        if crowd.broken():
            raise BenchFailed(str(crowd.broken()))
        progress.measured(passed, f"measuring: {crowd.received() // result.points:,} packets to each viewer")
        await asyncio.sleep(min(0.5, result.seconds - passed))
    spent, own_spent, took = relay.cpu() - cpu, time.process_time() - own, time.monotonic() - began
    after = await client.counts()
    forwarded = _sent(after.totals) - _sent(before.totals)
    if forwarded <= 0:
        raise BenchFailed("the relay forwarded nothing")
    result.cpu_us_per_packet = round(spent / forwarded * 1e6, 2)
    result.packets_per_second = round(forwarded / took)
    result.relay_cpu_percent = round(spent / took * 100, 1)
    result.crowd_cpu_percent = round(own_spent / took * 100, 1)
    result.delay_us = {name: after.delay_us.get(name, 0.0) for name in ("p50", "p99", "max")}
    result.send_method = await _method(client)


async def _account(result: Result, crowd: Crowd, client: RelayClient) -> None:
    """Over the whole run: what the relay says it sent to each viewer, against what arrived there."""
    counts = await client.counts()
    result.packets_sent = sum(count.packets for count in counts.slots if count.peer.startswith("viewer"))
    result.packets_received = crowd.received()
    missing = result.packets_sent - result.packets_received
    result.loss = round(missing / result.packets_sent, 6) if result.packets_sent else 1.0
    result.decrypted_sample = sum(viewer.reception.checked for viewer in crowd.viewers)
    result.decrypted_forged = sum(viewer.reception.forged for viewer in crowd.viewers)


async def floor(ports: list[int], bursts: list[list[int]]) -> float:
    """CPU µs a packet of a process that only encrypts and sends. Raises BenchFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.bench.floor",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    wanted = {"ports": ports, "bursts": bursts, "packets": FLOOR_PACKETS}
    out, _ = await process.communicate(json.dumps(wanted).encode())
    if process.returncode != 0:
        raise BenchFailed("the floor could not be measured")
    return float(json.loads(out)["cpu_us_per_packet"])


def _sent(totals: dict[str, int]) -> int:
    return totals.get("packets_sent", 0)


async def _method(client: RelayClient) -> str:
    totals = (await client.counts()).totals
    return next((name.removeprefix("send_by_") for name in totals if name.startswith("send_by_")), "")


def _tail(log: Path, lines: int = 15) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""
