"""Executes the core's plans: copies each packet for each viewer, patches its number, protects it, and sends
bursts.

The order is viewer by viewer, all packets of a group while that viewer's key schedule is hot in the cache
(measured: 12 against 8.5 µs a packet), and a viewer's packets of one length leave as one message that the
kernel cuts (UDP GSO). Voices go first, and a long burst looks at the socket between two system calls
(`meanwhile`), so that a voice that comes in the middle of a keyframe overtakes it. A plan whose lane was
closed meanwhile is not sent, to anybody.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from hub.relay.core.plan import Lane, Plan, Totals
from hub.relay.core.specs import VOICE_SLOTS
from hub.relay.wire import srtp
from hub.relay.wire.metrics import DelayHistogram
from hub.relay.wire.mmsg import RawAddress, ffi
from hub.relay.wire.rows import BATCH, Chunk, Roster, Slots, Viewer, numbered, rows_of
from hub.relay.wire.senders import Sender
from hub.relay.wire.target import Target

GROUP: Final = 32
"""Most packets one viewer is sent in a row: the gain of a hot key is had by then, and others wait."""
LOOK: Final = 0.002
"""Seconds of sending between two looks at what came in meanwhile."""
LONGEST: Final = 0.05
"""Seconds of sending after which nothing new is taken in: control requests and timers want their turn."""
_FEW = 4
"""For fewer viewers than this making headers costs more than it saves."""

Meanwhile = Callable[[], Iterable[Plan]]


class Outlet(Protocol):
    """One TCP connection's end: bounded, and never waited for."""

    def admits(self, packet: bytes) -> bool:
        """Whether this plaintext packet is to be sent now; a full one refuses pictures."""
        ...

    def put(self, datagram: bytes) -> None:
        """Queue a protected packet."""
        ...


class Outlets(Protocol):
    """The TCP connections by address; whoever is asked for is flushed after the burst."""

    def get(self, address: RawAddress, /) -> Outlet | None: ...


