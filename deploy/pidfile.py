"""Pid files, and the lock that keeps a second supervisor away from the same data."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunning(Exception):
    """Another supervisor uses this data folder; `pid` is its process id, 0 when unknown."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"a hub already runs on this data folder (process {pid or 'unknown'})")
        self.pid = pid


def write_pid(path: Path, pid: int) -> None:
    """Write a pid in one step: a reader never sees half a number."""
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{pid}\n")
    fresh.replace(path)


def read_pid(path: Path) -> int | None:
    """The pid in a file, or None when there is none that can be read."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock `path`, write our pid there. Raises `AlreadyRunning`. The kernel frees it when we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(read_pid(path) or 0) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
