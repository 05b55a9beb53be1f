"""Read and unread, undo, and nothing of what may not be seen any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from hub.cases.models import CaseReach
from hub.cases.notices.inbox import Inbox
from hub.people.roles import Role
from tests.hub.cases.notices.conftest import Desk
from tests.kit.clock import HandClock


async def three(desk: Desk) -> list[str]:
    """Three cases of C11: overdue, due today, due soon."""
    cases = [await desk.house.case("C11") for _ in range(3)]
    for case, days in zip(cases, (-1, 0, 5), strict=True):
        await desk.due(case, desk.today + timedelta(days=days))
    await desk.run()
    return [case.id for case in cases]


async def test_the_most_pressing_first_and_reading_and_undo(desk: Desk) -> None:
    reader = await desk.hire(Role.RECEPTION, "C11")
    other = await desk.hire(Role.POINT_CLERK, "C11")
    await three(desk)
    found = await desk.inbox.entries(reader)
    assert [each.code for each in found.entries] == ["term_overdue", "term_due", "term_soon"]
    assert all(each.own and each.fresh for each in found.entries)
    assert (found.total, found.fresh) == (3, 3)
    first = found.entries[0].id
    assert await desk.inbox.mark(reader, [first], read=True) == 1
    assert await desk.inbox.mark(reader, [first], read=True) == 1  # twice is once
    assert await desk.inbox.fresh(reader) == 2
    assert await desk.inbox.fresh(other) == 3  # everybody's own
    everything = (await desk.inbox.entries(reader, "all")).entries
    assert [(each.code, each.read) for each in everything] == [
        ("term_due", False),
        ("term_soon", False),
        ("term_overdue", True),
    ]
    desk.house.clock.advance(minutes=1)
    n, at = await desk.inbox.mark_all(reader)
    assert (n, await desk.inbox.fresh(reader)) == (2, 0)
    await desk.inbox.unmark(other, at)  # not theirs
    assert await desk.inbox.fresh(reader) == 0
    await desk.inbox.unmark(reader, at)
    assert await desk.inbox.fresh(reader) == 2  # the one read before stays read
    assert await desk.inbox.mark(reader, [first], read=False) == 1
    assert await desk.inbox.fresh(reader) == 3


class Ticking(HandClock):
    """Like a real one: no two moments are the same."""

    def now(self) -> datetime:
        self.advance(0.001)
        return super().now()


async def test_all_is_taken_back_as_one(sqlite_desk: Desk) -> None:
    reader = await sqlite_desk.hire(Role.RECEPTION, "C11")
    await three(sqlite_desk)
    inbox = Inbox(sqlite_desk.house.db, Ticking())
    n, at = await inbox.mark_all(reader)
    assert (n, await inbox.fresh(reader)) == (3, 0)
    await inbox.unmark(reader, at)
    assert await inbox.fresh(reader) == 3


async def test_filters_and_the_badge_is_bounded(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    reader = await desk.hire(Role.RECEPTION, "C11")
    await three(desk)
    assert len(await desk.read(reader, "terms")) == 3
    assert await desk.read(reader, "directives") == []
    assert await desk.inbox.fresh(reader, most=1) == 2
    assert [each.code for each in await desk.inbox.latest(reader, 1)] == ["term_overdue"]


async def test_whoever_lost_sight_finds_no_trace(desk: Desk) -> None:
    reader = await desk.hire(Role.RECEPTION, "C11")
    cases = await three(desk)
    notice = next(each for each in (await desk.inbox.entries(reader)).entries if each.case_id == cases[0])
    async with desk.house.db.begin() as work:
        gone = CaseReach.case_id == cases[0], CaseReach.unit_id == desk.house.unit["C11"].id
        await work.session.execute(delete(CaseReach).where(*gone))
    for show in ("new", "all", "terms"):
        found = await desk.inbox.entries(reader, show)
        assert (len(found.entries), found.total, found.fresh) == (2, 2, 2)
    assert await desk.inbox.fresh(reader) == 2
    assert await desk.inbox.mark(reader, [notice.id], read=True) == 0


async def test_who_reads_no_cases_has_no_notices(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    await three(desk)
    for role, unit in ((Role.TECHNICIAN, "C11"), (Role.ADMINISTRATOR, None), (Role.RECEPTION, "C12")):
        actor = await desk.hire(role, unit)
        assert (await desk.inbox.entries(actor, "all")).total == 0
        assert await desk.inbox.fresh(actor) == 0
    room = desk.house.room("C11")
    assert (await desk.inbox.entries(room, "all")).total == 0


async def test_accounts_for_the_whole_hub_read_what_is_the_provinces(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    chair = await desk.hire(Role.CHAIR, None)
    await three(desk)
    assert {each.nobody for each in (await desk.inbox.entries(chair)).entries} == {True}
    assert await desk.inbox.fresh(chair) == 3


async def test_old_ones_are_listed_no_more(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    reader = await desk.hire(Role.RECEPTION, "C11")
    await three(desk)
    desk.house.clock.advance(days=91)
    assert (await desk.inbox.entries(reader, "all")).total == 0
