"""Memory that outlives its process: records and blobs in a file that whoever comes next can read, at whatever
instant the writer was killed.

Each record has two places. A write goes to the one that holds the older content, with the next generation and
a checksum behind it; a reader takes the newer of the places whose checksum is right. So a write that was cut
short leaves the content before it.
"""

import mmap
import os
from collections.abc import Iterator
from struct import Struct
from typing import Any, Final
from zlib import crc32

_TAIL: Final = Struct("=QI")
_HEAD: Final = Struct("=QII")


class Record:
    """One fixed-size record. Owned by its table."""

    __slots__ = ("_at", "_form", "_generation", "_memory", "_place", "_size")

    def __init__(self, memory: memoryview, at: int, form: Struct, place: int) -> None:
        self._memory = memory
        self._at = at
        self._form = form
        self._size = form.size
        self._place = place
        self._generation = 0

    def read(self) -> tuple[Any, ...] | None:
        """The newest content that was written whole, None when there never was any. Writes go on from it."""
        found = None
        self._generation = 0
        for at in (self._at, self._at + self._place):
            generation, checksum = _TAIL.unpack_from(self._memory, at + self._size)
            if generation > self._generation and checksum == self._checksum(at, generation):
                self._generation = generation
                found = self._form.unpack_from(self._memory, at)
        return found

    def write(self, *values: Any) -> None:
        """Replace the content. About 1 µs."""
        self._generation = generation = self._generation + 1
        at = self._at + (generation & 1) * self._place
        self._form.pack_into(self._memory, at, *values)
        _TAIL.pack_into(self._memory, at + self._size, generation, self._checksum(at, generation))

    def wipe(self) -> None:
        """Leave nothing: keys may have been part of it. The older place goes first."""
        older, newer = self._generation + 1 & 1, self._generation & 1
        for place in (older, newer):
            at = self._at + place * self._place
            self._memory[at : at + self._place] = bytes(self._place)
        self._generation = 0

    def _checksum(self, at: int, generation: int) -> int:
        return crc32(self._memory[at : at + self._size], generation & 0xFFFFFFFF)


class Table:
    """`count` records of one form, in a mapped file from `offset` on."""

    def __init__(self, memory: memoryview, offset: int, form: Struct, count: int) -> None:
        self._memory = memory
        self._offset = offset
        self._form = form
        self._place = place_size(form)
        self.count = count

    def record(self, index: int) -> Record:
        """The record of that index; its content has not been read yet."""
        return Record(self._memory, self._offset + index * 2 * self._place, self._form, self._place)

    def written(self, descriptor: int) -> Iterator[int]:
        """Indexes of records that were ever written. Reads the file and not the mapping: looking at a hole
        through the mapping would fill it."""
        size = 2 * self._place
        content = os.pread(descriptor, size * self.count, self._offset)
        nothing = bytes(size)
        for index in range(len(content) // size):
            if content[index * size : (index + 1) * size] != nothing:
                yield index


def place_size(form: Struct) -> int:
    """Bytes of one of the two places of a record."""
    return -(-(form.size + _TAIL.size) // 8) * 8


class Blobs:
    """`count` blobs of up to `longest` bytes each, written and read by system calls: what changes seldom."""

    def __init__(self, descriptor: int, offset: int, longest: int, count: int) -> None:
        self.count = count
        self.longest = longest
        self._descriptor = descriptor
        self._offset = offset
        self._place = _HEAD.size + longest
        self._generations: dict[int, int] = {}

    def read_all(self) -> dict[int, bytes]:
        """Every blob there is, by index."""
        found = {}
        for index in range(self.count):
            blob = self._read(index)
            if blob:
                found[index] = blob
        return found

    def write(self, index: int, blob: bytes) -> None:
        """Replace a blob; an empty one is none. Raises ValueError for one that is too long."""
        if len(blob) > self.longest:
            raise ValueError(f"a blob has at most {self.longest} bytes, not {len(blob)}")
        generation = self._generations.get(index, 0) + 1
        self._generations[index] = generation
        at = self._at(index, generation)
        rest = bytes(max(0, self._length(at) - len(blob)))  # no longer blob shows behind a shorter one
        os.pwrite(self._descriptor, blob + rest, at + _HEAD.size)
        head = _HEAD.pack(generation, len(blob), _sum(blob, generation))
        os.pwrite(self._descriptor, head, at)

    def wipe(self, index: int) -> None:
        """Leave nothing of it. A kill in the middle leaves it whole or gone, never its past."""
        self.write(index, b"")
        generation = self._generations.pop(index)
        for each in (generation + 1, generation):  # what it was, then that it is not
            at = self._at(index, each)
            os.pwrite(self._descriptor, bytes(_HEAD.size + self._length(at)), at)

    def _read(self, index: int) -> bytes:
        newest, found = 0, b""
        for at in (self._at(index, 0), self._at(index, 1)):
            generation, length, checksum = self._head(at)
            if generation <= newest or length > self.longest:
                continue
            blob = os.pread(self._descriptor, length, at + _HEAD.size)
            if _sum(blob, generation) == checksum:
                newest, found = generation, blob
        if newest:
            self._generations[index] = newest
        return found

    def _length(self, at: int) -> int:
        return min(self._head(at)[1], self.longest)

    def _head(self, at: int) -> tuple[int, int, int]:
        generation, length, checksum = _HEAD.unpack(os.pread(self._descriptor, _HEAD.size, at))
        return generation, length, checksum

    def _at(self, index: int, generation: int) -> int:
        return self._offset + (2 * index + (generation & 1)) * self._place


def _sum(blob: bytes, generation: int) -> int:
    return crc32(blob, generation & 0xFFFFFFFF)


class File:
    """A file of fixed size, mapped as far as `mapped` bytes. `close` leaves the descriptor open: it is not
    ours."""

    def __init__(self, descriptor: int, size: int, mapped: int) -> None:
        """Raises OSError."""
        if os.fstat(descriptor).st_size != size:
            os.ftruncate(descriptor, 0)
            os.ftruncate(descriptor, size)
        self.descriptor = descriptor
        self._size = size
        self._map = mmap.mmap(descriptor, mapped, mmap.MAP_SHARED)
        self.memory = memoryview(self._map)

    def clear(self) -> None:
        """Back to all zeros; what was mapped stays mapped."""
        os.ftruncate(self.descriptor, 0)
        os.ftruncate(self.descriptor, self._size)

    def close(self) -> None:
        """Unmap it."""
        self.memory.release()
        self._map.close()
