"""The devices that stand in rooms, for those who look after them: named, seen, sent out.

Technicians and administrators of a unit look after its rooms and those below it. For anybody else there is
nothing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from endpoints.points.models import AGENT_LENGTH, DEVICE_NAME_LENGTH, Device, EnrolmentCode
from endpoints.points.service import Points, valid_device
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.reception import directory
from hub.reception.errors import Refusal
from hub.reception.info import PointInfo
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids, looks_like_id
from hub.units import queries
from hub.units.local_day import local_day

SEEN_EVERY: Final = timedelta(minutes=5)
"""How exact `last_seen_at` is: 190 rooms that ask every few seconds must not become that many writes."""
MOST_SHOWN: Final = 20
"""Devices of one room in a list, newest first."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One device that may come in. `last_seen_at` is exact to `SEEN_EVERY`."""

    id: str
    name: str | None
    agent: str | None
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoomDevices:
    """A room, its devices (newest first) and how many links are open."""

    point: PointInfo
    devices: tuple[DeviceInfo, ...]
    links: int

    @property
    def last_seen_at(self) -> datetime | None:
        """When any of its devices was last here."""
        return max((each.last_seen_at for each in self.devices if each.last_seen_at), default=None)


class Devices:
    """Every act is audited; `points` makes the codes."""

    def __init__(
        self, db: Database, points: Points, clock: Clock | None = None, ids: Ids | None = None
    ) -> None:
        self._db = db
        self._points = points
        self._clock = clock or SystemClock()
        self._audit = Audit(self._clock, ids or Ids(self._clock))

    async def rooms(self, actor: Actor) -> list[RoomDevices]:
        """The rooms the actor looks after, in the order of the tree. Raises Refusal("not_allowed")."""
        async with self._db.read() as session:
            units = await _units(session, actor, self._today())
            points = [
                each for each in await directory.all_points(session) if units is None or each.unit in units
            ]
            return await _with_devices(session, points)

    async def room(self, actor: Actor, point_id: str) -> RoomDevices:
        """One of them. Raises Refusal("point_unknown")."""
        async with self._db.read() as session:
            return (await _with_devices(session, [await _point(session, actor, point_id, self._today())]))[0]

    async def issue(self, actor: Actor, point_id: str) -> str:
        """A new code for a room, told this once. Raises Refusal("point_unknown")."""
        async with self._db.begin() as work:
            await _point(work.session, actor, point_id, self._today())
            self._audit.record(work.session, actor, "link.issued", f"point:{point_id}")
        return await self._points.issue(point_id)

    async def name(self, actor: Actor, device_id: str, name: str) -> None:
        """Call a device something; an empty name takes it away. Raises Refusal("device_unknown")."""
        wanted = " ".join(name.split())
        if len(wanted) > DEVICE_NAME_LENGTH or not wanted.isprintable():
            raise Refusal("data_bad", field="name")
        async with self._db.begin() as work:
            device = await _device(work.session, actor, device_id, self._today())
            device.name = wanted or None
            self._audit.record(work.session, actor, "device.named", f"device:{device_id}")

    async def revoke(self, actor: Actor, device_id: str) -> None:
        """Send a device out for good; its link stays. Raises Refusal("device_unknown")."""
        async with self._db.begin() as work:
            device = await _device(work.session, actor, device_id, self._today())
            device.revoked_at = self._clock.now()
            self._audit.record(work.session, actor, "device.revoked", f"device:{device_id}")

    async def close_links(self, actor: Actor, point_id: str) -> None:
        """Void every link of a room; who came in by one stays in. Raises Refusal("point_unknown")."""
        async with self._db.begin() as work:
            await _point(work.session, actor, point_id, self._today())
            standing = (EnrolmentCode.point_id == point_id) & EnrolmentCode.revoked_at.is_(None)
            void = update(EnrolmentCode).where(standing).values(revoked_at=self._clock.now())
            await work.session.execute(void)
            self._audit.record(work.session, actor, "links.closed", f"point:{point_id}")

    async def seen(self, cookie: str | None, agent: str) -> None:
        """A device is here. `agent` is what it is, in two words. Written when the last note is old."""
        now = self._clock.now()
        async with self._db.read() as session:
            device = await valid_device(session, cookie)
            said = agent[:AGENT_LENGTH] or None
            if device is None or (
                device.agent == said
                and device.last_seen_at is not None
                and now - device.last_seen_at < SEEN_EVERY
            ):
                return
        async with self._db.begin(patient=True) as work:
            fresh = update(Device).where(Device.id == device.id).values(last_seen_at=now, agent=said)
            await work.session.execute(fresh)

    def _today(self) -> date:
        return local_day(self._clock.now())


async def _units(session: AsyncSession, actor: Actor, day: date) -> set[str] | None:
    """Ids of the units whose rooms the actor looks after, None for all. Raises Refusal("not_allowed")."""
    if not actor.looks_after_rooms:
        raise Refusal("not_allowed")
    return await queries.subtree(session, actor.unit, day) if actor.unit is not None else None


async def _point(session: AsyncSession, actor: Actor, point_id: str, day: date) -> PointInfo:
    units = await _units(session, actor, day)
    found = await directory.point(session, point_id) if looks_like_id(point_id) else None
    if found is None or (units is not None and found.unit not in units):
        raise Refusal("point_unknown")
    return found


async def _device(session: AsyncSession, actor: Actor, device_id: str, day: date) -> Device:
    device = await session.get(Device, device_id) if looks_like_id(device_id) else None
    if device is None or device.revoked_at is not None:
        raise Refusal("device_unknown")
    try:
        await _point(session, actor, device.point_id, day)
    except Refusal as refusal:
        if refusal.code == "point_unknown":
            raise Refusal("device_unknown") from None
        raise
    return device


async def _with_devices(session: AsyncSession, points: Sequence[PointInfo]) -> list[RoomDevices]:
    """Two queries, however many rooms there are."""
    devices: dict[str, list[DeviceInfo]] = {}
    links: dict[str, int] = {}
    standing = select(Device).where(Device.revoked_at.is_(None)).order_by(Device.id.desc())
    open_links = select(EnrolmentCode.point_id).where(EnrolmentCode.revoked_at.is_(None))
    if len(points) == 1:
        standing = standing.where(Device.point_id == points[0].id)
        open_links = open_links.where(EnrolmentCode.point_id == points[0].id)
    for row in await session.scalars(standing):
        listed = devices.setdefault(row.point_id, [])
        if len(listed) < MOST_SHOWN:
            listed.append(DeviceInfo(row.id, row.name, row.agent, row.created_at, row.last_seen_at))
    for point_id in await session.scalars(open_links):
        links[point_id] = links.get(point_id, 0) + 1
    return [RoomDevices(each, tuple(devices.get(each.id, ())), links.get(each.id, 0)) for each in points]
