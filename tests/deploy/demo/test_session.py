"""The demo's data over a real database: made, made again, broken off and taken up."""

import stat
from pathlib import Path

import pytest

from deploy.demo import data
from deploy.demo.plan import FILE, read_plan
from deploy.demo.run import prepare
from deploy.demo.session import live_session
from deploy.settings import Settings, read_settings
from deploy.wiring import open_services
from hub.people.roles import Role
from web.services import Services


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(data_dir=tmp_path, demo=True)


async def test_a_first_start_ends_with_a_session_that_is_live(settings: Settings) -> None:
    plan = await prepare(settings)
    assert read_plan(settings.data_dir) == plan
    assert stat.S_IMODE((settings.data_dir / FILE).stat().st_mode) == 0o600
    assert plan.current == data.case_units()[0]
    async with open_services(settings) as services:
        signed_in = await services.people.sign_in("chutri", data.PASSWORD)
        session = await services.receptions.get_for(signed_in.actor, plan.session)
        assert (session.state, session.items, session.points, session.staff) == ("live", 8, 190, True)
        assert signed_in.actor.roles == {Role.CHAIR}
        await every_link_opens_its_room(services, plan.rooms[13].code, plan.rooms[13].point)


async def every_link_opens_its_room(services: Services, code: str, point: str) -> None:
    actor = await services.points.actor_for_device(await services.points.enrol(code))
    assert actor
    assert actor.point == point


async def test_a_second_start_goes_on_with_the_same(settings: Settings) -> None:
    first = await prepare(settings)
    async with open_services(settings) as services:
        before = await services.receptions.load(first.session)
    assert await prepare(settings) == first
    async with open_services(settings) as services:
        assert await services.receptions.load(first.session) == before


async def test_after_a_closed_session_there_is_a_new_one(settings: Settings) -> None:
    first = await prepare(settings)
    await command(settings, first.session, "session.close")
    second = await prepare(settings)
    assert second.session != first.session
    assert second.rooms == first.rooms


async def test_a_paused_session_is_resumed(settings: Settings) -> None:
    first = await prepare(settings)
    await command(settings, first.session, "session.pause", reason="")
    assert (await prepare(settings)).session == first.session
    async with open_services(settings) as services:
        assert (await services.receptions.load(first.session))[-1].kind == "session.resumed"


async def test_a_start_that_was_broken_off_is_taken_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.demo.session._go_live", broken_off)
    with pytest.raises(KeyboardInterrupt):
        await prepare(settings)
    monkeypatch.undo()
    plan = await prepare(settings)
    async with open_services(settings) as services:
        kinds = [event.kind for event in await services.receptions.load(plan.session)]
        assert (await live_session(services, ()))[0] == plan.session
    assert kinds == ["session.created", *["item.added"] * 8, "session.live", "item.called", "item.hearing"]


async def broken_off(*_: object) -> None:
    raise KeyboardInterrupt


async def command(settings: Settings, session: str, name: str, **values: str) -> None:
    async with open_services(settings) as services:
        chair = (await services.people.sign_in("chutri", data.PASSWORD)).actor
        await services.receptions.execute(chair, session, services.ids.new(), name, values)
