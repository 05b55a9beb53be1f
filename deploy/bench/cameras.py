"""The publishers of a bench, in a process of their own: their pace must not hang on how busy the viewers are.

`python -m deploy.bench.cameras` reads one JSON line on standard input (`socket`, `stage`, `pictures`, `kbps`,
`burst`), writes `up` once all are connected, and from then on answers each line with the number of keyframes
it was asked for; on `pause` it falls silent until `resume`. It stops when its input ends.
"""

import asyncio
import contextlib
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.bench.feed import TICK, Feed, Shape
from deploy.bench.processes import BenchFailed
from endpoints.peer import Event, KeyframeWanted, LightPeer, Member, Pool
from hub.relay import control
from hub.relay.client import RelayClient, wait_up

UP: Final = 30.0
"""Seconds the publishers may take to connect."""


class Cameras:
    """What a bench sees of them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def asked(self) -> int:
        """Keyframes that were asked of all of them. Raises BenchFailed when they have ended."""
        return int(await self._say("asked"))

    async def pause(self) -> None:
        """No packet leaves until `resume`."""
        await self._say("pause")

    async def resume(self) -> None:
        """Go on where the feeds stood."""
        await self._say("resume")

    async def begin(self, wanted: dict[str, Any]) -> None:
        """Start, and wait until all are connected. Raises BenchFailed."""
        if await self._say(json.dumps(wanted)) != "up":
            raise BenchFailed("the publishers did not come up")

    async def stop(self) -> None:
        """No packet leaves after this."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _say(self, line: str) -> str:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{line}\n".encode())
            async with asyncio.timeout(UP):
                answer = await process.stdout.readline()
        except (TimeoutError, ConnectionError) as problem:
            raise BenchFailed("the publishers do not answer") from problem
        if not answer:
            raise BenchFailed("the publishers ended by themselves")
        return answer.decode().strip()


@contextlib.asynccontextmanager
async def cameras(
    socket: Path, stage: str, pictures: int, kbps: int, *, burst: bool
) -> AsyncIterator[Cameras]:
    """Publishers that send while the block runs. Raises BenchFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.bench.cameras",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    made = Cameras(process)
    wanted = {"socket": str(socket), "stage": stage, "pictures": pictures, "kbps": kbps, "burst": burst}
    try:
        await made.begin(wanted)
        yield made
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def shape_of(index: int, kbps: int, *, burst: bool) -> Shape:
    """What publisher `index` sends: the third one is a document camera."""
    return Shape.of_document(kbps, burst=burst) if index == 2 else Shape(kbps, burst=burst)


@dataclass(slots=True)
class _Publisher:
    """A camera that costs nothing: sends its feed until the process ends."""

    member: Member
    feed: Feed
    going: asyncio.Event

    async def run(self) -> None:
        """Send what is due, tick by tick."""
        began, tick = time.monotonic(), 0
        while True:
            if not self.going.is_set():
                paused_at = time.monotonic()
                await self.going.wait()
                began += time.monotonic() - paused_at
            now = time.monotonic()
            for packet in self.feed.due(now - began):
                self.member.peer.send_rtp(packet, now)
            self.member.flush()
            tick = max(tick + 1, int((now - began) / TICK))
            await asyncio.sleep(began + tick * TICK - time.monotonic())


async def _publish(
    client: RelayClient, pool: Pool, wanted: dict[str, Any], index: int, going: asyncio.Event
) -> _Publisher:
    """Bring one publisher up, by the WHIP road."""
    shape = shape_of(index, wanted["kbps"], burst=wanted["burst"])
    name = f"publisher{index}"
    peer = LightPeer(pool.certificate, secrets.token_bytes, time.monotonic())
    request = control.AcceptPeer(name, wanted["stage"], "bench", frozenset(), "publish", peer.publish_offer())
    answer = await client.accept(request)
    peer.accept(answer.sdp, time.monotonic())
    feed = Feed(shape, peer.local.camera, peer.local.microphone, 1000 + index)

    def hear(event: Event) -> None:
        if isinstance(event, KeyframeWanted):
            feed.want_key()

    member = pool.add(peer, hear)
    async with asyncio.timeout(UP):
        while peer.state != "up":  # noqa: ASYNC110 (a peer without I/O has no event to wait for)
            await asyncio.sleep(0.01)
    return _Publisher(member, feed, going)


async def _serve() -> None:
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    wanted = json.loads(await lines.readline())
    client = RelayClient(Path(wanted["socket"]))
    tasks = [asyncio.create_task(client.run())]
    try:
        await wait_up(client, UP)
        async with Pool().running() as pool:
            made, going = [], asyncio.Event()
            going.set()
            for index in range(wanted["pictures"]):
                made.append(await _publish(client, pool, wanted, index, going))
                tasks.append(asyncio.create_task(made[-1].run()))
            _answer("up")
            while line := await lines.readline():
                if line.strip() == b"pause":
                    going.clear()
                elif line.strip() == b"resume":
                    going.set()
                _answer(str(sum(publisher.member.peer.keyframes_asked for publisher in made)))
            for task in tasks[1:]:
                task.cancel()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve())
