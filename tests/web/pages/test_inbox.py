"""The inbox, its badge, failed mail for administrators, and the page of today."""

import re
from datetime import timedelta

import httpx
import pytest

from hub.cases.models import Case
from hub.cases.notices.post import Outcome
from hub.cases.notices.reminding import Reminders
from hub.people.roles import Role
from hub.units.local_day import local_day
from tests.kit.web import WebLab


async def due(lab: WebLab, *days: int, unit: str = "C11") -> list[str]:
    """Cases due so many days from today, and what is said of them."""
    services, ids = lab.services, []
    today = local_day(services.clock.now())
    for each in days:
        case = await lab.house.case(unit, title=f"Đơn hạn {each}")
        async with services.db.begin() as work:
            row = await work.session.get_one(Case, case.id)
            row.due_on, row.due_rule = today + timedelta(days=each), "complaint_first"
        ids.append(case.id)
    await Reminders(services.db, services.clock, services.ids, "test").run(today)
    return ids


async def csrf(http: httpx.AsyncClient, path: str = "/inbox") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await http.get(path)).text)
    assert found
    return found[1]


async def fresh(http: httpx.AsyncClient) -> int:
    return int((await http.get("/inbox/count")).json()["fresh"])


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_role_opens_today_and_inbox(lab: WebLab, language: str) -> None:
    cases = await due(lab, -2, 0, 3)
    session = await lab.house.session()
    for role in (Role.CHAIR, Role.CLERK, Role.RECEPTION, Role.SUPERVISOR, Role.ADVISER):
        for unit in ("P", "C11", "C12"):
            cookie = f"{await lab.account(role, unit)}; hub_language={language}"
            async with lab.http(cookie) as http:
                for path in ("/", "/inbox", "/inbox?show=all", "/inbox?show=directives", "/inbox?show=x"):
                    answer = await http.get(path)
                    assert answer.status_code == 200, (role, unit, path)
                    assert "{" not in re.sub(r"<template.*?</template>", "", answer.text, flags=re.DOTALL)
                    told = {"P"} if path == "/" else set()
                    told |= set() if "directives" in path else {"C11"}
                    assert (cases[0] in answer.text) is (unit in told), (unit, path)
                if role is Role.CLERK and unit == "P":
                    assert session in (await http.get("/")).text


async def test_technicians_and_rooms_keep_their_own_page(lab: WebLab) -> None:
    for cookie, goal in ((await lab.account(Role.TECHNICIAN), "/sessions"), (await lab.room("C11"), "/room")):
        async with lab.http(cookie) as http:
            assert (await http.get("/")).headers["location"] == goal


async def test_figures_equal_the_lists_they_open(lab: WebLab) -> None:
    await due(lab, -9, -2, 0, 3, 7, 8)
    async with lab.http(await lab.account(Role.CLERK, "D1")) as http:
        text = (await http.get("/")).text
        tiles = re.findall(r'class="tile-link [^"]*" href="([^"]+)"><strong class="num">(\d+)', text)
        assert len(tiles) == 8
        assert dict(tiles)["/cases?due=overdue"] == "2"
        assert dict(tiles)["/cases?due=soon"] == "3"
        for link, n in tiles:
            listed = (await http.get(link)).text
            rows = re.findall(r'<th scope="row" class="title">', listed)
            assert len(rows) == int(n), link


async def test_the_next_thing_is_what_can_still_be_done_in_time(lab: WebLab) -> None:
    cookie = await lab.account(Role.CLERK)

    async def first() -> str:
        async with lab.http(cookie) as http:
            text = (await http.get("/")).text
        found = re.search(r'<section class="panel next.*?</section>', text, re.DOTALL)
        assert found
        return found[0]

    assert "Không còn việc gấp" in await first()
    late, last = await due(lab, -3, 0)
    assert f"/cases/{last}" in await first()
    async with lab.services.db.begin() as work:
        (await work.session.get_one(Case, last)).due_on = None
    assert f"/cases/{late}" in await first()
    session = await lab.house.session()
    assert f"/sessions/{session}" in await first()  # within the hour


async def test_reading_marking_and_undoing(lab: WebLab) -> None:
    await due(lab, -1, 0)
    async with lab.http(await lab.account(Role.RECEPTION, "C11")) as http:
        assert await fresh(http) == 2
        token = await csrf(http)
        notice = re.search(r'name="notice" value="([^"]+)"', (await http.get("/inbox")).text)
        assert notice
        form = {"csrf": token, "notice": notice[1], "read": "true"}
        done = await http.post("/inbox/mark?show=all", data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/inbox?show=all&start=0")
        assert await fresh(http) == 1
        await http.post("/inbox/mark", data=form | {"read": "false"})
        assert await fresh(http) == 2
        marked = await http.post("/inbox/mark-all", data={"csrf": token})
        told = (await http.get(marked.headers["location"])).text
        at = re.search(r'name="at" value="(\d+)"', told)
        assert at
        assert await fresh(http) == 0
        await http.post("/inbox/unmark", data={"csrf": token, "at": at[1]})
        assert await fresh(http) == 2
        assert (await http.post("/inbox/mark-all", data={})).status_code == 403


async def test_the_badge_tells_strangers_nothing(lab: WebLab) -> None:
    await due(lab, 0)
    async with lab.http() as http:
        assert (await http.get("/inbox/count")).json() == {"fresh": 0}
        assert (await http.get("/inbox")).headers["location"].startswith("/sign-in")
    async with lab.http(await lab.account(Role.RECEPTION, "C12")) as http:
        assert await fresh(http) == 0


async def test_no_name_and_no_title_stands_in_the_inbox(lab: WebLab) -> None:
    await due(lab, 0)
    async with lab.http(await lab.account(Role.RECEPTION, "C11")) as http:
        text = (await http.get("/inbox")).text
    assert "Đơn hạn" not in text
    assert "Lê Thị Mơ" not in text


async def test_failed_mail_is_the_administrators(lab: WebLab) -> None:
    services = lab.services
    await lab.account(Role.RECEPTION, "C11")
    account = await services.people.by_login("reception.c11")
    assert account
    await services.people.address(account.id, "an@xa.example", by=lab.house.clerk)
    await due(lab, 0)
    await services.post.collect()
    (letter,) = await services.post.claim()
    await services.post.record(letter, Outcome("smtp_550", final=True))
    for role in (Role.CLERK, Role.SUPERVISOR):
        async with lab.http(await lab.account(role)) as http:
            assert (await http.get("/inbox/mail")).status_code == 404
            token = await csrf(http, "/cases")
            assert (await http.post("/inbox/mail/retry", data={"csrf": token})).status_code == 404
    async with lab.http(await lab.account(Role.ADMINISTRATOR, None)) as http:
        text = (await http.get("/inbox/mail")).text
        assert "reception.c11" in text
        assert "Máy chủ thư từ chối (550)" in text
        assert "Chưa gửi thư điện tử" in text  # no server is set here, and it says so
        assert "2026/" not in re.sub(r"\d\d/\d\d/2026", "", text)
        token = await csrf(http, "/inbox/mail")
        done = await http.post("/inbox/mail/retry", data={"csrf": token})
        assert done.headers["location"] == "/inbox/mail?retried=1"
        assert "1 thư sẽ được gửi lại" in (await http.get("/inbox/mail?retried=1")).text
    assert await services.post.counts() == {"pending": 1}
