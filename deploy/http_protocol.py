"""uvicorn's protocols with the bounds they lack. What a stranger may send before any application is asked is
decided here.
"""

import asyncio
from typing import Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_HEAD: Final = 64 * 1024
"""Bytes of one request that are not its body: request line, headers, the framing of chunks, trailers."""
HEAD_SECONDS: Final = 20.0
"""From the connection, or the first byte of a further request, until its headers are there."""
MOST_UNREAD: Final = 64 * 1024
"""Bytes of answers to pings that a client may leave unread."""


class BoundedHttp(HttpToolsProtocol):
    """The parser behind it collects a request line or headers without end, and copies all of it with every
    packet that comes: forty megabytes kept the hub silent for ten seconds.
    """

    _head = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._heard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and count what is no body."""
        self._head += len(data)
        super().data_received(data)
        if self._head > MOST_HEAD and not self.transport.is_closing():
            self.logger.warning("Request head too large.")
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n")
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._heard()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of body: the application has its own limit for it."""
        self._head -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next one counts anew."""
        self._head = 0
        super().on_message_complete()

    def _wait(self) -> None:
        self._heard()
        self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _heard(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """What happens below the application: pings, broken text, refused upgrades."""

    def handle_ping(self) -> None:
        """Answer, as long as answers are read; who only sends is cut off."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MOST_UNREAD and not self.writable.is_set():
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; text that is no UTF-8 closes with 1007 (without a traceback in the log)."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refused upgrade counts as answered, or every one of them would be logged as an error."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
