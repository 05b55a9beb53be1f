"""`hub demo` as a whole: live by itself, back after kill -9, gone after Ctrl-C."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.demo.plan import read_plan
from deploy.demo.ready import trust
from deploy.lan import AUTHORITY
from deploy.pidfile import read_pid

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    """A port that is free for TCP and, most likely, for UDP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Demo:
    process: asyncio.subprocess.Process
    folder: Path
    url: str
    http: httpx.AsyncClient

    def pid(self, name: str) -> int | None:
        return read_pid(self.folder / "run" / f"{name}.pid")

    async def ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return (await self.http.get("/health/ready")).status_code == 200
        return False

    async def said(self, words: str) -> str:
        """Standard output up to the line with these words."""
        assert self.process.stdout
        lines = []
        async with asyncio.timeout(90):
            while not lines or words not in lines[-1]:
                line = await self.process.stdout.readline()
                assert line, f"ended: {''.join(lines)}"
                lines.append(line.decode())
        return "".join(lines)


@contextlib.asynccontextmanager
async def started(folder: Path, *arguments: str) -> AsyncIterator[Demo]:
    port = free_port()
    scheme = "https" if "--lan" in arguments else "http"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", "demo", "--port", str(port), "--points", "3", *arguments),
        cwd=ROOT,
        env={**clean, "HUB_DATA_DIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        process_group=0,
    )
    url = f"{scheme}://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url, verify=False, trust_env=False) as http:
            yield Demo(process, folder, url, http)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 30)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_it_is_live_survives_kills_and_leaves_nothing_running(tmp_path: Path) -> None:
    async with started(tmp_path) as demo:
        banner = await demo.said("Ctrl-C ends everything")
        assert await demo.ready()
        plan = read_plan(tmp_path)
        assert f"{plan.room(plan.current).path()}   Xã Đầm Vạc" in banner
        assert "chutri" in banner
        for name in ("relay", "web", "cast"):
            await killed_and_back(demo, name)
        pids = [pid for name in ("relay", "web", "cast") if (pid := demo.pid(name))]
        assert len(pids) == 3
    assert demo.process.returncode == 0
    assert all(gone(pid) for pid in pids)


async def killed_and_back(demo: Demo, name: str) -> None:
    before = demo.pid(name)
    assert before
    os.kill(before, signal.SIGKILL)
    await until(lambda: demo.pid(name) not in (None, before))
    await until(demo.ready)


async def test_on_the_local_network_it_speaks_https_that_its_authority_vouches_for(tmp_path: Path) -> None:
    async with started(tmp_path, "--lan") as demo:
        banner = await demo.said("firewall")
        assert "▄▄▄▄▄" in banner
        authority = await demo.http.get("/authority.crt")
        assert authority.content == (tmp_path / "secrets" / AUTHORITY).read_bytes()
        trusting = httpx.AsyncClient(base_url=demo.url, verify=trust(tmp_path / "secrets" / AUTHORITY))
        async with trusting as http:
            assert (await http.get("/health/live")).status_code == 200


async def test_a_second_demo_on_the_same_data_is_told_of_the_first(tmp_path: Path) -> None:
    async with started(tmp_path) as first:
        await until(lambda: first.pid("supervisor"))
        async with started(tmp_path) as second:
            await asyncio.wait_for(second.process.wait(), 60)
        assert second.process.returncode == 1
