"""A small parent that has loaded everything and does nothing: when its worker dies it forks another at once.

Python takes a second and more to load a relay on a busy machine; a fork takes milliseconds. No loop, no
thread and no library's state exists in the parent, so there is nothing that a fork could copy halfway.
"""

import gc
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from deploy.backoff import Backoff
from deploy.orphan import die_with
from deploy.pidfile import write_pid

GRACE_S: Final = 3.0
"""How long the worker may take to end; less than the supervisor gives us."""
BORN_S: Final = 2.0
"""A worker that lived this long is followed at once; one that did not, after growing waits."""
_ENDINGS: Final = {signal.SIGTERM, signal.SIGINT}
_AWAITED: Final = _ENDINGS | {signal.SIGCHLD}

log = structlog.get_logger("keeper")


class Keeper:
    """Runs `work` in a child, again and again, until SIGTERM or SIGINT, or a code in `final`.

    The child's pid stands in `pid_file`. It is killed by the kernel should this process die: two workers must
    never use the same sockets.
    """

    def __init__(self, work: Callable[[], int], pid_file: Path, final: frozenset[int] = frozenset()) -> None:
        self._work = work
        self._pid_file = pid_file
        self._final = final
        self._stopping = False

    def run(self) -> int:
        """Gives the exit code: 0 when told to end, else the last worker's."""
        gc.collect()
        gc.freeze()  # a collection in a child would copy every page it walks
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        backoff = Backoff()
        try:
            while True:
                began = time.monotonic()
                code = self._once()
                if self._stopping or code in self._final:
                    return 0 if self._stopping and code in (0, -signal.SIGTERM) else code
                lived = time.monotonic() - began
                wait = 0.0 if lived >= BORN_S else backoff.after(lived)
                log.warning("worker ended, starting another", code=code, lived_s=round(lived, 1), wait_s=wait)
                if wait and signal.sigtimedwait(_ENDINGS, wait) is not None:
                    return 0
        finally:
            self._pid_file.unlink(missing_ok=True)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _once(self) -> int:
        """One worker, from fork to end; its exit code, negative for a signal."""
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_worker(parent)
        write_pid(self._pid_file, pid)
        while True:
            number = signal.sigwait(_AWAITED)
            if number in _ENDINGS:
                self._stopping = True
                return self._end(pid)
            code = _reaped(pid)
            if code is not None:
                return code

    def _be_worker(self, parent: int) -> None:
        """Never returns: what is above on the stack belongs to the parent."""
        code = 1
        try:
            die_with(parent, signal.SIGKILL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
            code = self._work()
        except BaseException as problem:  # whatever it is, it must not go on in the parent's code
            if isinstance(problem, SystemExit) and isinstance(problem.code, int):
                code = problem.code
            else:
                log.exception("the worker failed")
        finally:
            os._exit(code)

    def _end(self, pid: int) -> int:
        """Ask it to end, then make it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.kill(pid, number)
            until = time.monotonic() + GRACE_S
            while (left := until - time.monotonic()) > 0:
                code = _reaped(pid)
                if code is not None:
                    return code
                signal.sigtimedwait({signal.SIGCHLD}, left)
        return 1


def _reaped(pid: int) -> int | None:
    """The exit code of a child that has ended, None of one that lives."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None
