"""A child that does not outlive its supervisor, whatever happens to that one."""

import ctypes
import os
import signal
import sys
from collections.abc import MutableMapping

PR_SET_PDEATHSIG = 1
PARENT = "HUB_SUPERVISOR_PID"


def die_with_parent(environ: MutableMapping[str, str]) -> None:
    """Ask the kernel for SIGTERM when the parent named in `environ` ends. Exits at once if it has already.

    Does nothing without a named parent (a process started by hand or by systemd), and outside Linux.
    """
    parent = environ.pop(PARENT, "")
    if parent:
        die_with(int(parent), signal.SIGTERM)


def die_with(parent: int, number: signal.Signals) -> None:
    """Ask the kernel for that signal when our parent ends. Exits at once if it has already.

    Does nothing outside Linux.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    # The parent may have died between the fork and the line above.
    if os.getppid() != parent:
        sys.exit(0)
