import os
import signal
import subprocess
import sys
from pathlib import Path

from hub.relay.alive import alive, is_dead, lock_path

HOLD = """
import sys, time
from pathlib import Path
from hub.relay.alive import alive
with alive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_relay_that_never_was_is_dead(tmp_path: Path) -> None:
    assert is_dead(tmp_path / "relay.lock")


def test_it_lives_as_long_as_it_holds_the_lock_and_looking_disturbs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "relay.lock"
    for _ in range(2):
        with alive(path):
            assert not is_dead(path)
            assert not is_dead(path)
        assert is_dead(path)


def test_a_hung_process_lives_and_a_killed_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "relay.lock"
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"held\n"
        os.kill(process.pid, signal.SIGSTOP)
        assert not is_dead(path)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert is_dead(path)


def test_each_control_socket_has_its_own(tmp_path: Path) -> None:
    assert lock_path(tmp_path / "relay.sock") == tmp_path / "relay.lock"
    assert lock_path(tmp_path / "relay-1.sock") == tmp_path / "relay-1.lock"
