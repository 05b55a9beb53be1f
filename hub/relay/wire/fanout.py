"""Executes the core's plans: copies each packet for each viewer, patches its number, protects it, and sends
bursts.

The order is viewer by viewer, all packets of a group while that viewer's key schedule is hot in the cache
(measured: 12 against 8.5 µs a packet), and a viewer's packets of one length leave as one message that the
kernel cuts (UDP GSO). Voices go first, and a long burst looks at the socket between two system calls
(`meanwhile`), so that a voice that comes in the middle of a keyframe overtakes it. A plan whose lane was
closed meanwhile is not sent, to anybody.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Final, Protocol

from hub.relay.core.plan import Lane, Plan, Totals
from hub.relay.wire import srtp
from hub.relay.wire.fill import Filler, InPython
from hub.relay.wire.metrics import DelayHistogram
from hub.relay.wire.mmsg import RawAddress, available, ffi
from hub.relay.wire.rosters import Rosters
from hub.relay.wire.rows import BATCH, Roster, Slots, Viewer, numbered, rows_of
from hub.relay.wire.senders import Sender
from hub.relay.wire.target import Target
from hub.relay.wire.turns import FEW, Turns

LOOK: Final = 0.002
"""Seconds of sending between two looks at what came in meanwhile."""
LONGEST: Final = 0.05
"""Seconds of sending after which nothing new is taken in: control requests and timers want their turn."""

Meanwhile = Callable[[], Iterable[Plan]]
Placed = tuple[Plan, int]
"""A plan, and which of the pass's lanes it is on."""


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
        filled_by: Callable[[Slots], Filler] = InPython,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._streams = streams
        self._sender = sender
        self._many = FEW if available() else inf
        """Viewers from which on rows pay. Without the layout they rest on everybody is one of a few."""
        self._totals = totals
        self._delays = delays
        self._skipped = skipped
        self._clock = clock
        self._slots = Slots(srtp.SLOT)
        self._filler = filled_by(self._slots)
        self.fills_by = self._filler.name
        self._used = 0
        self._loose: list[tuple[float | None, int]] = []
        self._rosters = Rosters(targets, totals)
        self._turns = Turns()
        self._meanwhile: Meanwhile | None = None
        self._began = self._looked = 0.0

    def execute(self, plans: Iterable[Plan], meanwhile: Meanwhile | None = None) -> None:
        """Send a burst, pass by pass (see `Turns`).

        `meanwhile` is called every few milliseconds of a long burst and gives plans that have come up since.
        """
        self._meanwhile = meanwhile
        self._began = self._looked = self._clock()
        turns = self._turns
        try:
            turns.add(plans)
            while group := turns.next():
                self._send_pass(group)
        finally:
            self._flush()

    def _look(self) -> bool:
        """Between two system calls of a long burst: let voices overtake. True when others' packets may have
        gone out in between.
        """
        now = self._clock()
        if self._meanwhile is None or now - self._looked < LOOK or now - self._began > LONGEST:
            return False
        meanwhile, self._meanwhile = self._meanwhile, None
        self._turns.add(meanwhile())
        while group := self._turns.voices():
            self._send_pass(group)
        self._flush()
        self._meanwhile, self._looked = meanwhile, self._clock()
        return True

    def _send_pass(self, plans: Iterable[Plan]) -> None:
        """Plans of one lane, or of several for the same viewers, as far as they may still be sent."""
        groups: dict[Lane, list[Plan]] = {}
        for plan in plans:
            groups.setdefault(plan.lane, []).append(plan)
        sound = {lane: fit for lane, group in groups.items() if (fit := self._sound(lane, group))}
        shares = len(sound) > 1 and self._many < inf
        joint = self._rosters.together(list(sound)) if shares else None
        if joint is None:
            for lane, group in sound.items():
                self._send_group(group, self._rosters.of(lane))
            return
        self._send_rows(
            [(plan, index) for index, group in enumerate(sound.values()) for plan in group], joint.common
        )
        for rest, group in zip(joint.rests, sound.values(), strict=True):
            self._send_group(group, rest)

    def _sound(self, lane: Lane, group: list[Plan]) -> list[Plan]:
        """What of a lane's plans may be sent; what is not is counted."""
        if not lane.open:
            self._totals.add("fanout_lane_closed", len(group))
            for plan in group:
                self._skipped(plan)
            return []
        sound = [plan for plan in group if 12 <= len(plan.packet) <= srtp.LONGEST]
        if len(sound) < len(group):  # a wrong length would corrupt the heap inside libsrtp
            self._totals.add("fanout_bad_size", len(group) - len(sound))
        return sound

    def _send_group(self, group: Sequence[Plan], roster: Roster) -> None:
        """Plans of one lane."""
        numbered_by = [(plan, 0) for plan in group]
        if len(roster.viewers) >= self._many:
            self._send_rows(numbered_by, roster)
        else:
            self._send_loose(numbered_by, roster.viewers)
        for target, (offset,) in roster.streams:  # last: what they cost delays nobody
            self._send_stream(group, target, offset)

    def _send_rows(self, group: Sequence[Placed], roster: Roster) -> None:
        self._flush()  # the slots are ours from the first on
        rows = rows_of([plan.packet for plan, _ in group], segments=self._sender.segments)
        pattern = roster.pattern(self._slots.batch, tuple(map(len, rows)))
        sizes = [len(row[0]) for row in rows]
        load = self._filler.load([(plan.packet, index) for plan, index in group])
        octets = sum(len(plan.packet) for plan, _ in group)
        pattern.cut_at(sizes)
        left: list[tuple[float, int]] = []
        sent = dropped = refused = 0
        for chunk in pattern.chunks:
            if not roster.is_current:  # somebody left or moved while we looked at the socket
                self._send_loose(group, chunk.viewers)
                self._flush()
                continue
            failed = self._filler.fill(chunk, load)
            send = self._sender.one_by_one if failed else self._sender.send
            dropped += send(chunk, chunk.count)
            sent += chunk.size - failed
            refused += failed
            left.append((self._clock(), len(chunk.viewers)))
            if self._look():
                pattern.cut_at(sizes)  # others' packets of this pattern may have had other lengths
        self._count(sent, dropped)
        if refused:
            self._totals.add("protect_failed", refused)
        self._totals.add("octets_sent", octets * sum(viewers for _, viewers in left))
        self._measure([plan for plan, _ in group], left)

    def _measure(self, group: Sequence[Plan], left: Sequence[tuple[float, int]]) -> None:
        """When each of these packets has left for so many viewers."""
        for received_at, count in Counter(plan.received_at for plan in group).items():
            if received_at is not None:
                for now, viewers in left:
                    self._delays.add(now - received_at, count * viewers, now)

    def _send_loose(self, group: Sequence[Placed], viewers: Iterable[Viewer]) -> None:
        """To a few: their packets share system calls with others'."""
        batch = self._slots.batch
        for target, offsets in viewers:
            for plan, index in group if target.open and not target.stream else ():
                i, size = self._used, len(plan.packet)
                start, length, message = i * batch.slot, batch.lengths[i], batch.messages[i]
                batch.view[start : start + size] = numbered(plan.packet, offsets[index])
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

    def forget(self) -> None:
        """A peer came or went: resolve every lane anew."""
        self._rosters.forget()

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