class Fanout:
    """`targets` is the port's live map of peers that may be sent to, `streams` the TCP connections by
    address; `execute` never raises for what is in a plan, and never waits long.

    `skipped` hears of every plan that was not executed because its lane had closed.
    """

    def __init__(
        self,
        targets: Mapping[str, Target],
        sender: Sender,
        *,
        totals: Totals,
        delays: DelayHistogram,
        skipped: Callable[[Plan], None],
        streams: Outlets | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._targets = targets
        self._streams = streams
        self._sender = sender
        self._totals = totals
        self._delays = delays
        self._skipped = skipped
        self._clock = clock
        self._slots = Slots(srtp.SLOT)
        self._used = 0
        self._loose: list[tuple[float | None, int]] = []
        self._lanes: WeakKeyDictionary[Lane, Roster] = WeakKeyDictionary()
        self._pictures: deque[Plan] = deque()
        self._meanwhile: Meanwhile | None = None
        self._began = self._looked = 0.0

    def execute(self, plans: Iterable[Plan], meanwhile: Meanwhile | None = None) -> None:
        """Send a burst: voices, then consecutive plans of one lane together, in the order they came.

        `meanwhile` is called every few milliseconds of a long burst and gives plans that have come up since.
        """
        self._meanwhile = meanwhile
        self._began = self._looked = self._clock()
        try:
            self._take(plans)
            while self._pictures:
                self._send_group(self._next_group())
        finally:
            self._flush()

    def _take(self, plans: Iterable[Plan]) -> None:
        """Send the voices among them, keep the rest."""
        group: list[Plan] = []
        for plan in plans:
            if plan.lane.slot not in VOICE_SLOTS:
                self._pictures.append(plan)
                continue
            if group and (plan.lane is not group[0].lane or len(group) >= GROUP):
                self._send_group(group)
                group = []
            group.append(plan)
        if group:
            self._send_group(group)

    def _next_group(self) -> list[Plan]:
        pictures = self._pictures
        group = [pictures.popleft()]
        lane = group[0].lane
        while pictures and pictures[0].lane is lane and len(group) < GROUP:
            group.append(pictures.popleft())
        return group

    def _look(self) -> None:
        """Between two system calls of a long burst: let voices overtake."""
        now = self._clock()
        if self._meanwhile is None or now - self._looked < LOOK or now - self._began > LONGEST:
            return
        meanwhile, self._meanwhile = self._meanwhile, None
        self._take(meanwhile())
        self._flush()
        self._meanwhile, self._looked = meanwhile, self._clock()

    def _send_group(self, group: Sequence[Plan]) -> None:
        lane = group[0].lane
        if not lane.open:
            self._totals.add("fanout_lane_closed", len(group))
            for plan in group:
                self._skipped(plan)
            return
        sound = [plan for plan in group if 12 <= len(plan.packet) <= srtp.LONGEST]
        if len(sound) < len(group):  # a wrong length would corrupt the heap inside libsrtp
            self._totals.add("fanout_bad_size", len(group) - len(sound))
        if not sound:
            return
        roster = self._roster(lane)
        if len(roster.viewers) >= _FEW:
            self._send_rows(sound, roster)
        else:
            self._send_loose(sound, roster.viewers)
        for target, offset in roster.streams:  # last: what they cost delays nobody
            self._send_stream(sound, target, offset)

    def _send_rows(self, group: Sequence[Plan], roster: Roster) -> None:
        self._flush()  # the slots are ours from the first on
        rows = rows_of([plan.packet for plan in group], segments=self._sender.segments)
        pattern = roster.pattern(self._slots.batch, tuple(map(len, rows)))
        sizes = [len(row[0]) for row in rows]
        width = self._slots.width(max(sizes))
        packets = [packet.ljust(width) for row in rows for packet in row]
        lengths = [len(packet) for row in rows for packet in row]
        octets = sum(lengths)
        pattern.cut_at(sizes)
        waits = Counter(plan.received_at for plan in group if plan.received_at is not None)
        for chunk in pattern.chunks:
            if not roster.is_current:  # somebody left or moved while we looked at the socket
                self._send_loose(group, chunk.viewers)
                self._flush()
                continue
            failed = self._protect(chunk, packets, lengths, width)
            send = self._sender.one_by_one if failed else self._sender.send
            self._count(len(chunk.contexts) - failed, send(chunk, chunk.count))
            self._totals.add("octets_sent", octets * len(chunk.viewers))
            now = self._clock()
            for received_at, count in waits.items():
                self._delays.add(now - received_at, count * len(chunk.viewers), now)
            self._look()

    def _protect(self, chunk: Chunk, packets: list[bytes], lengths: list[int], width: int) -> int:
        """The hot loop: nothing in it is looked up or made that could have been before.

        Returns how many packets libsrtp refused; these have no length.
        """
        batch = self._slots.batch
        view, protect, failed = batch.view, srtp.protect, 0
        plain: Iterable[bytes] = _for_each(packets, chunk)
        steps = zip(
            chunk.contexts,
            self._slots.parts(width),
            batch.pointers,
            batch.lengths,
            plain,
            cycle(lengths),
            strict=False,
        )
        for context, part, pointer, length, packet, size in steps:
            view[part] = packet
            length[0] = size
            if protect(context, pointer, length):
                length[0] = 0
                failed += 1
        if failed:
            self._totals.add("protect_failed", failed)
        return failed

    def _send_loose(self, group: Sequence[Plan], viewers: Iterable[Viewer]) -> None:
        """To a few: their packets share system calls with others'."""
        batch = self._slots.batch
        for target, offset in viewers:
            for plan in group if target.open and not target.stream else ():
                i, size = self._used, len(plan.packet)
                start, length, message = i * batch.slot, batch.lengths[i], batch.messages[i]
                batch.view[start : start + size] = numbered(plan.packet, offset)
                length[0] = size
                if srtp.protect(target.context, batch.pointers[i], length):
                    self._totals.add("protect_failed")
                    continue
                self._totals.add("octets_sent", size)
                message.msg_name, message.msg_namelen = target.name, target.name_length
                message.msg_iov, message.msg_iovlen = batch.iovecs[i], 1
                message.msg_control, message.msg_controllen = ffi.NULL, 0
                self._loose.append((plan.received_at, 1))
                self._used += 1
                if self._used == BATCH:
                    self._flush()

    def _send_stream(self, group: Sequence[Plan], target: Target, offset: int) -> None:
        outlet = self._streams.get(target.raw) if target.open and self._streams is not None else None
        if outlet is None:
            self._totals.add("fanout_no_stream", len(group))
            return
        for plan in group:
            if not outlet.admits(plan.packet):
                continue
            packet = numbered(plan.packet, offset)
            try:
                outlet.put(target.outbound.rtp(packet))
            except ValueError:
                self._totals.add("protect_failed")
            else:
                self._totals.add("packets_sent")
                self._totals.add("octets_sent", len(packet))

    def _roster(self, lane: Lane) -> Roster:
        known = self._lanes.get(lane)
        if known is not None and known.is_current:
            return known
        found = []
        for peer, offset in lane.members:
            target = self._targets.get(peer)
            if target is None:
                self._totals.add("fanout_no_target")
            elif target.open:
                found.append((target, offset & 0xFFFF))
        roster = Roster(found)
        if len(lane.members) > 1:
            self._lanes[lane] = roster
        return roster

    def forget(self) -> None:
        """A peer came or went: resolve every lane anew."""
        self._lanes.clear()

    def _flush(self) -> None:
        """Send what the few are sent, if anything waits."""
        packets, self._used = self._used, 0
        if not packets:
            return
        self._count(packets, self._sender.send(self._slots.batch, packets))
        waits, self._loose = self._loose, []
        now = self._clock()
        for received_at, count in waits:
            if received_at is not None:
                self._delays.add(now - received_at, count, now)

    def _count(self, packets: int, dropped: int) -> None:
        self._totals.add("packets_sent", packets - dropped)
        if dropped:
            self._totals.add("send_dropped", dropped)


def _for_each(packets: list[bytes], chunk: Chunk) -> Iterator[bytes]:
    """The group's packets over and over, under each viewer's numbers."""
    if chunk.one_offset is not None:
        return cycle(packets if not chunk.one_offset else [numbered(p, chunk.one_offset) for p in packets])
    return (numbered(packet, offset) for _, offset in chunk.viewers for packet in packets)
