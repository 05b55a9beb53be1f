"""A browser that watches: pictures, voices, reports, and the two directions of its line."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from random import Random
from typing import Final

from deploy.bench.lab.estimate import EVERY, Estimate
from deploy.bench.lab.link import LOST, Line, Link, Schedule
from deploy.bench.lab.look import Look
from deploy.bench.lab.picture import Picture
from deploy.bench.lab.voice import Voice
from hub.relay.core import rtcp, rtcp_write
from hub.relay.core.rtcp import Block, SenderReport
from hub.relay.core.specs import PICTURE_SLOTS, PROBE_SSRC, SLOT_SSRC, VOICE_SLOTS

REPORT_EVERY: Final = 1.0
VOICE_REPORT_EVERY: Final = 5.0
"""Each receiving stream of libwebrtc reports for itself: pictures every second, voices every five."""
GOOD: Final[Schedule] = ((0.0, Line(delay=0.005)),)
"""A line that never troubles anybody."""

_PICTURES: Final = frozenset(SLOT_SSRC[slot] for slot in PICTURE_SLOTS)
_VOICES: Final = frozenset(SLOT_SSRC[slot] for slot in VOICE_SLOTS)
_PROBES: Final = frozenset(PROBE_SSRC.values())

Say = Callable[[str, float, bytes], None]
"""Peer, time of arrival at the hub, RTCP compound."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two directions of one peer's line: towards it and from it."""

    down: Schedule = GOOD
    up: Schedule = GOOD


GOOD_ENDS: Final = Ends()


class Padding:
    """Probes: nothing to see in them, but they are counted and reported."""

    def __init__(self) -> None:
        self.first = self.highest = -1
        self.received = 0

    def take(self, sequence: int) -> None:
        """A packet of a probe arrived."""
        if self.highest < 0:
            self.highest = sequence + 0xFFFF
            self.first = self.highest + 1
        self.highest = max(
            self.highest, self.highest + ((sequence - self.highest + 0x8000) & 0xFFFF) - 0x8000
        )
        self.received += 1


@dataclass(slots=True)
class _Counted:
    """What a report block needs to know of the last one."""

    first: int
    expected: int = 0
    received: int = 0
    report: int = 0
    report_at: float = 0.0


