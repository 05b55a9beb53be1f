"""Fixtures: `db` over SQLite and PostgreSQL, `bus` over memory and Redis. Servers start when first needed."""

import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from deploy.migrations.models import metadata
from hub.cases import word_index
from hub.cases.append_only import ACTS, DIRECTIVE_ACTS
from hub.people.append_only import AUDIT
from hub.reception.append_only import REDACTIONS, TIMELINE
from hub.store.bus import Bus
from hub.store.database import Database
from hub.store.memory import MemoryBus
from hub.store.redis import RedisBus
from tests.kit import servers


@dataclass
class Templates:
    """A finished schema per database, made once and copied for each test."""

    directory: Path
    postgresql: dict[str, str] = field(default_factory=dict)

    async def sqlite_url(self, target: Path) -> str:
        """The URL of a fresh SQLite database with all tables."""
        template = self.directory / "template.sqlite"
        if not template.exists():
            await build_schema(f"sqlite:///{template}")
        shutil.copy(template, target)
        return f"sqlite:///{target}"

    async def postgresql_url(self, server: str) -> str:
        """The URL of a fresh PostgreSQL database with all tables."""
        if server not in self.postgresql:
            self.postgresql[server] = await create_database(server, f"template_{uuid.uuid4().hex[:12]}")
            await build_schema(self.postgresql[server])
        template = make_url(self.postgresql[server]).database
        return await create_database(server, f"test_{uuid.uuid4().hex[:12]}", template)


async def build_schema(url: str) -> None:
    """Create all tables, with the triggers that keep history as it was, in an empty database."""
    tables = metadata()
    db = Database(url)
    try:
        async with db.connect() as connection:
            await connection.run_sync(tables.create_all)
            for kept in (AUDIT, TIMELINE, REDACTIONS, ACTS, DIRECTIVE_ACTS):
                for statement in kept.statements(db.dialect):
                    await connection.exec_driver_sql(statement)
            await connection.run_sync(word_index.ensure)
    finally:
        await db.close()


async def create_database(server: str, name: str, template: str | None = None) -> str:
    """Create an empty database, or a copy of `template`, and give its URL."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(
            f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else "")
        )
    finally:
        await connection.close()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def drop_database(server: str, url: str) -> None:
    """Drop a database, cutting off whoever is still connected."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def db_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh database with all tables, once on each kind."""
    if request.param == "sqlite":
        yield await templates.sqlite_url(tmp_path / "hub.sqlite")
        return
    server = request.getfixturevalue("postgresql_server")
    url = await templates.postgresql_url(server)
    yield url
    await drop_database(server, url)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = request.getfixturevalue("postgresql_server")
    url = await create_database(server, f"empty_{uuid.uuid4().hex[:12]}")
    yield url
    await drop_database(server, url)


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    """A fresh database with all tables and an in-process bus, once on SQLite and once on PostgreSQL."""
    database = Database(db_url, MemoryBus())
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(templates: Templates, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh SQLite database, for tests whose subject is not the database."""
    database = Database(await templates.sqlite_url(tmp_path / "hub.sqlite"), MemoryBus())
    yield database
    await database.close()


@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """A bus, once in memory and once over Redis, deaf to other tests."""
    chosen: Bus
    if request.param == "memory":
        chosen = MemoryBus()
    else:
        chosen = RedisBus(request.getfixturevalue("redis_server"), channel=uuid.uuid4().hex)
    yield chosen
    await chosen.close()
