"""The one place that puts the hub's services together."""

import os
import pwd
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from deploy.errors import CommandError
from deploy.keys import SEAL_KEY, TOKENS_KEY, settle_keys
from deploy.law import settle_law
from deploy.migrations import upgrade, version
from deploy.settings import Settings
from endpoints.points.devices import Devices
from endpoints.points.service import Points
from hub.cases.documents import Documents
from hub.cases.file_store import FileStore
from hub.cases.notices.office import Office, read_hours
from hub.cases.papers.service import Papers
from hub.cases.papers.templates import Templates
from hub.cases.service import Cases
from hub.cases.vault_door import VaultDoor
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
from hub.units.working_days import vietnam
from signaling.turn import Turn
from web.mail import Mailer
from web.mail_server import read_server
from web.postman import Postman
from web.services import Services, WebSettings

_SAY_WHERE: Final = frozenset({"data_dir", "database_url"})


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Services]:
    """The services for a command at the keyboard: a database that is still empty is made first, where the
    settings say which.

    One that has records is never migrated on the side; `hub db upgrade` and `hub serve` do that. Raises
    CommandError in a shell without the hub's settings, and for whoever does not own its folder.
    """
    _as_owner(settings)
    if not _SAY_WHERE & settings.model_fields_set and not settings.data_dir.exists():
        raise CommandError(
            f"there is no hub in {settings.data_dir.absolute()}: give this shell the settings of the one "
            "you mean (HUB_DATA_DIR, HUB_DATABASE_URL), or make one here with: hub db upgrade"
        )
    if await version(settings.database) is None:
        await upgrade(settings.database)
    async with open_services(settings) as services:
        yield services


def _as_owner(settings: Settings) -> None:
    """Keys and files made by somebody else could not be read by the hub afterwards."""
    folder = next((each for each in (settings.secrets_dir, settings.data_dir) if each.exists()), None)
    owner = os.geteuid() if folder is None else folder.stat().st_uid
    if owner != os.geteuid():
        name = _user_name(owner)
        raise CommandError(f"{folder} belongs to {name}: give the command as {name} (sudo -u {name} hub …)")


def _user_name(uid: int) -> str:
    """The login of that number, or the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Every service over the configured database and bus, which are closed with the context. All keys are
    there then. Raises CommandError for one that is lost, and for a file of the law that is wrong.
    """
    settle_law(settings.law_dir)
    bus: Bus = RedisBus(settings.redis_url) if settings.redis_url else MemoryBus()
    db = Database(settings.database, bus)
    try:
        services = build_services(settings, db)
        await settle_keys(db, services.keys)
        yield services
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
    points = Points(db, clock, ids)
    vault = VaultDoor(db, keys, settings.data_dir / "vault", clock, ids)
    files = FileStore(settings.data_dir / "files")
    documents = Documents(db, cases, files, vault, clock=clock, ids=ids)
    return Services(
        db=db,
        units=units,
        people=People(db, clock, ids),
        cases=cases,
        vault=vault,
        documents=documents,
        papers=Papers(db, cases, documents, Templates(db, files, clock, ids), ids),
        receptions=Receptions(db, cases, units, clock, ids, keys.get(SEAL_KEY)),
        points=points,
        devices=Devices(db, points, clock, ids),
        relay=RelayPool([settings.relay_socket_of(index) for index in range(settings.relays)]),
        keys=keys,
        clock=clock,
        ids=ids,
        turn=Turn(settings.turn, settings.turn_secret, settings.turn_ttl),
        office=Office(read_hours(settings.office_hours), vietnam()),
        mailing=bool(settings.smtp_url),
        demo=settings.demo,
    )


def postman(settings: Settings) -> Postman | None:
    """Who takes mails to the server; None where none is set."""
    if not settings.smtp_url:
        return None
    return Postman(Mailer(read_server(settings.smtp_url)), settings.mail_from, settings.url)


def web_settings(settings: Settings) -> WebSettings:
    """What the app is told of the settings."""
    return WebSettings(
        public_url=settings.public_url or None,
        metrics_token=settings.metrics_token,
        help_phone=settings.help_phone,
    )


def media_tokens(keys: Keys) -> MediaTokens:
    """What signs and reads the bearers of WHIP and WHEP."""
    return MediaTokens(keys.get(TOKENS_KEY))
