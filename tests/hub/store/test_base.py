"""Column types, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from hub.people.models import AuditEntry
from hub.store.database import Database

AT = datetime(2026, 7, 1, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=7)))


def entry(at: datetime = AT, data: dict[str, object] | None = None) -> AuditEntry:
    return AuditEntry(
        id="0" * 26,
        at=at,
        by_key="hub",
        by_name="hub",
        act="x",
        subject="s:1",
        data={} if data is None else data,
    )


async def test_time_comes_back_in_utc(db: Database) -> None:
    async with db.begin() as work:
        work.session.add(entry())
    async with db.read() as session:
        found = await session.get_one(AuditEntry, "0" * 26)
    assert found.at == AT
    assert found.at.tzinfo is UTC


async def test_naive_time_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="needs a time zone"):
        async with db.begin() as work:
            work.session.add(entry(AT.replace(tzinfo=None)))


async def test_json_comes_back_as_it_went_in(db: Database) -> None:
    data = {"z": 1, "a": ["Hạ Long", None, 1.5, 2.0, True], "m": {"b": {}, "a": []}}
    async with db.begin() as work:
        work.session.add(entry(data=data))
    async with db.read() as session:
        found = await session.get_one(AuditEntry, "0" * 26)
        stored = await session.scalar(text("SELECT CAST(data AS TEXT) FROM audit_entries"))
    assert found.data == data
    assert list(found.data) == ["z", "a", "m"]
    assert isinstance(found.data["a"][3], float)
    assert "Hạ Long" in stored
