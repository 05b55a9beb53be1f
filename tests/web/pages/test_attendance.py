"""The attendance page and its workbook, for those who may see them."""

import re
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from hub.people.roles import Role
from tests.kit.web import WebLab

CHAIR = {"name": "=Lê Văn Bình", "rank": "chairman"}


async def _session(lab: WebLab) -> str:
    house = lab.house
    session = await house.session()
    for code in ("C11", "C21"):
        await house.receptions.record(session, "point.joined", {"point": house.point[code]})
    await house.do(house.clerk, session, "session.go_live")
    house.clock.advance(600)
    await house.receptions.record(session, "point.left", {"point": house.point["C21"], "reason": "lost"})
    house.clock.advance(600)
    await house.do(house.clerk, session, "point.present", point=house.point["C11"], people=[CHAIR])
    await house.do(house.clerk, session, "roll.begin", seconds=40)
    roll = (await house.live(session)).state.roll
    assert roll is not None
    results = {point: ["absent"] for point in house.point.values()} | {house.point["C11"]: ["tv_muted"]}
    await house.receptions.record(session, "roll.closed", {"roll": roll.id, "results": results})
    return session


async def _csrf(http: httpx.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await http.get(path)).text)
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", [Role.CHAIR, Role.CLERK, Role.TECHNICIAN])
async def test_staff_and_technicians_see_every_room(lab: WebLab, role: Role, language: str) -> None:
    session = await _session(lab)
    async with lab.http(f"{await lab.account(role)}; hub_language={language}") as http:
        for query in ("", "?show=absent", "?show=leaderless", "?show=gaps", "?q=hoa+an", "?q=khong"):
            answer = await http.get(f"/sessions/{session}/attendance{query}")
            assert answer.status_code == 200, query
            assert "{" not in re.sub(r"<template.*?</template>", "", answer.text, flags=re.DOTALL)
        text = (await http.get(f"/sessions/{session}/attendance")).text
    for name in ("Hòa An", "Phú Mỹ", "Đông Hà", "=Lê Văn Bình"):
        assert name in text
    assert len(re.findall(r"<tr><th scope", text)) == 5


async def test_filters(lab: WebLab) -> None:
    session = await _session(lab)

    async def rooms(query: str) -> set[str]:
        async with lab.http(await lab.account(Role.CLERK)) as http:
            text = (await http.get(f"/sessions/{session}/attendance{query}")).text
        return set(re.findall(r'<tr><th scope="row"[^>]*><strong>([^<]+)<', text))

    assert await rooms("?show=absent") == {"Đông Hà", "Tân Lập", "Tây Sơn", "Phú Mỹ"}
    assert "Hòa An" not in await rooms("?show=leaderless")
    assert await rooms("?show=gaps") == set()
    assert await rooms("?q=phu+my") == {"Phú Mỹ"}
    assert await rooms("?q=tay") == {"Tây Sơn", "Phú Mỹ"}, "its district counts"


async def test_the_workbook(lab: WebLab) -> None:
    session = await _session(lab)
    async with lab.http(await lab.account(Role.CLERK)) as http:
        answer = await http.get(f"/sessions/{session}/attendance.xlsx")
    assert answer.status_code == 200
    assert re.search(r'filename="diem-danh-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["content-disposition"])
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["Điểm cầu", "Người dự", "Khoảng có mặt", "Điểm danh"]
    rooms = {row[1]: row for row in book["Điểm cầu"].iter_rows(min_row=3, values_only=True)}
    assert len(rooms) == 5
    assert rooms["Hòa An"][5] == "=Lê Văn Bình (Chủ tịch UBND)"
    assert (rooms["Hòa An"][7], rooms["Phú Mỹ"][7], rooms["Phú Mỹ"][8]) == (20, 10, 10)
    assert book["Điểm danh"].max_row == 2 + 5
    assert book["Khoảng có mặt"].max_row == 2 + 2
    for page in book:
        assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("path", ["attendance", "attendance.xlsx"])
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADVISER, Role.POINT_LEADER])
async def test_others_find_nothing_there(lab: WebLab, role: Role, path: str) -> None:
    session = await _session(lab)
    unit = "C11" if role is Role.POINT_LEADER else "P"
    async with lab.http(await lab.account(role, unit)) as http:
        assert (await http.get(f"/sessions/{session}/{path}")).status_code == 404


async def test_a_point_clerk_says_who_sits_in_their_room_and_sees_no_other(lab: WebLab) -> None:
    session = await _session(lab)
    async with lab.http(await lab.account(Role.POINT_CLERK, "C21")) as http:
        path = f"/sessions/{session}/attendance"
        text = (await http.get(path)).text
        assert "Phú Mỹ" in text
        assert "Hòa An" not in text
        form = {"csrf": await _csrf(http, path), "point": lab.house.point["C21"]}
        people = {"name": ["Bà Trần Thị Cúc", "", "Ông Đỗ"], "rank": ["secretary", "other", "other"]}
        done = await http.post(path, data={**form, **people})
        assert done.status_code == 303
        assert "Bà Trần Thị Cúc" in (await http.get(done.headers["location"])).text
        other = await http.post(path, data={**form, "point": lab.house.point["C11"], **people})
        assert other.status_code == 403
        assert (await http.post(path, data={**people, "point": form["point"]})).status_code == 403
    state = (await lab.house.live(session)).state
    seated = state.present[lab.house.point["C21"]]
    assert seated.people == (("Bà Trần Thị Cúc", "secretary"), ("Ông Đỗ", "other"))
    assert state.present[lab.house.point["C11"]].people == (("=Lê Văn Bình", "chairman"),)
