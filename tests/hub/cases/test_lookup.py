"""What citizens say of their answers, in cases that keep somebody in the vault."""

from pathlib import Path

import pytest

from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.history import acts_of
from hub.cases.lives import Lives
from hub.cases.looks import looks_for
from hub.cases.lookup import MOST_A_DAY, Lookup
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.people.roles import Role
from hub.people.secrets import Keys
from tests.kit.factories import House

DENOUNCER = Person("Trần Thị Giàu", "Ngõ Vắng 7", "0999000111")
GUIDED = [
    ("classify", {"kind": "complaint", "field": "land"}),
    ("find_ineligible", {"reason": "Không thuộc thẩm quyền"}),
    ("guide", {"whereto": "Tòa án nhân dân khu vực"}),
    ("notify_petitioner", {"how": "Gửi phiếu hướng dẫn"}),
]
AGAIN = [
    ("close_sent_away", {}),
    ("reopen", {"reason": "Có tình tiết mới", "number": "1/QĐ"}),
    ("not_accept", {"reason": "Không có căn cứ"}),
]


@pytest.fixture
def lookup(house: House, tmp_path: Path) -> Lookup:
    return Lookup(house.db, house.cases, Keys(tmp_path / "secrets"), house.clock, house.ids)


async def former_denunciation(house: House) -> str:
    unit = house.unit["C11"].id
    new = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, unit, "Đền bù đất", "Chưa trả lời.", (DENOUNCER,))
    case = (await house.cases.register(new)).id
    for act, data in GUIDED:
        await Lives(house.cases).perform(house.clerk, case, act, data=data)
    return case


async def test_what_a_citizen_says_names_nobody_who_is_sealed(house: House, lookup: Lookup):
    case = await former_denunciation(house)
    code = await lookup.issue(house.clerk, case)
    await lookup.say(code, content=False, words="Tôi là Trần Thị Giàu, chưa rõ. ĐT 0999 000 111")
    [said] = await lookup.said_of(house.clerk, case)
    assert said.text == "Tôi là •••, chưa rõ. ĐT •••"


async def test_a_review_that_names_who_is_sealed_is_refused_and_on_record(house: House, lookup: Lookup):
    case = await former_denunciation(house)
    await lookup.say(await lookup.issue(house.clerk, case), content=False, words="Chưa rõ")
    [said] = await lookup.said_of(house.clerk, case)
    with pytest.raises(Refusal, match="identity_in_text"):
        await lookup.review(house.clerk, case, said.id, "Đã gọi bà Trần Thị Giàu")
    assert (await lookup.said_of(house.clerk, case))[0].review is None
    trail = await looks_for(house.db, house.account(Role.SUPERVISOR), case_id=case)
    assert [look.act for look in trail.looks] == ["vault.name_tried"]
    await lookup.review(house.clerk, case, said.id, "Đã gọi lại và giải thích")


async def answered(house: House) -> str:
    case = (await house.case("C11")).id
    for act, data in GUIDED:
        await Lives(house.cases).perform(house.clerk, case, act, data=data)
    return case


async def written(house: House, case: str) -> list[str]:
    async with house.db.read() as session:
        return [each.act for each in await acts_of(session, case)]


async def test_content_said_again_writes_nothing_more(house: House, lookup: Lookup):
    case = await answered(house)
    code = await lookup.issue(house.clerk, case)
    await lookup.say(code, content=True, words="")
    before = (await house.cases.get_for(house.clerk, case)).version, await written(house, case)
    for _ in range(49):
        await lookup.say(code, content=True, words=" ")
    assert ((await house.cases.get_for(house.clerk, case)).version, await written(house, case)) == before
    assert len(await lookup.said_of(house.clerk, case)) == 1


async def test_content_said_of_another_answer_is_written(house: House, lookup: Lookup):
    case = await answered(house)
    code = await lookup.issue(house.clerk, case)
    await lookup.say(code, content=True, words="")
    for act, data in AGAIN:
        await Lives(house.cases).perform(house.clerk, case, act, data=data)
    await lookup.say(code, content=True, words="")
    assert len(await lookup.said_of(house.clerk, case)) == 2


async def test_one_code_says_a_few_things_a_day(house: House, lookup: Lookup):
    case = await answered(house)
    code = await lookup.issue(house.clerk, case)
    for n in range(MOST_A_DAY):
        await lookup.say(code, content=n % 2 == 0, words="" if n % 2 == 0 else "Chưa rõ")
    with pytest.raises(Refusal, match="feedback_full"):
        await lookup.say(code, content=False, words="Chưa rõ")
    assert len(await lookup.said_of(house.clerk, case)) == MOST_A_DAY
    house.clock.advance(86_400)
    await lookup.say(code, content=False, words="Chưa rõ")


async def test_not_content_said_twice_is_one_until_somebody_looked(house: House, lookup: Lookup):
    case = await answered(house)
    code = await lookup.issue(house.clerk, case)
    await lookup.say(code, content=False, words="Chưa rõ")
    await lookup.say(code, content=False, words="Chưa rõ")
    [said] = await lookup.said_of(house.clerk, case)
    await lookup.review(house.clerk, case, said.id, "Đã gọi lại và giải thích")
    await lookup.say(code, content=False, words="Chưa rõ")
    assert len(await lookup.said_of(house.clerk, case)) == 2
