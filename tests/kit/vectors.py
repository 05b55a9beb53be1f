"""Golden packets as readable hex, and every way to break one, for parsers that raise only their own error."""

from collections.abc import Callable, Iterator
from random import Random

MOST_FLIPPED = 200
"""Octets of which every bit is flipped; of a longer packet a seeded choice."""


def octets(text: str) -> bytes:
    """Hex with blanks, line breaks and comments after `;`."""
    return bytes.fromhex("".join(line.partition(";")[0] for line in text.splitlines()))


def bruised(packet: bytes) -> Iterator[bytes]:
    """Every truncation, every flipped bit, every octet set to 0 and 255, left out, or repeated."""
    for end in range(len(packet)):
        yield packet[:end]
    chosen = range(len(packet))
    for at in chosen if len(packet) <= MOST_FLIPPED else sorted(Random(1).sample(chosen, MOST_FLIPPED)):
        for bit in range(8):
            yield packet[:at] + bytes([packet[at] ^ 1 << bit]) + packet[at + 1 :]
        for value in (b"\x00", b"\xff", b"", packet[at : at + 1] * 2):
            yield packet[:at] + value + packet[at + 1 :]
    yield packet + packet
    yield packet + b"\x00"


def survives(read: Callable[[bytes], object], packet: bytes, *allowed: type[Exception]) -> int:
    """Read every bruised form of a packet; how many were refused. Any other exception than those allowed goes
    through, with the packet in its notes."""
    refused = 0
    for broken in bruised(packet):
        try:
            read(broken)
        except allowed:
            refused += 1
        except Exception as problem:
            problem.add_note(f"from {broken.hex()}")
            raise
    return refused
