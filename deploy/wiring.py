"""The one place that puts the hub's services together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.migrations import upgrade, version
from deploy.settings import Settings
from endpoints.points.service import Points
from hub.cases.service import Cases
from hub.people.secrets import Keys
from hub.people.service import People
from hub.people.tokens import MediaTokens
from hub.reception.service import Receptions
from hub.relay.pool import RelayPool
from hub.store.bus import Bus
from hub.store.clock import SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.store.memory import MemoryBus
from hub.store.redis import RedisBus
from hub.units.service import Units
from signaling.turn import Turn
from web.services import Services, WebSettings

TOKENS_KEY = "tokens"
SEAL_KEY = "timeline"


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Services]:
    """The services for a command at the keyboard: a database that is still empty is made first.

    One that has records is never migrated on the side; `hub db upgrade` and `hub serve` do that.
    """
    if await version(settings.database) is None:
        await upgrade(settings.database)
    async with open_services(settings) as services:
        yield services


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Every service over the configured database and bus, which are closed with the context."""
    bus: Bus = RedisBus(settings.redis_url) if settings.redis_url else MemoryBus()
    db = Database(settings.database, bus)
    try:
        yield build_services(settings, db)
    finally:
        await db.close()
        await bus.close()


def build_services(settings: Settings, db: Database) -> Services:
    """The services over an open database. Nothing connects before it is used."""
    clock = SystemClock()
    ids = Ids(clock)
    keys = Keys(settings.secrets_dir)
    units = Units(db, clock, ids)
    cases = Cases(db, keys, clock, ids)
    return Services(
        db=db,
        units=units,
        people=People(db, clock, ids),
        cases=cases,
        receptions=Receptions(db, cases, units, clock, ids, keys.get(SEAL_KEY)),
        points=Points(db, clock, ids),
        relay=RelayPool([settings.relay_socket_of(index) for index in range(settings.relays)]),
        keys=keys,
        clock=clock,
        ids=ids,
        turn=Turn(settings.turn, settings.turn_secret, settings.turn_ttl),
        demo=settings.demo,
    )


def web_settings(settings: Settings) -> WebSettings:
    """What the app is told of the settings."""
    return WebSettings(public_url=settings.public_url or None, metrics_token=settings.metrics_token)


def media_tokens(keys: Keys) -> MediaTokens:
    """What signs and reads the bearers of WHIP and WHEP."""
    return MediaTokens(keys.get(TOKENS_KEY))
