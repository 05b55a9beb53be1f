"""A better place in line for the processor, where the system grants it."""

import contextlib
import os
from pathlib import Path
from typing import Final

_GROUP: Final = Path("/proc/self/autogroup")
"""Linux groups processes by session and shares the processor between groups first: a process' own nice value
says nothing to the neighbours outside its session."""


def ask(nice: int) -> bool:
    """Ask for this scheduling priority (-20 to 19) for this process and its session's group.

    True when the process has it. Where we may not, we work as we are.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    with contextlib.suppress(OSError):
        _GROUP.write_text(str(nice))
    return os.getpriority(os.PRIO_PROCESS, 0) == nice
