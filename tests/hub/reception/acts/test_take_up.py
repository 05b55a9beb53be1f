import pytest

from tests.kit.receptions import Live


async def test_one_press(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    taken = {"case": live.cases[0].id, "item": live.items[0], "leader": "Bà Năm"}
    assert await live.room("C11", "case.take_up", item=live.items[0], leader=" Bà Năm ") == [
        ("case.taken_up", taken | {"unit": "C11", "unit_name": "Hòa An"})
    ]
    again = await live.refused(live.house.room("C11"), "case.take_up", item=live.items[0], leader="x")
    assert again == "already_taken_up"
    assert len(await live.room("D1", "case.take_up", item=live.items[0], leader="Ông Sáu")) == 1
    event = (await live.house.receptions.load(live.id))[-1]
    assert (event.case_id, event.unit_id) == (live.cases[0].id, live.house.unit["D1"].id)


@pytest.mark.parametrize("code", ["C12", "D2", "C21"])
async def test_another_units_case(live: Live, code: str) -> None:
    await live.clerk("item.call", item=live.items[0])
    refusal = await live.refused(live.house.room(code), "case.take_up", item=live.items[0], leader="x")
    assert refusal == "not_your_unit"


async def test_a_closed_item_says_nothing_about_whose_it_is(live: Live) -> None:
    await live.clerk("item.call", item=live.items[2])
    for code in ("C12", "D1", "C21"):
        refusal = await live.refused(live.house.room(code), "case.take_up", item=live.items[2], leader="x")
        assert refusal == "item_unknown"


async def test_not_before_it_is_called(live: Live) -> None:
    refusal = await live.refused(live.house.room("C11"), "case.take_up", item=live.items[0], leader="x")
    assert refusal == "item_state"
