"""Enrolment: a link with a code lets a device into a room, once and for good, with no account and no
typing.
"""

import os
from collections.abc import Callable

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from endpoints.points import secrets
from endpoints.points.models import Device, EnrolmentCode
from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.models import Point
from hub.store import codes
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids

DEVICES_PER_CODE = 50
"""The newest stay. A link that is opened again and again must not fill the table."""


class Points:
    """Enrolment codes and devices of connection points. One per process."""

    def __init__(
        self,
        db: Database,
        clock: Clock | None = None,
        ids: Ids | None = None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._db = db
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._random = random

    async def issue(self, point_id: str, code: str | None = None) -> str:
        """Make a code for a point and give it, this once: only its digest is kept.

        A given `code` (16 characters of `hub.store.ids.ALPHABET`) is taken as it is; twice is harmless.
        Raises Refusal("point_unknown"), and ValueError for a code of another shape.
        """
        chosen = codes.make(self._random(codes.RANDOM_BYTES)) if code is None else codes.read(code)
        if chosen is None or (code is not None and chosen != code):
            raise ValueError("an enrolment code has 16 characters of the ids' alphabet")
        async with self._db.begin() as work:
            if await work.session.get(Point, point_id) is None:
                raise Refusal("point_unknown")
            if await _by_code(work.session, chosen) is None:
                work.session.add(self._row(point_id, chosen))
        return chosen

    async def revoke(self, code: str) -> None:
        """Void a code and send out every device that came in by it. Raises Refusal("code_unknown")."""
        now = self._clock.now()
        async with self._db.begin() as work:
            row = await _by_code(work.session, codes.read(code) or "")
            if row is None:
                raise Refusal("code_unknown")
            row.revoked_at = now
            gone = update(Device).where(Device.code_id == row.id).values(revoked_at=now)
            await work.session.execute(gone)

    async def enrol(self, code: str, held: str | None = None) -> str:
        """Let a device in: the value of its cookie. Raises Refusal("code_unknown").

        `held` is the cookie it has already; when that opens the same room, it is kept.
        """
        read = codes.read(code)
        async with self._db.begin(patient=True) as work:
            row = await _by_code(work.session, read) if read else None
            if row is None or row.revoked_at is not None:
                raise Refusal("code_unknown")
            known = await valid_device(work.session, held)
            if known is not None and known.point_id == row.point_id and held is not None:
                return held
            return await self._admit(work.session, row)

    async def actor_for_device(self, cookie: str) -> Actor | None:
        """The room a device stands in; None for a cookie that is forged or was revoked."""
        read = secrets.read_cookie(cookie)
        if read is None:
            return None
        wanted = (
            select(Device, Point).join(Point, Point.id == Device.point_id).where(Device.id == read.device)
        )
        async with self._db.read() as session:  # one query: 190 rooms come back at once after a restart
            found = (await session.execute(wanted)).first()
        if found is None or not _valid(found[0], read):
            return None
        point = found[1]
        return Actor(key=f"point:{point.id}", name=point.name, unit=point.unit_id, point=point.id)

    async def _admit(self, session: AsyncSession, code: EnrolmentCode) -> str:
        secret = self._random(secrets.SECRET_BYTES).hex()
        device = Device(
            id=self._ids.new(),
            point_id=code.point_id,
            code_id=code.id,
            digest=secrets.digest(secret),
            created_at=self._clock.now(),
        )
        session.add(device)
        await session.flush()
        of_code = select(Device.id).where(Device.code_id == code.id)
        old = of_code.order_by(Device.id.desc()).offset(DEVICES_PER_CODE)
        await session.execute(delete(Device).where(Device.id.in_(list(await session.scalars(old)))))
        return str(secrets.DeviceCookie(device.id, secret))

    def _row(self, point_id: str, code: str) -> EnrolmentCode:
        now = self._clock.now()
        return EnrolmentCode(
            id=self._ids.new(), point_id=point_id, digest=secrets.digest(code), created_at=now
        )


async def _by_code(session: AsyncSession, code: str) -> EnrolmentCode | None:
    wanted = select(EnrolmentCode).where(EnrolmentCode.digest == secrets.digest(code))
    found: EnrolmentCode | None = await session.scalar(wanted)
    return found


async def valid_device(session: AsyncSession, cookie: str | None) -> Device | None:
    """The device of a cookie; None for one that is forged or was revoked."""
    read = secrets.read_cookie(cookie or "")
    device = await session.get(Device, read.device) if read is not None else None
    return device if read is not None and device is not None and _valid(device, read) else None


def _valid(device: Device, cookie: secrets.DeviceCookie) -> bool:
    return device.revoked_at is None and secrets.matches(cookie.secret, device.digest)
