"""A running demo under attack from outside: clear answers where somebody reads them, counters elsewhere, and
a viewer who notices nothing.
"""

import asyncio
import json
import os
import random
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import websockets

from endpoints.peer import LightPeer, Pool
from hub.relay.wire import stun
from hub.relay.wire.dtls import Certificate
from tests.kit.demo import DemoHub, demo_hub
from tests.kit.outsider import (
    SDP,
    Watcher,
    bearer,
    megabytes,
    metrics,
    outside,
    room_cookie,
    undisturbed,
    until,
    view_offer,
)
from tests.kit.web import HELLO, Client

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

FLOOD_SECONDS = 6
FLOOD_EACH = 50
"""Datagrams every 50 ms: about a thousand a second."""
COMMUNE = "Xã Tân Hòa"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo for these tests alone."""
    with demo_hub(tmp_path_factory.mktemp("hostile") / "data", points=2) as started:
        yield started


@pytest.fixture(scope="module")
def before(hub: DemoHub) -> dict[str, float]:
    """Memory in megabytes before the attacks."""
    return {name: megabytes(hub, name) for name in ("relay", "web")}


# The media port --------------------------------------------------------------------------------------


async def test_a_thousand_strangers_packets_a_second_are_counted_and_no_more(
    hub: DemoHub, before: dict[str, float]
) -> None:
    chance, counted = random.Random(7), metrics(hub)
    strangers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
    async with undisturbed(hub) as watcher:
        end = time.monotonic() + FLOOD_SECONDS
        while time.monotonic() < end:
            for _ in range(FLOOD_EACH):
                datagram = hostile_datagram(chance, watcher)
                chance.choice(strangers).sendto(datagram, ("127.0.0.1", watcher.port))
            await asyncio.sleep(0.05)
    for stranger in strangers:
        stranger.close()
    now = metrics(hub)
    rose = {name for name in now if now[name] > counted.get(name, 0)}
    kinds = {"stranger_stun", "stranger_dtls", "stranger_media", "stranger_unknown", "stun_forged"}
    assert {f"relay_{kind}" for kind in kinds | {"stun_malformed", "stun_replayed"}} <= rose
    assert now.get("relay_internal_error", 0) == 0
    assert megabytes(hub, "relay") < before["relay"] + 15


def hostile_datagram(chance: random.Random, watcher: Watcher) -> bytes:
    """STUN, DTLS, RTP and RTCP: random, forged, mangled, cut short, and overheard."""
    overheard = chance.choice(watcher.checks)
    mangled = bytearray(overheard)
    mangled[chance.randrange(len(mangled))] ^= 1 << chance.randrange(8)
    name, noise = f"{watcher.fragment}:x", chance.randbytes(chance.randrange(200))
    forged = stun.request(noise[:12].ljust(12), name, "guess", priority=1, tie_breaker=1, use_candidate=True)
    return chance.choice(
        [
            overheard,
            bytes(mangled),
            overheard[: chance.randrange(len(overheard))],
            forged,
            stun.request(b"0" * 12, "nobody:x", "guess", priority=1, tie_breaker=1, use_candidate=True),
            b"\x00\x01" + noise,
            b"\x16\xfe\xfd" + noise,
            b"\x80\x60" + noise,
            b"\x80\xc8" + noise,
            b"\xff" + noise,
        ]
    )


async def test_a_peer_with_another_certificate_than_promised_gets_nothing(hub: DemoHub) -> None:
    headers = {"Authorization": bearer(hub, "view"), "Content-Type": SDP}
    async with undisturbed(hub), Pool().running() as pool, outside(hub, headers=headers) as http:
        thief = LightPeer(pool.certificate, secrets.token_bytes, time.monotonic())
        promised = Certificate.make().fingerprint
        offer = thief.view_offer().replace(pool.certificate.fingerprint, promised)
        answer = await http.post(f"/whep/{hub.session}", content=offer)
        thief.accept(answer.text, time.monotonic())
        member = pool.add(thief)
        for _ in range(20):
            member.way.send(b"\x16\xfe\xfd" + os.urandom(100), ("127.0.0.1", port_in(answer.text)))
        await until(lambda: thief.state == "closed", "the hub hangs up")
        assert not thief.reception.streams
        assert (await http.delete(answer.headers["Location"])).json()["code"] == "peer_unknown"


def port_in(sdp: str) -> int:
    """The port of the first candidate."""
    found = re.search(r"a=candidate:\S+ 1 udp \d+ \S+ (\d+)", sdp)
    assert found is not None
    return int(found.group(1))


# Session descriptions --------------------------------------------------------------------------------


def endless(line: str) -> str:
    """A good offer made as long as it may be with one kind of line."""
    many = [line.format(number) for number in range(65_536 // len(line))]
    return (view_offer() + "\r\n".join(many))[:65_000]


@pytest.mark.parametrize("kind", ["whip", "whep"])
async def test_a_description_that_is_none_is_a_400_with_a_code(hub: DemoHub, kind: str) -> None:
    good = view_offer()
    bad = [b"", b"\xff\xfe", b"v=0", b"{}", b"v=0" + b"\0" * 1000]
    bad += [part.encode() for part in (good[:200], good.replace("sha-256", "sha-1"), "m=" + good)]
    bad += [good.replace("a=ice-ufrag", "a=x").encode(), re.sub("opus|VP8|H264", "x", good).encode()]
    headers = {"Authorization": bearer(hub, "publish" if kind == "whip" else "view")}
    async with outside(hub, headers=headers) as http:
        for body in bad:
            answer = await http.post(f"/{kind}/{hub.session}", content=body, headers={"Content-Type": SDP})
            assert (answer.status_code, answer.json()["code"]) == (400, "sdp_bad"), body[:80]
            assert answer.json()["text"]
        for content_type in ("text/plain", "application/sdpx", "application/json", ""):
            answer = await http.post(
                f"/{kind}/{hub.session}", content=good, headers={"Content-Type": content_type}
            )
            assert (answer.status_code, answer.json()["code"]) == (415, "media_type_bad")
            assert answer.headers["Accept-Post"] == SDP
        large = await http.post(
            f"/{kind}/{hub.session}", content=b"v" * 65_537, headers={"Content-Type": SDP}
        )
        assert (large.status_code, large.json()["code"]) == (413, "too_large")


async def test_a_description_made_to_be_slow_does_not_stop_anybodys_picture(hub: DemoHub) -> None:
    lines = [
        "a=ssrc:{} cname:x",
        "a=rtcp-fb:* x{}",
        "a=fmtp:96 a={}",
        "\n",
        "a=rtcp-fb:96 nack",
        "a=group:BUNDLE {}",
    ]
    codecs = "".join(f"a=rtpmap:{number} VP8/90000\r\n" for number in range(96, 220))
    headers = {"Authorization": bearer(hub, "view"), "Content-Type": SDP}
    async with undisturbed(hub), outside(hub, headers=headers) as http:
        for body in [*map(endless, lines), (view_offer() + codecs + endless("a=rtcp-fb:* x{}"))[:65_000]]:
            began = time.monotonic()
            answer = await http.post(f"/whep/{hub.session}", content=body)
            assert answer.status_code in (201, 400)
            assert time.monotonic() - began < 1
            if answer.status_code == 201:
                await http.delete(answer.headers["Location"])


async def test_descriptions_over_the_websocket(hub: DemoHub) -> None:
    async with room(hub) as client:
        await client.say(type="media.answer", peer="nobody", sdp=view_offer())
        assert (await client.hear("media.lost"))["peer"] == "nobody"
        await client.say(type="media.open", publish=False)
        peer = (await client.hear("media.offer"))["peer"]
        for sdp in ("v=0", view_offer(), view_offer()[:300], "\ud7ff" * 100):
            await client.say(type="media.answer", peer=peer, sdp=sdp)
            refused = await client.hear("media.refused")
            assert refused["code"] == "sdp_bad"
            assert refused["text"]


# The WebSocket ---------------------------------------------------------------------------------------


@asynccontextmanager
async def open_room(hub: DemoHub) -> AsyncIterator[Client]:
    """A WebSocket of an enrolled room, before its hello."""
    address = f"{hub.url.replace('http', 'ws', 1)}/ws/sessions/{hub.session}"
    headers = {"Cookie": await room_cookie(hub, COMMUNE)}
    async with websockets.connect(address, additional_headers=headers, compression=None) as ws:
        yield Client(ws)


@asynccontextmanager
async def room(hub: DemoHub) -> AsyncIterator[Client]:
    """The same after hello and welcome."""
    async with open_room(hub) as client:
        await client.say(**(HELLO | {"screen": "room"}))
        client.welcome = await client.hear("welcome")
        yield client


PING = '{"type": "ping", "at": 1}'
GARBAGE: list[tuple[str | bytes, int]] = [
    ("", 4400),
    ("null", 4400),
    ("[]", 4400),
    ("{", 4400),
    ("[" * 60_000, 4400),
    ('{"type": "ping", "at": ' + "9" * 60_000 + "}", 4400),
    ('{"type": "ping", "at": NaN}', 4400),
    ('{"type": "ping", "at": 1, "at2": 2}', 4400),
    ('{"type": "ping", "at": "1"}', 4400),
    ('{"type": ["ping"], "at": 1}', 4400),
    ('{"type": "ping", "at": 1, "x": "\\ud800"}', 4400),
    ('{"type": "sudo"}', 4400),
    ('{"type": "command", "id": "a", "name": "hand.raise", "data": ' + '{"a":' * 9 + "1" + "}" * 10, 4400),
    ('{"type": "command", "id": "", "name": "hand.raise", "data": {}}', 4400),
    ('{"type": "command", "id": "a", "name": "hand.raise", "data": {"a": "\\u0000"}}', 4400),
    (json.dumps(HELLO | {"screen": "room"}), 4400),
    (PING.encode(), 4400),
    (PING + " " * 70_000, 1009),
    (b"\0" * 70_000, 1009),
]


async def test_garbage_ends_its_own_conversation_with_a_code(hub: DemoHub) -> None:
    async with undisturbed(hub):
        for frame, code in GARBAGE:
            async with room(hub) as client:
                await client.ws.send(frame)
                assert await client.closed() == code, frame[:80]
                if code == 4400:
                    assert client.heard[-1]["code"] == "message_bad"
                    assert client.heard[-1]["text"]


async def test_words_before_hello_too_many_words_and_no_text_at_all(hub: DemoHub) -> None:
    async with open_room(hub) as client:
        await client.ws.send(PING)
        assert await client.closed() == 4400
    async with open_room(hub) as client:
        await client.say(**(HELLO | {"version": 2, "screen": "room"}))
        assert await client.closed() == 4400
    async with open_room(hub) as client:
        await client.say(**(HELLO | {"screen": "console"}))
        assert await client.closed() == 4401
    async with room(hub) as client:
        for _ in range(60):
            await client.ws.send(PING)
        assert await client.closed() == 4429
    async with room(hub) as client:
        client.ws.transport.write(b"\x81\x84\0\0\0\0\xff\xfe\xfd\xfc")
        assert await client.closed() in (1007, 1006)


async def test_commands_out_of_turn_are_refused_and_change_nothing(hub: DemoHub) -> None:
    async with room(hub) as client:
        head = client.welcome["head"]
        item = client.welcome["view"]["items"][0]["id"]
        for name, data, code in [
            ("session.close", {}, "not_allowed"),
            ("note.add", {"text": "x", "mark": None}, "not_allowed"),
            ("audience.set", {"audience": "all"}, "not_allowed"),
            ("floor.end", {}, "floor_held"),
            ("hand.lower", {}, "hand_state"),
            ("case.take_up", {"item": "0" * 26, "leader": "x"}, "item_unknown"),
            ("case.take_up", {"item": item, "leader": ""}, "data_bad"),
            ("case.take_up", {"item": item}, "data_bad"),
            ("case.take_up", {"item": {"a": []}, "leader": 7}, "data_bad"),
            ("directive.acknowledge", {"directive": "0" * 26}, "directive_unknown"),
            ("hand.raise", {"extra": 1}, "data_bad"),
            ("drop table", {}, "command_unknown"),
        ]:
            answer = await client.do(name, secrets.token_hex(8), **data)
            assert (answer["type"], answer.get("code")) == ("refused", code), (name, answer)
            assert answer["text"]
    async with room(hub) as client:
        later = {event["kind"] for event in hub.timeline() if event["n"] > head}
        assert later <= {"point.joined", "point.left", "source.started", "source.stopped"}


async def test_pings_of_somebody_who_reads_nothing_are_cut_off(
    hub: DemoHub, before: dict[str, float]
) -> None:
    async with room(hub) as client:
        client.ws.transport.pause_reading()
        ping = b"\x89\xfd\0\0\0\0" + b"p" * 125
        end = time.monotonic() + 20
        while not client.ws.transport.is_closing() and time.monotonic() < end:
            client.ws.transport.write(ping * 500)
            await asyncio.sleep(0.002)
        assert client.ws.transport.is_closing(), "the hub answered pings without end"
    assert megabytes(hub, "web") < before["web"] + 40


# What is left of it ----------------------------------------------------------------------------------


def test_nothing_of_all_this_was_an_error_of_ours(hub: DemoHub, before: dict[str, float]) -> None:
    log = (hub.folder.parent / f"{hub.folder.name}.log").read_text("utf-8")
    assert "Traceback" not in log
    assert "[error" not in log
    now = metrics(hub)
    assert now.get("relay_internal_error", 0) == 0
    assert now["hub_relay_up"] == 1
    assert megabytes(hub, "relay") < before["relay"] + 15
    assert megabytes(hub, "web") < before["web"] + 40
