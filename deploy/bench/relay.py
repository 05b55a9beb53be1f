"""`hub bench relay`: a relay of its own, real publishers and viewers, and what one forwarded packet costs.

The ratio compares with a floor measured in the same run, in between: the same packets in the same bursts,
encrypted and sent to the same sockets by a loop that does nothing else.
"""

import asyncio
import os
import time
from dataclasses import dataclass, field
from typing import Final

from deploy.bench import feed
from deploy.bench.baseline import Baseline, baseline
from deploy.bench.cameras import Cameras, cameras, shape_of
from deploy.bench.crowd import STAGE, Crowd, until
from deploy.bench.output import Steps, carry_out
from deploy.bench.processes import BenchFailed, busy
from deploy.bench.stand import Stand, standing
from hub.relay.pool import RelayPool

JOIN: Final = 60.0
"""Seconds everybody may take to have media."""
SETTLE: Final = 1.0
"""Seconds for the last packets to arrive once the publishers have stopped."""
WARM: Final = 2.0
BREATH: Final = 0.2
"""Seconds from the last packet to the first of somebody else."""
WINDOW: Final = 5.0
"""Seconds of measuring between two looks at the floor, or more in a long run."""
WINDOWS: Final = 8
FULL: Final = 90.0
"""Per cent of a core from which a process counts as being at its limit."""
MOST_RATIO: Final = 1.5
MOST_DELAY_US: Final = 5_000
KBPS: Final = 1500
KBPS_OF_MORE: Final = 1000


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. Times are in the unit of their name; `kbps` is of each camera, a
    document has half of it; `paced` as browsers do, or whole frames at once. Per cents are of one core;
    `load` is the machine's at the start, and `others_cpu_percent` what was not the bench's.
    """

    points: int
    pictures: int
    kbps: int
    seconds: float
    paced: bool = True
    relays: int = 1
    packets_sent: int = 0
    packets_received: int = 0
    loss: float = 0.0
    packets_per_second: float = 0.0
    decrypted_sample: int = 0
    decrypted_forged: int = 0
    cpu_us_per_packet: float = 0.0
    floor_us_per_packet: float = 0.0
    floor_loss: float = 0.0
    ratio: float = 0.0
    delay_us: dict[str, float] = field(default_factory=dict)
    relay_cpu_percent: float = 0.0
    each_relay_cpu_percent: list[float] = field(default_factory=list)
    viewers_cpu_percent: float = 0.0
    others_cpu_percent: float = 0.0
    bound_by: str = ""
    load: float = 0.0
    all_have_media_s: float = 0.0
    first_picture_was_keyframe: int = 0
    keyframes_asked_during_joins: int = 0
    relay_rss_mb: dict[str, float] = field(default_factory=dict)
    kb_per_viewer: float = 0.0
    send_method: str = ""
    fill_method: str = ""
    send_dropped: int = 0
    missed: list[str] = field(default_factory=list)
    """Which of `bounds` did not hold. A machine that others use misses some at times: no failure."""


def bounds(result: Result) -> dict[str, bool]:
    """What the relay is to reach, and whether it did: no loss, 1.5 times the floor, and for one paced picture
    5 ms from a packet's coming in to its going out, for 99 of 100."""
    held = {"loss": result.loss == 0, "ratio": result.ratio <= MOST_RATIO}
    if result.pictures == 1 and result.paced:
        held["delay_us"] = result.delay_us.get("p99", 0.0) <= MOST_DELAY_US
    return held


def bench(
    *,
    points: int,
    pictures: int,
    kbps: int | None,
    seconds: float,
    as_json: bool,
    burst: bool = False,
    relays: int = 1,
) -> int:
    """Run it and print. 0 when it could be carried out and every packet looked into was authentic."""
    kbps = kbps or (KBPS if pictures == 1 else KBPS_OF_MORE)
    wanted = Result(points, pictures, kbps, seconds, paced=not burst, relays=relays)
    title = f"relay: {points} viewers, {pictures} × {kbps} kbit/s" + (
        f", {relays} relays" if relays > 1 else ""
    )
    result = carry_out(title, seconds, lambda steps: run(wanted, steps), as_json=as_json)
    return 1 if result is None or result.decrypted_forged or not result.decrypted_sample else 0


