"""What peers report and ask for, acted upon."""

from itertools import islice
from math import inf
from typing import Final

from hub.relay.core import rtcp
from hub.relay.core.limits import Limits
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Totals
from hub.relay.core.resend import Resender
from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC, VOICE_SLOTS, SlotName
from hub.relay.core.stage import Stage

_SLOT_OF: Final[dict[int, SlotName]] = {ssrc: slot for slot, ssrc in SLOT_SSRC.items()}
_PROBES: Final = frozenset(PROBE_SSRC.values())
_COPIES_AFTER: Final = 5.0
"""Seconds after a line was overrun, in which what it loses is of our own making."""
_COPY_MARGIN: Final = 1.5
"""Voices are said again only where the line is thought to carry so many times what that takes."""


class FeedbackReader:
    """Reads one compound at a time. Reports about SSRCs that are nobody's are counted and ignored."""

    def __init__(self, limits: Limits, totals: Totals) -> None:
        self._limits = limits
        self._totals = totals
        self._resender = Resender(limits, totals)

    def read(self, peer: Peer, stage: Stage, compound: bytes, now: float) -> None:
        """Act upon a compound from `peer`. Raises `Malformed` before anything is done."""
        for report in rtcp.parse(compound):
            self._act(peer, stage, report, now)

    def relieved(self, peer: Peer, stage: Stage, ssrc: int, now: float) -> None:
        """As if the peer had asked for a keyframe of this SSRC."""
        slot = _SLOT_OF.get(ssrc)
        if slot is not None:
            stage.streams[slot].asked_by(peer.spec.peer, now)

    def _act(self, peer: Peer, stage: Stage, report: rtcp.Report, now: float) -> None:
        match report:
            case rtcp.SenderReport():
                self._sender_report(peer, stage, report, now)
            case rtcp.ReceiverReport():
                self._blocks(peer, stage, report.blocks, now)
            case rtcp.Nack():
                self._nack(peer, stage, report, now)
            case rtcp.KeyframeRequest():
                self._keyframe_request(peer, stage, report, now)
            case rtcp.Remb():
                self._totals.add("remb_received")
                peer.line.downlink.remb(report.bitrate, now)
            case rtcp.Bye():
                self._bye(peer, report)
            case rtcp.Unread():
                self._totals.add("rtcp_unread")

    def _sender_report(self, peer: Peer, stage: Stage, report: rtcp.SenderReport, now: float) -> None:
        source = peer.source_of(report.ssrc)
        if source is None:
            self._totals.add("rtcp_unknown_ssrc")
        else:
            source.reported(report, now)
        self._blocks(peer, stage, report.blocks, now)

    def _blocks(self, peer: Peer, stage: Stage, blocks: tuple[rtcp.Block, ...], now: float) -> None:
        if not blocks:  # who is sent nothing has nothing to report, and is there all the same
            peer.line.downlink.heard(now)
        for block in blocks:
            slot = _SLOT_OF.get(block.ssrc)
            if slot is not None:
                own, absent = peer.without_absent(slot, block, now)
                counts = peer.reported(own, now, absent)
                self._mend_voices(peer, stage, own, now, counts=counts)
            elif block.ssrc in _PROBES:
                peer.line.downlink.reported(block, None, now)

    def _mend_voices(self, peer: Peer, stage: Stage, block: rtcp.Block, now: float, *, counts: bool) -> None:
        slot = _SLOT_OF[block.ssrc]
        room = self._room(peer, now) if counts else 0
        if slot in VOICE_SLOTS:
            stage.streams[slot].repeats.heard(peer.spec.peer, block.fraction / 256, room, now)
            return
        missed = peer.missed.reported(block.ssrc, block.highest)
        if missed is not None:
            for voice in VOICE_SLOTS:
                stage.streams[voice].repeats.noticed(peer.spec.peer, missed, room, now)

    def _room(self, peer: Peer, now: float) -> int:
        """How many copies of its voices the line carries besides what it is sent."""
        if peer.line.downlink.was_full(now - _COPIES_AFTER):
            return 0
        estimate = peer.line.downlink.estimate
        most = len(self._limits.repeat_after)
        if estimate == inf:
            return most
        rates = {slot: view.home.meter.rate(now) for slot, view in peer.views.items() if view.home}
        voices = sum(rates.get(slot, 0.0) for slot in VOICE_SLOTS)
        left = estimate - sum(rates.values())
        return max(0, min(most, int(left / (voices * _COPY_MARGIN)))) if voices else most

    def _nack(self, peer: Peer, stage: Stage, nack: rtcp.Nack, now: float) -> None:
        self._totals.add("nacks_received")
        slot = _SLOT_OF.get(nack.ssrc)
        if slot is None:
            self._totals.add("rtcp_unknown_ssrc")
            return
        numbers = list(islice(nack.sequences(), self._limits.resends_per_viewer + 1))
        if len(numbers) > self._limits.resends_per_viewer and slot in PROBE_SSRC:
            # The line was cut. To resend that would take seconds, and all viewers come back at once.
            self._totals.add("nacks_too_long")
            stage.streams[slot].asked_by(peer.spec.peer, now)
            peer.line.downlink.asked(0, now)
            return
        stream, round_trip = stage.streams[slot], peer.round_trip or 0.0
        asked = self._resender.answer(stream, peer.spec.peer, numbers, peer.resends, round_trip, now)
        peer.line.downlink.asked(asked, now)
        peer.missed.asked(nack.ssrc, asked)

    def _keyframe_request(self, peer: Peer, stage: Stage, request: rtcp.KeyframeRequest, now: float) -> None:
        self._totals.add("keyframe_requests_received")
        slot = _SLOT_OF.get(request.ssrc)
        if slot is None:
            self._totals.add("rtcp_unknown_ssrc")
        else:
            stage.streams[slot].asked_by(peer.spec.peer, now)

    def _bye(self, peer: Peer, bye: rtcp.Bye) -> None:
        for ssrc in bye.ssrcs:
            source = peer.source_of(ssrc)
            if source is not None:
                source.end()
