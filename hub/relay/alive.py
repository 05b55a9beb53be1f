"""Whether a relay process of this machine lives: a file lock it holds for its life, which the kernel lets go.

The control link cannot tell. A relay that is dead and one that hangs are equally silent, but only the
second can wake up and send; so the doors of a hearing may be said to be shut without the first and never
without the second.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PATIENCE: Final = 1.0


def lock_path(socket_path: Path) -> Path:
    """The lock beside a control socket."""
    return socket_path.with_suffix(".lock")


@contextlib.contextmanager
def alive(path: Path) -> Iterator[None]:
    """Hold the lock while the context lasts. Waits a second for a process that is just ending.

    Raises OSError when another one lives, or the file cannot be had.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)  # nothing else runs yet: this is before the relay's first socket


def is_dead(path: Path) -> bool:
    """Whether no process holds the lock at this moment. One that takes it later starts without stages, and
    sends nothing before it is told what may be sent."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
