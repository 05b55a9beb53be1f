"""Whatever instant the writer is killed at, a reader finds the content before the write or after it."""

import contextlib
import os
from collections.abc import Iterator
from struct import Struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire.journal import Blobs, File, Record, Table, place_size

FORM = Struct("=16sqI")
VALUES = st.tuples(
    st.binary(min_size=16, max_size=16), st.integers(-(2**62), 2**62), st.integers(0, 2**32 - 1)
)


def record(memory: bytearray) -> Record:
    return Table(memoryview(memory), 0, FORM, 1).record(0)


def cut_short(before: bytes, after: bytes) -> Iterator[bytearray]:
    """The memory after each byte of the write, in the order in which they were written."""
    changed = [at for at in range(len(before)) if before[at] != after[at]]
    for count in range(len(changed) + 1):
        memory = bytearray(before)
        for at in changed[:count]:
            memory[at] = after[at]
        yield memory


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_a_write_cut_short_leaves_what_was_there_before(writes: list[tuple[bytes, int, int]]) -> None:
    memory = bytearray(2 * place_size(FORM))
    writer = record(memory)
    last = None
    for values in writes:
        before = bytes(memory)
        writer.write(*values)
        for cut in cut_short(before, bytes(memory)):
            assert record(cut).read() in (last, values)
        assert record(memory).read() == values
        last = values


@given(VALUES, VALUES)
def test_a_reader_goes_on_writing_where_the_writer_was(first: tuple[bytes, int, int], second: object) -> None:
    memory = bytearray(2 * place_size(FORM))
    record(memory).write(*first)
    follower = record(memory)
    follower.read()
    follower.write(*second)  # type: ignore[misc]  # a tuple of values
    assert record(memory).read() == second


def test_nothing_is_left_of_a_wiped_record() -> None:
    memory = bytearray(2 * place_size(FORM))
    writer = record(memory)
    for number in range(3):
        writer.write(b"k" * 16, number, number)
    writer.wipe()
    assert memory == bytes(len(memory))
    assert record(memory).read() is None


@pytest.fixture
def file() -> Iterator[int]:
    descriptor = os.memfd_create("journal")
    os.ftruncate(descriptor, 4096)
    yield descriptor
    os.close(descriptor)


class Killed(Exception):
    """The writer is gone."""


def kill_after(monkeypatch: pytest.MonkeyPatch, writes: int, part: float) -> None:
    """Let so many system calls through, and a part of the next."""
    real, left = os.pwrite, [writes]

    def pwrite(descriptor: int, content: bytes, at: int) -> int:
        left[0] -= 1
        if left[0] < 0:
            real(descriptor, content[: int(len(content) * part)], at)
            raise Killed
        return real(descriptor, content, at)

    monkeypatch.setattr("hub.relay.wire.journal.os.pwrite", pwrite)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("calls", [0, 1])
def test_a_blob_cut_short_leaves_the_one_before(
    monkeypatch: pytest.MonkeyPatch, file: int, calls: int, part: float
) -> None:
    Blobs(file, 0, 100, 4).write(2, b"before")
    writer = Blobs(file, 0, 100, 4)
    writer.read_all()
    with monkeypatch.context() as patch:
        kill_after(patch, calls, part)
        with contextlib.suppress(Killed):
            writer.write(2, b"after, and longer")
    assert Blobs(file, 0, 100, 4).read_all()[2] in (b"before", b"after, and longer")


@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_a_wipe_cut_short_leaves_all_or_nothing(
    monkeypatch: pytest.MonkeyPatch, file: int, calls: int
) -> None:
    blobs = Blobs(file, 0, 100, 4)
    blobs.write(1, b"older")
    blobs.write(1, b"newer")
    with monkeypatch.context() as patch:
        kill_after(patch, calls, 0.5)
        with contextlib.suppress(Killed):
            blobs.wipe(1)
    assert Blobs(file, 0, 100, 4).read_all() in ({}, {1: b"newer"})


def test_nothing_is_left_of_a_wiped_blob(file: int) -> None:
    blobs = Blobs(file, 0, 100, 4)
    for key in (b"a very long key", b"another very long key", b"a key", b"a"):
        blobs.write(1, key)
    blobs.wipe(1)
    assert not os.pread(file, 4096, 0).strip(b"\0")


def test_a_blob_that_is_too_long_is_refused(file: int) -> None:
    with pytest.raises(ValueError, match="at most 100 bytes, not 101"):
        Blobs(file, 0, 100, 4).write(0, bytes(101))


def test_a_file_of_another_size_is_begun_anew(file: int) -> None:
    os.write(file, b"something else")
    opened = File(file, 8192, 4096)
    assert os.fstat(file).st_size == 8192
    assert bytes(opened.memory) == bytes(4096)
    opened.memory[0:3] = b"abc"
    opened.clear()
    assert bytes(opened.memory[0:3]) == bytes(3)
    opened.close()
