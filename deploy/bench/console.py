"""A clerk's console as far as a bench needs one: signs in by the form, writes notes, times the answers."""

import asyncio
import contextlib
import json
import re
import secrets
import time
from typing import Any, Final

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from deploy.bench.processes import BenchFailed

ANSWER: Final = 10.0
"""Seconds until an unanswered command counts as lost."""
AGAIN: Final = 0.25
LARGEST: Final = 4 * 1024 * 1024
_CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')


async def sign_in(url: str, login: str, password: str) -> str:
    """The cookie header of a signed-in account. Raises BenchFailed."""
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as http:
        form = await http.get("/sign-in")
        found = _CSRF.search(form.text)
        fields = {"login": login, "password": password, "csrf": found.group(1) if found else ""}
        answer = await http.post("/sign-in", data=fields, headers={"Origin": url})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise BenchFailed(f"signing in as {login} was answered with {answer.status_code}")
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar)


class BenchConsole:
    """Run it in a task; `command` works whenever `up`. It comes back by itself, like the page."""

    def __init__(self, url: str, session: str, cookie: str) -> None:
        self.up = asyncio.Event()
        self.head = 0
        self.welcomes = 0
        self.view: dict[str, Any] = {}
        self.latest: dict[str, dict[str, Any]] = {}
        """The last event of each kind that was heard."""
        self._url = url
        self._address = f"{url.replace('http', 'ws', 1)}/ws/sessions/{session}"
        self._cookie = cookie
        self._connection: ClientConnection | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._name = f"bench-{secrets.token_hex(4)}"  # another console's commands are not repeats of ours
        self._count = 0

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            with contextlib.suppress(OSError, InvalidHandshake, ConnectionClosed):
                await self._attend()
            self._connection = None
            self.up.clear()
            await asyncio.sleep(AGAIN)

    async def command(self, name: str, data: dict[str, Any]) -> tuple[int, float]:
        """The number of its last event, and the seconds until the answer. Raises BenchFailed."""
        if self._connection is None:
            raise BenchFailed("the console is not connected")
        self._count += 1
        id = f"{self._name}-{self._count}"
        answer = self._waiting[id] = asyncio.get_running_loop().create_future()
        began = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER):
                await self._connection.send(_text("command", id=id, name=name, data=data))
                reply = await answer
        except (TimeoutError, ConnectionClosed) as problem:
            raise BenchFailed(f"{name} was not answered") from problem
        finally:
            self._waiting.pop(id, None)
        if reply["type"] != "done":
            raise BenchFailed(f"{name} was refused: {reply.get('code')}")
        return int(reply["n"]), time.monotonic() - began

    async def _attend(self) -> None:
        async with connect(
            self._address,
            additional_headers={"Cookie": self._cookie},
            origin=self._url,  # type: ignore[arg-type]  # a NewType of str
            max_size=LARGEST,
            proxy=None,
        ) as connection:
            await connection.send(_text("hello", version=1, resume=None, media=None, screen="console"))
            self._connection = connection
            pinging = asyncio.create_task(_ping(connection))
            try:
                async for text in connection:
                    self._hear(json.loads(text))
            finally:
                pinging.cancel()
                await asyncio.gather(pinging, return_exceptions=True)

    def _hear(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "welcome":
                self.view = message["view"]
                self.head = int(message["head"])
                self.welcomes += 1
                self.up.set()
            case "event" | "head":
                self.head = max(self.head, int(message["n"]))
                if "kind" in message:
                    self.latest[message["kind"]] = message
            case "done" | "refused" if message["id"] in self._waiting:
                answer = self._waiting[message["id"]]
                if not answer.done():
                    answer.set_result(message)


async def _ping(connection: ClientConnection) -> None:
    while True:
        await asyncio.sleep(20)
        await connection.send(_text("ping", at=0))


def _text(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})
