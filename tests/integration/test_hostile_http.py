"""A running demo and HTTP that means it no good: tokens, cookies, other sites, odd requests, no end."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.kit.demo import DemoHub, demo_hub
from tests.kit.outsider import (
    SDP,
    bearer,
    megabytes,
    outside,
    room_cookie,
    status_of,
    undisturbed,
    view_offer,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

COMMUNE = "Xã Tân Hòa"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo for these tests alone."""
    with demo_hub(tmp_path_factory.mktemp("odd") / "data", points=2) as started:
        yield started


@pytest.fixture(scope="module")
def before(hub: DemoHub) -> dict[str, float]:
    """Memory in megabytes before the attacks."""
    return {name: megabytes(hub, name) for name in ("relay", "web")}


# Tokens, cookies, other sites ------------------------------------------------------------------------


async def test_tokens(hub: DemoHub) -> None:
    forged = bearer(hub, "view")[:-3] + "xyz"
    other = bearer(hub, "view", session="0" * 26)
    cases = [
        ("", 401, "token_missing"),
        ("Basic YTpi", 401, "token_missing"),
        ("Bearer", 401, "token_missing"),
        (forged, 401, "token_forged"),
        ("Bearer " + "a" * 5000, 401, "token_forged"),
        ("Bearer ..", 401, "token_forged"),
        (bearer(hub, "view", hours=-1), 401, "token_expired"),
        (other, 404, "session_unknown"),
        (bearer(hub, "publish"), 403, "not_allowed"),
    ]
    async with outside(hub) as http:
        for authorization, status, code in cases:
            headers = {"Authorization": authorization, "Content-Type": SDP}
            answer = await http.post(f"/whep/{hub.session}", content=view_offer(), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code), authorization[:40]
            assert ("WWW-Authenticate" in answer.headers) is (status == 401)
            gone = await http.delete(f"/whep/{hub.session}/{'0' * 26}", headers=headers)
            assert gone.status_code == status


async def test_a_session_one_may_not_see_is_not_there(hub: DemoHub) -> None:
    with hub.signed_in("quantri") as administrator:
        cookie = "; ".join(f"{name}={value}" for name, value in administrator.cookies.items())
    async with outside(hub, headers={"Cookie": cookie}) as http:
        for path in ("/sessions/{}", "/sessions/{}/timeline", "/api/sessions/{}/timeline"):
            there = await http.get(path.format(hub.session))
            nowhere = await http.get(path.format("0" * 26))
            assert there.status_code == nowhere.status_code == 404, path
            assert there.text.replace(hub.session, "") == nowhere.text.replace("0" * 26, ""), path
        for session in (hub.session, "0" * 26, "%00%ff", "..%2f", "a/b"):
            assert await upgrade(hub, session, Cookie=cookie) == 404
            assert await upgrade(hub, session) == 404
        for kind in ("whip", "whep"):
            headers = {"Authorization": bearer(hub, "view", session="0" * 26), "Content-Type": SDP}
            answers = [
                await http.post(f"/{kind}/{session}", content=view_offer(), headers=headers)
                for session in (hub.session, "1" * 26)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].text == answers[1].text


async def upgrade(hub: DemoHub, session: str, **headers: str) -> int:
    """The HTTP status of an attempt to open a WebSocket, 101 when it opens."""
    address = f"{hub.url.replace('http', 'ws', 1)}/ws/sessions/{session}"
    try:
        async with websockets.connect(address, additional_headers=headers):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_forged_cookies_are_no_cookies(hub: DemoHub) -> None:
    cookie = await room_cookie(hub, COMMUNE)
    forged = [cookie[:-2] + "00", "hub_device=a.b", "hub_account=a.b.c", "hub_account=" + "a" * 4000]
    forged += ["hub_account=\xff\xfe; hub_device=\xff.\xff; hub_language=../x"]
    async with outside(hub) as http:
        for text in forged:
            headers = {b"Cookie": text.encode("latin-1")}
            assert (await http.get("/api/room/next", headers=headers)).status_code == 401
            page = await http.get(f"/sessions/{hub.session}", headers=headers)
            assert (page.status_code, page.headers["Location"][:8]) == (303, "/sign-in")
            assert await upgrade(hub, hub.session, Cookie=text.encode().decode("ascii", "ignore")) == 404


