"""What one peer received, by SSRC, counted from RTP headers alone (RFC 3550 appendix A.3). Pure."""

from typing import Final

_HALF: Final = 0x8000


class Stream:
    """One SSRC. `frames` counts marker bits (the ends of pictures); `lost` is expected minus received."""

    __slots__ = ("_prior", "base", "duplicates", "frames", "highest", "loudest", "octets", "packets", "type")

    def __init__(self, sequence: int, payload_type: int) -> None:
        self.type = payload_type
        self.base = sequence
        self.highest = sequence - 1
        self.packets = 0
        self.octets = 0
        self.frames = 0
        self.duplicates = 0
        self.loudest = 0
        self._prior = (0, 0)

    def count(self, sequence: int, marker: int, length: int) -> None:
        """One packet of `length` bytes. The highest number is kept extended beyond 16 bits."""
        ahead = (sequence - self.highest) & 0xFFFF
        if ahead == 0:
            self.duplicates += 1
            return
        if ahead < _HALF:
            self.highest += ahead
        self.packets += 1
        self.octets += length
        self.loudest = max(self.loudest, length)
        if marker:
            self.frames += 1

    @property
    def expected(self) -> int:
        """Packets the sender must have sent, from the numbers seen."""
        return self.highest - self.base + 1

    @property
    def lost(self) -> int:
        """Never negative: late repeats can outnumber gaps."""
        return max(0, self.expected - self.packets)

    def fraction(self) -> int:
        """Loss since the last call in 1/256, as a receiver report wants it."""
        expected, packets = self.expected - self._prior[0], self.packets - self._prior[1]
        self._prior = (self.expected, self.packets)
        return 0 if expected <= 0 or packets >= expected else min(255, (expected - packets) * 256 // expected)


class Reception:
    """All streams of one peer. `checked` packets were decrypted, `forged` of them failed to authenticate, and
    `copies` had come already: the relay says voices again on lines that lose many.
    """

    __slots__ = ("checked", "copies", "first_at", "forged", "streams")

    def __init__(self) -> None:
        self.streams: dict[int, Stream] = {}
        self.first_at: float | None = None
        self.checked = 0
        self.forged = 0
        self.copies = 0

    @property
    def packets(self) -> int:
        """Over all streams."""
        return sum(stream.packets for stream in self.streams.values())

    @property
    def lost(self) -> int:
        """Over all streams."""
        return sum(stream.lost for stream in self.streams.values())

    def frames(self, *ssrcs: int) -> int:
        """Pictures received on these SSRCs."""
        return sum(self.streams[ssrc].frames for ssrc in ssrcs if ssrc in self.streams)
