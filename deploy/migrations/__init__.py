"""Bringing a database to the present schema, from whatever version it has, from an installed package too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from hub.cases import word_index
from hub.store.database import async_url

# Any number, but always the same: two hubs that start at once must not both migrate.
_POSTGRESQL_LOCK = 5_316_071_112


class ForeignKeyBroken(Exception):
    """A migration would leave records that point nowhere. Nothing was changed."""


async def upgrade(url: str) -> None:
    """Bring the database to the newest version in one transaction. Nothing to do is fine, two at once too."""
    async with _alone(url) as connection:
        await connection.run_sync(_run, "upgrade", "head")
        await connection.run_sync(word_index.ensure)
        await _check_foreign_keys(connection)


async def downgrade(url: str, revision: str = "base") -> None:
    """Take the database back to a revision, in one transaction. What only newer versions know is lost."""
    async with _alone(url) as connection:
        await connection.run_sync(word_index.drop)  # the next upgrade makes it anew
        await connection.run_sync(_run, "downgrade", revision)
        await _check_foreign_keys(connection)


async def version(url: str) -> str | None:
    """The revision a database is at; None when it is empty."""
    async with _alone(url) as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def newest() -> str:
    """The revision this program knows as the newest."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def config_for(connection: Connection) -> Config:
    """Alembic's configuration for work on an open connection."""
    config = _config()
    config.attributes["connection"] = connection
    return config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _run(connection: Connection, direction: str, revision: str) -> None:
    getattr(command, direction)(config_for(connection), revision)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that keeps other migrations out, and on SQLite all writers."""
    parsed = async_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_async_engine(parsed, connect_args={"isolation_level": None} if sqlite else {})
    if sqlite:
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", lambda sync: sync.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        async with engine.begin() as connection:
            if not sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})"))
            yield connection
    finally:
        await engine.dispose()


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    cursor = raw.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    # SQLite alters a table by copying it; with foreign keys on, dropping the old one would empty others.
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


async def _check_foreign_keys(connection: AsyncConnection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
    if broken is not None:
        raise ForeignKeyBroken(f"a row of {broken[0]} points to a missing row of {broken[2]}")
