"""The triggers on a table of their own, in both databases: what they refuse, what they let through."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.store.append_only import AppendOnly
from hub.store.database import Database

KEPT = AppendOnly("kept_rows", "kept rows are never changed")
FADING = AppendOnly("kept_rows", "fading rows are never changed", deletable=True)


@pytest.fixture
async def table(db: Database) -> AsyncIterator[Database]:
    async with db.begin() as work:
        await work.session.execute(text("CREATE TABLE kept_rows (n INTEGER)"))
        await work.session.execute(text("INSERT INTO kept_rows VALUES (1)"))
    yield db
    async with db.begin() as work:
        await work.session.execute(text("DROP TABLE kept_rows"))


async def run(db: Database, *statements: str) -> None:
    async with db.begin() as work:
        for statement in statements:
            await work.session.execute(text(statement))


async def refuses(db: Database, rule: AppendOnly, statement: str) -> None:
    with pytest.raises(DBAPIError, match=rule.message):
        await run(db, statement)


async def test_rows_are_added_and_neither_changed_nor_deleted(table: Database):
    await run(table, *KEPT.statements(table.dialect))
    await run(table, "INSERT INTO kept_rows VALUES (2)")
    await refuses(table, KEPT, "UPDATE kept_rows SET n = 3")
    await refuses(table, KEPT, "DELETE FROM kept_rows")
    if table.dialect == "postgresql":
        await refuses(table, KEPT, "TRUNCATE kept_rows")
    await run(table, *KEPT.drop_statements(table.dialect))
    await run(table, "DELETE FROM kept_rows")


async def test_rows_a_retention_job_may_delete(table: Database):
    await run(table, *FADING.statements(table.dialect))
    await refuses(table, FADING, "UPDATE kept_rows SET n = 3")
    await run(table, "DELETE FROM kept_rows")
    await run(table, *FADING.drop_statements(table.dialect))


async def test_the_way_back_leaves_nothing(table: Database):
    for rule in (KEPT, FADING):  # a trigger or a function that was left over would stop the second round
        for _ in range(2):
            await run(table, *rule.statements(table.dialect))
            await run(table, *rule.drop_statements(table.dialect))
    await run(table, "UPDATE kept_rows SET n = 4")
