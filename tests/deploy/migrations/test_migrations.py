"""Migrations make what the models say, on both databases, from anywhere, at once, and back."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy import migrations
from deploy.migrations.models import metadata
from hub.cases import word_index
from hub.store.database import Database
from tests.kit.databases import build_schema


def differences(connection: Connection) -> list[object]:
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, _kind, _parents: not word_index.is_derived(name),
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata()))


def shape(connection: Connection) -> dict[str, object]:
    """Everything autogeneration does not compare: checks, keys, triggers."""
    seen = inspect(connection)
    tables = sorted(set(seen.get_table_names()) - {"alembic_version"})
    return {
        "triggers": triggers(connection),
        "tables": {
            table: {
                "checks": sorted(
                    (str(one["name"]), one["sqltext"]) for one in seen.get_check_constraints(table)
                ),
                "primary": seen.get_pk_constraint(table),
                "foreign": sorted(map(str, seen.get_foreign_keys(table))),
                "unique": sorted(map(str, seen.get_unique_constraints(table))),
                "columns": [
                    (one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(table)
                ],
            }
            for table in tables
        },
    }


def triggers(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"))
    else:
        names = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        found = connection.execute(text(names))
    return [str(row[0]) for row in found]


async def shape_of(url: str) -> dict[str, object]:
    db = Database(url)
    try:
        async with db.connect() as connection:
            return await connection.run_sync(shape)
    finally:
        await db.close()


async def test_models_and_migrations_agree(empty_url: str) -> None:
    await migrations.upgrade(empty_url)
    db = Database(empty_url)
    async with db.connect() as connection:
        assert await connection.run_sync(differences) == []
    await db.close()


async def test_migrated_and_created_databases_are_alike(empty_url: str) -> None:
    """Other tests run on tables made from the models: those are the deployed ones to the last constraint."""
    await migrations.upgrade(empty_url)
    migrated = await shape_of(empty_url)
    await migrations.downgrade(empty_url)
    await build_schema(empty_url)
    assert await shape_of(empty_url) == migrated


async def test_again_is_nothing(empty_url: str) -> None:
    assert await migrations.version(empty_url) is None
    await migrations.upgrade(empty_url)
    first = await shape_of(empty_url)
    await migrations.upgrade(empty_url)
    assert await shape_of(empty_url) == first
    assert await migrations.version(empty_url) == migrations.newest()


async def test_two_at_once(empty_url: str) -> None:
    await asyncio.gather(*(migrations.upgrade(empty_url) for _ in range(3)))
    assert await migrations.version(empty_url) == migrations.newest()


async def test_back_to_nothing_and_forth(empty_url: str) -> None:
    await migrations.upgrade(empty_url)
    there = await shape_of(empty_url)
    await migrations.downgrade(empty_url)
    assert await shape_of(empty_url) == {"triggers": [], "tables": {}}
    await migrations.upgrade(empty_url)
    assert await shape_of(empty_url) == there


async def test_a_failed_migration_changes_nothing(empty_url: str) -> None:
    db = Database(empty_url)
    async with db.connect() as connection:
        await connection.execute(text("CREATE TABLE cases (id INTEGER)"))
    await db.close()
    with pytest.raises(DBAPIError, match="cases"):
        await migrations.upgrade(empty_url)
    assert await migrations.version(empty_url) is None
    assert list((await shape_of(empty_url))["tables"]) == ["cases"]  # type: ignore[call-overload]


async def test_broken_references_are_noticed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.sqlite"
    await migrations.upgrade(url)
    async with migrations._alone(url) as connection:
        await connection.execute(
            text("INSERT INTO grants (id, account_id, role) VALUES ('1', 'nobody', 'chair')")
        )
    with pytest.raises(
        migrations.ForeignKeyBroken, match="a row of grants points to a missing row of accounts"
    ):
        await migrations.upgrade(url)


def test_from_another_directory(tmp_path: Path) -> None:
    program = "import asyncio, sys; from deploy.migrations import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    places = os.pathsep.join([str(Path(migrations.__file__).parents[2]), *sys.path])
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path}/new/hub.sqlite"]
    subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": places}, check=True, timeout=60)
    assert (tmp_path / "new/hub.sqlite").exists()


def test_migrations_stand_in_a_row() -> None:
    files = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("0*.py"))
    assert files == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert migrations.newest() == files[-1]


async def test_registers_undone_before_give_their_numbers_back(empty_url: str) -> None:
    await migrations.upgrade(empty_url)
    await migrations.downgrade(empty_url, "0020")
    async with migrations._alone(empty_url) as connection:
        unit = {"id": "u", "name": "Hoà An", "folded": "hoa an", "level": "commune", "code": "90312"}
        await _insert(connection, "units", unit)
        for name, serial, voided in (("a", 7, date(2025, 3, 1)), ("b", 8, None)):
            case = {"id": name, "book_unit_id": "u", "unit_id": "u", "year": 2024, "serial": serial}
            case |= {"kind": "complaint", "field": "land", "state": "received", "voided_on": voided}
            await _insert(connection, "cases", case)
    await migrations.upgrade(empty_url)
    async with migrations._alone(empty_url) as connection:
        found = await connection.execute(text("SELECT serial FROM cases ORDER BY id"))
        assert list(found.scalars()) == [-1_000_007, 8]


async def _insert(connection: AsyncConnection, table: str, given: dict[str, object]) -> None:
    """A row; what else must be there is empty, nought or a day of 2024."""
    made = metadata().tables[table]
    blank = {str: "", int: 0, bool: False, date: date(2024, 1, 1)}
    needed = {
        each.name: blank.get(each.type.python_type, datetime(2024, 1, 1, tzinfo=UTC))
        for each in made.columns
        if not each.nullable
    }
    await connection.execute(made.insert(), needed | given)
