"""Rooms and devices for technicians, and the code that is typed on a room's own screen."""

import re

from hub.people.roles import Role
from tests.kit.web import WebLab
from web.agents import agent_words


async def token(http, path: str) -> str:  # type: ignore[no-untyped-def]
    text = (await http.get(path)).text
    return re.search(r'name="csrf" value="([^"]+)"', text)[1]  # type: ignore[index]


async def test_a_technician_makes_a_link_a_room_types_its_code_and_is_revoked(lab: WebLab) -> None:
    point = lab.house.point["C11"]
    async with lab.http(await lab.account(Role.TECHNICIAN)) as http, lab.http() as tv:
        csrf = await token(http, f"/points/{point}")
        made = await http.post(f"/points/{point}/link", data={"csrf": csrf, "act": "make"})
        code = re.search(r'link-code num">([0-9a-z-]+)<', made.text)[1]  # type: ignore[index]
        assert code not in (await http.get(f"/points/{point}")).text
        wrong = await tv.post("/enrol", data={"code": "0000-0000-0000-0000"})
        assert wrong.status_code == 404
        typed = await tv.post("/enrol", data={"code": code.upper()})
        assert (typed.status_code, typed.headers["location"]) == (303, "/room")
        assert (await tv.get("/room")).status_code == 200
        seen = (await http.get(f"/points/{point}")).text
        device = re.search(r"/devices/([0-9a-z]+)", seen)[1]  # type: ignore[index]
        gone = await http.post(f"/points/{point}/devices/{device}", data={"csrf": csrf, "act": "revoke"})
        assert gone.status_code == 303
        assert (await tv.get("/room")).status_code == 401


async def test_others_find_no_rooms(lab: WebLab) -> None:
    async with lab.http(await lab.account(Role.CLERK)) as http:
        assert (await http.get("/points")).status_code == 403
        assert (await http.get(f"/points/{lab.house.point['C11']}")).status_code == 403


async def test_the_room_is_told_the_time_its_page_and_whether_it_is_taken(lab: WebLab) -> None:
    async with lab.http(await lab.room("C11")) as http:
        answer = (await http.get("/api/room/next")).json()
    assert set(answer) == {"point", "name", "now", "page", "taken", "session"}
    assert answer["taken"] is False


def test_browsers_in_two_words() -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    assert agent_words(chrome) == "Chrome · Windows"
    assert agent_words(chrome + " Edg/140.0") == "Edge · Windows"
    assert agent_words("Mozilla/5.0 (Web0S; Linux/SmartTV) Chrome/108.0 Safari/537.36") == "Chrome · webOS"
    assert agent_words("curl/8") == ""
