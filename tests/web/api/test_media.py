"""WHIP and WHEP over HTTP: the table of answers, then a real encoder and a real player through a real
relay.
"""

import asyncio
import re
from fractions import Fraction

import av
import httpx
import numpy
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from tests.kit.sdp import description, section
from tests.kit.web import TURN_URL, WebLab, until

SDP = {"Content-Type": "application/sdp"}
OFFER = description(section("audio", "0", "sendonly"), section("video", "1", "sendonly"))


async def live_session(lab: WebLab) -> str:
    house = lab.house
    session = await house.session(await house.case())
    await house.do(house.clerk, session, "session.go_live")
    await until(lambda: lab.services.relay.up)
    return session


async def post(lab: WebLab, path: str, bearer: str = "", body: str = OFFER, **headers: str) -> httpx.Response:
    authorization = {"Authorization": bearer} if bearer else {}
    async with lab.http() as http:
        return await http.post(path, content=body, headers=SDP | authorization | headers)


@pytest.mark.parametrize("endpoint", ["whip", "whep"])
async def test_bearers(lab: WebLab, endpoint: str):
    session = await live_session(lab)
    may = "publish" if endpoint == "whip" else "view"
    wrong_right = lab.token(session, "view" if may == "publish" else "publish")
    path = f"/{endpoint}/{session}"
    good = lab.token(session, may)
    for bearer, status, code in [
        ("", 401, "token_missing"),
        ("Basic abc", 401, "token_missing"),
        ("Bearer", 401, "token_missing"),
        ("Bearer forged", 401, "token_forged"),
        (good[:-2] + "xx", 401, "token_forged"),
        ("Bearer " + "x" * 5000, 401, "token_forged"),
        (lab.token(session, may, hours=-1), 401, "token_expired"),
        (wrong_right, 403, "not_allowed"),
        (lab.token(await lab.house.session(), may), 404, "session_unknown"),
    ]:
        answer = await post(lab, path, bearer)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert ("www-authenticate" in answer.headers) == (status == 401)
    nowhere = lab.token("0" * 26, may)
    assert (await post(lab, f"/{endpoint}/{'0' * 26}", nowhere)).status_code == 404


async def test_bodies(lab: WebLab):
    session = await live_session(lab)
    bearer, path = lab.token(session, "publish"), f"/whip/{session}"
    for body, headers, status, code in [
        (OFFER, {"Content-Type": "text/plain"}, 415, "media_type_bad"),
        ("", {}, 400, "sdp_bad"),
        ("hello", {}, 400, "sdp_bad"),
        (OFFER[:150], {}, 400, "sdp_bad"),
        (OFFER.replace("sendonly", "recvonly"), {}, 400, "sdp_bad"),
        ("v=0\r\n" + "a" * 70_000, {}, 413, "too_large"),
    ]:
        answer = await post(lab, path, bearer, body, **headers)
        assert answer.status_code == status, body[-60:]
        assert answer.json()["code"] == code
    async with lab.http() as http:
        latin = await http.post(path, content=b"\xff\xfe", headers=SDP | {"Authorization": bearer})
    assert latin.json()["code"] == "sdp_bad"
    assert (await lab.services.relay.state()).peers == ()


@pytest.mark.parametrize("endpoint", ["whip", "whep"])
async def test_methods(lab: WebLab, endpoint: str):
    path = f"/{endpoint}/{'0' * 26}"
    async with lab.http() as http:
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
            answer = await http.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
        for method in ("GET", "HEAD", "PUT", "PATCH", "POST"):
            answer = await http.request(method, f"{path}/peer")
            assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, OPTIONS")
        preflight = await http.options(path, headers={"Origin": "https://player.example"})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert preflight.headers["accept-post"] == "application/sdp"


@pytest.mark.parametrize("endpoint", ["whip", "whep"])
async def test_encoders_and_players_hear_of_the_turn_server(lab: WebLab, endpoint: str):
    """RFC 9725 §4.6. Each connection has credentials of its own."""
    session = await live_session(lab)
    publishes = endpoint == "whip"
    offer = OFFER if publishes else OFFER.replace("sendonly", "recvonly")
    bearer = lab.token(session, "publish" if publishes else "view")
    answers = [await post(lab, f"/{endpoint}/{session}", bearer, offer) for _ in range(2)]
    links = [answer.headers["link"] for answer in answers]
    for answer, link in zip(answers, links, strict=True):
        peer = answer.headers["location"].rpartition("/")[2]
        found = re.fullmatch(
            r'<(\S+)>; rel="ice-server"; username="\d+:(\w+)"; credential="\S+"; credential-type="password"',
            link,
        )
        assert found is not None
        assert found.groups() == (TURN_URL, peer)
        assert "Link" in answer.headers["access-control-expose-headers"]
    assert links[0] != links[1]


