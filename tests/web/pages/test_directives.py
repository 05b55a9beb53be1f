"""Boards of directives and the section of a case's page: listed, acted on, refused by its rule, exported."""

import io
import re

import httpx
import openpyxl
import pytest

from hub.people.roles import Role
from hub.units.local_day import local_day
from tests.kit.web import WebLab

SCAN = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture
async def case(lab: WebLab) -> str:
    return (await lab.house.case("C11", title="Ngập úng đường liên thôn")).id


@pytest.fixture
async def directive(lab: WebLab, case: str) -> str:
    house = lab.house
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        return await desk.issue(
            await desk.case(case, lock=True),
            house.unit["D2"],
            [house.unit["C21"]],
            text="=Khơi cống, báo cáo.",
            due=local_day(house.clock.now()),
            by=house.account(Role.CHAIR),
        )


async def _post(
    http: httpx.AsyncClient, case: str, path: str, files: object = None, **data: str
) -> httpx.Response:
    text = (await http.get(f"/cases/{case}")).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', text)
    assert csrf is not None, text[:300]
    return await http.post(f"/cases/{case}/{path}", data={"csrf": csrf[1], **data}, files=files)  # type: ignore[arg-type]


def _counts(text: str) -> dict[str, int]:
    found = re.findall(r'id="board-(\w+)" data-count="(\d+)"', text)
    return {board: int(n) for board, n in found}


async def test_from_the_board_to_the_answer(lab: WebLab, case: str, directive: str) -> None:
    way = f"directives/{directive}"
    async with (
        lab.http(await lab.account(Role.CLERK)) as office,
        lab.http(await lab.account(Role.POINT_LEADER, "D2")) as unit,
    ):
        board = (await office.get("/directives")).text
        assert _counts(board)["unacknowledged"] == 1
        assert f"/cases/{case}#directive-{directive}" in board
        own = (await unit.get("/directives?board=waiting")).text
        assert 'data-total="1"' in own
        shown = (await office.get(f"/cases/{case}")).text
        assert f'id="directive-{directive}" data-state="delivered"' in shown  # somebody of the unit looked
        assert 'data-act="acknowledge"' in (await unit.get(f"/cases/{case}")).text
        for act in ("acknowledge", "start"):
            assert (await _post(unit, case, f"{way}/{act}")).status_code == 303
        done = await _post(
            unit, case, f"{way}/report", {"file": ("bc.pdf", SCAN, "application/pdf")}, text="Đã khơi thông."
        )
        assert done.headers["location"] == f"/cases/{case}?done=directive_report#directive-{directive}"
        after = (await office.get(f"/cases/{case}?done=directive_report")).text
        assert "Đã khơi thông." in after
        assert "bc.pdf" in after
        assert "báo cáo kết quả" in after
        assert _counts((await office.get("/directives")).text)["reported"] == 1
        assert (await _post(office, case, f"{way}/accept")).status_code == 303
        bare = await _post(office, case, f"{way}/reply", how="gọi điện")
        assert bare.status_code == 409
        assert "Trả lời công dân phải có số văn bản hoặc văn bản kèm theo (42/2013/QH13)." in bare.text
        assert 'value="gọi điện"' in bare.text
        assert (await _post(office, case, f"{way}/reply", how="gửi thư", number="9/TB")).status_code == 303
        assert (await _post(office, case, f"{way}/close")).status_code == 303
        assert _counts((await office.get("/directives")).text)["closed"] == 1
        assert "Không có chỉ đạo nào đang mở." in (await office.get("/directives")).text


