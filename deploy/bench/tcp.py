"""`hub bench tcp`: viewers that hang and viewers that answer nothing must cost the others nothing.

Three windows of one run: without them, with them, and without them again. What the others see in the middle
one is compared with the mean of the other two, so that a machine that drifts does not pass for a cost.
"""

import asyncio
import os
import secrets
import time
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

from deploy.bench.cameras import Cameras, cameras
from deploy.bench.crowd import AUDIENCE, SAMPLE, STAGE, Crowd, until
from deploy.bench.output import Steps, carry_out
from deploy.bench.processes import BenchFailed
from deploy.bench.relay import KBPS
from deploy.bench.stand import Stand, standing
from endpoints.peer import LightPeer, Member
from hub.relay import control

JOIN: Final = 60.0
WARM: Final = 2.0
TINY: Final = 4096
"""Bytes of a hung viewer's receive buffer: the relay's queue is what fills."""
LONGEST_WINDOW: Final = 9.0
"""Seconds: after ten a connection that takes nothing is closed, and costs nothing any more."""
_WITHOUT, _WITH, _AGAIN = "without", "with", "again"
ALLOWED: Final = {
    "loss": (1.0, 0.0),
    "delay_p99_us": (2.0, 2_000.0),
    "cpu_us_per_packet": (1.5, 2.0),
    "longest_gap_ms": (2.0, 100.0),
    "keyframes_asked": (1.0, 1.0),
}
"""What the middle window may have at most: so many times the worse of the two around it, and so much more.
What a machine with other work on it does to a run is within; a relay that waits for somebody is far beyond.
"""


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. `loss`, `longest_gap_ms`, `delay_p99_us`, `cpu_us_per_packet` and the
    rest are by window, and speak of the others; `ratio` is the middle window against the mean of the two
    around it. `load` is the machine's at the start.
    """

    points: int
    tcp: int
    hung: int
    silent: int
    seconds: float
    loss: dict[str, float] = field(default_factory=dict)
    longest_gap_ms: dict[str, float] = field(default_factory=dict)
    delay_p50_us: dict[str, float] = field(default_factory=dict)
    delay_p99_us: dict[str, float] = field(default_factory=dict)
    cpu_us_per_packet: dict[str, float] = field(default_factory=dict)
    packets_per_second: dict[str, float] = field(default_factory=dict)
    keyframes_asked: dict[str, int] = field(default_factory=dict)
    ratio: dict[str, float] = field(default_factory=dict)
    pictures_dropped: int = 0
    hung_up_on: int = 0
    relay_rss_mb: dict[str, float] = field(default_factory=dict)
    cost: list[str] = field(default_factory=list)
    """What was worse for the others with them than `ALLOWED`; nothing, when all is well."""
    load: float = 0.0


def bench(*, points: int, tcp: int, hung: int, silent: int, seconds: float, as_json: bool) -> int:
    """Run it and print. 0 when it could be carried out and cost the others nothing (`Result.cost`)."""
    wanted = Result(points, tcp, hung, silent, min(seconds / 3, LONGEST_WINDOW))
    title = f"tcp: {points} viewers, {tcp} of them over TCP; {hung} hung, {silent} silent"
    result = carry_out(title, 3 * wanted.seconds, lambda steps: run(wanted, steps), as_json=as_json)
    return 1 if result is None or result.cost else 0


async def run(result: Result, progress: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    result.load = round(os.getloadavg()[0], 2)
    progress.step("starting a relay")
    async with standing() as stand:
        crowd = Crowd(stand.client, stand.pool, 1)
        await crowd.open_stage()
        async with cameras(stand.socket, STAGE, 1, KBPS, burst=False) as publishers:
            await _join(result, progress, crowd, stand)
            await _windows(result, progress, crowd, stand, publishers)
    return result


async def _join(result: Result, progress: Steps, crowd: Crowd, stand: Stand) -> None:
    progress.step(f"{result.points} viewers join")
    for index in range(result.points):
        peer = _peer(stand, tcp=index < result.tcp)
        crowd.viewers.append(peer)
        await _enter(stand, f"viewer{index}", peer)
    everybody = f"after {JOIN:.0f} s only some of the viewers have media"
    await until(lambda: crowd.with_media() == result.points, JOIN, everybody, crowd.broken)
    await asyncio.sleep(WARM)


async def _windows(result: Result, progress: Steps, crowd: Crowd, stand: Stand, publishers: Cameras) -> None:
    await _window(_WITHOUT, result, progress, crowd, stand, publishers)
    progress.step(f"{result.hung} that hang and {result.silent} that answer nothing join")
    names = [f"hung{index}" for index in range(result.hung)]
    names += [f"silent{index}" for index in range(result.silent)]
    members = {name: await _trouble(stand, name, tcp=name.startswith("hung")) for name in names}
    late = "the troublesome viewers have no media"
    await until(lambda: all(crowd.has_media(member.peer) for member in members.values()), JOIN, late)
    for name, member in members.items():
        member.hung = name.startswith("hung")
        member.silent = True
    await _window(_WITH, result, progress, crowd, stand, publishers)
    for name, member in members.items():
        await stand.client.close_peer(name)
        stand.pool.remove(member)
    await asyncio.sleep(WARM)
    await _window(_AGAIN, result, progress, crowd, stand, publishers)
    _compare(result)
    result.cost = costs(result)


@dataclass(slots=True)
class _Mark:
    """Where everything stood when a window began."""

    at: float
    cpu: float
    totals: dict[str, int]
    received: int
    lost: int
    asked: int


async def _mark(crowd: Crowd, stand: Stand, publishers: Cameras) -> _Mark:
    totals = (await stand.client.counts()).totals
    lost = sum(stream.lost for viewer in crowd.viewers for stream in viewer.reception.streams.values())
    return _Mark(
        time.monotonic(), stand.relay.cpu(), totals, crowd.received(), lost, await publishers.asked()
    )


async def _window(  # noqa: PLR0917 (what a window is of)
    name: str, result: Result, progress: Steps, crowd: Crowd, stand: Stand, publishers: Cameras
) -> None:
    """What the others see for a while."""
    before, gaps = await _mark(crowd, stand, publishers), _Gaps(crowd.viewers)
    done = before.at
    while (passed := time.monotonic() - done) < result.seconds:
        if crowd.broken():
            raise BenchFailed(str(crowd.broken()))
        progress.measured(len(result.loss) * result.seconds + passed, f"measuring {name} them")
        gaps.look()
        await asyncio.sleep(0.02)
    after = await _mark(crowd, stand, publishers)
    received, took = after.received - before.received, after.at - before.at
    if received <= 0:
        raise BenchFailed("the viewers received nothing")
    delays = (await stand.client.counts()).delay_us
    lost = max(0, after.lost - before.lost)
    result.loss[name] = round(lost / (received + lost), 6)
    result.longest_gap_ms[name] = round(gaps.longest * 1000, 1)
    result.delay_p50_us[name], result.delay_p99_us[name] = delays.get("p50", 0.0), delays.get("p99", 0.0)
    forwarded = after.totals.get("packets_sent", 0) - before.totals.get("packets_sent", 0)
    result.cpu_us_per_packet[name] = round((after.cpu - before.cpu) / max(1, forwarded) * 1e6, 2)
    result.packets_per_second[name] = round(received / took)
    result.keyframes_asked[name] = after.asked - before.asked
    result.relay_rss_mb[name] = round(stand.relay.rss_mb(), 1)
    result.pictures_dropped = after.totals.get("tcp_picture_dropped", 0)
    result.hung_up_on = after.totals.get("tcp_stuck", 0)


class _Gaps:
    """The longest time any of the viewers was without a packet."""

    def __init__(self, viewers: list[LightPeer]) -> None:
        self.longest = 0.0
        self._viewers = viewers
        self._last = [(viewer.reception.packets, time.monotonic()) for viewer in viewers]

    def look(self) -> None:
        now = time.monotonic()
        for index, viewer in enumerate(self._viewers):
            packets, since = self._last[index]
            if viewer.reception.packets != packets:
                self._last[index] = viewer.reception.packets, now
            self.longest = max(self.longest, now - since)


def _compare(result: Result) -> None:
    for name in ("delay_p50_us", "delay_p99_us", "cpu_us_per_packet", "longest_gap_ms"):
        values: dict[str, float] = getattr(result, name)
        around = fmean((values[_WITHOUT], values[_AGAIN]))
        result.ratio[name] = round(values[_WITH] / around, 2) if around else 0.0


def costs(result: Result) -> list[str]:
    """The names of what they made worse for the others."""
    found = []
    for name, (times, more) in ALLOWED.items():
        values: dict[str, float] = getattr(result, name)
        if values[_WITH] > times * max(values[_WITHOUT], values[_AGAIN]) + more:
            found.append(name)
    return found


def _peer(stand: Stand, *, tcp: bool) -> LightPeer:
    certificate = stand.pool.certificate
    return LightPeer(certificate, secrets.token_bytes, time.monotonic(), sample=SAMPLE, tcp=tcp)


async def _trouble(stand: Stand, name: str, *, tcp: bool) -> Member:
    return await _enter(stand, name, _peer(stand, tcp=tcp), TINY if tcp else None)


async def _enter(stand: Stand, name: str, peer: LightPeer, receive_buffer: int | None = None) -> Member:
    """By a browser's road: hub offer, answer."""
    wanted = control.OpenPeer(name, STAGE, "bench", frozenset({AUDIENCE}), may_publish=False)
    offer = await stand.client.open_peer(wanted)
    answer = peer.answer(offer.sdp, time.monotonic(), publish=False)
    await stand.client.answer(control.AnswerPeer(name, answer))
    return stand.pool.add(peer, receive_buffer=receive_buffer)
