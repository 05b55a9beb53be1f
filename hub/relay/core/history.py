"""The packets a stream has sent lately, by number: for retransmissions and for joiners."""

from typing import NamedTuple

from hub.relay.core.specs import Codec


class Kept(NamedTuple):
    """A packet exactly as built for the hub's own payload types, and its codec."""

    number: int
    packet: bytes
    codec: Codec


class History:
    """A ring of fixed size, indexed by the stream's number (which never wraps)."""

    def __init__(self, size: int) -> None:
        self._ring: list[Kept | None] = [None] * size
        self._size = size

    def put(self, number: int, packet: bytes, codec: Codec) -> None:
        """Keep a packet, forgetting the one `size` numbers earlier."""
        self._ring[number % self._size] = Kept(number, packet, codec)

    def get(self, number: int) -> Kept | None:
        """The packet of that number; None when it never came or was forgotten."""
        kept = self._ring[number % self._size]
        return kept if kept is not None and kept.number == number else None
