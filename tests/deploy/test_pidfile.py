import os
from pathlib import Path

import pytest

from deploy.pidfile import AlreadyRunning, only_one, read_pid, write_pid


def test_a_pid_is_read_back_and_nonsense_is_none(tmp_path: Path) -> None:
    path = tmp_path / "web.pid"
    assert read_pid(path) is None
    write_pid(path, 4711)
    assert read_pid(path) == 4711
    path.write_text("not a number")
    assert read_pid(path) is None


def test_a_second_holder_is_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "run" / "supervisor.pid"
    with only_one(path):
        assert read_pid(path) == os.getpid()
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"), only_one(path):
            pass
    with only_one(path):
        pass


def test_a_file_left_by_a_dead_process_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "supervisor.pid"
    write_pid(path, 999_999)
    with only_one(path):
        assert read_pid(path) == os.getpid()
