"""The TCP listener over real sockets of the loopback: strangers, floods, hung peers, and one good peer among
them.
"""

import asyncio
import contextlib
import random
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import Totals
from hub.relay.core.specs import SLOT_SSRC
from hub.relay.wire import stun, tcp
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.framing import Deframer, frame
from hub.relay.wire.ice import Credentials
from hub.relay.wire.mmsg import RawAddress
from hub.relay.wire.port import Port
from hub.relay.wire.stream import STUCK
from hub.relay.wire.tcp import Streams, listening_socket
from hub.relay.wire.transport import Identity, Transport

HUB = Certificate.make()


class House:
    """A listener with a port behind it, one peer `hub-a` that is expected, and a clock that is set by
    hand.
    """

    def __init__(self) -> None:
        self.now = 100.0
        self.totals = Totals()
        listener = listening_socket("127.0.0.1", 0)
        self.name: tuple[str, int] = listener.getsockname()
        self.port = Port(Forwarder(seed=1, totals=self.totals), self.totals, self._send, lambda: None)
        self.streams = Streams(listener, self.port, self.totals, self._received, lambda: self.now)
        self.streams.start(asyncio.get_running_loop())
        who = Identity("a", "s1", "owner", frozenset())
        self.peer = Transport(who, Credentials("hub-a", "secret"), HUB, may_publish=False, now=self.now)
        self.port.add(self.peer)

    def _send(self, datagram: bytes, address: RawAddress) -> None:
        self.streams.send(datagram, address)

    def _received(self, frames: list[bytes], address: RawAddress) -> None:
        for one in frames:
            self.port.receive(one, address, self.now)
        self.streams.flush()

    def count(self, name: str) -> int:
        return self.totals.values.get(name, 0)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.streams.tick(self.now)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)


