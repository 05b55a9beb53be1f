"""One digest a recipient and day; nothing lost, nothing doubled that can be helped, whatever servers say."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.cases.desk import NewCase
from hub.cases.notices.post import BATCH, LONGEST_WAIT, MOST_TRIES, Letter, Outcome, wait_after
from hub.cases.notices.tables import NoticeMail
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.people.errors import AccountRefused
from hub.people.roles import Role
from tests.hub.cases.notices.conftest import Desk

SENT = Outcome()


async def say(desk: Desk, n: int = 1, unit: str = "C11") -> None:
    """Notices of cases due today."""
    for _ in range(n):
        await desk.due(await desk.house.case(unit), desk.today)
    await desk.run()


async def mails(desk: Desk) -> list[NoticeMail]:
    async with desk.house.db.read() as session:
        return list(await session.scalars(select(NoticeMail).order_by(NoticeMail.id)))


async def one(desk: Desk) -> Letter:
    (letter,) = await desk.post.claim()
    return letter


async def test_one_digest_a_recipient_and_day(desk: Desk) -> None:
    await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await desk.hire(Role.POINT_LEADER, "C11")  # has no address
    await desk.hire(Role.RECEPTION, "C12", "binh@xa.example")  # has nothing new
    await say(desk, 2)
    assert await desk.post.collect() == 1
    letter = await one(desk)
    assert (letter.address, len(letter.entries), letter.more) == ("an@xa.example", 2, 0)
    await desk.post.record(letter, SENT)
    await say(desk)
    assert await desk.post.collect() == 0  # today's is out: the third waits for tomorrow's
    desk.house.clock.advance(days=1)
    await desk.run()
    assert await desk.post.collect() == 1
    # Yesterday's "due today" is said anew as overdue; the mail holds what still stands.
    assert {each.code for each in (await one(desk)).entries} == {"term_overdue"}


async def test_what_was_read_or_done_is_not_mailed(desk: Desk) -> None:
    reader = await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.inbox.mark_all(reader)
    assert await desk.post.collect() == 0
    case = await desk.house.case("C11")
    await desk.due(case, desk.today)
    await desk.run()
    assert await desk.post.collect() == 1
    await desk.due(case, None)
    await desk.run()
    assert await desk.post.claim() == []
    assert [(mail.state, mail.last_error) for mail in await mails(desk)] == [("dropped", "nothing_left")]


async def test_a_refusal_for_good_is_a_dead_letter_and_can_be_sent_again(desk: Desk) -> None:
    await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.post.collect()
    await desk.post.record(await one(desk), Outcome("smtp_550", final=True))
    assert await desk.post.claim() == []
    (dead,) = await desk.post.dead()
    assert (dead.to, dead.tries, dead.error, dead.lines) == ("reception.c11", 1, "smtp_550", 1)
    assert await desk.post.counts() == {"failed": 1}
    assert await desk.post.retry("x" * 26) == 0
    assert await desk.post.retry(dead.id) == 1
    await desk.post.record(await one(desk), SENT)
    assert await desk.post.counts() == {"sent": 1}


async def test_a_trouble_that_passes_is_tried_again_later_and_not_for_ever(desk: Desk) -> None:
    await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.post.collect()
    for n in range(1, MOST_TRIES + 1):
        letter = await one(desk)
        assert letter.tries == n
        await desk.post.record(letter, Outcome("smtp_451"))
        assert await desk.post.claim() == []
        if n < MOST_TRIES:
            (mail,) = await mails(desk)
            assert desk.post._office.is_open(mail.next_try_at)
            desk.house.clock.advance((mail.next_try_at - desk.house.clock.now()).total_seconds())
    assert [each.error for each in await desk.post.dead()] == ["smtp_451"]


async def test_a_letter_is_one_processs_at_a_time_and_passes_on_when_it_dies(desk: Desk) -> None:
    await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.post.collect()
    both = await asyncio.gather(desk.post.claim(), desk.post.claim())
    assert sorted(map(len, both)) == [0, 1]
    (lost,) = both[0] or both[1]
    desk.house.clock.advance(minutes=10)
    again = await one(desk)
    assert (again.mail_id, again.tries) == (lost.mail_id, 2)
    await desk.post.record(lost, Outcome("timeout"))  # wakes up: its word counts no more
    assert await desk.post.counts() == {"pending": 1}
    await desk.post.record(again, SENT)
    await desk.post.record(lost, Outcome("smtp_550", final=True))
    assert await desk.post.counts() == {"sent": 1}


async def test_who_always_dies_sending_is_given_up(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.post.collect()
    claimed = 0
    for _ in range(MOST_TRIES + 2):
        claimed += len(await desk.post.claim())
        desk.house.clock.advance(minutes=10)
    assert claimed == MOST_TRIES
    assert [each.error for each in await desk.post.dead()] == ["broken_off"]


async def test_nothing_leaves_out_of_office_hours(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.post.collect()
    desk.house.clock.advance(hours=10)  # 18:00
    assert await desk.post.claim() == []
    desk.house.clock.advance(hours=14)
    assert len(await desk.post.claim()) == 1


async def test_an_office_has_a_mailbox_and_hears_of_no_denunciation(desk: Desk) -> None:
    house = desk.house
    await desk.people.address_unit(house.unit["C11"].id, "xa@xa.example", by=house.clerk)
    new = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, house.unit["C11"].id, "Đơn", "", (Person("Ẩn"),))
    await desk.due(await house.cases.register(new), desk.today)
    await desk.run()
    assert await desk.post.collect() == 0
    await say(desk)
    assert await desk.post.collect() == 1
    letter = await one(desk)
    assert (letter.address, letter.unit_name, len(letter.entries)) == ("xa@xa.example", "Hòa An", 1)


async def test_an_address_that_is_gone(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    reader = await desk.hire(Role.RECEPTION, "C11", "an@xa.example")
    await say(desk)
    await desk.post.collect()
    await desk.people.address(reader.key.partition(":")[2], "", by=desk.house.clerk)
    assert await desk.post.claim() == []
    assert [mail.last_error for mail in await mails(desk)] == ["address_gone"]


async def test_many_go_in_batches(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    unit = desk.house.unit["C11"].id
    for n in range(BATCH + 3):
        account = await desk.people.create(f"user{n}", "Người", "mật khẩu dài", [(Role.RECEPTION, unit)])
        await desk.people.address(account, f"user{n}@xa.example", by=desk.house.clerk)
    await say(desk)
    assert await desk.post.collect() == BATCH + 3
    assert [len(await desk.post.claim()) for _ in range(3)] == [BATCH, 3, 0]


@pytest.mark.parametrize(
    "bad", ["x", "a@b", "a@b.vn\r\nBcc: c@d.vn", "a b@c.vn", "a@" + "b" * 300 + ".vn", "a..b@c.vn", "ă@b.vn"]
)
async def test_addresses_that_are_none(sqlite_desk: Desk, bad: str) -> None:
    with pytest.raises(AccountRefused, match="email_bad"):
        await sqlite_desk.hire(Role.RECEPTION, "C11", bad)


@given(st.integers(1, 1000))
def test_waits_grow_and_are_bounded(tries: int) -> None:
    assert timedelta(minutes=1) <= wait_after(tries) <= wait_after(tries + 1) <= LONGEST_WAIT
