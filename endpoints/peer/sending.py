"""What a light peer has sent on one SSRC: enough for reports, and to send a packet once more. Pure."""

from collections import OrderedDict
from struct import pack
from typing import Final

KEPT: Final = 1024
"""Packets kept for retransmission: about four seconds of a 1.5 Mbit/s picture."""


class Repeats:
    """Repeats one media SSRC's packets on an rtx SSRC (RFC 4588). `extension` names the layer they are of."""

    def __init__(self, ssrc: int, payload_type: int, extension: bytes = b"") -> None:
        self.ssrc = ssrc
        self._type = payload_type
        self._extension = extension
        self._sequence = 0

    def of(self, packet: bytes) -> bytes:
        """The next rtx packet: what the original carried, after its number."""
        start = 12
        if packet[0] & 0x10:
            start += 4 + 4 * int.from_bytes(packet[14:16], "big")
        first = 0x90 if self._extension else 0x80
        head = pack("!BBH", first, packet[1] & 0x80 | self._type, self._sequence & 0xFFFF)
        self._sequence += 1
        return (
            head + packet[4:8] + self.ssrc.to_bytes(4, "big") + self._extension + packet[2:4] + packet[start:]
        )


class Sent:
    """Packets by sequence number, and the counters of a sender report. Kept protected, to be sent again as
    they are; or plain where `repeats` says so, to be sent on its SSRC."""

    def __init__(self, clock_rate: int, repeats: Repeats | None = None) -> None:
        self.repeats = repeats
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
        self._kept[int.from_bytes(packet[2:4], "big")] = protected if self.repeats is None else packet
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def again(self, number: int) -> bytes | None:
        """The same bytes again: under GCM a sequence number must never carry others."""
        return self._kept.get(number)

    def timestamp_at(self, now: float) -> int:
        """The RTP timestamp of the moment `now`."""
        timestamp, at = self._last
        return timestamp + round((now - at) * self._clock_rate)
