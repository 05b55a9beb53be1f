"""`python -m deploy web`: pages, API, WebSockets, records."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse

from deploy.http_protocol import BoundedHttp, BoundedWebSocket
from deploy.lan import AUTHORITY
from deploy.reminders import keep_reminding
from deploy.settings import Settings
from deploy.wiring import open_services, web_settings
from hub.cases.lives import Lives
from hub.store.database import Busy
from web.app import create_app
from web.services import Services

log = structlog.get_logger(__name__)

# Browsers come back by themselves: a restart need not wait for them.
SHUTDOWN_S = 2
AUTHORITY_PATH = "/authority.crt"
COLLECT = (10_000, 20, 50)
"""When the collector looks, by generation: pages and messages hold few cycles."""


async def run_web(settings: Settings) -> None:
    """Pages, API, WebSockets: until SIGTERM."""
    async with open_services(settings) as services:
        app = create_app(services, web_settings(settings))
        if settings.demo:
            _offer_authority(app, settings)
        server = _Server(_uvicorn_config(app, settings))
        # What is loaded by now stays: a whole collection kept everybody's commands for a third of a second.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.end)
        async with _beside(_reckon(services)), _beside(keep_reminding(services, settings)):
            await server.serve()


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let some work go on beside the pages, and end it with them."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _reckon(services: Services) -> None:
    """Reckon the terms that an older version of the program, its rules or its calendars left behind."""
    try:
        found = await Lives(services.cases).reckon_pending()
    except Busy:
        log.warning("legal terms not reckoned: the database is busy; the next start goes on")
        return
    if found:
        log.info("legal terms reckoned", cases=found)


class _Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn's own handling ends the process before we have closed."""

    def end(self) -> None:
        """Finish what is under way, then return from `serve`."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=BoundedHttp,
        # Frames from clients are at most 64 KiB (PROTOCOL.md); a little room for the library's own framing.
        ws=BoundedWebSocket,
        ws_max_size=64 * 1024,
        # Signaling frames are small; compressing each costs memory per connection.
        ws_per_message_deflate=False,
        ssl_certfile=str(settings.tls_certificate) if settings.tls_certificate else None,
        ssl_keyfile=str(settings.tls_key) if settings.tls_key else None,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=SHUTDOWN_S,
        server_header=False,
        access_log=False,
        log_config=None,
    )


def _offer_authority(app: FastAPI, settings: Settings) -> None:
    """In a demo on the local network, devices fetch the authority to install from the hub itself."""
    path = settings.secrets_dir / AUTHORITY
    if settings.tls_certificate is None or not path.exists():
        return

    @app.get(AUTHORITY_PATH, include_in_schema=False)
    async def authority() -> FileResponse:
        return FileResponse(path, media_type="application/x-x509-ca-cert", filename="reception-hub.crt")
