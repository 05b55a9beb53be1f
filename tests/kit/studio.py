"""A relay and pages of a browser that know nothing but the media modules: what a browser really sends and
shows."""

import asyncio
import functools
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from playwright.async_api import Browser, Page

from hub.relay import control
from hub.relay.core.specs import SlotName, SourceId, StageSpec, TrackKind
from tests.kit.relay import RelayLab, relay_lab

STATIC = Path(__file__).parents[2] / "web" / "static"
PAGE = b"<!doctype html><meta charset=utf-8><link rel=icon href=data:,><body></body>"
JOIN = """async ({ publish, width }) => {
    const { Peer } = await import(location.origin + '/js/media/peer.js');
    const channel = Object.assign(new EventTarget(), {
        open: true,
        async send(message) {
            const reply = await window.ask(JSON.stringify(message));
            if (reply) channel.dispatchEvent(new CustomEvent('media', { detail: JSON.parse(reply) }));
        },
    });
    const peer = new Peer(channel, { publish });
    window.__hub = { peer, channel };
    peer.addEventListener('track', ({ detail }) => {
        const shown = document.body.appendChild(document.createElement(detail.track.kind));
        const srcObject = new MediaStream([detail.track]);
        Object.assign(shown, { muted: true, autoplay: true, playsInline: true, srcObject });
    });
    if (publish) {
        const height = { exact: (width * 9) / 16 };
        const video = { width: { exact: width }, height, frameRate: { ideal: 30 } };
        const stream = await navigator.mediaDevices.getUserMedia({ video, audio: true });
        await peer.publish('camera', stream.getVideoTracks()[0]);
        await peer.publish('microphone', stream.getAudioTracks()[0]);
    }
    peer.open();
}"""
DRAW = """async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 900 });
    const pen = canvas.getContext('2d');
    let n = 0;
    setInterval(() => { pen.fillStyle = n++ % 2 ? '#fff' : '#eee'; pen.fillRect(0, 0, 1600, 900);
        pen.fillStyle = '#000'; pen.font = '40px serif'; pen.fillText(`Biên bản ${n}`, 60, 90); }, 100);
    await window.__hub.peer.publish('screen', canvas.captureStream(10).getVideoTracks()[0]);
}"""
STATS = """async () => {
    const connection = window.__hub.peer.connection;
    return connection ? [...(await connection.getStats()).values()] : [];
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)
        return None


@contextmanager
def _served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Studio:
    """Pages by peer name, all on one stage with everybody in the audience."""

    def __init__(self, lab: RelayLab, browser: Browser, address: str) -> None:
        self.lab = lab
        self.answers: dict[str, str] = {}
        self._browser = browser
        self._address = address

    async def stage(self, **slots: tuple[str, TrackKind]) -> None:
        """`stage(main=("hall", TrackKind.CAMERA))`."""
        feeds = tuple((cast(SlotName, slot), SourceId(*source)) for slot, source in slots.items())
        details: frozenset[SlotName] = frozenset({"document"})
        await self.lab.client.put_stage(StageSpec("s", frozenset({"all"}), feeds, details))

    async def join(self, peer: str, *, publish: bool = False, width: int = 1280, script: str = "") -> Page:
        """A page with a media connection of that name; `script` runs before anything of ours."""
        context = await self._browser.new_context()
        await context.grant_permissions(["camera", "microphone"], origin=self._address.rstrip("/"))
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        await page.expose_function("ask", functools.partial(self._ask, peer, publish))
        await page.goto(self._address)
        await page.evaluate(JOIN, {"publish": publish, "width": width})
        return page

    async def _ask(self, peer: str, publish: bool, text: str) -> str | None:
        message = json.loads(text)
        if message["type"] == "media.open":
            request = control.OpenPeer(peer, "s", peer, frozenset({"all"}), publish)
            offer = await self.lab.client.open_peer(request)
            return json.dumps({"type": "media.offer", "peer": peer, "sdp": offer.sdp})
        if message["type"] == "media.answer":
            self.answers[peer] = message["sdp"]
            await self.lab.client.answer(control.AnswerPeer(peer, message["sdp"]))
        return None


async def stats(page: Page, kind: str) -> list[dict[str, Any]]:
    """The page's `getStats` entries of one type."""
    return [entry for entry in await page.evaluate(STATS) if entry["type"] == kind]


async def share(page: Page) -> None:
    """Publish a drawn document as this page's screen."""
    await page.evaluate(DRAW)


@asynccontextmanager
async def studio(folder: Path, browser: Browser, **changes: Any) -> AsyncIterator[Studio]:
    """A relay on free ports, with `changes` to its settings, and a small server for the pages."""
    async with relay_lab(folder, **changes) as lab:
        with _served() as address:
            yield Studio(lab, browser, address)
            await asyncio.sleep(0)
