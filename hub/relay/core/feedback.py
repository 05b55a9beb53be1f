"""What peers report and ask for, acted upon."""

from typing import Final

from hub.relay.core import rtcp
from hub.relay.core.limits import Limits
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Totals
from hub.relay.core.resend import Resender
from hub.relay.core.specs import SLOT_SSRC, SlotName
from hub.relay.core.stage import Stage

_SLOT_OF: Final[dict[int, SlotName]] = {ssrc: slot for slot, ssrc in SLOT_SSRC.items()}


class FeedbackReader:
    """Reads one compound at a time. Reports about SSRCs that are nobody's are counted and ignored."""

    def __init__(self, limits: Limits, totals: Totals) -> None:
        self._totals = totals
        self._resender = Resender(limits, totals)

    def read(self, peer: Peer, stage: Stage, compound: bytes, now: float) -> None:
        """Act upon a compound from `peer`. Raises `Malformed` before anything is done."""
        for report in rtcp.parse(compound):
            self._act(peer, stage, report, now)

    def _act(self, peer: Peer, stage: Stage, report: rtcp.Report, now: float) -> None:
        match report:
            case rtcp.SenderReport():
                self._sender_report(peer, report, now)
            case rtcp.ReceiverReport():
                self._blocks(peer, report.blocks, now)
            case rtcp.Nack():
                self._nack(peer, stage, report, now)
            case rtcp.KeyframeRequest():
                self._keyframe_request(peer, stage, report, now)
            case rtcp.Remb():
                self._totals.add("remb_received")
            case rtcp.Bye():
                self._bye(peer, report)
            case rtcp.Unread():
                self._totals.add("rtcp_unread")

    def _sender_report(self, peer: Peer, report: rtcp.SenderReport, now: float) -> None:
        source = peer.source_of(report.ssrc)
        if source is None:
            self._totals.add("rtcp_unknown_ssrc")
        else:
            source.reported(report, now)
        self._blocks(peer, report.blocks, now)

    def _blocks(self, peer: Peer, blocks: tuple[rtcp.Block, ...], now: float) -> None:
        for block in blocks:
            if block.ssrc in _SLOT_OF:
                peer.reported(block, now)

    def _nack(self, peer: Peer, stage: Stage, nack: rtcp.Nack, now: float) -> None:
        self._totals.add("nacks_received")
        slot = _SLOT_OF.get(nack.ssrc)
        if slot is None:
            self._totals.add("rtcp_unknown_ssrc")
        else:
            self._resender.answer(stage.streams[slot], peer.spec.peer, nack.sequences(), peer.resends, now)

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
