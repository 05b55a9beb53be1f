"""The keeper over real processes: small workers that write down that they live."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.pidfile import read_pid

KEEPER = """
import os, signal, sys, time
from pathlib import Path
from deploy.keeper import Keeper
folder, kind = Path(sys.argv[1]), sys.argv[2]
def work():
    with (folder / "log").open("a") as log:
        log.write(f"{os.getpid()} {time.monotonic()}\\n")
    if kind == "final":
        return 78
    if kind == "broken":
        raise RuntimeError("a bug")
    if kind == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if kind == "polite":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        time.sleep(60)
sys.exit(Keeper(work, folder / "relay.pid", frozenset({78})).run())
"""


@contextmanager
def keeper(folder: Path, kind: str = "polite") -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", KEEPER, str(folder), kind], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def births(folder: Path) -> list[tuple[int, float]]:
    log = folder / "log"
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(int(pid), float(at)) for pid, at in lines]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def worker(folder: Path) -> int:
    until(lambda: births(folder) and read_pid(folder / "relay.pid") == births(folder)[-1][0])
    return births(folder)[-1][0]


def test_a_killed_worker_is_followed_by_another_at_once(tmp_path: Path) -> None:
    with keeper(tmp_path) as process:
        first = worker(tmp_path)
        until(lambda: time.monotonic() - births(tmp_path)[0][1] > 2.0)
        os.kill(first, signal.SIGKILL)
        killed_at = time.monotonic()
        until(lambda: len(births(tmp_path)) == 2)
        second = worker(tmp_path)
        assert second != first
        assert births(tmp_path)[1][1] - killed_at < 1.0, "a fork takes milliseconds, also on a busy machine"
        assert process.poll() is None


def test_told_to_end_it_ends_its_worker_first(tmp_path: Path) -> None:
    with keeper(tmp_path) as process:
        pid = worker(tmp_path)
        process.terminate()
        assert process.wait(20) == 0
        assert not alive(pid)
        assert not (tmp_path / "relay.pid").exists()


def test_a_worker_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    with keeper(tmp_path, "deaf") as process:
        pid = worker(tmp_path)
        process.terminate()
        process.wait(20)
        assert not alive(pid)


def test_a_killed_keeper_takes_its_worker_with_it(tmp_path: Path) -> None:
    """Two workers must never use the same sockets and numbers."""
    with keeper(tmp_path) as process:
        pid = worker(tmp_path)
        process.kill()
        process.wait()
        until(lambda: not alive(pid))


@pytest.mark.parametrize("kind", ["final"])
def test_a_code_that_no_restart_would_mend_ends_it(tmp_path: Path, kind: str) -> None:
    with keeper(tmp_path, kind) as process:
        assert process.wait(20) == 78
        assert len(births(tmp_path)) == 1


def test_a_worker_that_fails_at_once_is_tried_again_after_growing_waits(tmp_path: Path) -> None:
    with keeper(tmp_path, "broken") as process:
        until(lambda: len(births(tmp_path)) >= 4)
        times = [at for _, at in births(tmp_path)]
        assert times[2] - times[1] > 0.2
        assert times[3] - times[2] > 0.4
        process.terminate()
        assert process.wait(20) == 0
