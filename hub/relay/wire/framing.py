"""Packets on a TCP connection (RFC 4571): two bytes of length before each. Sans-IO."""

from struct import Struct
from typing import Final

LONGEST: Final = 2048
"""Bytes of a packet on a connection; nothing of WebRTC is longer than a network's packet."""
_LENGTH: Final = Struct("!H")


class FramingBad(ValueError):
    """What comes is no RFC 4571, or longer than anything of ours; the connection is of no more use."""


def frame(packet: bytes) -> bytes:
    """A packet with its length before it. ValueError over 65,535 bytes."""
    if len(packet) > 0xFFFF:
        raise ValueError("a frame holds at most 65,535 bytes")
    return _LENGTH.pack(len(packet)) + packet


class Deframer:
    """Cuts a stream into packets. Holds at most one unfinished packet of `longest` bytes."""

    def __init__(self, longest: int = LONGEST) -> None:
        self.longest = longest
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that are whole by now; empty ones (a keep-alive) are left out.

        Raises FramingBad for a length over `longest`; packets before it are lost, as is the connection.
        """
        data = self._rest + data
        packets: list[bytes] = []
        at, size = 0, len(data)
        while size - at >= 2:
            (length,) = _LENGTH.unpack_from(data, at)
            if length > self.longest:
                raise FramingBad(f"a frame of {length} bytes")
            if size - at - 2 < length:
                break
            if length:
                packets.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        self._rest = data[at:]
        return packets

    @property
    def waiting(self) -> int:
        """Bytes held of a packet that is not whole yet."""
        return len(self._rest)
