"""Places in a journal, given out and taken back: records by index, blobs by name."""

from collections.abc import Iterator
from struct import Struct
from typing import Any, Final
from zlib import compress, decompress
from zlib import error as ZlibError

from hub.relay.wire.journal import Blobs, Record, Table

_NAME: Final = Struct("=H")
LONGEST_NAME: Final = 1_024


class Records:
    """The records of one table, and which of them are free."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._free = list(range(table.count - 1, -1, -1))

    def load(self, descriptor: int) -> Iterator[tuple[int, Record, tuple[Any, ...]]]:
        """Every record with content; those are taken. Once, at the beginning."""
        taken = set()
        for index in self._table.written(descriptor):
            record = self._table.record(index)
            values = record.read()
            if values is not None:
                taken.add(index)
                yield index, record, values
        self._free = [index for index in self._free if index not in taken]

    def take(self) -> tuple[int, Record] | None:
        """A free one, None when there is none."""
        if not self._free:
            return None
        index = self._free.pop()
        return index, self._table.record(index)

    def give(self, index: int, record: Record) -> None:
        """It is free again, and empty."""
        record.wipe()
        self._free.append(index)


class Shelf:
    """Blobs by name, compressed. What does not fit is not kept, nor is what it would have replaced."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._at: dict[str, int] = {}
        self._free = list(range(blobs.count - 1, -1, -1))

    def load(self) -> dict[str, bytes]:
        """What there is. Once, at the beginning."""
        found = {}
        for index, blob in self._blobs.read_all().items():
            (length,) = _NAME.unpack_from(blob)
            name = blob[_NAME.size : _NAME.size + length].decode()
            try:
                found[name] = decompress(blob[_NAME.size + length :])
            except ZlibError:
                self._blobs.wipe(index)
            else:
                self._at[name] = index
        taken = set(self._at.values())
        self._free = [index for index in self._free if index not in taken]
        return found

    def write(self, name: str, content: bytes) -> bool:
        """Keep it under that name, in place of what was there. False when it cannot be kept."""
        encoded = name.encode()
        blob = _NAME.pack(len(encoded) & 0xFFFF) + encoded + compress(content, 1)
        fits = len(blob) <= self._blobs.longest and len(encoded) <= LONGEST_NAME
        if not fits or (name not in self._at and not self._free):
            self.forget(name)
            return False
        index = self._at.get(name)
        if index is None:
            index = self._at[name] = self._free.pop()
        self._blobs.write(index, blob)
        return True

    def forget(self, name: str) -> None:
        """Nothing is left of it."""
        index = self._at.pop(name, None)
        if index is not None:
            self._blobs.wipe(index)
            self._free.append(index)
