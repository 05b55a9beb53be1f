"""Each page as each of its readers."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.cases.rules import CaseKind
from hub.people.roles import Role
from tests.kit.web import PASSWORD, WebLab
from web.cookies import ACCOUNT_COOKIE, read_account, write_account
from web.pages.static import VERSION, modules, static_url


async def _csrf(http) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/sign-in")).text)
    assert found
    return found[1]


async def test_the_door_leads_everyone_to_their_page(lab: WebLab):
    for cookie, goal in (
        ("", "/sign-in"),
        (await lab.account(Role.TECHNICIAN), "/sessions"),
        (await lab.room("C11"), "/room"),
    ):
        async with lab.http(cookie) as http:
            answer = await http.get("/")
            assert (answer.status_code, answer.headers["location"]) == (303, goal)


async def test_signing_in_leads_to_where_one_wanted_to_be(lab: WebLab):
    await lab.account(Role.CLERK)
    async with lab.http() as http:
        asked = await http.get("/cases")
        assert asked.headers["location"] == "/sign-in?next=%2Fcases"
        form = {"csrf": await _csrf(http), "login": "clerk.p", "password": PASSWORD, "next": "/cases"}
        done = await http.post("/sign-in", data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/cases")
        assert (await http.get("/cases")).status_code == 200


async def test_a_wrong_password_says_so_and_keeps_the_name(lab: WebLab):
    async with lab.http() as http:
        form = {"csrf": await _csrf(http), "login": "ai đó", "password": "sai", "next": "/"}
        answer = await http.post("/sign-in", data=form)
    assert answer.status_code == 401
    assert 'value="ai đó"' in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("goal", ["https://elsewhere.example", "//elsewhere.example", "/\\x", "x", "/a\nb"])
async def test_no_page_leads_elsewhere(lab: WebLab, goal: str):
    await lab.account(Role.CLERK)
    async with lab.http() as http:
        form = {"csrf": await _csrf(http), "login": "clerk.p", "password": PASSWORD, "next": goal}
        assert (await http.post("/sign-in", data=form)).headers["location"] == "/"
        assert (await http.get("/language/en", params={"next": goal})).headers["location"] == "/"


async def test_a_form_without_its_token_is_refused(lab: WebLab):
    async with lab.http() as http:
        answer = await http.post("/sign-in", data={"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "<h1>" in answer.text


async def test_signing_out(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        found = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/sessions")).text)
        assert found
        answer = await http.post("/sign-out", data={"csrf": found[1]})
    assert answer.headers["location"] == "/sign-in"
    assert 'hub_account=""' in answer.headers["set-cookie"]


async def test_signing_out_ends_it_in_every_window(lab: WebLab):
    """A console that is open elsewhere, and whoever copied the cookie."""
    session = await lab.house.session(await lab.house.case())
    cookie = await lab.account(Role.CLERK)
    other = await lab.account(Role.CHAIR)
    async with lab.seat(session, cookie) as console, lab.http(cookie) as http:
        found = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/sessions")).text)
        assert found
        for _ in range(2):
            assert (await http.post("/sign-out", data={"csrf": found[1]})).status_code == 303
        assert (await http.get("/sessions")).headers["location"].startswith("/sign-in")
        await console.say(type="command", id="c1", name="session.go_live", data={})
        assert (await console.hear("refused"))["code"] == "signed_out"
    async with lab.http(other) as http:
        assert (await http.get("/sessions")).status_code == 200


async def test_a_page_gives_an_ageing_cookie_anew(lab: WebLab):
    cookie = await lab.account(Role.CLERK)
    fresh = cookie.split("=", 1)[1]
    known = read_account(lab.services.keys, fresh, lab.services.clock.now(), timedelta(hours=12))
    assert known is not None
    old = replace(known, renewed_at=known.signed_in_at - timedelta(hours=2))
    aged = f"{ACCOUNT_COOKIE}={write_account(lab.services.keys, old)}"
    async with lab.http(cookie) as http:
        assert "set-cookie" not in (await http.get("/sessions")).headers
    async with lab.http(aged) as http:
        given = (await http.get("/sessions")).headers["set-cookie"]
    text = given.split("=", 1)[1].split(";", 1)[0]
    renewed = read_account(lab.services.keys, text, lab.services.clock.now(), timedelta(hours=12))
    assert renewed is not None
    assert renewed.signed_in_at == known.signed_in_at
    assert renewed.counts_from >= known.signed_in_at


async def test_the_language_is_kept(lab: WebLab):
    async with lab.http() as http:
        assert 'lang="vi"' in (await http.get("/sign-in")).text
        await http.get("/language/en", params={"next": "/sign-in"})
        http.cookies.set("hub_language", "en")
        assert 'lang="en"' in (await http.get("/sign-in")).text
        assert (await http.get("/language/xx")).status_code == 400


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", [Role.CHAIR, Role.CLERK, Role.RECEPTION, Role.SUPERVISOR])
async def test_every_page_opens_for_every_role(lab: WebLab, role: Role, language: str):
    case = await lab.house.case()
    session = await lab.house.session(case)
    await lab.house.do(lab.house.clerk, session, "session.go_live")
    item = (await lab.house.items(session))[0]
    await lab.house.do(lab.house.clerk, session, "item.call", item=item)
    await lab.house.do(lab.house.clerk, session, "note.add", text="Đo lại", mark="promise")
    cookie = f"{await lab.account(role)}; hub_language={language}"
    async with lab.http(cookie) as http:
        for path in (
            "/",
            "/inbox",
            "/sessions",
            f"/sessions/{session}",
            f"/sessions/{session}/timeline",
            f"/sessions/{session}/timeline?kind=cases",
            "/cases",
            "/cases?q=den+bu&kind=complaint",
            f"/cases/{case.id}",
            f"/cases/{case.id}/card",
            "/patterns",
        ):
            answer = await http.get(path)
            assert answer.status_code == 200, path
            assert "{" not in re.sub(r"<template.*?</template>", "", answer.text, flags=re.DOTALL), path


async def test_the_console_has_a_tile_for_each_room_and_a_choice_for_each_unit(lab: WebLab):
    session = await lab.house.session()
    async with lab.http(await lab.account(Role.CLERK)) as http:
        text = (await http.get(f"/sessions/{session}")).text
    assert len(re.findall(r'class="tile missing"', text)) == 5
    assert len(re.findall(r'class="band"', text)) == 2
    assert '<option value="Hòa An, Đông Hà" data-code="C11">' in text
    assert 'data-act="closed"' in text


@pytest.mark.parametrize(("language", "words"), [("vi", "chưa được kết thúc"), ("en", "was never ended")])
async def test_the_console_says_which_session_was_never_ended(lab: WebLab, language: str, words: str):
    house = lab.house
    forgotten = await house.session()
    await house.do(house.clerk, forgotten, "session.go_live")
    house.clock.advance(days=30)
    session = await house.session()
    for role, told in ((Role.CLERK, True), (Role.TECHNICIAN, False)):
        async with lab.http(f"{await lab.account(role)}; hub_language={language}") as http:
            text = (await http.get(f"/sessions/{session}")).text
        assert (words in text, f'href="/sessions/{forgotten}"' in text) == (told, told)


async def test_whoever_only_watches_gets_no_hands(lab: WebLab):
    session = await lab.house.session()
    async with lab.http(await lab.account(Role.SUPERVISOR)) as http:
        text = (await http.get(f"/sessions/{session}")).text
    assert "watching" in text
    for act in ("closed", "go-live", "call", "give", "camera", "hand"):
        assert f'data-act="{act}"' not in text


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_an_adviser_has_a_desk_with_a_hand_and_no_room_elses(lab: WebLab, language: str):
    session = await lab.house.session(await lab.house.case())
    cookie = f"{await lab.account(Role.ADVISER)}; hub_language={language}"
    async with lab.http(cookie) as http:
        text = (await http.get(f"/sessions/{session}")).text
        listed = (await http.get("/sessions")).text
    assert f"/sessions/{session}" in listed
    for act in ("hand", "return", "ready", "microphone", "camera"):
        assert f'data-act="{act}"' in text
    for act in ("closed", "go-live", "call", "give", "take-up"):
        assert f'data-act="{act}"' not in text
    assert 'data-adviser="yes"' in text


async def test_what_is_not_theirs_looks_as_if_it_were_not_there(lab: WebLab):
    session = await lab.house.session(rooms=("D1",))
    case = await lab.house.case("C21", CaseKind.DENUNCIATION)
    async with lab.http(await lab.account(Role.POINT_LEADER, "C11")) as http:
        missing = await http.get("/sessions/" + "0" * 26)
        theirs = [
            await http.get(f"/sessions/{session}"),
            await http.get(f"/sessions/{session}/timeline"),
            await http.get(f"/cases/{case.id}"),
            await http.get(f"/cases/{case.id}/card"),
        ]
    assert missing.status_code == 404
    for answer in theirs:
        assert answer.status_code == 404
        assert _shape(answer.text) == _shape(missing.text)


def _shape(text: str) -> str:
    """The page but for its own address."""
    return re.sub(r"next=[^\"]*", "", text)


async def test_a_denouncer_stands_on_no_page(lab: WebLab):
    case = await lab.house.case("C11", CaseKind.DENUNCIATION, "Thu chi sai quy định")
    session = await lab.house.session(case)
    async with lab.http(await lab.account(Role.CHAIR)) as http:
        for path in (
            "/cases",
            f"/cases/{case.id}",
            f"/cases/{case.id}/card",
            f"/sessions/{session}/timeline",
        ):
            answer = await http.get(path)
            assert answer.status_code == 200
            assert "Lê Thị Mơ" not in answer.text


async def test_the_room_knows_itself(lab: WebLab):
    session = await lab.house.session()
    async with lab.http(await lab.room("D1")) as http:
        text = (await http.get("/room")).text
    assert f'data-session="{session}"' in text
    assert 'data-unit="D1"' in text
    codes = re.search(r'data-codes="([^"]*)"', text)
    assert codes
    assert set(codes[1].split()) == {"D1", "C11", "C12"}


async def test_a_screen_that_is_not_enrolled_is_told_what_to_do(lab: WebLab):
    async with lab.http() as http:
        answer = await http.get("/room")
    assert answer.status_code == 401
    assert "<h1>" in answer.text


async def test_the_timeline_shows_its_proof_and_its_numbers(lab: WebLab):
    case = await lab.house.case()
    session = await lab.house.session(case)
    await lab.house.do(lab.house.clerk, session, "session.go_live")
    async with lab.http(await lab.account(Role.CLERK)) as http:
        text = (await http.get(f"/sessions/{session}/timeline")).text
    assert re.findall(r'<li id="(\d+)"', text) == ["1", "2", "3"]
    assert "notice fine" in text


async def test_files_are_cached_for_ever_under_their_version(lab: WebLab):
    async with lab.http() as http:
        now = await http.get(static_url("js/entry/room.js"))
        old = await http.get("/static/0123456789ab/js/entry/room.js")
        missing = await http.get(f"/static/{VERSION}/js/entry/nothing.js")
        outside = await http.get(f"/static/{VERSION}/..%2f..%2fapp.py")
    assert "immutable" in now.headers["cache-control"]
    assert now.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    assert old.headers["cache-control"] == "no-cache"
    assert (missing.status_code, outside.status_code) == (404, 404)


def test_all_that_an_entry_imports_is_preloaded():
    found = modules("js/entry/room.js")
    assert {"js/elements/room.js", "js/net/channel.js", "js/net/backoff.js"} <= set(found)
    assert "js/elements/compose.js" not in found
