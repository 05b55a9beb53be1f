"""A room's check over HTTP: peers that are nobody else's, bounded; results; and who may read the list."""

import httpx

from hub.people.roles import Role
from hub.reception.models import PointCheck
from signaling.check_desk import LIFE, MOST, MOST_PER_ROOM
from tests.hub.reception.test_checks import GOOD
from tests.kit.web import WebLab, until


async def opened(http: httpx.AsyncClient, purpose: str = "way") -> httpx.Response:
    return await http.post("/api/room/check/peers", json={"purpose": purpose})


async def test_a_peer_is_the_rooms_own_and_ends(lab: WebLab):
    await lab.house.session()
    desk = lab.app.state.check_desk
    async with lab.http(await lab.room("C11")) as http, lab.http(await lab.room("C12")) as other:
        await until(lambda: lab.services.relay.up)
        offer = (await opened(http)).json()
        assert "a=candidate:" in offer["sdp"]
        assert offer["bits"] > 0
        (stage,) = (await lab.services.relay.state()).stages
        assert stage.audience == {f"check:{offer['peer']}"}
        path = f"/api/room/check/peers/{offer['peer']}"
        assert (await other.post(path, json={"sdp": "v=0"})).json()["code"] == "peer_unknown"
        assert (await other.delete(path)).status_code == 404
        assert (await http.post(path, json={"sdp": "v=0"})).json()["code"] == "sdp_bad"
        assert (await http.delete(path)).status_code == 204
        assert (await lab.services.relay.state()).stages == ()
        assert len(desk) == 0


async def test_what_pages_leave_open_is_closed_and_no_room_takes_all(lab: WebLab):
    async with lab.http(await lab.room("C11")) as http:
        await until(lambda: lab.services.relay.up)
        for _ in range(MOST_PER_ROOM):
            assert (await opened(http)).status_code == 201
        full = await opened(http)
        assert (full.status_code, full.json()["code"]) == (503, "check_busy")
        lab.house.clock.advance(LIFE["way"] + 1)
        await until(lambda: len(lab.app.state.check_desk) == 0)
        assert (await opened(http)).status_code == 201


async def test_few_measure_speed_at_one_time(lab: WebLab):
    desk = lab.app.state.check_desk
    await until(lambda: lab.services.relay.up)
    for number in range(MOST["speed"]):
        await desk.open(f"room-{number}", "speed")
    async with lab.http(await lab.room("C11")) as http:
        assert (await opened(http, "speed")).json()["code"] == "check_busy"
        assert (await opened(http, "way")).status_code == 201


async def test_a_result_is_judged_kept_and_listed_for_those_who_may_see_it(lab: WebLab):
    session = await lab.house.session()
    async with lab.http(await lab.room("C11")) as http:
        told = (await http.get("/api/room/check")).json()
        assert (told["due"], told["check"], told["session"]["id"]) == (True, None, session)
        bad = await http.post("/api/room/check", json={**GOOD, "camera": {"fps": -1}})
        assert (bad.status_code, bad.json()["code"]) == (400, "data_bad")
        assert (await http.post("/api/room/check", content=b"{" * 9_000)).status_code == 413
        kept = await http.post("/api/room/check", json={**GOOD, "camera": {"trouble": "missing"}})
        assert kept.json()["verdict"] == "no_go"
        assert kept.json()["causes"] == [{"code": "camera_missing", "step": "camera", "severity": "stop"}]
        assert (await http.post("/api/room/check", json=GOOD)).status_code == 429
        assert not (await http.get("/api/room/check")).json()["due"]
        assert (await http.get(f"/api/sessions/{session}/checks")).status_code == 401
    for role in (Role.CLERK, Role.TECHNICIAN):
        async with lab.http(await lab.account(role)) as http:
            points = (await http.get(f"/api/sessions/{session}/checks")).json()["points"]
            assert [each["need"] for each in points] == ["none"] * 4 + ["no_go"]
            page = await http.get(f"/sessions/{session}/checks")
            assert page.status_code == 200
            assert "Không thấy camera" in page.text
    async with lab.http(await lab.account(Role.SUPERVISOR)) as http:
        assert (await http.get(f"/api/sessions/{session}/checks")).status_code == 403
        assert (await http.get(f"/sessions/{session}/checks")).status_code == 403


async def test_no_room_takes_the_list_down_for_all(lab: WebLab):
    session = await lab.house.session()
    nowhere = {**GOOD, "line": {**GOOD["line"], "used": None}}
    async with lab.http(await lab.room("C11")) as http:
        bad = await http.post("/api/room/check", json=nowhere)
        assert (bad.status_code, bad.json()["code"]) == (400, "data_bad")
    async with lab.house.db.begin() as work:  # as an earlier version kept it
        of_room = {"session_id": session, "point_id": lab.house.point["C12"], "at": lab.house.clock.now()}
        row = PointCheck(id=lab.house.ids.new(), verdict="go", causes=[], measures=nowhere, **of_room)
        work.session.add(row)
    async with lab.http(await lab.account(Role.TECHNICIAN)) as http:
        for path in ("checks", "checks/rows?after=2020-01-01T00:00:00Z"):
            page = await http.get(f"/sessions/{session}/{path}")
            assert page.status_code == 200
            assert f'data-point="{lab.house.point["C12"]}" data-need="go"' in page.text
        assert (await http.get(f"/api/sessions/{session}/checks")).status_code == 200


async def test_a_result_that_waited_for_its_turn_to_write_is_not_missed(lab: WebLab):
    session = await lab.house.session()
    came_at = lab.house.clock.now()
    lab.house.clock.advance(2)
    async with lab.http(await lab.account(Role.TECHNICIAN)) as http:
        page = (await http.get(f"/sessions/{session}/checks")).text
        seen = page.split('data-seen="')[1].split('"')[0]
        async with lab.house.db.begin() as work:
            of_room = {"session_id": session, "point_id": lab.house.point["C12"], "at": came_at}
            work.session.add(
                PointCheck(id=lab.house.ids.new(), verdict="go", causes=[], measures=GOOD, **of_room)
            )
        rows = (await http.get(f"/sessions/{session}/checks/rows", params={"after": seen})).text
        assert f'data-point="{lab.house.point["C12"]}" data-need="go"' in rows


async def test_asking_again_by_form_and_only_what_changed_comes_back(lab: WebLab):
    session = await lab.house.session()
    async with lab.http(await lab.account(Role.TECHNICIAN)) as http:
        page = (await http.get(f"/sessions/{session}/checks")).text
        token = page.split('name="csrf" value="')[1].split('"')[0]
        point = lab.house.point["C11"]
        seen = page.split('data-seen="')[1].split('"')[0]
        lab.house.clock.advance(1)
        asked = await http.post(f"/sessions/{session}/checks/ask", data={"csrf": token, "point": point})
        assert asked.status_code == 303
        rows = (await http.get(f"/sessions/{session}/checks/rows", params={"after": seen})).text
        assert rows.count("<tr ") == 1
        assert f'data-point="{point}" data-need="asked"' in rows
        assert (await http.get(f"/sessions/{session}/checks/rows?after=now")).status_code == 400
    async with lab.http(await lab.room("C11")) as http:
        assert (await http.get("/api/room/check")).json()["asked"]
        assert 'data-auto="true"' in (await http.get("/room/check?auto=1")).text
    async with lab.http() as http:
        assert (await http.get("/room/check")).headers["location"] == "/room"