async def run(wanted: Result, progress: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    wanted.load = round(os.getloadavg()[0], 2)
    progress.step("starting a relay")
    async with standing(wanted.relays) as stand:
        return await _measure(wanted, progress, stand)


async def _measure(result: Result, progress: Steps, stand: Stand) -> Result:
    crowd = Crowd(stand.client, stand.pool, result.pictures)
    await crowd.open_stage()
    burst = not result.paced
    shapes = [shape_of(index, result.kbps, burst=burst) for index in range(result.pictures)]
    async with cameras(stand.socket, STAGE, result.pictures, result.kbps, burst=burst) as publishers:
        await asyncio.sleep(WARM)  # a session that has been live for a while is what rooms join
        empty = stand.relay.rss_mb()
        await _join(result, progress, crowd, publishers)
        await asyncio.sleep(WARM)
        async with baseline(crowd.ports, feed.bursts(shapes, 2)) as floor:
            weights = await _steady(result, progress, crowd, stand, publishers, floor)
        await publishers.stop()
        await asyncio.sleep(SETTLE)
    await _account(result, crowd, stand.client)
    middle = weights[len(weights) // 2]
    result.relay_rss_mb = {
        "empty": empty,
        "start": weights[0],
        "middle": middle,
        "max": max(weights),
        "end": weights[-1],
    }
    result.relay_rss_mb = {name: round(weight, 1) for name, weight in result.relay_rss_mb.items()}
    result.kb_per_viewer = round((weights[0] - empty) * 1000 / result.points, 1)
    result.floor_us_per_packet = round(floor.us_per_packet, 2)
    result.floor_loss = round(floor.loss, 4)
    result.ratio = round(result.cpu_us_per_packet / result.floor_us_per_packet, 2)
    result.missed = [name for name, held in bounds(result).items() if not held]
    return result


async def _join(result: Result, progress: Steps, crowd: Crowd, publishers: Cameras) -> None:
    """Everybody at once, as after a power cut."""
    progress.step(f"{result.points} viewers join")
    asked, began = await publishers.asked(), time.monotonic()
    await asyncio.gather(*(crowd.join(index) for index in range(result.points)))
    everybody = f"after {JOIN:.0f} s only some of the viewers have media"
    await until(lambda: crowd.with_media() == result.points, JOIN, everybody, crowd.broken)
    result.all_have_media_s = round(time.monotonic() - began, 2)
    result.keyframes_asked_during_joins = await publishers.asked() - asked
    result.first_picture_was_keyframe = crowd.keyframe_starts


async def _steady(  # noqa: PLR0917 (all that takes part)
    result: Result,
    progress: Steps,
    crowd: Crowd,
    stand: Stand,
    publishers: Cameras,
    floor: Baseline,
) -> list[float]:
    """The windows in which CPU time is divided by packets, with a look at the floor before, between and after
    them. Returns the relays' weight in MB over them."""
    windows = min(WINDOWS, max(1, round(result.seconds / WINDOW)))
    spent = _Spent([0.0] * len(stand.relay.each))
    weights: list[float] = []
    for number in range(windows):
        await _look(progress, publishers, floor)
        weights += await _window(
            result, progress, crowd, stand, spent, number * result.seconds / windows, windows
        )
    await _look(progress, publishers, floor)
    spent.write(result)
    after = await stand.client.counts()
    result.bound_by = _bound(result, os.cpu_count() or 1)
    result.delay_us = {name: after.delay_us.get(name, 0.0) for name in ("p50", "p99", "max")}
    if result.relays > 1:
        result.delay_us |= {name: after.delay_us.get(name, 0.0) for name in ("pipe_p50", "pipe_p99")}
    return weights


async def _look(progress: Steps, publishers: Cameras, floor: Baseline) -> None:
    """The floor, while the publishers are silent."""
    progress.step("measuring the floor")
    await publishers.pause()
    await asyncio.sleep(BREATH)
    await floor.look()
    await publishers.resume()
    await asyncio.sleep(BREATH)


@dataclass(slots=True)
class _Spent:
    """Sums over the windows. CPU in seconds: of each relay, of this process, of all the machine."""

    each: list[float]
    own: float = 0.0
    everything: float = 0.0
    took: float = 0.0
    packets: int = 0

    def write(self, result: Result) -> None:
        """Raises BenchFailed when nothing was forwarded."""
        if self.packets <= 0:
            raise BenchFailed("the relay forwarded nothing")
        relays = sum(self.each)
        result.cpu_us_per_packet = round(relays / self.packets * 1e6, 2)
        result.packets_per_second = round(self.packets / self.took)
        result.relay_cpu_percent = round(relays / self.took * 100, 1)
        result.each_relay_cpu_percent = [round(cpu / self.took * 100, 1) for cpu in self.each]
        result.viewers_cpu_percent = round(self.own / self.took * 100, 1)
        others = self.everything - relays - self.own
        result.others_cpu_percent = round(max(0.0, others) / self.took * 100, 1)


async def _window(  # noqa: PLR0917 (one stretch of `_steady`)
    result: Result, progress: Steps, crowd: Crowd, stand: Stand, spent: _Spent, before: float, windows: int
) -> list[float]:
    relay, seconds = stand.relay, result.seconds / windows
    sent = _sent((await stand.client.counts()).totals)
    began, own, everything = time.monotonic(), time.process_time(), busy()
    weights, each = [relay.rss_mb()], [meter.cpu() for meter in relay.each]
    while (passed := time.monotonic() - began) < seconds:
        if crowd.broken():
            raise BenchFailed(str(crowd.broken()))
        progress.measured(
            before + passed, f"measuring: {crowd.received() // result.points:,} packets to each viewer"
        )
        await asyncio.sleep(min(0.5, seconds - passed))
        weights.append(relay.rss_mb())
    spent.each = [
        sum(pair)
        for pair in zip(
            spent.each, (m.cpu() - at for m, at in zip(relay.each, each, strict=True)), strict=True
        )
    ]
    spent.own += time.process_time() - own
    spent.everything += busy() - everything
    spent.took += time.monotonic() - began
    spent.packets += _sent((await stand.client.counts()).totals) - sent
    return weights


def _bound(result: Result, cores: int) -> str:
    """What had no more to give in the steady window; empty when nothing was at its limit."""
    if max(result.each_relay_cpu_percent, default=result.relay_cpu_percent) > FULL:
        return "relay"
    if result.viewers_cpu_percent > FULL:
        return "viewers"
    whole = result.relay_cpu_percent + result.viewers_cpu_percent + result.others_cpu_percent
    return "machine" if whole > FULL * cores else ""


async def _account(result: Result, crowd: Crowd, client: RelayPool) -> None:
    """Over the whole run: what the relay says it sent to each viewer, against what arrived there."""
    counts = await client.counts()
    result.packets_sent = sum(count.packets for count in counts.slots if count.peer.startswith("viewer"))
    result.packets_received = crowd.received()
    missing = result.packets_sent - result.packets_received
    result.loss = round(missing / result.packets_sent, 6) if result.packets_sent else 1.0
    result.decrypted_sample = sum(viewer.reception.checked for viewer in crowd.viewers)
    result.decrypted_forged = sum(viewer.reception.forged for viewer in crowd.viewers)
    result.send_dropped = counts.totals.get("send_dropped", 0)
    result.send_method = _method(counts.totals, "send_by_")
    result.fill_method = _method(counts.totals, "fill_by_")


def _method(totals: dict[str, int], begins: str) -> str:
    return next((name.removeprefix(begins) for name in totals if name.startswith(begins)), "")


def _sent(totals: dict[str, int]) -> int:
    return totals.get("packets_sent", 0)
