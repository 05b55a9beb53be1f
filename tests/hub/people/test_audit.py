"""The audit trail grows; what stands in it stays as it was written."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.people.actor import HUB
from hub.people.append_only import AUDIT
from hub.people.audit import Audit, entries_of
from hub.store.database import Database
from hub.store.ids import Ids
from tests.kit.clock import HandClock


@pytest.fixture
def audit(clock: HandClock) -> Audit:
    return Audit(clock, Ids(clock))


async def test_newest_first_and_of_the_subject_only(db: Database, audit: Audit) -> None:
    async with db.begin() as work:
        for act in ("opened", "printed"):
            audit.record(work.session, HUB, act, "case:1", pages=2)
        audit.record(work.session, HUB, "opened", "case:2")
    async with db.read() as session:
        found = await entries_of(session, "case:1")
    assert [(entry.act, entry.by_key, entry.data) for entry in found] == [
        ("printed", "hub", {"pages": 2}),
        ("opened", "hub", {"pages": 2}),
    ]


async def test_an_entry_falls_with_its_act(db: Database, audit: Audit) -> None:
    with pytest.raises(DBAPIError):  # noqa: PT012 - the block is the transaction
        async with db.begin() as work:
            audit.record(work.session, HUB, "opened", "case:1")
            await work.session.execute(text("SELECT * FROM nothing_there"))
    async with db.read() as session:
        assert await entries_of(session, "case:1") == []


async def test_entries_are_never_changed(db: Database, audit: Audit) -> None:
    async with db.begin() as work:
        audit.record(work.session, HUB, "opened", "case:1")
    with pytest.raises(DBAPIError, match=AUDIT.message):
        async with db.begin() as work:
            await work.session.execute(text("UPDATE audit_entries SET act = 'closed'"))
    async with db.read() as session:
        assert [entry.act for entry in await entries_of(session, "case:1")] == ["opened"]