async def test_illegal_steps_are_refused_by_their_rule(lab: WebLab, case: str, directive: str) -> None:
    way = f"directives/{directive}"
    async with lab.http(await lab.account(Role.CLERK)) as office:
        early = await _post(office, case, f"{way}/accept")
        assert early.status_code == 409
        assert (
            "Chỉ đạo đang ở bước “Chưa tiếp nhận”: chưa hoặc không còn làm được “Chỉ đạo: chấp nhận báo cáo” "
            "(04/2021/TT-TTCP)." in early.text
        )
        assert (await _post(office, case, f"{way}/dance")).status_code == 404
        assert (await _post(office, case, f"directives/{'1' * 26}/accept")).status_code == 404
        bad = await _post(office, case, f"{way}/change_due", reason="x", due="2020-01-01")
        assert "Hạn đã qua" in bad.text
        quarter = f"{local_day(lab.house.clock.now()).year}-Q4"
        assert (
            await _post(office, case, f"{way}/change_due", reason="x", quarter=quarter)
        ).status_code == 303
        assert f"quý IV/{quarter[:4]}" in (await office.get("/directives")).text
        english = await office.get(
            "/directives", headers={"Cookie": f"{office.headers['Cookie']}; hub_language=en"}
        )
        assert f"quarter IV/{quarter[:4]}" in english.text
    async with lab.http(await lab.account(Role.SUPERVISOR)) as reader:
        assert 'data-act="accept"' not in (await reader.get(f"/cases/{case}")).text
        refused = await _post(reader, case, f"{way}/accept")
        assert "là việc của đơn vị đã ban hành chỉ đạo" in refused.text
    async with lab.http(await lab.account(Role.CHAIR, "C12")) as stranger:
        text = (await stranger.get("/cases")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', text)
        assert csrf is not None
        gone = await stranger.post(f"/cases/{case}/{way}/accept", data={"csrf": csrf[1]})
        assert gone.status_code == 404


async def test_letters(lab: WebLab, case: str, directive: str) -> None:
    async with (
        lab.http(await lab.account(Role.CLERK)) as office,
        lab.http(await lab.account(Role.POINT_LEADER, "D2")) as unit,
    ):
        urged = await _post(office, case, f"directives/{directive}/urge", text="Đề nghị báo cáo ngay.")
        assert urged.status_code == 303
        empty = await _post(office, case, "conclusion-notices", text=" ")
        assert empty.status_code == 409
        assert "“Nội dung”" in empty.text
        assert (
            await _post(office, case, "conclusion-notices", text="Kết luận: khơi cống.")
        ).status_code == 303
        shown = (await unit.get(f"/cases/{case}")).text
        letters = re.findall(r'id="letter-(\w+)" data-kind="(\w+)"', shown)
        assert {kind for _, kind in letters} == {"urge", "conclusion_notice"}
        assert "1/CVĐĐ-TCD" in shown
        assert "1/TBKL-TCD" in shown
        assert "đã đôn đốc 1 lần" in shown
        for letter, _ in letters:
            assert (await _post(unit, case, f"letters/{letter}", said="1")).status_code == 303
        [document] = re.findall(r"/documents/(\w+)/pdf", shown)[:1]
        assert (await unit.get(f"/documents/{document}/pdf")).content[:5] == b"%PDF-"
        assert "Đã nhận thông báo" not in (await unit.get(f"/cases/{case}")).text


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ADMINISTRATOR])
async def test_who_reads_no_cases_sees_no_board(lab: WebLab, directive: str, role: Role) -> None:
    async with lab.http(await lab.account(role)) as http:
        page = await http.get("/directives")
        assert page.status_code == 200
        assert set(_counts(page.text).values()) == {0}
        assert directive not in page.text
        assert 'href="/directives"' not in (await http.get("/units")).text


async def test_a_denunciation_stays_with_its_staff(lab: WebLab) -> None:
    from hub.cases.rules import CaseKind

    house = lab.house
    secret = await house.case("C11", CaseKind.DENUNCIATION, "Cán bộ nhận tiền")
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        row = await desk.case(secret.id, lock=True)
        day = local_day(house.clock.now())
        await desk.issue(row, house.unit["D2"], [], text="Thanh tra.", due=day, by=house.account(Role.CHAIR))
    for role, seen in ((Role.POINT_LEADER, 0), (Role.RECEPTION, 1)):
        async with lab.http(await lab.account(role, "D2")) as http:
            assert _counts((await http.get("/directives")).text)["open"] == seen
            assert ("Cán bộ nhận tiền" in (await http.get("/directives")).text) is bool(seen)


async def test_the_workbook_is_the_list(lab: WebLab, case: str, directive: str) -> None:
    async with lab.http(await lab.account(Role.CLERK)) as http:
        page = (await http.get("/directives?board=unacknowledged&q=ngap")).text
        link = re.search(r'id="export" href="([^"]+)"', page)
        assert link is not None
        book = await http.get(link[1].replace("&amp;", "&"))
        rows = list(openpyxl.load_workbook(io.BytesIO(book.content)).active.values)  # type: ignore[union-attr]
        assert len(rows) == 3  # a note, a head, one directive
        assert rows[2][0:5] == (
            "2026/0001",
            "Ngập úng đường liên thôn",
            "=Khơi cống, báo cáo.",
            "Tây Sơn",
            "Phú Mỹ",
        )
        none = await http.get("/directives.xlsx?board=closed")
        assert len(list(openpyxl.load_workbook(io.BytesIO(none.content)).active.values)) == 2  # type: ignore[union-attr]
        assert (await http.get("/directives?since=x")).status_code == 400
        assert (await http.get("/directives?since=2026-02-02&until=2026-01-01")).status_code == 400


async def test_the_card_says_what_was_directed(lab: WebLab, case: str, directive: str) -> None:
    async with lab.http(await lab.room("D2")) as room:
        card = (await room.get(f"/cases/{case}/card")).text
        assert "=Khơi cống, báo cáo." in card
        assert 'data-state="' in card
        assert f'data-key="{directive}"' in (await room.get("/room")).text
    async with lab.http(await lab.account(Role.CLERK)) as office:
        way = f"directives/{directive}"
        assert (await _post(office, case, f"{way}/withdraw", reason="Nhầm đơn vị")).status_code == 303
    async with lab.http(await lab.room("D2")) as room:
        assert "=Khơi cống, báo cáo." not in (await room.get(f"/cases/{case}/card")).text
        assert f'data-key="{directive}"' not in (await room.get("/room")).text
