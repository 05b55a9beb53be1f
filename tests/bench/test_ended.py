"""A bench that is ended early leaves nothing running."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(120)]


@contextmanager
def bench(tmp_path: Path, *arguments: str) -> Iterator[psutil.Popen]:
    """`hub bench …` as a script starts it in the background: without SIGINT. Its temporary files are ours."""
    command = [sys.executable, "-m", "deploy", "bench", *arguments]
    with (tmp_path / "log").open("wb") as log:
        env = {**os.environ, "TMPDIR": str(tmp_path)}
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process = psutil.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
        finally:
            signal.signal(signal.SIGINT, before)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(met: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def children(process: psutil.Popen, word: str) -> list[psutil.Process]:
    found = []
    for each in process.children(recursive=True):
        try:
            if word in " ".join(each.cmdline()):
                found.append(each)
        except psutil.NoSuchProcess:
            continue
    return found


def runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_its_relay_ends_with_it(tmp_path: Path, how: signal.Signals) -> None:
    with bench(tmp_path, "relay", "--points", "2", "--seconds", "600") as process:
        until(lambda: children(process, "deploy relay"), "a relay runs")
        started = children(process, "deploy relay")
        process.send_signal(how)
        until(lambda: not any(map(runs, started)), "the relay has ended")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_weak_lines_are_given_up_at_once(tmp_path: Path, how: signal.Signals) -> None:
    arguments = ("impaired", "--points", "20", "--seconds", "600", "--scenario", "all")
    with bench(tmp_path, *arguments) as process:
        until(lambda: len(children(process, "spawn_main")) > 1, "its workers run")
        workers = children(process, "spawn_main")
        until(lambda: max(each.cpu_times().user for each in workers) > 2, "one is at work")
        process.send_signal(how)
        assert process.wait(timeout=30) != 0
        until(lambda: not any(map(runs, workers)), "the workers have ended")