class Client:
    """The other end of one connection."""

    def __init__(self, house: House, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(house.name)
        self.socket.setblocking(False)
        self.deframer = Deframer(0xFFFF)

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.send(data)

    def check(self, fragment: str = "hub-a", password: str = "secret") -> None:
        request = stun.request(
            secrets.token_bytes(12),
            f"{fragment}:them",
            password,
            priority=1,
            tie_breaker=1,
            use_candidate=True,
        )
        self.send(frame(request))

    async def ended(self) -> bool:
        """Wait for the hub to hang up."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            try:
                while await loop.sock_recv(self.socket, 65_536):
                    pass
            except ConnectionError:
                pass
        return True

    async def frames(self, count: int) -> list[bytes]:
        loop, found = asyncio.get_running_loop(), list[bytes]()
        async with asyncio.timeout(10):
            while len(found) < count:
                found += self.deframer.feed(await loop.sock_recv(self.socket, 65_536))
        return found


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    clients: list[Client] = []
    made.client = lambda **more: clients.append(Client(made, **more)) or clients[-1]  # type: ignore[attr-defined]
    yield made
    made.streams.close()
    for client in clients:
        client.socket.close()


def visit(house: House, **more: int) -> Client:
    return house.client(**more)  # type: ignore[attr-defined, no-any-return]


async def bound(house: House, **more: int) -> Client:
    client = visit(house, **more)
    before = house.count("tcp_bound")
    client.check()
    await house.until(lambda: house.count("tcp_bound") > before)
    return client


async def test_a_check_for_a_known_peer_binds_the_connection_and_is_answered(house: House) -> None:
    client = await bound(house)
    (answer,) = await client.frames(1)
    binding = stun.read(answer)
    assert binding is not None
    assert (binding.kind, binding.mapped) == ("success", client.socket.getsockname())
    assert house.peer.ice.selected in house.streams.by_address
    house.pass_time(60)
    assert house.count("tcp_silent") == 0


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "tcp_framing_bad"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "tcp_framing_bad"),
        (b"\xff\xff", "tcp_framing_bad"),
        (b"\x02\x59", "tcp_framing_bad"),
        (frame(b"\x80" * 100), "tcp_stranger"),
        (frame(b"x"), "tcp_stranger"),
    ],
    ids=["http", "tls", "longest", "601", "media", "one byte"],
)
async def test_whoever_begins_with_something_else_is_hung_up_on(
    house: House, opening: bytes, reason: str
) -> None:
    client = visit(house)
    client.send(opening)
    assert await client.ended()
    assert house.count(reason) == 1
    assert (house.streams.by_address, house.port._by_address) == ({}, {})


async def test_a_check_for_nobody_or_with_a_wrong_password_gets_no_answer(house: House) -> None:
    one, two = visit(house), visit(house)
    one.check(fragment="nobody")
    assert await one.ended()
    for _ in range(tcp.TRIES + 1):
        two.check(password="guess")
    assert await two.ended()
    assert (house.count("tcp_stranger"), house.count("stun_forged")) == (2, tcp.TRIES)


async def test_silence_half_frames_and_empty_frames_end_after_some_seconds(house: House) -> None:
    clients = [visit(house) for _ in range(3)]
    clients[1].send(b"\x00\x70half a frame")
    clients[2].send(b"\x00\x00" * 500)
    await house.until(lambda: house.count("tcp_accepted") == 3)
    house.pass_time(tcp.PATIENCE - 0.1)
    assert len(house.streams.by_address) == 3
    house.pass_time(1.0)
    for client in clients:
        assert await client.ended()
    assert house.count("tcp_silent") == 3


async def test_whoever_opens_many_loses_the_oldest_and_others_still_get_in(house: House) -> None:
    crowd = [visit(house) for _ in range(3 * tcp.MOST_UNBOUND_OF_ONE)]
    await house.until(lambda: house.count("tcp_accepted") == len(crowd))
    assert len(house.streams.by_address) == tcp.MOST_UNBOUND_OF_ONE
    assert house.count("tcp_crowded_out") == 2 * tcp.MOST_UNBOUND_OF_ONE
    await bound(house)


async def test_connections_of_one_address_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "MOST_OF_ONE", 3)
    for _ in range(3):
        await bound(house)
    late = visit(house)
    assert await late.ended()
    assert house.count("tcp_too_many") == 1


async def test_a_listener_out_of_descriptors_rests_and_comes_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True

    class Listener:
        def __init__(self, real: socket.socket) -> None:
            self.real = real

        def accept(self) -> tuple[socket.socket, tuple[str, int]]:
            if full:
                raise OSError(24, "Too many open files")
            return self.real.accept()

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

    monkeypatch.setattr(house.streams, "_listener", Listener(house.streams._listener))  # type: ignore[arg-type]
    client = visit(house)
    await house.until(lambda: house.count("tcp_accept_failed") == 1)
    for _ in range(20):
        await asyncio.sleep(0)
    assert house.count("tcp_accept_failed") == 1
    full = False
    house.pass_time(1.0)
    client.check()
    await house.until(lambda: house.count("tcp_bound") == 1)


async def test_the_connection_of_a_peer_that_is_gone_is_closed(house: House) -> None:
    client = await bound(house)
    house.port.remove(house.peer, "closed", house.now)
    house.pass_time(1.0)
    assert await client.ended()
    assert house.count("tcp_unowned") == 1


async def test_a_connection_that_ends_is_no_address_any_more(house: House) -> None:
    client = await bound(house)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()
    await house.until(lambda: not house.streams.by_address)
    assert (house.peer.ice.selected, house.port._by_address) == (None, {})


async def test_a_hung_viewer_is_bounded_then_closed_and_costs_another_nothing(house: House) -> None:
    hung, well = await bound(house, receive_buffer=2048), await bound(house)
    first, second = (house.streams.by_address[address] for address in house.streams.by_address)
    picture = b"\x80\x60" + bytes(6) + SLOT_SSRC["main"].to_bytes(4, "big")
    for number in range(3_000):
        for stream in (first, second):
            packet = picture[:4] + number.to_bytes(4, "big") + picture[8:] + bytes(1000)
            if stream.admits(packet):
                stream.put(packet)
        house.streams.flush()
        await well.frames(1)
    assert first.waiting < 256 * 1024
    assert second.waiting == 0
    house.streams.gather()
    assert house.count("tcp_picture_dropped") > 1000
    assert house.streams.holding() == ["a"]
    house.pass_time(STUCK + 1)
    assert house.count("tcp_stuck") == 1
    assert list(house.streams.by_address.values()) == [second]
    hung.socket.close()


async def test_a_hung_viewer_that_is_put_outside_is_sent_nothing_that_waited(house: House) -> None:
    hung = await bound(house, receive_buffer=2048)
    (stream,) = house.streams.by_address.values()
    picture = b"\x80\x60" + bytes(6) + SLOT_SSRC["main"].to_bytes(4, "big") + bytes(1000)
    for _ in range(3_000):
        if stream.admits(picture):
            stream.put(picture)
    house.streams.flush()
    assert stream.waiting > 50_000
    house.streams.cut(stream.address, SLOT_SSRC["second"])
    assert stream.waiting > 50_000
    house.streams.cut(stream.address, SLOT_SSRC["main"])
    assert stream.waiting < len(picture) + 2
    hung.socket.close()


async def test_partial_writes_keep_frames_whole(house: House) -> None:
    slow = await bound(house, receive_buffer=4096)
    stream = next(iter(house.streams.by_address.values()))
    await slow.frames(1)
    sent = []
    for number in range(150):
        packet = (
            b"\x80\x60"
            + bytes(2)
            + number.to_bytes(4, "big")
            + SLOT_SSRC["main"].to_bytes(4, "big")
            + bytes(1100)
        )
        if stream.admits(packet):
            stream.put(packet)
            sent.append(packet)
        house.streams.flush()
    assert stream.waiting > 0
    assert await slow.frames(len(sent)) == sent
    assert stream.waiting == 0


async def test_strangers_with_noise_raise_nothing_and_leave_nothing(house: House) -> None:
    rng = random.Random(5)
    for _ in range(120):
        client = visit(house)
        for _ in range(rng.randrange(4)):
            noise = rng.randbytes(rng.choice((1, 2, 3, 40, 700, 5000)))
            kind = rng.randrange(3)
            client.send(noise if kind else frame(noise))
        if rng.random() < 0.5:
            client.socket.close()
    await house.until(lambda: house.count("tcp_accepted") == 120)
    await asyncio.sleep(0.05)
    house.pass_time(tcp.PATIENCE + 1)
    assert house.streams.by_address == {}
    assert not house.streams._from
    assert house.port._by_address == {}
    await bound(house)
