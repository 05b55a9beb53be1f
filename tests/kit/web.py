"""A whole web process inside the test's loop: the real app behind uvicorn on a free port, over SQLite and a
real relay.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from fastapi import FastAPI

from deploy.http_protocol import BoundedHttp, BoundedWebSocket
from endpoints.points.devices import Devices
from endpoints.points.service import Points
from hub.cases.documents import Documents
from hub.cases.file_store import FileStore
from hub.cases.papers.service import Papers
from hub.cases.papers.templates import Templates
from hub.cases.vault_door import VaultDoor
from hub.people.passwords import Passwords
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.people.service import People
from hub.people.tokens import PLAYERS, May, MediaToken, MediaTokens
from hub.relay.node import serving
from hub.relay.pool import RelayPool
from hub.store.database import Database
from signaling.turn import Turn
from tests.kit.clock import HandClock
from tests.kit.factories import House, build_house
from tests.kit.relay import relay_settings
from tests.kit.relays import settings_of
from web.app import create_app
from web.cookies import ACCOUNT_COOKIE, DEVICE_COOKIE, AccountCookie, write_account
from web.services import Services, WebSettings

PASSWORD = "đất nước 2026"
TURN_URL = "turns:turn.example:443?transport=tcp"
HELLO = {"type": "hello", "version": 1, "resume": None, "media": None, "screen": "console"}


@dataclass
class WebLab:
    """The app, its services, and ways in as different people."""

    app: FastAPI
    services: Services
    house: House
    url: str = ""
    media_port: int = 0
    """Of the relay, when there is one."""
    _accounts: dict[str, str] = field(default_factory=dict)

    async def account(self, role: Role, unit: str | None = "P") -> str:
        """The Cookie header of an account with that role."""
        name = f"{role.value}.{unit or 'all'}".lower()
        if name not in self._accounts:
            unit_id = self.house.unit[unit].id if unit is not None else None
            people = self.services.people
            self._accounts[name] = await people.create(
                name, f"{role.value} {unit}", PASSWORD, [(role, unit_id)]
            )
        cookie = AccountCookie(self._accounts[name], 1, self.services.clock.now())
        return f"{ACCOUNT_COOKIE}={write_account(self.services.keys, cookie)}"

    async def room(self, unit: str) -> str:
        """The Cookie header of a newly enrolled room."""
        points = self.services.points
        code = await points.issue(self.house.point[unit])
        return f"{DEVICE_COOKIE}={await points.enrol(code)}"

    def token(
        self, session: str, may: May, *, unit: str | None = None, hours: float = 1.0, players: int = PLAYERS
    ) -> str:
        """The Authorization header of a media token."""
        from datetime import timedelta

        expires = self.services.clock.now() + timedelta(hours=hours)
        token = MediaToken(session, may, unit, expires, self.services.ids.new(), players)
        return "Bearer " + MediaTokens(self.services.keys.get("tokens")).sign(token)

    def http(self, cookie: str = "") -> httpx.AsyncClient:
        """An HTTP client, not following redirects."""
        return httpx.AsyncClient(base_url=self.url, headers={"Cookie": cookie} if cookie else {})

    def open(self, session: str, cookie: str = "", **more: Any) -> "websockets.connect":
        """A WebSocket to a session, to be entered."""
        headers = {"Cookie": cookie} if cookie else {}
        address = f"{self.url.replace('http', 'ws', 1)}/ws/sessions/{session}"
        return websockets.connect(address, additional_headers=headers, compression=None, **more)

    @asynccontextmanager
    async def seat(
        self, session: str, cookie: str, *, close_timeout: float = 10.0, **hello: Any
    ) -> AsyncIterator["Client"]:
        """A WebSocket that has said hello and heard welcome."""
        async with self.open(session, cookie, close_timeout=close_timeout) as ws:
            client = Client(ws)
            await client.say(**(HELLO | hello))
            client.welcome = await client.hear("welcome")
            yield client


@dataclass
class Client:
    """A participant as a browser would be one."""

    ws: websockets.ClientConnection
    welcome: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    """Everything heard, in order."""

    async def say(self, **message: Any) -> None:
        """Send one message."""
        await self.ws.send(json.dumps(message))

    async def next(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(20):
            message: dict[str, Any] = json.loads(await self.ws.recv())
        self.heard.append(message)
        return message

    async def hear(self, type_: str, /, **like: Any) -> dict[str, Any]:
        """Wait for a message of a type (and with these fields), passing over others."""
        while True:
            message = await self.next()
            if message["type"] == type_ and like.items() <= message.items():
                return message

    async def do(self, name: str, id: str = "", **data: Any) -> dict[str, Any]:
        """Give a command; its `done` or `refused`."""
        id = id or f"{name}-{len(self.heard)}"
        await self.say(type="command", id=id, name=name, data=data)
        while True:
            message = await self.next()
            if message["type"] in {"done", "refused"} and message["id"] == id:
                return message

    async def closed(self) -> int:
        """Listen until the hub closes; the close code."""
        with suppress(websockets.ConnectionClosed):
            async with asyncio.timeout(20):
                while True:
                    self.heard.append(json.loads(await self.ws.recv()))
        await self.ws.wait_closed()
        return self.ws.close_code or 1006


@asynccontextmanager
async def web_lab(
    db: Database,
    clock: HandClock,
    folder: Path,
    *,
    relay: bool = True,
    relays: int = 1,
    turn: Turn | None = None,
    addresses: tuple[str, ...] = (),
) -> AsyncIterator[WebLab]:
    """The lab; without `relay` nothing listens at the other end of the control links, of which there are
    `relays`. `addresses` are those the relay names instead of its own."""
    house = await build_house(db, clock, folder / "secrets")
    settings = relay_settings(folder)
    settings = replace(settings, addresses=addresses) if addresses else settings
    files = FileStore(folder / "files")
    services = Services(
        db=db,
        units=house.units,
        people=People(db, clock, house.ids, Passwords(memory_kib=64, rounds=1)),
        cases=house.cases,
        vault=(vault := VaultDoor(db, Keys(folder / "secrets"), folder / "vault", clock, house.ids)),
        documents=(documents := Documents(db, house.cases, files, vault, clock=clock, ids=house.ids)),
        papers=Papers(db, house.cases, documents, Templates(db, files, clock, house.ids), house.ids),
        receptions=house.receptions,
        points=(points := Points(db, clock, house.ids)),
        devices=Devices(db, points, clock, house.ids),
        relay=RelayPool([settings_of(folder, index, relays).socket_path for index in range(relays)]),
        keys=Keys(folder / "secrets"),
        clock=clock,
        ids=house.ids,
        turn=turn or Turn((TURN_URL,), "turn secret"),
    )
    lab = WebLab(create_app(services, WebSettings()), services, house)
    if not relay:
        async with _uvicorn(lab):
            yield lab
        return
    async with serving(settings) as node, _uvicorn(lab):
        lab.media_port = node.port
        yield lab


@asynccontextmanager
async def _uvicorn(lab: WebLab) -> AsyncIterator[None]:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        lab.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            lab.app, log_config=None, lifespan="on", http=BoundedHttp, ws=BoundedWebSocket
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                if task.done():
                    task.result()
                await asyncio.sleep(0.01)  # uvicorn has no event for it
            yield
        finally:
            server.should_exit = True
            await task


async def until(condition: Any, seconds: float = 10.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def lab(sqlite_db: Database, clock: HandClock, tmp_path: Path) -> AsyncIterator[WebLab]:
    """The app over SQLite with a relay."""
    async with web_lab(sqlite_db, clock, tmp_path) as lab:
        yield lab
