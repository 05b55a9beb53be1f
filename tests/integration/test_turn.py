"""Credentials of ours at a real coturn, run with the configuration we hand out: who is let in, by which way,
and where to.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import TurnTransport, create_turn_endpoint

from signaling.turn import IceServer, Turn, link_headers
from tests.kit.coturn import HOST, Coturn, coturn

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

LINK = re.compile(
    r'<(\S+)>; rel="ice-server"; username="(.+)"; credential="(.+)"; credential-type="password"'
)
UNAUTHORIZED, FORBIDDEN = 401, 403


@pytest.fixture(scope="module")
def server() -> Iterator[Coturn]:
    with coturn() as started:
        yield started


class Peer(asyncio.DatagramProtocol):
    """What came through the relay, and what was refused."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        self.came.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self.came.put_nowait(exc)


def credential(server: Coturn, way: str, *, secret: str = "", before: timedelta = timedelta()) -> IceServer:
    """What a hub with that secret gave somebody that long ago, good for ten minutes."""
    turn = Turn([server.url(way)], secret or server.secret, ttl=600)
    (made,) = turn.servers("01peer", datetime.now(UTC) - before)
    return made


async def allocate(server: Coturn, way: str, given: IceServer) -> tuple[TurnTransport, Peer]:
    """Raises TransactionFailed when the server does not want us."""
    trust = ssl.create_default_context(cafile=str(server.authority)) if way == "tls" else None
    return await create_turn_endpoint(
        Peer,
        (HOST, server.tls_port if way == "tls" else server.port),
        given.username,
        given.credential,
        ssl=trust,
        transport="udp" if way == "udp" else "tcp",
    )


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_what_a_link_header_says_opens_a_way_to_the_hub(server: Coturn, way: str) -> None:
    (link,) = link_headers([credential(server, way)])
    found = LINK.fullmatch(link)
    assert found is not None
    url, username, password = found.groups()
    assert url == server.url(way)
    transport, peer = await allocate(server, way, IceServer((url,), username, password))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hub:
        hub.bind((HOST, 0))
        hub.setblocking(False)
        loop = asyncio.get_running_loop()
        transport.sendto(b"there", hub.getsockname())
        async with asyncio.timeout(10):
            data, relayed = await loop.sock_recvfrom(hub, 100)
            assert data == b"there"
            assert relayed == transport.get_extra_info("sockname")
            hub.sendto(b"back", relayed)
            assert await peer.came.get() == b"back"
    transport.close()


GUESSED: dict[str, Callable[[Coturn], IceServer]] = {
    "another secret": lambda server: credential(server, "udp", secret="guessed"),
    "expired": lambda server: credential(server, "udp", before=timedelta(hours=1)),
    "made to last": lambda server: replace(credential(server, "udp"), username="9999999999:01peer"),
}


@pytest.mark.parametrize("how", GUESSED)
async def test_nobody_else_is_let_in(server: Coturn, how: str) -> None:
    with pytest.raises(TransactionFailed) as refused:
        await allocate(server, "udp", GUESSED[how](server))
    assert refused.value.response.error_code == UNAUTHORIZED


@pytest.mark.parametrize("elsewhere", ["127.0.0.2", "10.0.0.1", "192.168.1.1", "203.0.113.99"])
async def test_it_relays_to_the_hub_and_to_nobody_else(server: Coturn, elsewhere: str) -> None:
    """Whoever has a credential has no way into the network that the server stands in."""
    transport, peer = await allocate(server, "udp", credential(server, "udp"))
    transport.sendto(b"who is there?", (elsewhere, 80))
    async with asyncio.timeout(10):
        problem = await peer.came.get()
    assert isinstance(problem, TransactionFailed)
    assert problem.response.error_code == FORBIDDEN
    transport.close()
