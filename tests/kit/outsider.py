"""What somebody outside can do to a demo hub, and what can be seen of the harm."""

import asyncio
import re
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from endpoints.peer import LightPeer, Member, Pool
from hub.people.secrets import Keys
from hub.people.tokens import May, MediaToken, MediaTokens
from hub.relay.wire.dtls import Certificate
from tests.kit.demo import DemoHub

SDP = "application/sdp"
LONGEST_GAP = 1.5
"""Seconds a picture may stand still on a busy machine; without an attack it is under 0.1."""


def bearer(hub: DemoHub, may: May, *, session: str = "", hours: float = 1.0) -> str:
    """The Authorization header of a media token, made with the hub's own key."""
    expires = datetime.now(UTC) + timedelta(hours=hours)
    made = MediaToken(session or hub.session, may, None, expires, secrets.token_hex(8))
    return "Bearer " + MediaTokens(Keys(hub.folder / "secrets").get("tokens")).sign(made)


def metrics(hub: DemoHub) -> dict[str, float]:
    """The relays' counters, added up, as `relay_<name>`; `hub_relay_up`: how many answer."""
    with hub.client() as client:
        families = list(text_string_to_metric_families(client.get("/metrics").text))
    samples = [sample for family in families for sample in family.samples]
    found: dict[str, float] = defaultdict(float)
    for sample in samples:
        if sample.name == "hub_relay_events_total":
            found[f"relay_{sample.labels['event']}"] += sample.value
        elif sample.name == "hub_relay_up":
            found[sample.name] += sample.value
    return found


def megabytes(hub: DemoHub, name: str) -> float:
    """Resident memory of one of the hub's processes."""
    return float(psutil.Process(hub.pid(name)).memory_info().rss / 2**20)


async def status_of(hub: DemoHub, request: bytes) -> int:
    """Send these bytes to the HTTP port; the status of what comes back, 0 when the hub just hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(hub.url).port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            line = await reader.readline()
    except ConnectionError:
        return 0
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0


@dataclass
class Watcher:
    """A WHEP player: when packets came, the checks it sent (as an eavesdropper has them), the hub's port."""

    peer: LightPeer
    member: Member
    answer: httpx.Response
    arrivals: list[float]
    checks: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The hub's media port."""
        found = re.search(r"a=candidate:\S+ 1 udp \d+ \S+ (\d+)", self.answer.text)
        assert found is not None
        return int(found.group(1))

    @property
    def fragment(self) -> str:
        """What names this peer to the hub."""
        found = re.search(r"a=ice-ufrag:(\S+)", self.answer.text)
        assert found is not None
        return found.group(1)

    def longest_gap(self, since: float) -> float:
        """Seconds without a packet, from then until now."""
        times = [since, *(at for at in self.arrivals if at > since), time.monotonic()]
        return max(b - a for a, b in pairwise(times))

    async def receives(self) -> None:
        """Wait until packets come in."""
        count = len(self.arrivals)
        await until(lambda: len(self.arrivals) > count + 20, "packets arrive")


@asynccontextmanager
async def watching(hub: DemoHub) -> AsyncIterator[Watcher]:
    """A player that receives the session for as long as the block lasts."""
    arrivals: list[float] = []
    async with Pool().running() as pool, outside(hub) as http:
        peer = LightPeer(
            pool.certificate,
            secrets.token_bytes,
            time.monotonic(),
            on_rtp=lambda _packet: arrivals.append(time.monotonic()),
        )
        headers = {"Authorization": bearer(hub, "view"), "Content-Type": SDP}
        answer = await http.post(f"/whep/{hub.session}", content=peer.view_offer(), headers=headers)
        assert answer.status_code == 201, answer.text
        watcher = Watcher(_tapped(peer, checks := []), pool.add(peer), answer, arrivals, checks)
        peer.accept(answer.text, time.monotonic())
        await watcher.receives()
        yield watcher
        await http.delete(answer.headers["Location"], headers=headers)


@asynccontextmanager
async def undisturbed(hub: DemoHub) -> AsyncIterator[Watcher]:
    """A viewer whose picture must not stop while the block lasts, and goes on afterwards."""
    async with watching(hub) as watcher:
        began = time.monotonic()
        yield watcher
        await watcher.receives()
        assert watcher.peer.state == "up"
        assert watcher.peer.reception.forged == 0
        assert watcher.longest_gap(began) < LONGEST_GAP


def _tapped(peer: LightPeer, checks: list[bytes]) -> LightPeer:
    drain = peer.drain

    def tapped() -> list[tuple[bytes, tuple[str, int]]]:
        out = drain()
        checks.extend(datagram for datagram, _ in out if datagram[:2] == b"\x00\x01")
        return out

    peer.drain = tapped  # type: ignore[method-assign]
    return peer


def outside(hub: DemoHub, **more: Any) -> httpx.AsyncClient:
    """A client without cookies."""
    return httpx.AsyncClient(base_url=hub.url, timeout=20, trust_env=False, **more)


async def until(met: Any, what: str, seconds: float = 20.0) -> None:
    """Wait for something to become true. Raises AssertionError with `what`."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.02)


async def room_cookie(hub: DemoHub, name: str) -> str:
    """The Cookie header of a device that was let into that unit's room."""
    async with outside(hub) as http:
        answer = await http.get(hub.enrol(name))
        return "; ".join(f"{key}={value}" for key, value in answer.cookies.items())


def view_offer() -> str:
    """A player's offer, good as it is."""
    return LightPeer(Certificate.make(), secrets.token_bytes, 0.0).view_offer()
