"""The database: units of work that commit first and hint afterwards, and read-only snapshots.

SQLite writers take the lock when they begin (BEGIN IMMEDIATE), so two of them never deadlock by upgrading a
read; within a process they queue for one connection. On PostgreSQL, lock the rows you are about to count on
(`with_for_update()`, which SQLite ignores and does not need).
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from hub.store.bus import Bus
from hub.store.memory import MemoryBus

log = structlog.get_logger(__name__)

LOCK_SECONDS = 10
"""How long a writer waits for a lock before the work is refused as `Busy`."""

SAMPLED_ROWS = 1000
"""Rows of each index that SQLite looks at to learn how it is filled: milliseconds for any size."""
SQLITE_READERS = 8
WRITER_CACHE_KIB = 32 * 1024
"""Pages that the writer keeps at hand: an import touches all indexes, and 2 MiB hold a twentieth of them."""
POSTGRESQL_CONNECTIONS = 10
PLANNING = {
    "random_page_cost": "1.1",
    "plan_cache_mode": "force_custom_plan",
    "max_parallel_workers_per_gather": "0",
}
"""PostgreSQL takes rows through an index for four times dearer than they are on a disk without moving parts,
and plans a query it has seen five times for any value: the boards took five times as long by that. Its
questions here are short: workers take longer to begin than they save, and take cores from the pictures.
"""
# lock_not_available, deadlock_detected, serialization_failure, query_canceled
BUSY_STATES = frozenset({"55P03", "40P01", "40001", "57014"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class Busy(Exception):
    """The database gave no lock or no connection in time. The same work may be tried again."""


class TextUnstorable(ValueError):
    """Text that PostgreSQL cannot hold, and SQLite only half: with a NUL, or half a surrogate pair."""


class Work:
    """One transaction: `session` to work with, `hint` to say what became new, `after` for what may only be
    done once it is committed, `held` for what is entered in it and left when it is over: after the commit, or
    with the exception that undid it.
    """

    def __init__(self, session: AsyncSession, held: AsyncExitStack) -> None:
        self.session = session
        self.held = held
        self.hints: dict[str, int] = {}
        self._after: list[Callable[[], None]] = []

    def hint(self, topic: str, n: int) -> None:
        """Publish "topic is at n" after the commit; only the highest n of a topic is sent."""
        self.hints[topic] = max(n, self.hints.get(topic, n))

    def after(self, act: Callable[[], None]) -> None:
        """Do `act` once the transaction is committed, before anybody hears of it; never when it is undone.
        SQLAlchemy's own `after_commit` is no place for that: it speaks up for a savepoint too.

        An act that fails is logged and undoes nothing, and one is lost when the process dies just then: leave
        to it only what is swept up later anyway.
        """
        self._after.append(act)

    def forget(self) -> None:
        """A savepoint around all that was done so far was undone: there is nothing to say or to do after."""
        self.hints.clear()
        self._after.clear()

    def committed(self) -> None:
        """Do what waited for the commit. For the `Database` that made this."""
        for act in self._after:
            try:
                act()
            except Exception as problem:
                log.exception("not done after a commit", why=type(problem).__name__)


class Database:
    """A database and the bus that goes with it. Its owner calls `close`; the bus has an owner of its own."""

    def __init__(self, url: str, bus: Bus | None = None) -> None:
        """Take `sqlite:///path` or `postgresql://…`. Raises ValueError for any other URL. Connects lazily."""
        self.url = async_url(url)
        self.bus: Bus = bus if bus is not None else MemoryBus()
        self._patient = asyncio.Lock()
        if self.url.get_backend_name() == "sqlite":
            self._writer = _sqlite_engine(self.url, writer=True)
            self._reader = _sqlite_engine(self.url, writer=False)
        else:
            self._writer = _postgresql_engine(self.url)
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @asynccontextmanager
    async def begin(self, *, patient: bool = False) -> AsyncIterator[Work]:
        """One transaction: committed when the block ends, rolled back when it raises. Raises `Busy`.

        `patient` ones go one at a time. What many machines write together (190 rooms that check themselves)
        then keeps a person's command waiting for one of them and not for all.
        """
        async with self._turn() if patient else nullcontext(), self._write() as work:
            yield work
        for topic, n in work.hints.items():
            await self.bus.publish(topic, n)

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[Work]:
        with _busy_named():
            async with (
                AsyncExitStack() as held,
                AsyncSession(self._writer, expire_on_commit=False) as session,
            ):
                work = Work(session, held)
                async with session.begin():
                    await _connect(session)  # take the lock now, not at the first statement
                    yield work
                work.committed()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(LOCK_SECONDS):
                await self._patient.acquire()
        except TimeoutError as error:
            raise Busy("too many others write before") from error
        try:
            yield
        finally:
            self._patient.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One consistent snapshot. Writing through it is refused by the database."""
        with _busy_named():
            async with AsyncSession(self._reader, expire_on_commit=False) as session:
                await _connect(session)
                yield session

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection with a transaction open, for migrations and schema work."""
        async with self._writer.begin() as connection:
            yield connection

    async def learn(self) -> None:
        """Have the database look at how its tables are filled, in samples, so that it finds the shorter way
        to rows. PostgreSQL does so by itself in time; after many new rows it is told to at once.
        """
        async with self._writer.begin() as connection:
            if self.dialect == "sqlite":
                await connection.exec_driver_sql(f"PRAGMA analysis_limit={SAMPLED_ROWS}")
            await connection.exec_driver_sql("ANALYZE")

    async def close(self) -> None:
        """Close all connections. Open work must have ended."""
        await self._writer.dispose()
        if self.dialect == "sqlite":
            await self._reader.dispose()


def async_url(url: str) -> URL:
    """Read a database URL, choose the asynchronous driver. Raises ValueError for what the hub cannot use."""
    parsed = make_url(url)
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise ValueError(f"the database must be sqlite or postgresql, not {parsed.get_backend_name()}")
    if driver.startswith("sqlite") and parsed.database in (None, "", ":memory:"):
        raise ValueError("a SQLite database needs a file: readers and the writer are separate connections")
    return parsed.set(drivername=driver)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite_engine(url: URL, *, writer: bool) -> AsyncEngine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_async_engine(
        url,
        json_serializer=_json,
        hide_parameters=True,  # an error's text goes to the logs, and the values may be people's names
        # Without this the driver opens transactions at moments of its own choosing.
        connect_args={"isolation_level": None, "timeout": LOCK_SECONDS},
        pool_size=1 if writer else SQLITE_READERS,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
    )
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"
    event.listen(engine.sync_engine, "connect", lambda raw, _: _prepare_sqlite(raw, writer=writer))
    event.listen(engine.sync_engine, "before_cursor_execute", _check_text, retval=True)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare_sqlite(raw: Any, *, writer: bool) -> None:
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys=ON")
    if writer:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # what was said to be committed survives a power cut
        # What is taken out (a denouncer's name out of an open case) is not left in the file's free pages.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
    else:
        cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _check_text(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    """Same answer on both databases: such text cannot be stored, and looking for it finds nothing."""
    # Rows that give something back (INSERT … RETURNING) come as one row of all their values.
    several = executemany and all(isinstance(row, tuple | list | dict) for row in parameters)
    rows = parameters if several else [parameters]
    if not any(_UNSTORABLE.search(" ".join(_texts(row))) for row in rows):
        return statement, parameters
    if executemany or context.isinsert or context.isupdate:
        raise TextUnstorable("text with a NUL or half a surrogate pair cannot be stored")
    return statement, tuple(
        _UNSTORABLE.sub("\ufffd", one) if isinstance(one, str) else one for one in parameters
    )


def _texts(row: Any) -> Iterator[str]:
    return (value for value in (row.values() if isinstance(row, dict) else row) if isinstance(value, str))


def _postgresql_engine(url: URL) -> AsyncEngine:
    settings = {"lock_timeout": str(LOCK_SECONDS * 1000), "timezone": "UTC", **PLANNING}
    engine = create_async_engine(
        url,
        json_serializer=_json,
        hide_parameters=True,  # an error's text goes to the logs, and the values may be people's names
        connect_args={"server_settings": settings, "timeout": LOCK_SECONDS},
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,  # a restarted server costs one round trip, not one error per connection
    )
    event.listen(engine.sync_engine, "before_cursor_execute", _check_text, retval=True)
    return engine


async def _connect(session: AsyncSession) -> None:
    try:
        await session.connection()
    except OSError as error:
        raise Busy("the database cannot be reached") from error


@contextmanager
def _busy_named() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise Busy("no database connection became free in time") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Busy("the database went away") from error
        if getattr(error.orig, "sqlstate", None) in BUSY_STATES or "database is locked" in str(error.orig):
            raise Busy("the database could not give a lock in time") from error
        raise
