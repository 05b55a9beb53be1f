"""All pipes of one relay process: one listener, and one connection to each sibling.

SEQPACKET keeps messages whole and in order, says at once when the other end dies, and holds as much as the
kernel's send buffer (a datagram socket may hold ten messages). Nothing here waits: a sibling that does not
read loses packets, counted, and its source is asked for a keyframe when it reads again. Either end may die
and come back in any order: what is wanted is said again with every connection.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.relay.core.plan import Totals
from hub.relay.pipe.end import End
from hub.relay.pipe.forwarder import PipedForwarder
from hub.relay.pipe.giving import Giving
from hub.relay.pipe.taking import Taking
from hub.relay.wire.metrics import DelayHistogram

CARE: Final = 0.1
"""Seconds between attempts to reach a sibling that is not there."""


def pipe_path(folder: Path, index: int) -> Path:
    """Where relay `index` listens for its siblings."""
    return folder / f"pipe-{index}.sock"


@dataclass(frozen=True, slots=True)
class Siblings:
    """The relays of one machine, by the folder of their sockets; `index` is our own."""

    folder: Path
    index: int
    relays: int

    @property
    def others(self) -> list[Path]:
        """Where they listen."""
        return [pipe_path(self.folder, other) for other in range(self.relays) if other != self.index]


class Pipes:
    """Owns the sockets from `start` to `close`. `turn` is called after input, to send what came of it."""

    def __init__(
        self,
        siblings: Siblings,
        forwarder: PipedForwarder,
        totals: Totals,
        turn: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._forwarder = forwarder
        self._end = End(forwarder, totals, turn, clock)
        self._giving = Giving(pipe_path(siblings.folder, siblings.index), self._end)
        self._takings = [Taking(path, self._end) for path in siblings.others]
        self._timer: asyncio.TimerHandle | None = None

    @property
    def delays(self) -> DelayHistogram:
        """How long packets were under way from other relays."""
        return self._end.delays

    def start(self) -> None:
        """Listen, and begin to look for siblings, on the running loop. Raises OSError."""
        self._loop = asyncio.get_running_loop()
        self._giving.start()
        self._forwarder.flush = self._giving.flush
        self._forwarder.wanted_changed = self._ask
        self._care()

    def close(self) -> None:
        """End every connection."""
        if self._timer is not None:
            self._timer.cancel()
        for taking in self._takings:
            taking.close()
        self._giving.close()

    def read(self) -> None:
        """Let the core have what siblings sent, in the middle of a long burst too."""
        for taking in self._takings:
            taking.read()

    def _ask(self) -> None:
        for taking in self._takings:
            taking.ask()

    def _care(self) -> None:
        for taking in self._takings:
            taking.reach()
        self._forwarder.sweep(self._clock())
        self._timer = self._loop.call_later(CARE, self._care)
