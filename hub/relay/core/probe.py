"""Trying whether a line carries more: padding beside the media, in steps, while reports are watched."""

from typing import Final

from hub.relay.core import stamp
from hub.relay.core.common import Common
from hub.relay.core.plan import Lane
from hub.relay.core.seeds import seeds
from hub.relay.core.specs import PROBE_SSRC, SlotName

_GROWTH: Final = 1.8
_FIRST: Final = 1.1
_FIRST_MOST: Final = 2.0
"""The first step goes only just over what the line was last seen to carry, and to twice the media at most:
what was seen may have been a guess."""
_FIRST_LEAST: Final = 60_000.0
"""Bits per second, about a voice: a share of nothing would stay nothing."""
_STEP: Final = 1.0
_LONGEST_STEP: Final = 3.0
_LONGEST_STEP_UNWATCHED: Final = 6.5
"""Seconds: a step ends when a good report came in it, and the attempt when none came in so long. Browsers
that are sent no picture report their voices every 5 s only, and padding not at all."""
_BURST: Final = 6
"""Most packets at once: a timer that came late does not become a burst."""
_BLOCK: Final = 64
"""Numbers reserved in the ledger at a time."""
_SIZE_BITS: Final = (stamp.PADDING_SIZE + stamp.ON_THE_LINE) * 8
BODY_SHARE: Final = stamp.PADDING_BODY * 8 / _SIZE_BITS
"""What REMB sees of it: browsers count payload and padding only."""


class Padding:
    """One viewer's padding: rtx packets without content, on an SSRC and with numbers of their own, which are
    never used twice."""

    def __init__(self, peer: str, slot: SlotName, payload_type: int, common: Common) -> None:
        self._slot = slot
        self._payload_type = payload_type
        self._common = common
        self._line = common.ledger.view(peer, slot)
        before = self._line.probes_before
        self.number = seeds(common.seed, peer, slot, "probe").sequence if before is None else before
        self._reserved = self.number
        self._members = ((peer, 0),)
        self._lane: Lane | None = None

    @property
    def is_cut(self) -> bool:
        """The viewer may not be sent to any more."""
        return self._lane is not None and not self._lane.open

    def open(self) -> None:
        """It may be sent to."""
        self._lane = self._common.outbox.lane(self._slot, self._members)
        self._lane.is_probe = True

    def send(self, count: int, now: float) -> None:
        """So many packets."""
        assert self._lane is not None
        if self.number + count > self._reserved:
            self._reserved = self.number + count + _BLOCK
            self._line.probing(self._reserved)
        for _ in range(count):
            packet = stamp.padding(self._payload_type, self.number, 0, PROBE_SSRC[self._slot], now)
            self._common.outbox.send(packet, self._lane, now)
            self.number += 1


class Probe:
    """One attempt. `goal` is what is to be proved, in bits per second."""

    def __init__(self, padding: Padding, goal: float, known: float, media: float, now: float) -> None:
        """`known` is what the line carried before, `media` what is sent without padding."""
        self.goal = goal
        self.padding = padding
        self.target = min(goal, max(_FIRST_LEAST, min(known * _FIRST, media * _FIRST_MOST)))
        self.carried = media
        """What the line has borne: the step before this one."""
        self._step_at = now
        self._sent_at = now
        self._debt = 0.0
        self._bits = 0.0
        padding.open()

    def tick(self, base: float, now: float) -> None:
        """Send what is due beside `base` bits per second of media."""
        due = max(0.0, self.target - base) * (now - self._sent_at)
        due = min(due, _BURST * _SIZE_BITS - self._debt)
        self._sent_at = now
        self._debt += due
        self._bits += due
        count = int(self._debt / _SIZE_BITS)
        if count > 0:
            self._debt -= count * _SIZE_BITS
            self.padding.send(count, now)

    def take_bits(self) -> float:
        """Padding since the last call, to the bit: of a small step whole packets are now four, now five
        between two looks, and the smaller would never prove it."""
        bits, self._bits = self._bits, 0.0
        return bits

    def is_stale(self, now: float, *, watched: bool = True) -> bool:
        """No good report came for so long that the attempt has failed."""
        return now - self._step_at >= (_LONGEST_STEP if watched else _LONGEST_STEP_UNWATCHED)

    def went_well(self, now: float) -> None:
        """The line is fine: the next step, if this one was long enough."""
        if now - self._step_at >= _STEP:
            self.carried = self.target
            self.target = min(self.goal, self.target * _GROWTH)
            self._step_at = now