async def test_an_encoder_comes_is_replaced_and_ends(lab: WebLab):
    session = await live_session(lab)
    bearer, path = lab.token(session, "publish"), f"/whip/{session}"
    first = await post(lab, path, bearer)
    assert first.status_code == 201
    assert first.headers["content-type"] == "application/sdp"
    assert first.text.startswith("v=0\r\n")
    location = first.headers["location"]
    assert location.startswith(f"{path}/")
    (peer,) = (await lab.services.relay.state()).peers
    assert peer.owner.startswith("whip:")
    second = (await post(lab, path, bearer)).headers["location"]
    async with lab.http() as http:
        gone = await http.delete(location, headers={"Authorization": bearer})
        assert (gone.status_code, gone.json()["code"]) == (404, "peer_unknown")
        foreign = await http.delete(second, headers={"Authorization": lab.token(session, "publish")})
        assert foreign.status_code == 404
        assert (await http.delete(second)).status_code == 401
        assert (await http.delete(second, headers={"Authorization": bearer})).status_code == 200
    assert (await lab.services.relay.state()).peers == ()


async def test_a_closed_session_takes_nobody(lab: WebLab):
    session = await live_session(lab)
    await lab.house.do(lab.house.clerk, session, "session.close")
    hub = await lab.app.state.sessions.hub(session)
    await hub.catch_up()
    answer = await post(lab, f"/whip/{session}", lab.token(session, "publish"))
    assert (answer.status_code, answer.json()["code"]) == (409, "session_over")


async def test_a_unit_that_is_not_there(lab: WebLab):
    session = await live_session(lab)
    answer = await post(lab, f"/whep/{session}", lab.token(session, "view", unit="nowhere"))
    assert (answer.status_code, answer.json()["code"]) == (404, "unit_unknown")


class Picture(MediaStreamTrack):
    """Noise at 15 frames a second."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._n = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(1 / 15)
        pixels = numpy.full((120, 160, 3), self._n * 7 % 256, numpy.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = self._n * 6000, Fraction(1, 90_000)
        self._n += 1
        return frame


async def connect(lab: WebLab, pc: RTCPeerConnection, path: str, bearer: str) -> str:
    await pc.setLocalDescription(await pc.createOffer())
    answer = await post(lab, path, bearer, pc.localDescription.sdp)
    assert answer.status_code == 201, answer.text
    await pc.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    return answer.headers["location"]


async def test_a_picture_goes_from_an_encoder_to_a_player(lab: WebLab):
    session = await live_session(lab)
    encoder, player = RTCPeerConnection(), RTCPeerConnection()
    try:
        encoder.addTrack(Picture())
        await connect(lab, encoder, f"/whip/{session}", lab.token(session, "publish"))
        hub = await lab.app.state.sessions.hub(session)
        await until(lambda: hub.director.stage is not None and bool(hub.director.stage.slots))
        player.addTransceiver("video", direction="recvonly")
        await connect(lab, player, f"/whep/{session}", lab.token(session, "view", unit="C11"))
        async with asyncio.timeout(15):
            frame = await player.getReceivers()[0].track.recv()
        assert (frame.width, frame.height) == (160, 120)
        await until(lambda: hub.live.state.sources.get("hall", "").startswith("WHIP "))
        async with lab.http() as http:
            assert (await http.get("/health/ready")).json()["on_air"] is True
    finally:
        await asyncio.gather(encoder.close(), player.close())


async def test_a_viewing_token_is_for_so_many_players_at_one_time(lab: WebLab):
    session = await live_session(lab)
    path, offer = f"/whep/{session}", OFFER.replace("sendonly", "recvonly")
    bearer = lab.token(session, "view", players=2)
    answers = await asyncio.gather(*(post(lab, path, bearer, offer) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 429, 429]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 429} == {"token_full"}
    assert (await post(lab, path, lab.token(session, "view"), offer)).status_code == 201  # another's
    async with lab.http() as http:
        place = next(answer.headers["location"] for answer in answers if answer.status_code == 201)
        assert (await http.delete(place, headers={"Authorization": bearer})).status_code == 200
    assert (await post(lab, path, bearer, offer)).status_code == 201
