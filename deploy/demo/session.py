"""The demo's session: continued while it runs, made anew once it is closed. It is live when this returns."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from deploy.demo import data
from hub.cases.models import Case
from hub.people.actor import Actor
from hub.reception.events import Audience
from hub.reception.fold import fold
from hub.reception.info import SessionInfo
from hub.reception.lifecycle import COMING
from hub.reception.planning import NewItem, NewSession
from hub.reception.state import SessionState, Status
from hub.units.local_day import local_day
from web.services import Services

CHAIR = "chutri"


class DemoChairMissing(Exception):
    """Somebody shut the chair's account: this data folder is no demo any more."""


async def live_session(services: Services, points: tuple[str, ...]) -> tuple[str, str]:
    """Continue the open session or make one: its id, and the code of the unit whose case is current.

    Every step looks at what stands first, so a start that was broken off is taken up where it ended.
    """
    chair = await _chair(services)
    sessions = await services.receptions.list_for(chair)
    session = _open(sessions, services.clock.now()) or await _schedule(services, chair)
    await services.receptions.invite(chair, session, points)
    await _fill_agenda(services, chair, session)
    await _go_live(services, chair, session)
    return session, await _current_unit(services, session)


def _open(sessions: list[SessionInfo], now: datetime) -> str | None:
    """One that runs, else one whose time has come: what somebody scheduled for later in this demo waits."""
    running = [each.id for each in sessions if each.state in (Status.LIVE.value, Status.PAUSED.value)]
    due = [each.id for each in sessions if each.state in COMING and each.starts_at <= now]
    return next(iter([*running, *due]), None)


async def _chair(services: Services) -> Actor:
    account = await services.people.by_login(CHAIR)
    actor = await services.people.actor_of(account.id, account.epoch) if account else None
    if actor is None:
        raise DemoChairMissing
    return actor


async def _schedule(services: Services, chair: Actor) -> str:
    now = services.clock.now()
    return await services.receptions.create_session(
        chair,
        NewSession(
            title=f"Phiên tiếp công dân định kỳ tháng {local_day(now).month}",
            form="periodic",
            starts_at=now,
            hub_unit=chair.unit or "",
            default_audience=Audience.ALL,
            held_by="head",
        ),
    )


async def _fill_agenda(services: Services, chair: Actor, session: str) -> None:
    state = await _state(services, session)
    standing = {item.case["id"] for item in state.items.values()}
    for case in await _agenda(services):
        if case not in standing:
            await services.receptions.add_item(chair, session, NewItem(case))


async def _agenda(services: Services) -> list[str]:
    """The ids of the first cases of the demo's list, in its order: they were registered first of all."""
    async with services.db.read() as session:
        return list(await session.scalars(select(Case.id).order_by(Case.id).limit(data.AGENDA)))


async def _go_live(services: Services, chair: Actor, session: str) -> None:
    state = await _state(services, session)
    if state.status in COMING:
        await _do(services, chair, session, "session.go_live")
    elif state.status is Status.PAUSED:
        await _do(services, chair, session, "session.resume", confirm=True)
    if state.current is None:
        first = state.agenda[0]
        await _do(services, chair, session, "item.call", item=first.id)
        await _do(services, chair, session, "item.hear", item=first.id)


async def _current_unit(services: Services, session: str) -> str:
    item = (await _state(services, session)).current_item
    return str(item.case["unit"]) if item else data.case_units()[0]


async def _state(services: Services, session: str) -> SessionState:
    return fold(SessionState(session), await services.receptions.load(session))


async def _do(services: Services, chair: Actor, session: str, name: str, **values: Any) -> None:
    await services.receptions.execute(chair, session, services.ids.new(), name, values)
