import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.reception.append_only import TIMELINE
from hub.reception.chain import Verdict
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
                await work.session.execute(text("TRUNCATE timeline_events"))


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
