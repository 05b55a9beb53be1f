"""What one viewer's line carries, judged by what it reports: losses, REMB, the round trip."""

from enum import Enum, auto
from math import inf
from typing import Final

from hub.relay.core.rtcp import Block

_LOSS_BAD: Final = 0.10
_LOSS_GOOD: Final = 0.02
"""Fractions lost: over the first a line is overrun, below the second it is well; between them nothing is
proved either way."""
_LOSS_SEVERE: Final = 0.35
"""Believed at once; less has to last, since losses come in bursts."""
_SMOOTHING: Final = 0.3
_SMOOTHING_RARE: Final = 0.7
"""A voice's report tells of five seconds, and the next one comes only then."""
_SMOOTHING_CALM: Final = 0.15
_CALM: Final = 2.0
"""Where REMB stands over what is sent and has not fallen for so many seconds there is no queue, and a loss
is believed only when it lasts: an outage of some tenths of a second makes a report of half a second
terrible."""
_ASKED_FREE: Final = 0.25
"""So many packets in proportion may be asked for again: what overtakes is asked for in vain, and what resends
mend hurts nobody."""
_PROBE_BAD: Final = 0.5
"""While a line is being tried, half of these is enough: the padding is to do no harm."""
_ALARM: Final = 5
_ALARM_PER_LOSS: Final = 80
_ALARM_REMB: Final = 40
"""Packets asked for again between two looks that end a try, and more of them where the line loses some
anyway. Where REMB would tell of a queue before, losses are more likely the line's own."""
_LOOKS: Final = 2
"""What was asked for again is judged over so many looks: an outage of some tenths is no overrun."""
_REMB_BAD: Final = 0.8
_REMB_FALL: Final = 0.98
"""A browser's estimate that falls to so much of what it is sent means that its line is full. One that rises
only follows what is sent, slowly (8 % a second) and to at most 1.5 times as much."""
_QUEUE: Final = 0.2
_QUEUE_LONG: Final = 0.6
"""Seconds by which the round trip grew: twice in a row the first, or once the second."""
_MARGIN: Final = 0.95
_LEAST: Final = 20_000.0
_SETTLING: Final = 2.2
"""Seconds after less is sent in which reports still tell of what was sent before."""
_SAME: Final = 0.7
_OWN_LOSS_MOST: Final = 0.25
_OWN_LOSS_AFTER: Final = 8.0
_OWN_LOSS_BELOW: Final = 0.6
"""A loss is the line's own, and says nothing about its rate, when it stays for so many seconds, or when so
much less is sent than the line is known to carry. More than a quarter is never put up with."""
_OUTAGE: Final = 2.0
_AFTER_OUTAGE: Final = 1.2
"""Seconds: when nothing at all was heard of a viewer that is sent pictures for so long, its line was cut.
What it then tells of that time is not held against it, nor what it asks for just after."""
_SAME_BREATH: Final = 0.05
_ENOUGH: Final = 20
"""Packets that a fraction must be made of; a lost one of ten says little."""
_HEARD: Final = 6.0
"""Browsers report a voice every 5 s; who is silent for longer is not judged."""
_BASE_WINDOW: Final = 15.0


class Verdict(Enum):
    """FINE: what is sent arrives. SHAKY: cannot say. OVERRUN: more is sent than the line carries. SILENT:
    nothing new was reported."""

    SILENT = auto()
    FINE = auto()
    SHAKY = auto()
    OVERRUN = auto()


