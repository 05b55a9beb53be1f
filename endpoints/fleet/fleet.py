"""Any number of simulated rooms in one process."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from endpoints.fleet.room import RoomCode, SimulatedRoom
from endpoints.peer import Pool

ARRIVALS_PER_SECOND: Final = 40
"""Rooms do not all open in the same instant."""


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """Of `rooms`: joined, with media, sending their clip. `seen`: the lowest event number applied."""

    rooms: int
    joined: int
    media: int
    on_air: int
    seen: int


class Fleet:
    """`base_url` is the hub's address; `tls` trusts its certificate when it has one of its own making.

    `on_seen` is told each event number as a room learns of it, for those who measure. `small`: every room's
    screen is small, so that the low layer will do where there is one.
    """

    def __init__(
        self,
        base_url: str,
        rooms: Sequence[RoomCode],
        tls: ssl.SSLContext | None = None,
        on_seen: Callable[[int], None] | None = None,
        *,
        small: bool = False,
    ) -> None:
        self._base_url = base_url
        self._codes = tuple(rooms)
        self._tls = tls
        self._on_seen = on_seen
        self._small = small
        self.rooms: list[SimulatedRoom] = []

    async def run(self, pool: Pool | None = None) -> None:
        """Keep all rooms in their session until cancelled. A given pool must be running."""
        if pool is None:
            async with Pool().running() as own:
                await self._run(own)
        else:
            await self._run(pool)

    async def _run(self, pool: Pool) -> None:
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
        async with httpx.AsyncClient(
            base_url=self._base_url, verify=self._tls or True, timeout=20, limits=limits, trust_env=False
        ) as http:
            self.rooms = [
                SimulatedRoom(code, number, http, self._tls, pool, on_seen=self._on_seen, small=self._small)
                for number, code in enumerate(self._codes, 1)
            ]
            async with asyncio.TaskGroup() as group:
                for number, room in enumerate(self.rooms):
                    group.create_task(room.run(number / ARRIVALS_PER_SECOND), name=f"room-{number}")

    def status(self) -> FleetStatus:
        """At this moment."""
        rooms = self.rooms
        return FleetStatus(
            rooms=len(self._codes),
            joined=sum(room.joined for room in rooms),
            media=sum(room.media.up and room.media.packets > 0 for room in rooms),
            on_air=sum(room.media.on_air for room in rooms),
            seen=min((room.seen or 0 for room in rooms), default=0),
        )
