"""`hub room link`: the room of a unit, and a link that lets a device into it. `hub room revoke` voids one."""

from sqlalchemy import select

from deploy.errors import CommandError
from deploy.settings import Settings
from deploy.wiring import office
from hub.reception.errors import Refusal
from hub.reception.models import Point
from web.services import Services


async def make_link(settings: Settings, code: str) -> str:
    """The link; its code is shown this once. Makes the room if the unit has none. Raises CommandError."""
    async with office(settings) as services:
        point = await _room(services, code)
        return f"{settings.url}/enrol/{await services.points.issue(point)}"


async def revoke_link(settings: Settings, link: str) -> None:
    """Void a link, given whole or by its code, and send out every device it let in. Raises CommandError."""
    async with office(settings) as services:
        try:
            await services.points.revoke(link.strip().rstrip("/").rpartition("/")[2])
        except Refusal as refusal:
            raise CommandError("there is no such link") from refusal


async def _room(services: Services, code: str) -> str:
    unit = await services.units.by_code(code)
    if unit is None:
        raise CommandError(f"there is no unit {code} today")
    async with services.db.begin() as work:
        wanted = select(Point.id).where(Point.unit_id == unit.id).order_by(Point.id).limit(1)
        found: str | None = await work.session.scalar(wanted)
        if found is None:
            found = services.ids.new()
            now = services.clock.now()
            work.session.add(Point(id=found, unit_id=unit.id, name=unit.name, created_at=now))
    return found
