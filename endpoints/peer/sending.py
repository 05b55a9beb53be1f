"""What a light peer has sent on one SSRC: enough for reports, and to send a packet once more. Pure."""

from collections import OrderedDict
from typing import Final

KEPT: Final = 1024
"""Packets kept for retransmission: about four seconds of a 1.5 Mbit/s picture."""


class Sent:
    """Protected packets by sequence number, and the counters of a sender report."""

    def __init__(self, clock_rate: int) -> None:
        self.packets = 0
        self.octets = 0
        self._clock_rate = clock_rate
        self._last = (0, 0.0)
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def add(self, packet: bytes, protected: bytes, now: float) -> None:
        """One packet went out."""
        self.packets += 1
        self.octets += len(packet) - 12
        self._last = (int.from_bytes(packet[4:8], "big"), now)
        self._kept[int.from_bytes(packet[2:4], "big")] = protected
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def again(self, number: int) -> bytes | None:
        """The same bytes again: under GCM a sequence number must never carry others."""
        return self._kept.get(number)

    def timestamp_at(self, now: float) -> int:
        """The RTP timestamp of the moment `now`."""
        timestamp, at = self._last
        return timestamp + round((now - at) * self._clock_rate)
