"""The giving end of a relay's pipes: siblings connect and say which of our publishers they want."""

import asyncio
import contextlib
import logging
import socket
from pathlib import Path
from typing import Final

from hub.relay.pipe import frames
from hub.relay.pipe.end import End
from hub.relay.pipe.frames import Kind, PipeBad, Record
from hub.relay.pipe.outlets import Outlet

log = logging.getLogger(__name__)

MOST_TAKERS: Final = 7
_MESSAGES: Final = 32
"""Read before everything else gets its turn."""
_BUFFER: Final = 4 * 1024 * 1024
"""Octets a sibling that does not read may lag behind: 10 s and more of one picture, where the system allows
it."""
_SO_SNDBUFFORCE: Final = 32


class _Taker(Outlet):
    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self.sock = sock


class Giving:
    """Owns the listener and the connections that siblings made."""

    def __init__(self, path: Path, end: End) -> None:
        self._path = path
        self._end = end
        self._takers: set[_Taker] = set()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)

    def start(self) -> None:
        """Listen, for this user only; a socket file left by a killed relay is replaced. Raises OSError."""
        self._loop = asyncio.get_running_loop()
        self._path.unlink(missing_ok=True)
        self._listener.bind(str(self._path))
        self._path.chmod(0o600)
        self._listener.listen(MOST_TAKERS)
        self._loop.add_reader(self._listener.fileno(), self._connected)

    def close(self) -> None:
        """End every connection."""
        for taker in list(self._takers):
            self._drop(taker)
        self._loop.remove_reader(self._listener.fileno())
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def flush(self) -> None:
        """Send what is queued, as far as the pipes have room."""
        for taker in list(self._takers):
            if taker.queue:
                records = taker.queue[:]
                taker.queue.clear()
                self._give(taker, records, self._end.clock())

    def _give(self, taker: _Taker, records: list[Record], now: float) -> None:
        at = 0
        for message, count in frames.pack(records, now):
            try:
                taker.sock.send(message)
            except BlockingIOError:
                self._end.totals.add("pipe_dropped", count)
                if not taker.dropped(records[at : at + count]):
                    self._drop(taker)  # it connects again and says anew what it wants
                    return
            except OSError:
                self._drop(taker)
                return
            else:
                self._end.forwarder.starved(taker.flowing(), now)
            at += count

    def _connected(self) -> None:
        with contextlib.suppress(OSError):
            sock, _ = self._listener.accept()
            if len(self._takers) >= MOST_TAKERS:
                self._end.totals.add("pipes_refused")
                sock.close()
                return
            sock.setblocking(False)
            _enlarge(sock)
            taker = _Taker(sock)
            self._takers.add(taker)
            self._end.forwarder.outlets.opened(taker)
            self._loop.add_reader(sock.fileno(), self._readable, taker)

    def _readable(self, taker: _Taker) -> None:
        try:
            for _ in range(_MESSAGES):
                text = taker.sock.recv(frames.LONGEST + 1)
                if not text:
                    raise ConnectionError("the sibling ended")
                for record in frames.unpack(text).records:
                    self._heed(taker, record)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(taker)
        except PipeBad as problem:
            self._end.totals.add("pipe_malformed")
            log.warning("a sibling asks for something else: %s", problem)
            self._drop(taker)
        self._end.turn()

    def _heed(self, taker: _Taker, record: Record) -> None:
        if record.kind is Kind.WANT:
            self._end.forwarder.outlets.wants(taker, frames.read_want(record))
        elif record.kind is Kind.KEYFRAME:
            ssrc = frames.read_keyframe(record)
            self._end.forwarder.asked_by(taker, record.handle, ssrc, self._end.clock())
        else:
            raise PipeBad(f"a taking relay does not say {record.kind.name}")

    def _drop(self, taker: _Taker) -> None:
        if taker in self._takers:
            self._takers.discard(taker)
            self._end.forwarder.outlets.closed(taker)
            self._loop.remove_reader(taker.sock.fileno())
            taker.sock.close()


def _enlarge(sock: socket.socket) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _BUFFER)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
