"""A whole demo hub in processes of its own, in a temporary folder, on a free port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "tiep-cong-dan"
READY_S = 90.0


@dataclass(frozen=True)
class DemoHub:
    """`rooms` as in the demo's plan file: unit, name, point, code; districts first."""

    url: str
    folder: Path
    session: str
    rooms: list[dict[str, str]]

    def pid(self, name: str) -> int:
        """Of `relay`, `web`, `cast` or `supervisor`."""
        return int((self.folder / "run" / f"{name}.pid").read_text().split()[0])

    def kill(self, name: str) -> int:
        """kill -9 of one process. Gives the pid it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def room(self, name: str) -> dict[str, str]:
        """The room of the unit of that name, or of that code."""
        return next(room for room in self.rooms if name in (room["name"], room["unit"]))

    def enrol(self, name: str) -> str:
        """The enrolment link of that room."""
        return f"{self.url}/enrol/{self.room(name)['code']}"

    def client(self) -> httpx.Client:
        """For plain HTTP."""
        return httpx.Client(base_url=self.url, timeout=20, trust_env=False)

    @contextmanager
    def signed_in(self, login: str) -> Iterator[httpx.Client]:
        """A client that has the cookie of an account."""
        with self.client() as client:
            page = client.get("/sign-in").text
            token = page.split('name="csrf" value="')[1].split('"')[0]
            fields = {"login": login, "password": PASSWORD, "csrf": token}
            answer = client.post("/sign-in", data=fields, headers={"Origin": self.url})
            assert answer.status_code == 303, answer.text
            yield client

    def timeline(self, login: str = "thuky") -> list[dict[str, Any]]:
        """The session's events as that account sees them."""
        with self.signed_in(login) as client:
            answer = client.get(f"/api/sessions/{self.session}/timeline")
            answer.raise_for_status()
            return list(answer.json()["events"])


def free_port() -> int:
    """A number that is free for TCP at this moment, and the next one for TCP and UDP: media has it."""
    while True:
        with socket.socket() as pages, socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            pages.bind(("127.0.0.1", 0))
            port = int(pages.getsockname()[1])
            try:
                tcp.bind(("0.0.0.0", port + 1))
                udp.bind(("0.0.0.0", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_for(met: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Poll until `met()` is truthy and give that. Raises AssertionError with `what` when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = met()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


@contextmanager
def demo_hub(folder: Path, points: int = 4, *, small: bool = False, **settings: str) -> Iterator[DemoHub]:
    """`hub demo`, live when the block begins and gone with all its processes when it ends.

    `settings` by their names without `HUB_`, in small letters; `small`: the rooms' screens are.
    """
    port = free_port()
    env = {**os.environ, "HUB_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    env |= {f"HUB_{name.upper()}": value for name, value in settings.items()}
    log = (folder.parent / f"{folder.name}.log").open("w+")
    command = [sys.executable, "-m", "deploy", "demo", "--port", str(port), "--points", str(points)]
    command += ["--small-screens"] if small else []
    process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is not None or _ready(url), "the demo is live", READY_S)
        if process.poll() is not None:
            log.seek(0)
            raise AssertionError(f"the demo ended at once:\n{log.read()}")
        plan = json.loads((folder / "demo.json").read_text("utf-8"))
        yield DemoHub(url, folder, plan["session"], plan["rooms"])
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        finally:
            _kill_group(process.pid)
            log.close()


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
