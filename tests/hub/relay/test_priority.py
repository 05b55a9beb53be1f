import subprocess
import sys

_ASK = "from hub.relay.priority import ask; import os; print(ask({}), os.getpriority(os.PRIO_PROCESS, 0))"


def _asked(nice: int) -> str:
    """In a process and session of its own: priority is not given back."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(nice)],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    return done.stdout.strip()


def test_a_worse_priority_is_always_granted() -> None:
    assert _asked(7) == "True 7"


def test_a_better_one_is_granted_or_nothing_changes() -> None:
    assert _asked(-5) in ("True -5", "False 0")
