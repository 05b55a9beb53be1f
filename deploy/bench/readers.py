"""`python -m deploy.bench.readers`: many pages as far as their WebSockets go, in a process of its own.

Reads one JSON object from standard input (`url`, `session`, `cookies`), then a line whenever its owner wants
to know; answers each with one line: how many are in, how many were lost, and when which note came. Times are
seconds of the machine's monotonic clock, which all processes share. The frames are read by hand: a library
would take longer over four hundred messages than the hub that is measured.
"""

import asyncio
import base64
import json
import os
import re
import struct
import sys
import time
from typing import Any, Final
from urllib.parse import urlsplit

ARRIVALS_PER_SECOND: Final = 80
REPORT_SECONDS: Final = 5.0
_NOTE: Final = re.compile(rb'^\{"type":"event","n":(\d+),"kind":"note\.added"')
_MASK: Final = b"\0\0\0\0"
"""Clients must mask; with zeros the text stays as it is."""
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
_REPORT: Final = {"type": "media.report", "decoding": True, "frames": 125, "sound": True, "loss": 0.0}


class Reader(asyncio.Protocol):
    """One page: upgrade, hello, and then it notes when notes come."""

    def __init__(self, head: bytes) -> None:
        self.joined = False
        self.lost = False
        self.why = ""
        self.seen: dict[int, float] = {}
        self._head = head
        self._data = bytearray()
        self._up = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.lost, self.joined = True, False
        self.why = self.why or repr(exc)

    def data_received(self, data: bytes) -> None:
        """Frames, or the end of the upgrade."""
        now = time.monotonic()
        self._data += data
        if not self._up and not self._upgraded():
            return
        while (frame := self._next()) is not None:
            self._hear(*frame, now)

    def report(self) -> None:
        """What a page says every five seconds."""
        if self.joined:
            self._send(_TEXT, json.dumps(_REPORT).encode())

    def _upgraded(self) -> bool:
        head, found, rest = bytes(self._data).partition(b"\r\n\r\n")
        if not found:
            return False
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.why = head[:100].decode("latin-1")
            raise ConnectionRefusedError(head[:200])
        self._data, self._up = bytearray(rest), True
        hello = {"type": "hello", "version": 1, "resume": None, "media": None, "screen": "console"}
        self._send(_TEXT, json.dumps(hello).encode())
        return True

    def _next(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        size, start = data[1] & 0x7F, 2
        if size > 125:
            start = 4 if size == 126 else 10
            if len(data) < start:
                return None
            size = int.from_bytes(data[2:start], "big")
        if len(data) < start + size:
            return None
        frame = data[0] & 0xF, bytes(data[start : start + size])
        del data[: start + size]
        return frame

    def _hear(self, kind: int, text: bytes, now: float) -> None:
        if kind == _PING:
            self._send(_PONG, text)
        elif kind == _CLOSE:
            self.why = f"{int.from_bytes(text[:2], 'big')} {text[2:].decode()}"
        elif kind == _TEXT:
            note = _NOTE.match(text)
            if note is not None:
                self.seen[int(note[1])] = now
            elif text.startswith(b'{"type":"welcome"'):
                self.joined = True

    def _send(self, kind: int, text: bytes) -> None:
        size = len(text)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + struct.pack(">H", size)
        assert self._transport is not None
        self._transport.write(bytes((0x80 | kind,)) + length + _MASK + text)


def _upgrade(url: str, session: str, cookie: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET /ws/sessions/{session} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"Origin: {url}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Cookie: {cookie}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _come(readers: list[Reader], where: tuple[str, int]) -> None:
    loop = asyncio.get_running_loop()
    for reader in readers:
        await loop.create_connection(lambda reader=reader: reader, *where)  # type: ignore[misc]
        await asyncio.sleep(1 / ARRIVALS_PER_SECOND)


async def _report(readers: list[Reader]) -> None:
    """Spread over the five seconds, as pages are that came one after the other."""
    while True:
        for reader in readers:
            reader.report()
            await asyncio.sleep(REPORT_SECONDS / len(readers))


async def _run() -> None:
    lines = await _stdin()
    wanted: dict[str, Any] = json.loads(await lines.readline())
    address = urlsplit(wanted["url"])
    readers = [Reader(_upgrade(wanted["url"], wanted["session"], each)) for each in wanted["cookies"]]
    tasks = [
        asyncio.create_task(_come(readers, (str(address.hostname), int(address.port or 80)))),
        asyncio.create_task(_report(readers)),
    ]
    while await lines.readline():
        came: dict[int, list[float]] = {}
        for reader in readers:
            for number, at in reader.seen.items():
                came.setdefault(number, []).append(at)
        state: dict[str, Any] = {
            "joined": sum(each.joined for each in readers),
            "lost": sum(each.lost for each in readers),
            "why": sorted({each.why for each in readers if each.lost})[:5],
        }
        sys.stdout.write(json.dumps(state | {"came": came}) + "\n")
        sys.stdout.flush()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=4 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


if __name__ == "__main__":
    asyncio.run(_run())
