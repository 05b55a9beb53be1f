"""A pass's packets into the slots of a batch: copied, numbered and protected, for each of a chunk's viewers.

There are two ways, of the same result. `InC` (`fill.c`) is built where the hub is installed, if there is a C
compiler; `InPython` needs none. After some milliseconds of sleep most of what protecting costs is finding
things in memory again, and an interpreter has many: a pass over 190 viewers takes a seventh longer with it.
"""

import logging
from collections.abc import Iterable, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any, Final, Protocol

from cffi import FFI

from hub.relay.wire import srtp
from hub.relay.wire.rows import Chunk, Slots, numbered

log = logging.getLogger(__name__)

VERSION: Final = 1
"""Of `fill.c`: one that was built from another is not used."""

Numbered = tuple[bytes, int]
"""A packet of 12 to `srtp.LONGEST` bytes, and which of the pass's lanes numbers it."""


class Filler(Protocol):
    """`load` makes ready what a pass sends; `fill` writes a chunk's slots and their lengths, and returns how
    many packets libsrtp refused: these have no length. Neither raises for what is in a packet."""

    name: str

    def load(self, packets: Sequence[Numbered]) -> Any: ...

    def fill(self, chunk: Chunk, load: Any) -> int: ...


class InPython:
    """One call into libsrtp for each packet."""

    name = "python"

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def load(self, packets: Sequence[Numbered]) -> tuple[list[Numbered], list[int], int]:
        """See `Filler`."""
        lengths = [len(packet) for packet, _ in packets]
        width = self._slots.width(max(lengths))
        return [(packet.ljust(width), lane) for packet, lane in packets], lengths, width

    def fill(self, chunk: Chunk, load: tuple[list[Numbered], list[int], int]) -> int:
        """The loops are none of the interpreter's: nothing is looked up or made that could have been
        before."""
        packets, lengths, width = load
        batch = self._slots.batch
        if chunk.kept is None:
            chunk.kept = [target.context for target, _ in chunk.viewers for _ in packets]
        self._slots.set_lengths(lengths * len(chunk.viewers))
        view = batch.view
        for part, packet in zip(self._slots.parts(width), _for_each(packets, chunk), strict=False):
            view[part] = packet
        problems = list(map(srtp.protect, chunk.kept, batch.pointers, batch.lengths))
        if not any(problems):
            return 0
        refused = [i for i, problem in enumerate(problems) if problem]
        for i in refused:
            batch.lengths[i][0] = 0
        return len(refused)


class InC:
    """One call for each chunk. What is kept for a chunk lives as long as its viewers, who keep their
    contexts."""

    name = "c"

    def __init__(self, slots: Slots, library: Any, protect: int) -> None:
        self._out = _FFI.cast("void *", slots.batch.iovecs[0])
        self._fill = library.fill
        self._protect = _FFI.cast("void *", protect)

    def load(self, packets: Sequence[Numbered]) -> tuple[Any, ...]:
        """See `Filler`."""
        buffers = [_FFI.from_buffer("unsigned char[]", packet) for packet, _ in packets]
        pointers = _FFI.new("unsigned char *[]", buffers)
        lengths = _FFI.new("uint32_t[]", [len(packet) for packet, _ in packets])
        lanes = _FFI.new("uint8_t[]", [lane for _, lane in packets])
        load = _FFI.new("struct load *", (pointers, lengths, lanes, len(packets), srtp.LONGEST))
        return load, buffers, pointers, lengths, lanes  # the first points at the others

    def fill(self, chunk: Chunk, load: tuple[Any, ...]) -> int:
        """See `Filler`."""
        if chunk.kept is None:
            chunk.kept = _crowd(chunk)
        return int(self._fill(self._protect, load[0], chunk.kept[0], self._out))


def best(slots: Slots, folder: Path = Path(__file__).parent) -> Filler:
    """The C one where it was built (into `folder`); the log tells which."""
    library, protect = _built(folder), srtp.protect_address()
    if library is None or protect is None:
        log.info(
            "fills slots in Python: %s", "fill.c is not built" if protect else "libsrtp hides a function"
        )
        return InPython(slots)
    log.info("fills slots in C")
    return InC(slots, library, protect)


def _crowd(chunk: Chunk) -> tuple[Any, ...]:
    lanes = len(chunk.viewers[0][1])
    contexts = [_FFI.cast("void *", srtp.address(target.context)) for target, _ in chunk.viewers]
    every = _FFI.new("void *[]", contexts)
    offsets = _FFI.new("uint16_t[]", [offset & 0xFFFF for _, each in chunk.viewers for offset in each])
    crowd = _FFI.new("struct crowd *", (every, offsets, len(contexts), lanes))
    return crowd, every, offsets


def _for_each(packets: list[Numbered], chunk: Chunk) -> Iterable[bytes]:
    """A pass's packets over and over, under each viewer's numbers: for each of the chunk's viewers."""
    if chunk.offsets is None:
        return (numbered(p, offsets[index]) for _, offsets in chunk.viewers for p, index in packets)
    return [numbered(packet, chunk.offsets[index]) for packet, index in packets] * len(chunk.viewers)


def _built(folder: Path) -> Any | None:
    for suffix in EXTENSION_SUFFIXES:
        path = folder / f"_fill{suffix}"
        if not path.exists():
            continue
        try:
            library: Any = _FFI.dlopen(str(path))
            if library.fill_version() == VERSION:
                return library
            log.warning("%s was built from another version: install the hub anew", path.name)
        except (OSError, AttributeError) as problem:
            log.warning("%s cannot be used: %s", path.name, problem)
    return None


_FFI: Final = FFI()
_FFI.cdef(
    """
    struct load { unsigned char **packets; uint32_t *lengths; uint8_t *lane_of; uint32_t count, longest; };
    struct crowd { void **contexts; uint16_t *offsets; uint32_t count, lanes; };
    int fill_version(void);
    uint32_t fill(void *protect, struct load *load, struct crowd *crowd, void *out);
    """
)
