"""What planners wrote names nobody whom the vault keeps, also when it was written before."""

from collections.abc import Awaitable, Callable

import pytest

from hub.cases.lives import Lives
from hub.cases.rules import CaseKind
from tests.hub.reception.test_before import draft
from tests.kit.factories import PETITIONER, House
from tests.kit.receptions import Live

NAME = PETITIONER.name


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
