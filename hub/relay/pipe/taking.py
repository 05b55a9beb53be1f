"""The taking end of one pipe: we connect to a sibling, say what we want, and get its publishers."""

import asyncio
import logging
import socket
from functools import partial
from pathlib import Path
from typing import Final

from hub.relay.pipe import frames
from hub.relay.pipe.end import End
from hub.relay.pipe.frames import Kind, PipeBad, Record

log = logging.getLogger(__name__)

_MESSAGES: Final = 32
"""Read before everything else gets its turn."""


class Taking:
    """Our connection to one sibling. It may be away: `reach` is called again and again."""

    def __init__(self, path: Path, end: End) -> None:
        self._path = path
        self._end = end
        self._sock: socket.socket | None = None
        self._peers: dict[int, str] = {}
        """The publishers it gives us, by handle."""

    def reach(self) -> None:
        """Connect, if we are not connected and it is there."""
        if self._sock is not None:
            return
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            sock.connect(str(self._path))
        except OSError:
            sock.close()
            return
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock.fileno(), self._readable)
        self.ask()

    def ask(self) -> None:
        """Say what we want now; what it gives beside that is ignored from here on."""
        if self._sock is not None:
            wanted = self._end.forwarder.wanted
            self._peers = {handle: peer for handle, peer in self._peers.items() if peer in wanted}
            self._say(frames.want(wanted))

    def close(self) -> None:
        """Hang up; the guests it gave us wait for it to come back."""
        if self._sock is None:
            return
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        self._sock = None
        peers, self._peers = self._peers, {}
        for peer in peers.values():
            self._end.forwarder.guest_orphaned(peer, self._end.clock())

    def _say(self, record: Record) -> None:
        assert self._sock is not None
        try:
            for message, _ in frames.pack([record], self._end.clock()):
                self._sock.send(message)
        except OSError:  # it does not even read a wish: begin anew
            self.close()

    def _want_keyframe(self, handle: int, ssrc: int) -> None:
        if self._sock is not None and handle in self._peers:
            self._say(frames.keyframe(handle, ssrc))

    def _readable(self) -> None:
        self.read()
        self._end.turn()

    def read(self) -> None:
        """Let the core have what is there."""
        try:
            for _ in range(_MESSAGES):
                if self._sock is None:
                    break
                text = self._sock.recv(frames.LONGEST + 1)
                if not text:
                    raise ConnectionError("the sibling ended")
                self._take(frames.unpack(text), self._end.clock())
        except BlockingIOError:
            pass
        except OSError:
            self.close()
        except PipeBad as problem:
            self._end.totals.add("pipe_malformed")
            log.warning("a sibling says something else: %s", problem)
            self.close()
        except Exception:  # a bug of ours, as in the driver: counted, and the relay goes on
            self._end.totals.add("internal_error")
            log.exception("the relay failed on a pipe's message")
            self.close()

    def _take(self, message: frames.Message, now: float) -> None:
        self._end.delays.add(now - message.sent_at, len(message.records), now)
        for record in message.records:
            if record.kind is Kind.SPEC:
                self._meet(record, now)
            elif record.kind in (Kind.RTP, Kind.RTCP, Kind.GONE):
                peer = self._peers.get(record.handle)
                if peer is None:
                    self._end.totals.add("pipe_unasked")  # was under way when we gave it up
                else:
                    self._hear(peer, record, now)
            else:
                raise PipeBad(f"a giving relay does not say {record.kind.name}")

    def _meet(self, record: Record, now: float) -> None:
        spec = frames.read_spec(record)
        if spec.peer in self._end.forwarder.wanted:
            self._peers[record.handle] = spec.peer
            self._end.forwarder.guest_came(spec, partial(self._want_keyframe, record.handle), now)

    def _hear(self, peer: str, record: Record, now: float) -> None:
        if record.kind is Kind.RTP:
            self._end.forwarder.guest_rtp(peer, record.body, now)
        elif record.kind is Kind.RTCP:
            self._end.forwarder.guest_rtcp(peer, record.body, now)
        else:
            del self._peers[record.handle]
            self._end.forwarder.guest_went(peer, now)