class Downlink:
    """`estimate` is what the line was shown to carry, in bits per second; infinite until it was once overrun.

    It falls when the line is overrun, and rises to what was sent without harm. `troubled_at` is when the line
    was last not seen to be fine.
    """

    def __init__(self) -> None:
        self.estimate = inf
        self.troubled_at = -inf
        self.queues = False
        """Whether the round trip looked grown last: another sample is wanted soon."""
        self.is_told = False
        """Whether the last look rests on a report of what arrived, or on a REMB that rises or is over what is
        sent: a low one stays where it is on a full line, too."""
        self._heard_at = -inf
        self._usual = 0.0
        """Seconds between two times it says anything, smoothed: who reports seldom is not cut each time."""
        self._excused_until = -inf
        self._returned_at = -inf
        """When it was heard again after a cut."""
        self.is_watched = True
        """Whether it is sent pictures; else it reports every 5 s only, and silence means little."""
        self._overrun_at = -inf
        self._settled_at = -inf
        self._shaky_since: float | None = None
        self._sent_before = 0.0
        self._sent_at_overrun = inf
        self._loss = 0.0
        self._own_loss = 0.0
        self._highest: dict[int, tuple[int, float]] = {}
        self._expected = 0.0
        self._lost = 0.0
        self._given = 0
        self._asked = 0
        self._looks = 0
        self._asked_before = 0
        self._remb: float | None = None
        self._last_remb = inf
        self._fell = False
        """Whether REMB fell since the last look."""
        self._bears = False
        self._pictures = 0.0
        self._fell_at = -inf
        self._full_at = -inf
        self._answered: dict[int, int] = {}
        """By SSRC, the last sender report whose answer was taken: it is answered again and again."""
        self._trips = 0
        self._grown = 0
        self._base = (inf, inf)
        self._base_at = -inf
        self._trip = inf
        self._trip_at_overrun = inf
        """The round trip that made it an overrun, until it is short again."""

    def was_full(self, since: float) -> bool:
        """Whether more was sent than it carries, at that time or later, and what it lost was of our own
        making: it had a queue, or nobody could have told."""
        return self._full_at >= since

    def may_be_tried(self, now: float) -> bool:
        """Whether the viewer reports at all, and its REMB has not just fallen: it falls no further then, and
        would not tell when a try is too much."""
        return now - self._heard_at < _HEARD and now - self._fell_at >= _CALM

    def heard(self, now: float) -> None:
        """The viewer said something, whatever it was: it is there."""
        silence = now - self._heard_at
        if silence >= max(_OUTAGE, 2 * self._usual) and self.is_watched:
            self._excused_until = now + _AFTER_OUTAGE
            if silence < inf:
                self._returned_at = now
        if _SAME_BREATH <= silence < inf:
            self._usual += (silence - self._usual) / 4
        self._heard_at = now

    def reported(self, block: Block, round_trip: float | None, now: float, absent: int = 0) -> bool:
        """A report block about anything that it is sent, and the round trip that follows from it. So many of
        its numbers were `absent`: nobody was sent them, and the fraction is of the others. False when it
        tells of a time that says nothing about the line as it is."""
        self.heard(now)
        before, since = self._highest.get(block.ssrc, (block.highest - _ENOUGH, now))
        self._highest[block.ssrc] = block.highest, now
        new = (block.highest - before) & 0xFFFFFFFF
        # A report that reaches back to an overrun or a cut, as those of voices do for 5 s, is about that.
        about_that = since < self._settled_at <= now or since < self._returned_at + _AFTER_OUTAGE
        counts = new < 1 << 16 and not about_that
        if counts:
            sent = max(0, new - absent)
            self._expected += sent
            self._lost += sent * block.fraction / 256
        if round_trip is not None and block.last_report != self._answered.get(block.ssrc):
            self._answered[block.ssrc] = block.last_report
            self._measured(round_trip, now)
        return counts and now >= self._settled_at

    def _measured(self, trip: float, now: float) -> None:
        if now - self._base_at >= _BASE_WINDOW:
            self._base, self._base_at = (inf, self._base[0]), now
        self._base = min(self._base[0], trip), self._base[1]
        base = min(self._base)
        self._trips += 1
        self._trip = trip
        grown = trip - base
        self._grown = self._grown + 1 if grown > max(_QUEUE, base / 2) else 0
        if not self._grown:
            self._trip_at_overrun = inf
        if grown > max(_QUEUE_LONG, base):
            self._grown = 2
        self.queues = self._grown > 0

    def remb(self, bitrate: int, now: float) -> None:
        """The viewer's own estimate of the pictures' rate."""
        self.heard(now)
        if bitrate < _REMB_FALL * self._last_remb < inf:
            self._fell, self._fell_at = True, now
            if bitrate < _REMB_BAD * self._pictures:
                self._full_at = now
        self._remb = bitrate

    def asked(self, numbers: int, now: float) -> None:
        """So many packets were asked for again, each for the first time."""
        self.heard(now)
        if now >= self._excused_until:
            self._asked += numbers

    def judge(
        self, sent: float, pictures: float, given: int, now: float, *, trying: bool, watched: bool = True
    ) -> Verdict:
        """Look at what was reported since the last call. In that time `sent` bits per second went out, of
        which `pictures` (padding included), and `given` packets of pictures and voices. While a line is
        being tried with padding, less of a sign of trouble is enough. `watched`: pictures are not padding
        alone, of which nothing is reported."""
        self.is_watched = watched and pictures > 0
        self._pictures = pictures
        self._looks += 1
        proof, self._sent_before = min(sent, self._sent_before), sent
        if now - self._overrun_at < _SETTLING and _SAME * self._sent_at_overrun < sent < inf:
            self._settled_at = now + _SETTLING  # the smaller variant has not begun yet
        loss = self._take_loss(given)
        full = self._is_full(pictures)
        queues = self._is_queue(pictures, now)
        self.is_told = loss is not None or self._bears
        news = loss is not None or self._remb is not None or self._trips > 0
        self._remb, self._trips, self._fell = None, 0, False
        self._asked_before = self._asked
        if queues:
            self._grown = 0
        if not news:
            return Verdict.SILENT
        if now < self._settled_at or now < self._excused_until:
            if loss is not None:
                # It tells how much of what was sent then went through: the whole of it, at last.
                carried = self._sent_at_overrun * (1 - loss) * _MARGIN
                self.estimate = min(self.estimate, max(sent, carried))
            self._loss = 0.0
            self._grown = 0
            self.troubled_at = now
            return Verdict.SHAKY
        calm = pictures < self._last_remb < inf and now - self._fell_at >= _CALM
        if loss is not None:
            usual = _SMOOTHING_CALM if calm else _SMOOTHING
            self._loss += (loss - self._loss) * (usual if self.is_watched else _SMOOTHING_RARE)
            if not (full or queues):
                self._learn(loss, sent, now)
        loss = loss or 0.0
        strict = _PROBE_BAD if trying else 1.0
        steady = max(0.0, self._loss - self._own_loss)
        severe = not calm and loss - self._own_loss > _LOSS_SEVERE * strict
        if steady > _LOSS_BAD * strict or severe or full or queues:
            self._overrun(max(loss, self._loss), sent, pictures, full=full, queues=queues)
            self._blame(now)
            if full or queues or self._last_remb == inf:
                self._full_at = now
            return Verdict.OVERRUN
        if steady > _LOSS_GOOD or self._grown:
            self.troubled_at = now
            self._shaky_since = now if self._shaky_since is None else self._shaky_since
            return Verdict.SHAKY
        self._shaky_since = None
        self.estimate = max(self.estimate, proof)
        return Verdict.FINE

    def _take_loss(self, given: int) -> float | None:
        self._given += given
        losses = []
        if self._expected >= _ENOUGH:
            losses.append(self._lost / self._expected)
            self._expected = self._lost = 0.0
        if self._given >= _ENOUGH and self._looks >= _LOOKS:
            asked = min(1.0, self._asked / self._given) - _ASKED_FREE
            if asked > 0:
                losses.append(asked)
            self._given = self._asked = self._looks = 0
        return max(losses, default=None)

    def _is_full(self, pictures: float) -> bool:
        full = self._bears = False
        if self._remb is not None:
            full = self._remb < min(_REMB_BAD * pictures, _REMB_FALL * self._last_remb)
            self._bears = self._last_remb < self._remb or pictures <= self._remb
            self._last_remb = self._remb
        return full

    def _is_queue(self, pictures: float, now: float) -> bool:
        """Whether the round trip grew because something waits on the line. A route that became longer looks
        alike, but REMB does not mind it, and to send less does not make it shorter."""
        if not self._grown:
            return False
        over = pictures < self._last_remb < inf
        calm = over and now - self._fell_at >= _CALM
        vain = now >= self._settled_at and abs(self._trip - self._trip_at_overrun) < _QUEUE
        if calm or vain:
            self._base, self._grown, self.queues = (self._trip, self._trip), 0, False
            self._trip_at_overrun = inf
        return self._grown >= 2 and not over

    def _learn(self, loss: float, sent: float, now: float) -> None:
        """Which part of the loss is the line's own, whatever is sent."""
        lasts = self._shaky_since is not None and now - self._shaky_since >= _OWN_LOSS_AFTER
        little = self.estimate < inf and sent < _OWN_LOSS_BELOW * self.estimate
        if self._loss < self._own_loss:
            self._own_loss += (self._loss - self._own_loss) / 8
        elif (lasts or little) and loss <= _OWN_LOSS_MOST:
            self._own_loss = self._loss

    def _overrun(self, loss: float, sent: float, pictures: float, *, full: bool, queues: bool) -> None:
        carried = sent * (1 - loss) * _MARGIN
        if full:
            carried = min(carried, self._last_remb + sent - pictures)
        if queues:
            carried = min(carried, sent * 0.8)
            self._trip_at_overrun = self._trip
        self._sent_at_overrun = sent
        self.estimate = max(_LEAST, min(self.estimate, carried))
        self._loss = 0.0
        self._shaky_since = None

    def _blame(self, now: float) -> None:
        self.troubled_at = self._overrun_at = now
        self._settled_at = now + _SETTLING

    def congested(self, sent: float, now: float) -> None:
        """Somebody else knows that the line is overrun (a stream whose queue is full)."""
        if now - self._overrun_at >= _SETTLING:
            self._overrun(0.5, sent, sent, full=False, queues=False)
            self._blame(now)
            self._full_at = now

    @property
    def is_alarmed(self) -> bool:
        """Whether a try is better ended at once: so much was asked for again since the last look, or the
        viewer's estimate fell, which it does at the first sign of a queue, before anything is lost."""
        most = _ALARM if self._last_remb == inf else _ALARM_REMB
        asked = self._asked - self._asked_before
        return self._fell or asked >= most + _ALARM_PER_LOSS * self._own_loss

    def alarm(self, now: float) -> None:
        """A try was ended: what is reported next is about it, and not about the line as it is used."""
        self._blame(now)
        self._sent_at_overrun = inf
        if self._fell:
            self._full_at = now

    def hold(self, known: float) -> None:
        """The overrun was of padding: the line still carries what it was known to."""
        self.estimate = max(self.estimate, known)

    def bound(self, carried: float) -> None:
        """A try with more than that failed."""
        self.estimate = max(_LEAST, min(self.estimate, carried))

    def trust(self) -> None:
        """It has long carried all that there is: no bound is known any more."""
        self.estimate = inf