async def test_other_sites_change_nothing(hub: DemoHub) -> None:
    cookie = await room_cookie(hub, COMMUNE)
    async with outside(hub) as http:
        for origin in ("https://evil.example", "null", "http://[", f"{hub.url}.evil.example"):
            answer = await http.post("/sign-out", headers={"Origin": origin})
            assert answer.status_code == 403
            assert await upgrade(hub, hub.session, Cookie=cookie, Origin=origin) == 403
        fields = {"login": "chutri", "password": "x", "csrf": "forged"}
        assert (await http.post("/sign-in", data=fields)).status_code == 403


# HTTP ------------------------------------------------------------------------------------------------


async def test_methods_and_paths(hub: DemoHub) -> None:
    paths = {f"/whip/{hub.session}": "POST, OPTIONS", f"/whep/{hub.session}/x": "DELETE, OPTIONS"}
    async with outside(hub) as http:
        for path, allowed in paths.items():
            for method in ("GET", "PUT", "PATCH", "HEAD"):
                answer = await http.request(method, path)
                assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
            assert (await http.options(path)).status_code == 204
        for path in ("/sign-in", "/sessions", "/metrics", "/health/live"):
            for method in ("TRACE", "PROPFIND", "DELETE", "PATCH"):
                assert (await http.request(method, path)).status_code == 405, (method, path)
    tricks = ["x/../../../etc/passwd", "x/%2e%2e/%2e%2e/app.py", "x/..%2f..%2fapp.py", "x//etc/passwd"]
    tricks += ["x/%00", "x/%ff", "x/" + "a" * 5000, "x/js"]
    for trick in tricks:
        assert await status_of(hub, f"GET /static/{trick} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) == 404, trick


async def test_requests_that_are_none(hub: DemoHub) -> None:
    cases = {
        b"\x16\x03\x01\x02\x00\x01\x00": 400,
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n": 400,
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n": 400,
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n": 400,
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n": 413,
        b"POST /sign-in HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\nx": 400,
        b"GET /health/live HTTP/1.1\r\nHost: [::1\r\n\r\n": 200,
        b"POST /sign-out HTTP/1.1\r\nHost: x/whip/\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n": 403,
    }
    for request, status in cases.items():
        assert await status_of(hub, request) == status, request


async def test_bodies_and_heads_without_end(hub: DemoHub, before: dict[str, float]) -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65_536

    async with undisturbed(hub), outside(hub) as http:
        for path in ("/sign-in", f"/whip/{hub.session}"):
            headers = {"Authorization": bearer(hub, "publish"), "Content-Type": SDP}
            try:
                answer = await http.post(path, content=drops(), headers=headers)
            except (httpx.WriteError, httpx.ReadError):
                continue  # hung up on while still sending, as it should be
            assert answer.status_code in (403, 413)
        for start in (b"GET /", b"GET / HTTP/1.1\r\nX-Long: ", b"GET / HTTP/1.1\r\n"):
            began = time.monotonic()
            await pour(
                hub, start, b"a: " + b"a" * 65_000 + b"\r\n" if start.endswith(b"\n") else b"a" * 65_000
            )
            assert time.monotonic() - began < 2
            assert (await http.get("/health/live")).status_code == 200
    assert megabytes(hub, "web") < before["web"] + 40


async def pour(hub: DemoHub, start: bytes, piece: bytes) -> None:
    """Send a head without end until the hub hangs up. Raises AssertionError when it takes 20 MB of it."""
    _, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(hub.url).port)
    try:
        writer.write(start)
        for _ in range(300):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()
    raise AssertionError("the hub took all of it")


def test_nothing_of_all_this_was_an_error_of_ours(hub: DemoHub) -> None:
    log = (hub.folder.parent / f"{hub.folder.name}.log").read_text("utf-8")
    assert "Traceback" not in log
    assert "[error" not in log
