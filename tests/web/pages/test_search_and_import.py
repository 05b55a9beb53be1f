"""The list of cases as a page and a workbook, kept searches, and an import by its forms."""

import io
import re

from openpyxl import load_workbook

from hub.people.roles import Role
from tests.hub.cases.test_importing import GOOD, changed, register
from tests.kit.web import WebLab


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_list_and_workbook_agree(lab: WebLab) -> None:
    await lab.house.case(title="=HYPERLINK(1) đất Hà Lầm")
    await lab.house.case(title="Việc khác")
    async with lab.http(await lab.account(Role.CLERK)) as http:
        page = await http.get("/cases", params={"q": "dat ha lam", "state": "received", "due": "open"})
        assert page.status_code == 200
        assert "Hà Lầm" in page.text
        assert "Việc khác" not in page.text
        answer = await http.get("/cases.xlsx", params={"q": "dat ha lam"})
        rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=3))
        assert len(rows) == 1
        assert rows[0][4].data_type == "s"
        assert rows[0][4].value == "=HYPERLINK(1) đất Hà Lầm"
        assert (await http.get("/cases", params={"since": "31/02"})).status_code == 400


async def test_a_search_is_kept(lab: WebLab) -> None:
    await lab.house.case()
    async with lab.http(await lab.account(Role.CLERK)) as http:
        token = csrf_of((await http.get("/cases?due=open")).text)
        kept = await http.post("/cases/saved?due=open", data={"csrf": token, "name": "Còn hạn"})
        assert kept.status_code == 303
        assert "Còn hạn" in (await http.get("/cases")).text
    async with lab.http(await lab.account(Role.CHAIR)) as http:
        assert "Còn hạn" not in (await http.get("/cases")).text


async def test_an_import_by_its_forms(lab: WebLab) -> None:
    content = register(GOOD, changed(received="31/02/2024"))
    unit = lab.house.unit["P"].id
    async with lab.http(await lab.account(Role.CLERK)) as http:
        token = csrf_of((await http.get("/cases/import")).text)
        form = {"csrf": token, "unit": unit}
        bad = await http.post("/cases/import", data=form, files={"file": ("x.xlsx", b"PK\x03\x04 broken")})
        assert bad.status_code == 409
        assert "hỏng" in bad.text
        read = await http.post("/cases/import", data=form, files={"file": ("so.xlsx", content)}, timeout=60)
        where = read.headers["location"]
        trial = await http.get(where)
        assert "Không có ngày này" in trial.text
        assert "Lý Thị Hoa" not in trial.text
        assert (await http.post(f"{where}/run", data={"csrf": token}, timeout=60)).status_code == 303
        while "progress" not in (page := (await http.get(where)).text) or "Đã nhập xong" not in page:
            pass
        assert "Đền bù đất" in (await http.get("/cases")).text
        assert (await http.post(f"{where}/undo", data={"csrf": token})).status_code == 303
        assert "Đền bù đất" not in (await http.get("/cases")).text
    async with lab.http(await lab.account(Role.CHAIR)) as http:
        assert (await http.get(where)).status_code == 404
    async with lab.http(await lab.account(Role.POINT_LEADER, "C11")) as http:
        assert (await http.get("/cases/import")).status_code == 403
