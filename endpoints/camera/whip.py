"""A camera that publishes by WHIP (RFC 9725) and comes back by itself, whatever happens to the hub."""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Final
from urllib.parse import urljoin

import httpx
import structlog

from endpoints.camera.publisher import Publisher
from endpoints.camera.source import Source
from endpoints.peer import Closed, Event, KeyframeWanted, LightPeer, Pool, Up
from endpoints.peer.description import DescriptionBad

log = structlog.get_logger(__name__)

PATIENCE: Final = 2.0
"""Seconds without an answered check after which the relay counts as gone."""
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 3.0


class WhipRefused(Exception):
    """The hub did not take the offer; the sentence has the status."""


class WhipCamera:
    """Publishes `source` to a WHIP address until cancelled. `token` gives the bearer for each attempt.

    `up` says whether media is flowing now; `times_up` how often it has begun to.
    """

    def __init__(
        self, pool: Pool, http: httpx.AsyncClient, url: str, token: Callable[[], str], source: Source
    ) -> None:
        self.up = False
        self.times_up = 0
        self._pool = pool
        self._http = http
        self._url = url
        self._token = token
        self._source = source

    async def run(self) -> None:
        """Keep publishing; waits between attempts grow, with jitter."""
        wait = FIRST_WAIT
        while True:
            before = self.times_up
            try:
                await self._once()
            except (httpx.HTTPError, WhipRefused, DescriptionBad, OSError) as problem:
                log.info("camera is not on air", why=str(problem) or type(problem).__name__)
            wait = FIRST_WAIT if self.times_up > before else min(wait * 2, LONGEST_WAIT)
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))

    async def _once(self) -> None:
        peer = LightPeer(self._pool.certificate, secrets.token_bytes, time.monotonic(), patience=PATIENCE)
        resource = await self._offer(peer)
        up, over = asyncio.Event(), asyncio.Event()
        publisher: Publisher

        def hear(event: Event) -> None:
            match event:
                case Up():
                    up.set()
                case KeyframeWanted():
                    publisher.want_key()
                case Closed():
                    over.set()

        member = self._pool.add(peer, hear)
        publisher = Publisher(member)
        try:
            await self._publish(publisher, up, over)
        finally:
            self.up = False
            self._pool.remove(member)
            await self._give_up(resource)

    async def _publish(self, publisher: Publisher, up: asyncio.Event, over: asyncio.Event) -> None:
        await _first(up.wait(), over.wait())
        if over.is_set():
            return
        self.up = True
        self.times_up += 1
        await _first(publisher.run(self._source), over.wait())

    async def _offer(self, peer: LightPeer) -> str:
        headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {self._token()}"}
        answer = await self._http.post(self._url, content=peer.publish_offer(), headers=headers)
        if answer.status_code != httpx.codes.CREATED:
            raise WhipRefused(f"the hub answered {answer.status_code} to the camera's offer")
        peer.accept(answer.text, time.monotonic())
        return urljoin(self._url, str(answer.headers.get("Location", "")))

    async def _give_up(self, resource: str) -> None:
        """Tell the hub; when it cannot be told, its own patience ends the peer."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        with contextlib.suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(1):
                await self._http.delete(resource, headers=headers)


async def _first(*works: Coroutine[None, None, object]) -> None:
    """Until one of them is done; the others are cancelled. Raises what that one raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
