"""Units of work: all or nothing, hints after the commit, readers that cannot write."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Insert, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.people.models import Account, Grant
from hub.store import database
from hub.store.database import Busy, Database, TextUnstorable, async_url
from hub.store.memory import MemoryBus
from tests.kit.servers import free_port


def account(number: int) -> Account:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    return Account(id=f"{number:026}", login=f"a{number}", name="A", password_hash="", created_at=at)


async def count(db: Database) -> int:
    async with db.read() as session:
        return int(await session.scalar(select(func.count()).select_from(Account)) or 0)


async def test_work_is_kept(db: Database) -> None:
    async with db.begin() as work:
        work.session.add(account(1))
    assert await count(db) == 1


async def test_failed_work_leaves_nothing(db: Database) -> None:
    with suppress(RuntimeError):
        async with db.begin() as work:
            work.session.add(account(1))
            await work.session.flush()
            raise RuntimeError("changed my mind")
    assert await count(db) == 0


async def test_cancelled_work_leaves_nothing_and_frees_the_lock(db: Database) -> None:
    inside = asyncio.Event()

    async def endless() -> None:
        async with db.begin() as work:
            work.session.add(account(1))
            await work.session.flush()
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(endless())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with db.begin() as work:
        work.session.add(account(2))
    assert await count(db) == 1


async def test_hints_follow_the_commit(db: Database) -> None:
    async with db.bus.subscribe("session:1") as subscription:
        async with db.begin() as work:
            work.session.add(account(1))
            work.hint("session:1", 4)
            work.hint("session:1", 6)
            work.hint("session:1", 5)
            assert await subscription.next(0.01) is None
        assert await subscription.next(1) == 6
    assert await count(db) == 1


async def test_failed_work_hints_nothing(db: Database) -> None:
    async with db.bus.subscribe("t") as subscription:
        with suppress(IntegrityError):
            async with db.begin() as work:
                work.hint("t", 1)
                work.session.add_all([account(1), account(1)])
        assert await subscription.next(0.01) is None


async def test_what_waits_for_the_commit_is_done_after_it(db: Database) -> None:
    done: list[str] = []
    async with db.bus.subscribe("t") as subscription:
        async with db.begin() as work:
            work.after(lambda: done.append("after"))
            async with work.session.begin_nested():
                work.session.add(account(1))
            assert done == []
            work.hint("t", 1)
        assert done == ["after"]
        assert await subscription.next(1) == 1


async def test_failed_work_does_nothing_after(db: Database) -> None:
    done: list[str] = []
    with suppress(RuntimeError):
        async with db.begin() as work:
            work.after(lambda: done.append("raised"))
            async with work.session.begin_nested():
                work.session.add(account(1))
            raise RuntimeError("changed my mind")
    with suppress(IntegrityError):
        async with db.begin() as work:
            work.after(lambda: done.append("not committed"))
            work.session.add_all([account(1), account(1)])
    async with db.begin() as work:
        work.after(lambda: done.append("undone"))
        work.hint("t", 1)
        work.forget()
    assert (done, work.hints) == ([], {})


async def test_what_fails_after_the_commit_undoes_nothing(db: Database) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("the folder is gone")

    async with db.bus.subscribe("t") as subscription:
        async with db.begin() as work:
            work.session.add(account(1))
            work.after(fail)
            work.after(lambda: done.append("after"))
            work.hint("t", 1)
        assert await subscription.next(1) == 1
    assert done == ["after"]
    assert await count(db) == 1


async def test_readers_cannot_write(db: Database) -> None:
    async with db.read() as session:
        session.add(account(1))
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            await session.flush()


async def test_a_reader_sees_one_moment(db: Database) -> None:
    async with db.read() as session:
        before = await session.scalar(select(func.count()).select_from(Account))
        async with db.begin() as work:
            work.session.add(account(1))
        after = await session.scalar(select(func.count()).select_from(Account))
    assert (before, after) == (0, 0)
    assert await count(db) == 1


async def test_reading_inside_a_work_sees_what_was_committed(db: Database) -> None:
    async with db.begin() as work:
        work.session.add(account(1))
        await work.session.flush()
        assert await count(db) == 0


async def test_records_are_readable_after_the_work(db: Database) -> None:
    async with db.begin() as work:
        made = account(1)
        work.session.add(made)
    assert made.login == "a1"


async def test_foreign_keys_hold(db: Database) -> None:
    with pytest.raises(IntegrityError):
        async with db.begin() as work:
            work.session.add(Grant(id="0" * 26, account_id="1" * 26, role="chair", unit_id=None))


async def test_counting_up_under_load_loses_nothing(db: Database) -> None:
    async with db.begin() as work:
        work.session.add(account(1))

    async def one_more() -> None:
        async with db.begin() as work:
            found = await work.session.get_one(Account, f"{1:026}", with_for_update=True)
            found.epoch += 1

    await asyncio.gather(*(one_more() for _ in range(40)))
    async with db.read() as session:
        found = await session.get_one(Account, f"{1:026}")
    assert found.epoch == 41


async def test_two_databases_objects_share_the_truth(db: Database, db_url: str) -> None:
    other = Database(db_url)
    try:
        await asyncio.gather(
            *(_add(one, number) for number in range(20) for one in [(db, other)[number % 2]])
        )
        assert await count(db) == await count(other) == 20
    finally:
        await other.close()


async def _add(db: Database, number: int) -> None:
    async with db.begin() as work:
        work.session.add(account(number))


async def test_a_lock_that_does_not_come_is_busy(db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.2)
    first, second = Database(db_url), Database(db_url)
    try:
        async with first.begin() as work:
            work.session.add(account(1))
            await work.session.flush()
            with pytest.raises(Busy):
                async with second.begin() as other:
                    other.session.add(account(1))  # waits for the first to commit or not
    finally:
        await first.close()
        await second.close()


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800", "x\udfff"])
async def test_unstorable_text_is_refused_and_never_found(db: Database, text: str) -> None:
    made = account(1)
    made.login = text
    with pytest.raises(TextUnstorable, match="cannot be stored"):
        async with db.begin() as work:
            work.session.add(made)
    async with db.read() as session:
        assert await session.get(Account, text) is None
        assert await session.scalar(select(Account).where(Account.login == text)) is None


async def test_a_server_that_is_not_there_is_busy() -> None:
    db = Database(f"postgresql://hub@127.0.0.1:{free_port()}/hub")
    with pytest.raises(Busy, match="cannot be reached"):
        async with db.begin():
            pass
    with pytest.raises(Busy, match="cannot be reached"):
        async with db.read():
            pass
    await db.close()


async def test_a_server_that_goes_away_is_busy_and_comes_back(postgresql_server: str) -> None:
    db = Database(postgresql_server)
    with pytest.raises(Busy, match="went away"):
        async with db.begin() as work:
            await work.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    async with db.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await db.close()


async def test_sqlite_is_durable_and_journalled(sqlite_db: Database) -> None:
    async with sqlite_db.begin() as work:
        answers = [
            await work.session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert answers == ["wal", 2, 1, 10_000]


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///some/file", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////some/file", "sqlite+aiosqlite"),
        ("postgresql://hub@host/name", "postgresql+asyncpg"),
        ("postgresql+psycopg://hub@host/name", "postgresql+asyncpg"),
    ],
)
def test_urls(url: str, driver: str) -> None:
    assert async_url(url).drivername == driver


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:"])
def test_unusable_urls(url: str) -> None:
    with pytest.raises(ValueError, match="database"):
        async_url(url)


async def test_makes_the_directory_of_its_file(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/new/dir/hub.sqlite", MemoryBus())
    async with db.begin() as work:
        await work.session.execute(text("SELECT 1"))
    await db.close()
    assert (tmp_path / "new/dir/hub.sqlite").exists()


async def test_closing_twice_is_harmless(db: Database) -> None:
    await db.close()
    await db.close()


async def test_learns_how_its_tables_are_filled_and_goes_on(db: Database) -> None:
    async with db.begin() as work:
        await work.session.execute(text("CREATE TABLE learnt (n INTEGER PRIMARY KEY, word TEXT)"))
        await work.session.execute(text("CREATE INDEX learnt_word ON learnt (word)"))
        await work.session.execute(text("INSERT INTO learnt (n, word) VALUES (1, 'a'), (2, 'a')"))
    await db.learn()
    known = (
        "SELECT stat FROM sqlite_stat1 WHERE idx = 'learnt_word'"
        if db.dialect == "sqlite"
        else "SELECT reltuples FROM pg_class WHERE relname = 'learnt'"
    )
    async with db.begin() as work:
        assert str(await work.session.scalar(text(known))) in {"2 2", "2.0"}
        await work.session.execute(text("DROP TABLE learnt"))


async def test_many_rows_that_give_something_back_are_looked_at_too(db: Database) -> None:
    def row(n: int, name: str) -> dict[str, object]:
        at = datetime(2026, 7, 1, tzinfo=UTC)
        return {"id": f"{n:026}", "login": f"m{n}", "name": name, "password_hash": "", "created_at": at}

    wanted = insert(Account).returning(Account.login)
    async with db.begin() as work:
        made = await work.session.scalars(wanted, [row(n, "A") for n in range(3)])
        assert set(made) == {"m0", "m1", "m2"}
    with pytest.raises(TextUnstorable):
        await _insert(db, wanted, [row(3, "A"), row(4, "A\x00")])
    assert await count(db) == 3


async def _insert(db: Database, wanted: Insert, rows: list[dict[str, object]]) -> None:
    async with db.begin() as work:
        await work.session.execute(wanted, rows)


async def test_a_command_waits_for_one_patient_work_and_not_for_all(db: Database) -> None:
    """From the third on the machines would wait for the person for ever, if the person had to wait for them.
    (PostgreSQL opens a connection meanwhile: who comes when is no matter of turns there.)"""
    first_is_on, go_on, served = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def machine(number: int) -> None:
        async with db.begin(patient=True) as work:
            work.session.add(account(number))
            if number == 1:
                first_is_on.set()
                await go_on.wait()
            elif number > 2:
                await served.wait()

    async def person() -> None:
        async with db.begin() as work:
            work.session.add(account(9))
        served.set()

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(machine(1))
        await first_is_on.wait()
        for number in range(2, 6):
            group.create_task(machine(number))
        await asyncio.sleep(0)
        group.create_task(person())
        await asyncio.sleep(0)
        go_on.set()
    assert await count(db) == 6


async def test_patient_work_that_failed_lets_the_next_one_in(db: Database) -> None:
    with suppress(RuntimeError):
        async with db.begin(patient=True):
            raise RuntimeError("changed my mind")
    async with asyncio.timeout(30), db.begin(patient=True) as work:
        work.session.add(account(1))
    assert await count(db) == 1


async def test_patient_work_that_waits_too_long_is_busy(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.05)
    async with db.begin(patient=True):
        with pytest.raises(Busy):
            async with db.begin(patient=True):
                pass
