"""The demo's switch: a province without districts, from the start or over a demo that ran with them."""

from pathlib import Path

import pytest

from deploy.demo import data
from deploy.demo.banner import showcase
from deploy.demo.data import Tree
from deploy.demo.plan import read_plan
from deploy.demo.run import prepare
from deploy.errors import CommandError
from deploy.settings import Settings, read_settings
from deploy.wiring import open_services
from hub.cases.search import Wanted
from hub.people.actor import HUB
from hub.units.plan import Profile


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(data_dir=tmp_path, demo=True)


async def check(settings: Settings) -> None:
    plan = read_plan(settings.data_dir)
    assert plan.tree is Tree.Y2025
    assert len(plan.rooms) == 54
    assert plan.current == data.case_units(Tree.Y2025)[0]
    for code in showcase(plan.current, plan.tree).codes():
        plan.room(code)
    async with open_services(settings) as services:
        assert await services.units.profile() is Profile.TWO_LEVELS
        assert len(await services.units.valid_on(data.LAST_DAY_OF_2024)) == 191
        preview = await services.transitions.preview(HUB)
        assert preview.empty
        assert preview.staying == len(data.case_units())
        listed = await services.cases.search().find(HUB, Wanted())
        standing = {unit.id for unit in await services.units.valid_on()}
        assert {case.unit for case in listed.cases} <= standing
        leader = await services.people.by_login("lanhdaoxa")
        first = await services.units.by_code(plan.current)
        assert leader is not None
        assert first is not None
        assert [grant.unit_id for grant in leader.grants] == [first.id]
    with pytest.raises(CommandError, match="--tree 2025"):
        await prepare(settings)


async def test_without_districts_from_the_start(settings: Settings) -> None:
    plan = await prepare(settings, Tree.Y2025)
    assert await prepare(settings, Tree.Y2025) == plan
    await check(settings)


async def test_over_a_demo_that_had_districts(settings: Settings) -> None:
    before = await prepare(settings)
    after = await prepare(settings, Tree.Y2025)
    assert after.session == before.session
    assert not {room.code for room in after.rooms} & {room.code for room in before.rooms}
    await check(settings)
