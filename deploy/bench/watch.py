"""Looks at a hub's processes and at the rooms' media several times a second, and at when notes arrive."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from deploy.bench.processes import BenchFailed, Meter
from endpoints.fleet import Fleet
from hub.relay.names import relay_name

LOOK: Final = 0.1
WEIGH_EVERY: Final = 10
"""Looks between two looks at memory."""


class Watch:
    """Processes are found by the pid files in `folder` each time: a killed one comes back as another.

    `relays` are as many as the hub has.
    """

    def __init__(self, folder: Path, fleet: Fleet, relays: int = 1) -> None:
        self._names = ("web", *map(relay_name, range(relays)))
        self.longest_gap = 0.0
        """Seconds in which some room got no packet."""
        self._folder = folder
        self._fleet = fleet
        self._weights: dict[str, list[float]] = {name: [] for name in self._names}
        self._spent: dict[str, dict[int, float]] = {name: {} for name in self._names}
        self._before: dict[str, dict[int, float]] = {name: {} for name in self._names}
        self._began = time.monotonic()
        self._packets: list[int] = []
        self._moved: list[float] = []
        self._marked: list[int] = []
        self._welcomed: list[int] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Watch"]:
        """Look until the block ends."""
        task = asyncio.create_task(self._run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def pid(self, name: str) -> int:
        """The process with that name. Raises BenchFailed when there is none."""
        try:
            return int((self._folder / f"{name}.pid").read_text())
        except (OSError, ValueError) as problem:
            raise BenchFailed(f"there is no process {name}") from problem

    def mark(self) -> None:
        """Remember what each room has received, and how often it was let in."""
        self._welcomed = [room.welcomes for room in self._fleet.rooms]
        self._marked = [room.media.packets for room in self._fleet.rooms]

    def all_have_new_media(self) -> bool:
        """Whether each room has received something since `mark` (a new peer counts from nothing again)."""
        now = [room.media.packets for room in self._fleet.rooms]
        fresh = all(a > 0 and a != b for a, b in zip(now, self._marked, strict=True))
        return fresh and all(room.media.up for room in self._fleet.rooms)

    def all_joined(self, *, anew: bool) -> bool:
        """Whether every room stands in the session; `anew`: let in once more since `mark`."""
        rooms = zip(self._fleet.rooms, self._welcomed, strict=True)
        return all(room.joined and (not anew or room.welcomes > before) for room, before in rooms)

    def memory(self, kind: str) -> dict[str, float]:
        """Resident MB of all processes of a kind, `web` or `relay`: at the start, the most, at the end."""
        looks = zip(*(self._weights[name] for name in self._of(kind)), strict=False)
        weights = [sum(look) for look in looks if all(weight > 0 for weight in look)] or [0.0]
        return {"start": round(weights[0], 1), "max": round(max(weights), 1), "end": round(weights[-1], 1)}

    def cpu(self, kind: str) -> float:
        """Per cent of one core over the whole watch, over all processes of a kind."""
        spent = sum(
            last - self._before[name][pid]
            for name in self._of(kind)
            for pid, last in self._spent[name].items()
        )
        return round(spent / max(0.1, time.monotonic() - self._began) * 100, 1)

    def _of(self, kind: str) -> list[str]:
        return [name for name in self._names if name.split("-")[0] == kind]

    async def _run(self) -> None:
        looks = 0
        while True:
            self._look(time.monotonic())
            if looks % WEIGH_EVERY == 0:
                for name in self._names:
                    self._weigh(name)
            looks += 1
            await asyncio.sleep(LOOK)

    def _look(self, now: float) -> None:
        packets = [room.media.packets for room in self._fleet.rooms]
        if len(packets) != len(self._packets):
            self._packets, self._moved = packets, [now] * len(packets)
        for index, (new, old) in enumerate(zip(packets, self._packets, strict=True)):
            if new != old and new > 0:
                self._moved[index] = now
            self.longest_gap = max(self.longest_gap, now - self._moved[index])
        self._packets = packets

    def _weigh(self, name: str) -> None:
        with contextlib.suppress(BenchFailed):
            pid = self.pid(name)
            meter = Meter(pid)
            spent = meter.cpu()
            self._weights[name].append(meter.rss_mb())
            self._before[name].setdefault(pid, spent if not self._spent[name] else 0.0)
            self._spent[name][pid] = spent


class Seen:
    """When each note was written, and when the rooms learned of it."""

    def __init__(self) -> None:
        self._rooms: Counter[int] = Counter()
        self._last: dict[int, float] = {}
        self._written: dict[int, tuple[float, float]] = {}

    def add(self, number: int) -> None:
        """A room has learned of everything up to `number`."""
        self._rooms[number] += 1
        self._last[number] = time.monotonic()

    def wrote(self, number: int, began: float, took: float) -> None:
        """A note was given at `began` and answered after `took` seconds; its event has this number."""
        self._written[number] = (began, took)

    def answered_ms(self) -> list[float]:
        """From sending a note to its answer."""
        return [took * 1000 for _, took in self._written.values()]

    def everywhere_ms(self, rooms: int) -> list[float]:
        """From sending a note to the last room's learning of it; only of notes that reached all."""
        return [
            (self._last[number] - began) * 1000
            for number, (began, _) in self._written.items()
            if self._rooms[number] >= rooms
        ]