class Viewer:
    """The hub puts what it sends into `inbox`, with an offset to its number and the time; `run` sends that
    over the line, lets it arrive and answers over `say`."""

    __slots__ = (
        "_count", "_counted", "_estimate_at", "_heap", "_queue", "_random", "_report_at", "_reports",
        "_say", "_timers_at", "_voice_report_at", "down", "due", "estimate", "inbox", "name", "pictures",
        "probes", "up", "voices",
    )  # fmt: skip

    def __init__(self, name: str, ends: Ends, random: Random, say: Say) -> None:
        self.name = name
        self.down = Link(ends.down, random)
        self.up = Link(ends.up, random)
        self.pictures: dict[int, Picture] = {}
        """By SSRC, from the first packet on."""
        self.voices: dict[int, Voice] = {}
        self.probes: dict[int, Padding] = {}
        self.estimate = Estimate()
        self.inbox: list[tuple[Look | bytes, int, float]] = []
        self.due = inf
        self._random = random
        self._say = say
        self._queue: deque[tuple[float, int, Look | bytes]] = deque()
        self._heap: list[tuple[float, int, int, Look | bytes]] = []
        self._count = 0
        self._counted: dict[int, _Counted] = {}
        self._reports: dict[int, tuple[int, float]] = {}
        self._report_at = inf
        self._voice_report_at = inf
        self._estimate_at = inf
        self._timers_at = inf

    # From the hub

    def run(self, now: float) -> None:
        """Everything that happens until `now`."""
        heap, queue = self._heap, self._queue
        if self.inbox:
            self._carry()
        while heap and heap[0][0] <= now:
            at, _, sequence, packet = heappop(heap)
            self._arrived(packet, sequence, at)
        while queue and queue[0][0] <= now:
            at, sequence, packet = queue.popleft()
            self._arrived(packet, sequence, at)
        if now >= self._timers_at:
            self._timers(now)
        due = heap[0][0] if heap else queue[0][0] if queue else inf
        self.due = due if due < self._timers_at else self._timers_at

    def _carry(self) -> None:
        send, reorders = self.down.send, self.down.reorders
        for packet, offset, sent in self.inbox:
            if isinstance(packet, bytes):
                size, sequence = len(packet), 0
            else:
                size, sequence = packet.size, (packet.sequence + offset) & 0xFFFF
            at = send(sent, size)
            if at == LOST:
                continue
            if reorders:
                self._count += 1
                heappush(self._heap, (at, self._count, sequence, packet))
            else:
                self._queue.append((at, sequence, packet))
        self.inbox.clear()

    def _arrived(self, packet: Look | bytes, sequence: int, at: float) -> None:
        if isinstance(packet, bytes):
            self._rtcp(packet, at)
            return
        sent = packet.sent
        if sent is not None:
            self.estimate.take(sent, packet.body, at)
            if self.estimate.overused:
                self._remb(at)
        ssrc = packet.ssrc
        picture = self.pictures.get(ssrc)
        if picture is not None:
            picture.take(packet, sequence, at)
            if picture.nacks or picture.wants_keyframe:
                self._speak(picture, at)
            self._timers_at = min(self._timers_at, picture.due)
        elif ssrc in self.voices:
            self.voices[ssrc].take(packet, sequence, at)
        elif ssrc in self.probes:
            self.probes[ssrc].take(sequence)
        else:
            self._begun(packet, sequence, at)

    def _begun(self, packet: Look, sequence: int, at: float) -> None:
        """The first packet of a stream."""
        if self._report_at == inf:
            self._report_at = at + REPORT_EVERY * (0.5 + self._random.random())
            self._voice_report_at = at + VOICE_REPORT_EVERY / 2
            self._estimate_at = at + EVERY
        ssrc = packet.ssrc
        if ssrc in _PICTURES:
            self.pictures[ssrc] = Picture(ssrc)
            self.pictures[ssrc].take(packet, sequence, at)
        elif ssrc in _VOICES:
            self.voices[ssrc] = Voice(ssrc)
            self.voices[ssrc].take(packet, sequence, at)
        elif ssrc in _PROBES:
            self.probes[ssrc] = Padding()
            self.probes[ssrc].take(sequence)
        self._timers_at = at

    def _rtcp(self, compound: bytes, at: float) -> None:
        for report in rtcp.parse(compound):
            if isinstance(report, SenderReport):
                self._reports[report.ssrc] = report.ntp >> 16 & 0xFFFFFFFF, at

    # To the hub

    def _timers(self, now: float) -> None:
        due = inf
        for picture in self.pictures.values():
            if picture.due <= now:
                picture.tick(now)
                self._speak(picture, now)
            due = min(due, picture.due)
        if self._estimate_at <= now:
            self._estimate_at = now + EVERY
            self.estimate.update(now)
            self._remb(now)
        if self._report_at <= now:
            self._report_at = now + REPORT_EVERY * (0.5 + self._random.random())
            self._report((*self.pictures.items(), *self.probes.items()), now)
        if self._voice_report_at <= now:
            self._voice_report_at = now + VOICE_REPORT_EVERY * (0.5 + self._random.random())
            self._report(self.voices.items(), now)
        self._timers_at = min(due, self._report_at, self._voice_report_at, self._estimate_at)

    def _speak(self, picture: Picture, now: float) -> None:
        if picture.nacks:
            self._send(rtcp_write.nack(picture.ssrc, sorted(picture.nacks)), now)
            picture.nacks.clear()
        if picture.wants_keyframe:
            picture.wants_keyframe = False
            self._send(rtcp_write.keyframe_request(picture.ssrc), now)

    def _remb(self, now: float) -> None:
        self.estimate.overused = False
        bitrate = self.estimate.bitrate
        if bitrate is not None:
            self._send(rtcp_write.remb(int(bitrate), list(self._counted) or [11]), now)

    def _report(self, streams: Iterable[tuple[int, Picture | Voice | Padding]], now: float) -> None:
        blocks = [
            self._block(ssrc, each.first, each.highest, each.received, now)
            for ssrc, each in streams
            if each.highest >= 0
        ]
        if blocks:
            self._send(rtcp_write.receiver_report(blocks), now, alone=True)

    def _block(self, ssrc: int, first: int, highest: int, received: int, now: float) -> Block:
        counted = self._counted.get(ssrc)
        if counted is None:
            counted = self._counted[ssrc] = _Counted(first)
        expected = highest - counted.first + 1
        expected_now, received_now = expected - counted.expected, received - counted.received
        counted.expected, counted.received = expected, received
        lost = max(0, expected_now - received_now)
        fraction = min(255, lost * 256 // expected_now) if expected_now > 0 else 0
        report, report_at = self._reports.get(ssrc, (0, 0.0))
        delay = int((now - report_at) * 65536) if report else 0
        total = max(0, min(0x7FFFFF, expected - received))
        return Block(ssrc, fraction, total, highest & 0xFFFFFFFF, 0, report, delay)

    def _send(self, packet: bytes, now: float, *, alone: bool = False) -> None:
        compound = packet if alone else rtcp_write.receiver_report() + packet
        at = self.up.send(now, len(compound))
        if at != LOST:
            self._say(self.name, at, compound)

    def close(self, now: float) -> None:
        """The end of the experiment."""
        self.run(now)
        for voice in self.voices.values():
            voice.tick(now)
        for picture in self.pictures.values():
            picture.close(now)
