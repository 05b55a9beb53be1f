"""What planners wrote names nobody whom the vault keeps, also when it was written before."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.cases.lives import Lives
from hub.cases.name_tries import ACT
from hub.cases.rules import CaseKind
from hub.people.models import AuditEntry
from hub.reception.before import When
from hub.reception.models import Session
from tests.hub.reception.test_before import draft, new
from tests.kit.factories import PETITIONER, House
from tests.kit.receptions import Live

NAME = PETITIONER.name
WORDS = {"title": f"Tiếp {NAME}", "chair": f"Người tiếp {NAME}", "place": f"Nhà {NAME}"}
KEPT = ("Tiếp •••", "Người tiếp •••", "Nhà •••")


async def asked(house: House, session: str) -> list[str]:
    return [file.what for file in await house.receptions.preparing.files(house.clerk, session)]


async def test_a_file_is_asked_for_without_the_denouncers_name(house: House) -> None:
    preparing, unit = house.receptions.preparing, house.unit["D1"].id
    secret, open_ = await house.case(kind=CaseKind.DENUNCIATION, title="Tố cáo"), await house.case()
    session = await draft(house)
    for case in (secret, open_):
        await preparing.put(house.clerk, session, case.id)
        told = {"unit": unit, "what": f"Hồ sơ của {NAME}", "due": None}
        await preparing.ask_file(house.clerk, session, case.id, **told)  # type: ignore[arg-type]
    assert await asked(house, session) == ["Hồ sơ của •••", f"Hồ sơ của {NAME}"]


async def on_its_page(live: Live) -> None:
    told = {"kind": "denunciation", "field": "land"}
    await Lives(live.house.cases).perform(live.house.clerk, live.cases[0].id, "classify", data=told)


async def in_a_session(live: Live) -> None:
    await live.clerk("case.reclassify", case=live.cases[0].id, kind="denunciation")


DENOUNCING = pytest.mark.parametrize("denounce", [on_its_page, in_a_session])


@DENOUNCING
async def test_what_was_asked_before_loses_the_name_with_the_case(
    live: Live, denounce: Callable[[Live], Awaitable[None]]
) -> None:
    house, preparing = live.house, live.house.receptions.preparing
    session, unit = await draft(house), house.unit["D1"].id
    await preparing.put(house.clerk, session, live.cases[0].id)
    told = {"unit": unit, "what": f"Hồ sơ của {NAME}", "due": None}
    await preparing.ask_file(house.clerk, session, live.cases[0].id, **told)  # type: ignore[arg-type]
    await denounce(live)
    assert await asked(house, session) == ["Hồ sơ của •••"]


async def words(house: House, session: str) -> tuple[str, str, str]:
    found = await house.receptions.before.get(house.clerk, session)
    return found.title, found.chair, found.place


async def titles(house: House, session: str) -> list[str]:
    """As the timeline told them."""
    events = await house.receptions.load(session)
    return [event.data["title"] for event in events if event.kind in ("session.created", "session.changed")]


async def secret_draft(house: House, **said: object) -> str:
    """A draft that has a denunciation on its agenda."""
    case, session = await house.case(kind=CaseKind.DENUNCIATION, title="Tố cáo"), await draft(house, **said)
    await house.receptions.preparing.put(house.clerk, session, case.id)
    return session


async def test_a_session_is_not_named_after_a_denouncer(house: House) -> None:
    before, session = house.receptions.before, await secret_draft(house, **WORDS)
    assert await words(house, session) == KEPT
    await before.change(house.clerk, session, new(house, **WORDS))  # type: ignore[arg-type]
    assert await words(house, session) == KEPT
    await before.schedule(house.clerk, session)
    await before.change(house.clerk, session, new(house, **WORDS | {"title": f"Gặp {NAME}"}))  # type: ignore[arg-type]
    assert await words(house, session) == ("Gặp •••", *KEPT[1:])
    assert await titles(house, session) == ["Tiếp •••", "Gặp •••"]
    assert (await house.receptions.verify(session)).ok
    async with house.db.read() as read:
        tries = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == ACT)
        assert await read.scalar(tries) == 3 + 3 + 3


async def test_a_session_is_named_after_who_asks_openly(sqlite_house: House) -> None:
    session, case = await draft(sqlite_house, **WORDS), await sqlite_house.case()
    await sqlite_house.receptions.preparing.put(sqlite_house.clerk, session, case.id)
    await sqlite_house.receptions.before.schedule(sqlite_house.clerk, session)
    assert await words(sqlite_house, session) == tuple(WORDS.values())


async def test_a_denunciation_that_joins_takes_its_name_out_of_the_title(house: House) -> None:
    session = await draft(house, **WORDS)
    await house.receptions.before.schedule(house.clerk, session)
    case = await house.case(kind=CaseKind.DENUNCIATION, title="Tố cáo")
    await house.receptions.preparing.put(house.clerk, session, case.id)
    assert await words(house, session) == KEPT
    assert await titles(house, session) == [WORDS["title"], "Tiếp •••"]
    assert (await house.live(session)).state.title == "Tiếp •••"


async def test_what_comes_after_a_session_names_nobody_either(sqlite_house: House) -> None:
    house, before = sqlite_house, sqlite_house.receptions.before
    session = await secret_draft(house)
    await before.schedule(house.clerk, session)
    async with house.db.begin() as work:  # as an older version of the program left it
        row = await work.session.get_one(Session, session)
        row.title, row.chair, row.place = WORDS.values()
    later = house.clock.now() + timedelta(days=9)
    successor = await before.postpone(house.clerk, session, "Có việc đột xuất", When(later))
    assert successor is not None
    assert await words(house, successor) == KEPT
    assert await titles(house, successor) == ["Tiếp •••"]
    await before.cancel(house.clerk, successor, "Có việc đột xuất")
    async with house.db.begin() as work:
        row = await work.session.get_one(Session, successor)
        row.title, row.chair, row.place = WORDS.values()
    assert await words(house, await before.again(house.clerk, successor, later)) == KEPT


@DENOUNCING
async def test_a_case_that_becomes_a_denunciation_takes_its_name_along(
    live: Live, denounce: Callable[[Live], Awaitable[None]]
) -> None:
    house, before = live.house, live.house.receptions.before
    drafted, scheduled, cancelled = [await draft(house, **WORDS) for _ in range(3)]
    for session in (drafted, scheduled, cancelled):
        await house.receptions.preparing.put(house.clerk, session, live.cases[0].id)
    for session in (scheduled, cancelled):
        await before.schedule(house.clerk, session)
    await before.cancel(house.clerk, cancelled, f"{NAME} xin hoãn")
    await denounce(live)
    for session in (drafted, scheduled, cancelled):
        assert await words(house, session) == KEPT
    assert (await before.get(house.clerk, cancelled)).reason == "••• xin hoãn"
    for session in (scheduled, cancelled):
        assert (await house.live(session)).state.title == "Tiếp •••"
        assert (await house.receptions.verify(session)).ok
    assert await titles(house, drafted) == []
    async with house.db.read() as read:
        assert await read.scalar(select(AuditEntry.id).where(AuditEntry.act == ACT)) is None
