"""An independent reader of transport-wide feedback, written from the draft and not from the hub's writer."""

from struct import unpack
from typing import NamedTuple


class Feedback(NamedTuple):
    """One packet: `arrivals` maps each 16-bit number it tells of to its arrival in seconds, None for lost
    ones."""

    sender: int
    media: int
    count: int
    arrivals: dict[int, float | None]


def read(packet: bytes) -> Feedback:
    """Raises AssertionError for anything that is not exactly one well-formed packet."""
    first, kind, words = unpack("!BBH", packet[:4])
    assert first >> 6 == 2
    assert (first & 0x1F, kind) == (15, 205)
    assert len(packet) == 4 * (words + 1)
    if first & 0x20:
        assert 0 < packet[-1] <= 4
        packet = packet[: -packet[-1]]
    sender, media, base, total = unpack("!IIHH", packet[4:16])
    assert total > 0
    reference, count = int.from_bytes(packet[16:19], "big", signed=True), packet[19]
    symbols: list[int] = []
    at = 20
    while len(symbols) < total:
        chunk = int.from_bytes(packet[at : at + 2], "big")
        at += 2
        if not chunk & 0x8000:
            symbols += [chunk >> 13] * (chunk & 0x1FFF)
        elif not chunk & 0x4000:
            symbols += [chunk >> bit & 1 for bit in range(13, -1, -1)]
        else:
            symbols += [chunk >> bit & 3 for bit in range(12, -1, -2)]
    arrivals: dict[int, float | None] = {}
    time = reference * 64_000
    for place, symbol in enumerate(symbols[:total]):
        number = (base + place) & 0xFFFF
        assert symbol != 3
        if symbol == 0:
            arrivals[number] = None
            continue
        size = 1 if symbol == 1 else 2
        assert at + size <= len(packet)
        time += 250 * int.from_bytes(packet[at : at + size], "big", signed=symbol == 2)
        at += size
        arrivals[number] = time / 1e6
    assert at == len(packet)
    return Feedback(sender, media, count, arrivals)
