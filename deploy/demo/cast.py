"""`python -m deploy cast`: what a demo has instead of people: the hall's camera, and simulated rooms."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import httpx

from deploy.addresses import LOOPBACK
from deploy.demo import data
from deploy.demo.banner import showcase
from deploy.demo.plan import DemoPlan, read_plan
from deploy.demo.ready import trust
from deploy.demo.roster import simulated
from deploy.lan import AUTHORITY
from deploy.settings import Settings
from deploy.wiring import media_tokens
from endpoints.camera.picture import Look
from endpoints.camera.source import make_live
from endpoints.camera.whip import WhipCamera
from endpoints.fleet.fleet import Fleet
from endpoints.fleet.room import RoomCode
from endpoints.peer import Pool
from hub.people.secrets import Keys
from hub.people.tokens import MediaToken
from hub.store.clock import SystemClock
from hub.store.ids import Ids
from hub.units.local_day import VIETNAM

TOKEN_LASTS: Final = timedelta(hours=1)


async def run_cast(settings: Settings, points: int, *, small: bool = False) -> None:
    """Publish and attend until SIGTERM."""
    task = asyncio.ensure_future(_play(settings, points, small=small))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _play(settings: Settings, points: int, *, small: bool) -> None:
    plan = read_plan(settings.data_dir)
    url = f"{settings.scheme}://{LOOPBACK}:{settings.port}"
    tls = trust(settings.secrets_dir / AUTHORITY if settings.tls_certificate else None)
    look = Look(data.HALL, data.HALL_SUBTITLE)
    source = await asyncio.to_thread(make_live, look, lambda: datetime.now(VIETNAM))
    async with Pool().running() as pool, httpx.AsyncClient(verify=tls, trust_env=False) as http:
        camera = WhipCamera(pool, http, f"{url}/whip/{plan.session}", _bearer(settings, plan), source)
        fleet = Fleet(url, _rooms(plan, points), None if tls is True else tls, small=small)
        async with asyncio.TaskGroup() as group:
            group.create_task(camera.run(), name="camera")
            group.create_task(fleet.run(pool), name="fleet")


def _bearer(settings: Settings, plan: DemoPlan) -> Callable[[], str]:
    """A fresh token whenever one is asked for."""
    tokens = media_tokens(Keys(settings.secrets_dir))
    clock = SystemClock()
    ids = Ids(clock)

    def sign() -> str:
        expires = clock.now() + TOKEN_LASTS
        return tokens.sign(
            MediaToken(session=plan.session, may="publish", unit=None, expires=expires, id=ids.new())
        )

    return sign


def _rooms(plan: DemoPlan, points: int) -> list[RoomCode]:
    agenda = data.case_units(plan.tree)[: data.AGENDA]
    shown = showcase(plan.current, plan.tree).codes()
    chosen = simulated(plan, data.parents(plan.tree), agenda, shown, points)
    return [RoomCode(room.code, room.name) for room in chosen]
