"""A browser that publishes: simulcast VP8 in two sizes, two temporal layers, Opus with FEC, rtx, reports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from struct import pack
from typing import Final

from deploy.bench.lab.link import LOST, Link
from deploy.bench.lab.look import MARK
from deploy.bench.lab.viewer import Ends
from hub.relay.core import rtcp
from hub.relay.core.specs import HUB_EXTENSIONS, HUB_RTX_TYPES, Codec, Layer

FRAME_RATE: Final = 30
LARGEST: Final = 1150
"""Octets of one payload."""
KEY_FACTOR: Final = 6
"""A keyframe has this many times the octets of an average frame."""
PACING: Final = 2.5
"""Packets of a frame leave at this many times the picture's rate, as libwebrtc paces them."""
VOICE_OCTETS: Final = 80
HISTORY: Final = 1024
ANSWER: Final = 0.05
"""A keyframe request takes effect this much later, at the next frame."""
PICTURE_TYPE: Final = 96
VOICE_TYPE: Final = 111
CAMERA_MID, MICROPHONE_MID = "6", "7"

Send = Callable[[float, bytes], None]
"""Time of arrival at the hub, and the packet."""


@dataclass(slots=True)
class Stream:
    """One SSRC: its numbering, what it sent lately, what it has been asked."""

    ssrc: int
    payload_type: int
    mid: str
    clock_rate: int
    rid: str = ""
    kbps: int = 0
    sequence: int = 0
    timestamp: int = 0
    packets: int = 0
    octets: int = 0
    picture: int = 0
    tl0: int = 0
    key_wanted_at: float = -1.0
    keyframes: int = 0
    rtx_ssrc: int = 0
    rtx_sequence: int = 0
    free_at: float = 0.0
    """When the pacer has sent what it has."""
    acknowledged: bool = False
    """A report named the SSRC: from now on its packets carry no mid and rid, as in libwebrtc."""
    rtx_acknowledged: bool = False
    sent: dict[int, bytes] = field(default_factory=dict)


