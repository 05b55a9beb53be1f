import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.reception.append_only import _KEPT, _KEPT_OR_NULL, REDACTIONS, TIMELINE
from hub.reception.chain import Verdict
from hub.reception.models import TimelineEvent
from tests.kit.factories import House

REFUSED = ["UPDATE timeline_events SET kind = 'x' WHERE n = 1", "DELETE FROM timeline_events WHERE n = 2"]


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_database_itself_refuses_to_change_history(house: House, statement: str) -> None:
    await house.session(await house.case())
    with pytest.raises(DBAPIError, match=TIMELINE.message):
        async with house.db.begin() as work:
            await work.session.execute(text(statement))


async def test_postgresql_refuses_to_empty_it_too(house: House) -> None:
    if house.db.dialect == "postgresql":
        with pytest.raises(DBAPIError, match=TIMELINE.message):
            async with house.db.begin() as work:
                await work.session.execute(text("TRUNCATE timeline_events CASCADE"))


ANNOUNCED = (
    "INSERT INTO timeline_redactions (session_id, n, number, case_id, at, by_key, by_name, hash, seal) "
    "SELECT session_id, n, %d, 'c', at, by_key, by_name, hash, seal FROM timeline_events WHERE n = 2"
)
MASK = "UPDATE timeline_events SET data = '{}', masked = %d WHERE n = 2"


async def run(house: House, *statements: str) -> None:
    async with house.db.begin() as work:
        for statement in statements:
            await work.session.execute(text(statement))


async def refuses(house: House, *statements: str) -> None:
    with pytest.raises(DBAPIError, match=TIMELINE.message):
        await run(house, *statements)


async def test_a_masking_that_was_announced_is_let_through_once(house: House) -> None:
    await house.session(await house.case())
    await refuses(house, MASK % 1)
    await run(house, ANNOUNCED % 1, MASK % 1)
    for number in (1, 2):  # no row lets a second change through, nor one that counts on
        await refuses(house, MASK % number)
    await run(house, ANNOUNCED % 2, MASK % 2)
    await refuses(house, "DELETE FROM timeline_events WHERE n = 2")


@pytest.mark.parametrize("column", [*_KEPT, *_KEPT_OR_NULL])
async def test_an_announced_masking_changes_nothing_else(house: House, column: str) -> None:
    await house.session(await house.case())
    other = {"n": "7", "media_ms": "5", "at": "'2001-01-01 00:00:00'"}.get(column, "'x'")
    change = f"UPDATE timeline_events SET data = '{{}}', masked = 1, {column} = {other} WHERE n = 2"
    await refuses(house, ANNOUNCED % 1, change)
    if column in ("item_id", "case_id"):  # the others are null in this event
        await refuses(house, ANNOUNCED % 1, change.replace(other, "NULL"))


def test_every_column_of_an_event_is_kept() -> None:
    kept = {*_KEPT, *_KEPT_OR_NULL, "data", "masked"}
    assert kept == {column.name for column in TimelineEvent.__table__.columns}
    assert {name for name in kept if TimelineEvent.__table__.columns[name].nullable} == set(_KEPT_OR_NULL)


async def test_what_was_masked_stays_on_record(house: House) -> None:
    await house.session(await house.case())
    await run(house, ANNOUNCED % 1)
    for statement in ("DELETE FROM timeline_redactions", "UPDATE timeline_redactions SET by_name = 'khác'"):
        with pytest.raises(DBAPIError, match=REDACTIONS.message):
            await run(house, statement)


async def tampered(house: House, *statements: str) -> str:
    """A session of six events whose database somebody got at."""
    session = await house.session(
        await house.case(), await house.case(), await house.case(), await house.case()
    )
    await house.do(house.clerk, session, "session.go_live")
    assert await house.receptions.verify(session) == Verdict(True, 6)
    async with house.db.begin() as work:
        for statement in [*TIMELINE.drop_statements(house.db.dialect), *statements]:
            await work.session.execute(text(statement))
    return session


COLUMNS = (
    "kind, at, media_ms, by_key, by_name, audience, item_id, case_id, unit_id, data, prev_hash, hash, seal"
)
COPY = f"INSERT INTO timeline_events (session_id, n, {COLUMNS}) SELECT session_id, %d, {COLUMNS} "
TAMPERING = {
    "altered": ["UPDATE timeline_events SET by_name = 'khác' WHERE n = 3"],
    "removed": ["DELETE FROM timeline_events WHERE n = 3"],
    "inserted": [
        "UPDATE timeline_events SET n = n + 100 WHERE n >= 3",
        "UPDATE timeline_events SET n = n - 99 WHERE n > 100",
        COPY % 3 + "FROM timeline_events WHERE n = 2",
    ],
}


@pytest.mark.parametrize("what", list(TAMPERING))
async def test_verify_names_the_first_event(house: House, what: str) -> None:
    session = await tampered(house, *TAMPERING[what])
    assert await house.receptions.verify(session) == Verdict(False, 2, 3, what)  # type: ignore[arg-type]


async def test_verify_sees_the_end_cut_off(house: House) -> None:
    session = await tampered(house, "DELETE FROM timeline_events WHERE n > 4")
    assert await house.receptions.verify(session) == Verdict(False, 4, 5, "removed")


async def test_verify_sees_a_forged_head(house: House) -> None:
    session = await tampered(
        house,
        "UPDATE sessions SET head_n = 4, head_hash = (SELECT hash FROM timeline_events WHERE n = 4)",
        "DELETE FROM timeline_events WHERE n > 4",
    )
    assert await house.receptions.verify(session) == Verdict(False, 4, 4, "sealed_wrong")
