"""The HTTP side: who is asking, what is not theirs, bodies, origins, headers, health."""

import asyncio

import pytest

from hub.people.roles import Role
from tests.kit.web import PASSWORD, WebLab, until


async def test_a_link_lets_a_room_in_once_and_for_good(lab: WebLab):
    code = await lab.services.points.issue(lab.house.point["C11"])
    session = await lab.house.session()
    async with lab.http() as http:
        answer = await http.get(f"/enrol/{code.upper()}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/room")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        found = (await http.get("/api/room/next")).json()
        assert found["point"] == lab.house.point["C11"]
        assert found["session"]["id"] == session
        again = await http.get(f"/enrol/{code}")
        assert http.cookies["hub_device"] in again.headers["set-cookie"]


@pytest.mark.parametrize("code", ["0" * 16, "short", "%00", "x" * 3000, "..%2f.."])
async def test_a_wrong_code_is_answered_neutrally(lab: WebLab, code: str):
    async with lab.http() as http:
        answer = await http.get(f"/enrol/{code}")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "hub_account=x",
        "hub_account=WyIwMWt4aG1rYW0weTl5cWhoaHlrcmFyNmYyayIsMSwxNzg0MDc3MjAwXQ.forged",
        "hub_account=" + "x" * 3000,
        "hub_device=x",
        "hub_device=" + "0" * 26 + "." + "f" * 48,
        "hub_device=%00.%00",
    ],
)
async def test_forged_cookies_are_nobody(lab: WebLab, cookie: str):
    async with lab.http(cookie) as http:
        for path in ("/api/room/next", "/api/units?q=hoa", "/api/cases/1", "/api/sessions/1/timeline"):
            answer = await http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")


async def test_what_is_not_theirs_is_not_there(lab: WebLab):
    session = await lab.house.session(rooms=("D1",))
    case = await lab.house.case("C21")
    async with lab.http(await lab.room("C11")) as http:
        for path, code in [
            (f"/api/sessions/{session}/timeline", "session_unknown"),
            (f"/api/sessions/{'0' * 26}/timeline", "session_unknown"),
            ("/api/sessions/%00/timeline", "session_unknown"),
            (f"/api/cases/{case.id}", "case_unknown"),
            (f"/api/cases/{'0' * 26}", "case_unknown"),
        ]:
            answer = await http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, code), path
        nowhere = await http.get("/api/nothing/here")
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")


async def test_records_for_those_who_may_see_them(lab: WebLab):
    house = lab.house
    case = await house.case("C11")
    session = await house.session(case)
    async with lab.http(await lab.account(Role.CLERK)) as http:
        assert (await http.get(f"/api/cases/{case.id}")).json()["id"] == case.id
        units = (await http.get("/api/units", params={"q": "C11"})).json()["units"]
        assert [unit["code"] for unit in units] == ["C11"]
        timeline = (await http.get(f"/api/sessions/{session}/timeline", params={"after": 1})).json()
        assert [event["kind"] for event in timeline["events"]] == ["item.added"]
        bad = await http.get(f"/api/sessions/{session}/timeline?after=-1")
        assert (bad.status_code, bad.json()["code"]) == (400, "request_bad")


async def test_signing_in_through_the_form(lab: WebLab):
    await lab.account(Role.CLERK)
    async with lab.http() as http:
        page = (await http.get("/sign-in")).text
        token = page.partition('name="csrf" value="')[2].partition('"')[0]
        form = {"login": "clerk.p", "password": PASSWORD, "csrf": token}
        forged = await http.post("/sign-in", data=form | {"csrf": "x"})
        assert forged.status_code == 403
        answer = await http.post("/sign-in", data=form)
        assert answer.status_code == 303
        assert (await http.get("/api/units?q=hoa")).status_code == 200


async def test_other_sites_change_nothing(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        for headers in (
            {"Origin": "https://elsewhere.example"},
            {"Origin": "null"},
            {"Origin": lab.url + ".example"},
            {"Origin": "http://[::1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            answer = await http.post("/sign-out", headers=headers)
            assert answer.status_code == 403, headers


@pytest.mark.parametrize("length", ["1048577", "9" * 40])
async def test_announced_bodies_have_a_limit(lab: WebLab, length: str):
    host, port = lab.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST /api/nothing HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n".encode())
    status = (await reader.readline()).split()[1]
    writer.close()
    # A length beyond all numbers is refused by the server itself.
    assert status in {b"413", b"400"}


async def test_bodies_without_a_length_have_one_too(lab: WebLab):
    async def endless():
        for _ in range(40):
            yield b"x" * 65_536

    async with lab.http() as http:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await http.post("/sign-in", content=endless(), headers=headers)
    assert answer.status_code == 413


async def test_security_headers_everywhere(lab: WebLab):
    async with lab.http() as http:
        for path in ("/sign-in", "/nowhere", "/api/nowhere", "/health/live"):
            headers = (await http.get(path)).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"


async def test_health(lab: WebLab):
    async with lab.http() as http:
        assert (await http.get("/health/live")).status_code == 200
        await until(lambda: lab.services.relay.up)
        assert (await http.get("/health/ready")).json()["ready"] is True