class Publisher:
    """`advance` emits what is due; `deliver` takes RTCP from the hub."""

    def __init__(
        self, name: str, ends: Ends, random: Random, send: Send, *, high_kbps: int = 1350,
        low_kbps: int = 200, simulcast: bool = True,
    ) -> None:  # fmt: skip
        self.name = name
        self.up = Link(ends.up, random)
        self.down = Link(ends.down, random)
        self.nacked = self.repeated = self.keyframes_asked = 0
        self._random = random
        self._send = send
        self._frames = self._voices = self._reports = 0
        self._counter = self._transport = 0
        self._inbox: list[tuple[float, bytes]] = []
        self._pending: list[tuple[float, bytes]] = []
        sizes = [(Layer.HIGH, high_kbps), (Layer.LOW, low_kbps)] if simulcast else [("", high_kbps)]
        self.pictures = [
            self._stream(PICTURE_TYPE, CAMERA_MID, 90_000, str(rid), kbps) for rid, kbps in sizes
        ]
        self.voice = self._stream(VOICE_TYPE, MICROPHONE_MID, 48_000, "", 0)
        self.streams = {stream.ssrc: stream for stream in (*self.pictures, self.voice)}

    def _stream(self, payload_type: int, mid: str, clock_rate: int, rid: str, kbps: int) -> Stream:
        draw = self._random.randrange
        stream = Stream(draw(1 << 16, 1 << 32), payload_type, mid, clock_rate, rid, kbps)
        stream.sequence, stream.timestamp = draw(1 << 15), draw(1 << 32)
        stream.picture, stream.tl0 = draw(1 << 15), draw(1 << 8)
        stream.rtx_ssrc, stream.rtx_sequence = draw(1 << 16, 1 << 32), draw(1 << 15)
        stream.key_wanted_at = 0.0 if kbps else -1.0
        return stream

    # Time

    def advance(self, end: float) -> None:
        """Everything that leaves until `end`."""
        while self._frames / FRAME_RATE <= end:
            at = self._frames / FRAME_RATE
            for stream in self.pictures:
                self._frame(stream, at)
            self._frames += 1
        while self._voices / 50 <= end:
            self._speak(self._voices / 50)
            self._voices += 1
        while self._reports * 1.0 + 0.1 <= end:
            self._report(self._reports * 1.0 + 0.1)
            self._reports += 1
        for at, compound in self._inbox:
            if at <= end:
                self._heard(compound, at)
        self._inbox = [entry for entry in self._inbox if entry[0] > end]
        self._leave(end)

    def _leave(self, end: float) -> None:
        self._pending.sort(key=lambda entry: entry[0])
        for index, (at, packet) in enumerate(self._pending):
            if at > end:
                self._pending = self._pending[index:]
                return
            arrives = self.up.send(at, len(packet))
            if arrives != LOST:
                self._send(arrives, packet)
        self._pending = []

    # Media

    def _frame(self, stream: Stream, at: float) -> None:
        key = 0.0 <= stream.key_wanted_at <= at
        average = stream.kbps * 125 // FRAME_RATE
        temporal = 0 if key else self._frames & 1
        # The base layer's frames are larger; the spread of sizes is a real encoder's in kind.
        share = KEY_FACTOR if key else 0.8 if temporal else 1.2
        octets = max(40, int(average * share * (0.8 + 0.4 * self._random.random())))
        if key:
            stream.key_wanted_at = -1.0
            stream.keyframes += 1
        stream.picture = (stream.picture + 1) & 0x7FFF
        if not temporal:
            stream.tl0 = (stream.tl0 + 1) & 0xFF
        timestamp = stream.timestamp + self._frames * (90_000 // FRAME_RATE)
        count = -(-octets // LARGEST)
        gap = octets / count * 8 / (max(stream.kbps, 300) * PACING * 1000)
        at = max(at, stream.free_at)
        stream.free_at = at + count * gap
        for index in range(count):
            size = octets * (index + 1) // count - octets * index // count
            descriptor = pack(
                "!BBHBB", 0x90 if index == 0 else 0x80, 0xE0, 0x8000 | stream.picture, stream.tl0,
                temporal << 6 | 0x20,
            )  # fmt: skip
            body = (b"\x00" if key else b"\x01") + self._mark(stream.rid or "h")
            payload = descriptor + body + bytes(max(0, size - len(body)))
            self._emit(stream, at + index * gap, timestamp, index == count - 1, payload)

    def _speak(self, at: float) -> None:
        timestamp = self.voice.timestamp + self._voices * 960
        body = b"\x78" + self._mark("v")
        self._emit(self.voice, at, timestamp, self._voices == 0, body + bytes(VOICE_OCTETS - len(body)))

    def _mark(self, letter: str) -> bytes:
        """No two packets have the same body."""
        self._counter += 1
        return MARK + letter.encode() + self._counter.to_bytes(8)

    def _emit(self, stream: Stream, at: float, timestamp: int, marker: bool, payload: bytes) -> None:
        words = [] if stream.acknowledged else _names(stream, HUB_EXTENSIONS.rid)
        packet = self._packet(
            stream.payload_type, marker, stream.sequence, timestamp, stream.ssrc, words, payload
        )
        stream.sent[stream.sequence] = packet
        stream.sent.pop((stream.sequence - HISTORY) & 0xFFFF, None)
        stream.sequence = (stream.sequence + 1) & 0xFFFF
        stream.packets += 1
        stream.octets += len(payload)
        self._pending.append((at, packet))

    def _packet(  # noqa: PLR0917 (the header's fields, in its order)
        self, payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int,
        words: list[tuple[int, bytes]], payload: bytes,
    ) -> bytes:  # fmt: skip
        self._transport = (self._transport + 1) & 0xFFFF
        elements = [*words, (HUB_EXTENSIONS.sequence, self._transport.to_bytes(2))]
        inside = b"".join(bytes([id << 4 | len(value) - 1]) + value for id, value in elements)
        inside += bytes(-len(inside) % 4)
        head = pack("!BBHII", 0x90, marker << 7 | payload_type, sequence, timestamp & 0xFFFFFFFF, ssrc)
        return head + b"\xbe\xde" + (len(inside) // 4).to_bytes(2) + inside + payload

    def _report(self, at: float) -> None:
        seconds = at + 2_208_988_800.0 + 1_000.0  # its clock is not the hub's
        for stream in self.streams.values():
            if stream.packets:
                timestamp = stream.timestamp + int(at * stream.clock_rate)
                body = pack(
                    "!IQIII", stream.ssrc, int(seconds * (1 << 32)), timestamp & 0xFFFFFFFF, stream.packets,
                    stream.octets,
                )  # fmt: skip
                self._pending.append((at, b"\x80\xc8\x00\x06" + body))

    # From the hub

    def deliver(self, compound: bytes, now: float) -> None:
        """The hub sends RTCP at `now`."""
        at = self.down.send(now, len(compound))
        if at != LOST:
            self._inbox.append((at, compound))

    def _heard(self, compound: bytes, at: float) -> None:
        for report in rtcp.parse(compound):
            match report:
                case rtcp.ReceiverReport():
                    for block in report.blocks:
                        if block.ssrc in self.streams:
                            self.streams[block.ssrc].acknowledged = True
                        for stream in self.pictures:
                            stream.rtx_acknowledged |= stream.rtx_ssrc == block.ssrc
                case rtcp.KeyframeRequest() if report.ssrc in self.streams:
                    self.keyframes_asked += 1
                    stream = self.streams[report.ssrc]
                    if stream.key_wanted_at < 0:
                        stream.key_wanted_at = at + ANSWER * (1 + self._random.random())
                case rtcp.Nack() if report.ssrc in self.streams:
                    for sequence in report.sequences():
                        self._repeat(self.streams[report.ssrc], sequence, at)

    def _repeat(self, stream: Stream, sequence: int, at: float) -> None:
        self.nacked += 1
        packet = stream.sent.get(sequence)
        if packet is None:
            return
        self.repeated += 1
        if stream is self.voice:
            self._pending.append((at, packet))
            return
        words = [] if stream.rtx_acknowledged else _names(stream, HUB_EXTENSIONS.repaired_rid)
        payload = packet[2:4] + packet[16 + 4 * int.from_bytes(packet[14:16]) :]
        again = self._packet(
            HUB_RTX_TYPES[Codec.VP8], packet[1] >= 0x80, stream.rtx_sequence, int.from_bytes(packet[4:8]),
            stream.rtx_ssrc, words, payload,
        )  # fmt: skip
        stream.rtx_sequence = (stream.rtx_sequence + 1) & 0xFFFF
        self._pending.append((at, again))


def _names(stream: Stream, rid: int) -> list[tuple[int, bytes]]:
    names = [(HUB_EXTENSIONS.mid, stream.mid.encode())]
    return [*names, (rid, stream.rid.encode())] if stream.rid else names
