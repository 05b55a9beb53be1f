"""The relay's end of the control link: a Unix socket, any number of times connected, never in the way of
media.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, get_args

from hub.relay import control
from hub.relay.codec import FrameBad, decode, encode, read_frame

MOST_LINKS: Final = 8
_BACKLOG: Final = 4 * 1024 * 1024
"""Octets a slow reader may let pile up before it is dropped; it comes back and asks for the state."""
_REQUESTS: Final = get_args(control.Request)


class ControlServer:
    """Owns the listening socket and its connections. `handle` answers a request at once; it does not wait."""

    def __init__(self, path: Path, handle: Callable[[control.Request], control.Reply]) -> None:
        self._path = path
        self._handle = handle
        self._links: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a socket file left by a killed relay is replaced.

        Only this user may connect. Raises OSError.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._server = await asyncio.start_unix_server(self._connected, self._path)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        tasks = [task for task in self._links.values() if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(OSError):
            self._path.unlink()

    def broadcast(self, event: control.Event) -> None:
        """Tell every connected web process. Never waits: whoever does not read is dropped."""
        frame = encode(event)
        for writer in list(self._links):
            self._write(writer, frame)

    def _write(self, writer: asyncio.StreamWriter, frame: bytes) -> None:
        if writer.transport.get_write_buffer_size() > _BACKLOG:
            writer.transport.abort()
        elif not writer.is_closing():
            writer.write(frame)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._links) >= MOST_LINKS:
            writer.close()
            return
        self._links[writer] = asyncio.current_task()
        try:
            await self._serve(reader, writer)
        except (EOFError, FrameBad, ConnectionError):
            pass  # it hung up, or lost the frame boundary: either way it has to connect anew
        finally:
            del self._links[writer]
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            text = await read_frame(reader)
            try:
                frame = decode(text)
                if frame.id is None or not isinstance(frame.message, _REQUESTS):
                    raise FrameBad("the frame is not a request", frame.id)
            except FrameBad as problem:
                self._write(writer, encode(control.Refused("frame_bad", str(problem)), problem.id))
                continue
            self._write(writer, encode(self._handle(frame.message), frame.id))
            if writer.transport.get_write_buffer_size() > 65536:
                await writer.drain()
            await asyncio.sleep(0)  # 190 peers opened in one breath must not keep media waiting
