"""The relay as a process: what becomes of it when it, or the web process, is killed."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.relay import control
from hub.relay.client import RelayClient, wait_up
from hub.relay.core.specs import StageSpec
from hub.relay.node import RelaySettings, offered
from tests.kit.relay import relay_settings

RELAY = """
import asyncio, sys
from pathlib import Path
from hub.relay.node import RelaySettings, run
folder = Path(sys.argv[1])
asyncio.run(run(RelaySettings(folder / "relay.sock", "127.0.0.1", 0, ("127.0.0.1",), folder / "media.pem")))
"""
WEB = """
import asyncio, sys
from pathlib import Path
from hub.relay.client import RelayClient, wait_up
from hub.relay.control import OpenPeer
async def main():
    client = RelayClient(Path(sys.argv[1]) / "relay.sock")
    task = asyncio.create_task(client.run())
    await wait_up(client, 20)
    await client.open_peer(OpenPeer("p1", "s1", "web", frozenset(), True))
    print("open", flush=True)
    await task
asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def process(code: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


@contextlib.asynccontextmanager
async def linked(folder: Path) -> AsyncIterator[RelayClient]:
    client = RelayClient(folder / "relay.sock")
    task = asyncio.create_task(client.run())
    try:
        await wait_up(client, 20.0)
        yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.integration
async def test_killing_the_web_process_leaves_the_relay_as_it_was(tmp_path: Path) -> None:
    async with process(RELAY, tmp_path) as relay:
        async with process(WEB, tmp_path) as web:
            assert web.stdout is not None
            assert await web.stdout.readline() == b"open\n"
            web.kill()
            await web.wait()
        async with linked(tmp_path) as client:
            assert [peer.peer for peer in (await client.state()).peers] == ["p1"]
        assert relay.returncode is None


@pytest.mark.integration
async def test_a_killed_relay_comes_back_on_the_same_socket_with_the_same_certificate(tmp_path: Path) -> None:
    offers, boots = [], []
    request = control.OpenPeer("p1", "s1", "web", frozenset(), False)
    for _ in range(2):
        async with process(RELAY, tmp_path), linked(tmp_path) as client:
            offers.append((await client.open_peer(request)).sdp)
            boots.append((await client.state()).boot)
    fingerprints = [next(line for line in o.splitlines() if "fingerprint" in line) for o in offers]
    assert fingerprints[0] == fingerprints[1]
    assert boots[0] != boots[1]


@pytest.mark.integration
async def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    async with process(RELAY, tmp_path) as relay, linked(tmp_path) as client:
        await client.put_stage(StageSpec("s1", frozenset({"staff"})))
        os.kill(relay.pid, signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await relay.wait() == 0
    assert not (tmp_path / "relay.sock").exists()


def settings(folder: Path, host: str, *addresses: str) -> RelaySettings:
    made = relay_settings(folder)
    return RelaySettings(made.socket_path, host, 0, addresses, made.certificate_path)


def test_what_was_set_is_offered(tmp_path: Path) -> None:
    assert offered(settings(tmp_path, "0.0.0.0", "192.0.2.1", "192.0.2.2")) == ("192.0.2.1", "192.0.2.2")
    assert offered(settings(tmp_path, "192.0.2.9", "auto")) == ("192.0.2.9",)


def test_auto_offers_every_ipv4_address_with_loopback_last(tmp_path: Path) -> None:
    found = offered(settings(tmp_path, "0.0.0.0", "auto"))
    assert found[-1] == "127.0.0.1"
    assert all(socket.inet_aton(address) for address in found)
    assert offered(settings(tmp_path, "0.0.0.0")) == found
