"""The tree on any day for everybody; lists and the move of cases for administrators of the province."""

import re

import pytest

from deploy.unit_list import SENTENCES
from hub.people.roles import Role
from tests.hub.cases.test_transitions import split
from tests.kit.web import WebLab
from web import i18n

FIELD = re.compile(r"{(\w+)[!}]")


async def token(http, path: str) -> str:  # type: ignore[no-untyped-def]
    text = (await http.get(path)).text
    return re.search(r'name="csrf" value="([^"]+)"', text)[1]  # type: ignore[index]


async def test_the_tree_of_a_day_with_its_cases(lab: WebLab) -> None:
    await lab.house.case("C11")
    made = await split(lab.house, main="N")
    async with lab.http(await lab.account(Role.CLERK)) as http:
        then = (await http.get("/units", params={"on": "2020-01-01"})).text
        assert "Hòa An" in then
        assert "1 vụ việc" not in then
        now = (await http.get("/units")).text
        assert "Hòa An" not in now
        found = (await http.get("/units", params={"q": "D2"})).text
        assert "Tây Sơn" in found
        one = await http.get(f"/units/{lab.house.unit['C12'].id}")
        assert made["N"].name in one.text
        assert made["M"].name in one.text
        assert (await http.get("/units/none")).status_code == 404
        assert (await http.get("/units", params={"on": "2024-13-9"})).status_code == 200


@pytest.mark.parametrize("role", [Role.CLERK, Role.CHAIR, Role.TECHNICIAN, Role.SUPERVISOR])
async def test_for_others_there_is_no_change(lab: WebLab, role: Role) -> None:
    async with lab.http(await lab.account(role)) as http:
        for path in ("/units/change", "/units/lists"):
            assert (await http.get(path)).status_code == 404
        assert "/units/change" not in (await http.get("/units")).text


async def test_an_administrator_decides_looks_and_moves(lab: WebLab) -> None:
    case = await lab.house.case("C12")
    made = await split(lab.house)
    async with lab.http(await lab.account(Role.ADMINISTRATOR)) as http:
        csrf = await token(http, "/units/change")
        stuck = (await http.get("/units/change")).text
        assert "disabled" in stuck
        assert case.title not in stuck
        seal = re.search(r'name="seal" value="(\w+)"', stuck)[1]  # type: ignore[index]
        refused = await http.post("/units/change", data={"csrf": csrf, "seal": seal})
        assert refused.status_code == 409
        assert i18n.translate("vi", "error.transition_stuck", n=1) in refused.text
        choice = {"csrf": csrf, "unit": lab.house.unit["C12"].id, "successor": made["M"].id}
        assert (await http.post("/units/change/choose", data=choice)).status_code == 303
        ready = (await http.get("/units/change")).text
        seal = re.search(r'name="seal" value="(\w+)"', ready)[1]  # type: ignore[index]
        moved = await http.post("/units/change", data={"csrf": csrf, "seal": seal})
        assert moved.headers["location"] == "/units/change?done=1-0-0"
        again = await http.post("/units/change", data={"csrf": csrf, "seal": seal})
        assert again.status_code == 409
    async with lab.http(await lab.account(Role.CLERK)) as http:
        shown = (await http.get(f"/cases/{case.id}")).text
        assert i18n.translate("vi", "units.charges") in shown
        assert f"/units/{lab.house.unit['C12'].id}" in shown


async def test_a_list_is_checked_then_written(lab: WebLab) -> None:
    good = "code,name,level,parent_code,valid_from\nP2,Tỉnh Khác,province,,2026-01-01\n"
    async with lab.http(await lab.account(Role.ADMINISTRATOR)) as http:
        csrf = await token(http, "/units/lists")
        form = {"csrf": csrf, "kind": "units", "act": "check"}
        bad = await http.post(
            "/units/lists",
            data=form,
            files={"file": ("a.csv", good.encode() + b"Q,,province,,\n", "text/csv")},
        )
        assert i18n.translate("vi", "unit_list.name_missing") in bad.text
        checked = await http.post(
            "/units/lists", data=form, files={"file": ("a.csv", good.encode(), "text/csv")}
        )
        assert "Tỉnh Khác" in checked.text
        assert await lab.services.units.by_code("P2") is None
        wrote = await http.post("/units/lists", data={**form, "act": "write", "content": good})
        assert wrote.status_code == 200
        assert await lab.services.units.by_code("P2") is not None
        zipped = await http.post(
            "/units/lists", data=form, files={"file": ("a.xlsx", b"PK\x03\x04rest", "text/csv")}
        )
        assert "xlsx" in zipped.text
        strange = await http.post("/units/lists", data={**form, "kind": "people"})
        assert strange.status_code == 400


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_every_reason_has_a_sentence_with_no_field_that_is_not_there(locale: i18n.Locale) -> None:
    for reason, sentence in SENTENCES.items():
        text = i18n.catalogue(locale)[f"unit_list.{reason}"]
        assert isinstance(text, str)
        assert set(FIELD.findall(text)) <= set(FIELD.findall(sentence)), reason
