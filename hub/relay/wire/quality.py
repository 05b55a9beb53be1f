"""How well packets arrive, from the peers' own reports: fraction lost and round trip. For the wall, not for forwarding."""

from hub.relay.core.malformed import Malformed
from hub.relay.core.rtcp import Block, ReceiverReport, SenderReport, parse


class Quality:
    """Collects report blocks; `take` gives what came since the last time. At most one entry per living peer."""

    def __init__(self) -> None:
        self._peers: dict[str, tuple[float, float | None]] = {}

    def read(self, peer: str, compound: bytes, now: float) -> None:
        """Look into a plaintext compound. Malformed ones are the core's to count; here they say nothing."""
        try:
            reports = parse(compound)
        except Malformed:
            return
        blocks = [b for r in reports if isinstance(r, SenderReport | ReceiverReport) for b in r.blocks]
        if not blocks:
            return
        trips = [trip for block in blocks if (trip := _round_trip(block, now)) is not None]
        self._peers[peer] = (max(b.fraction for b in blocks) / 256, round(min(trips) * 1000, 1) if trips else None)

    def forget(self, peer: str) -> None:
        """The peer is gone."""
        self._peers.pop(peer, None)

    def take(self) -> dict[str, tuple[float, float | None]]:
        """Fraction lost (0–1, the worst slot's) and round trip in ms, of the peers that reported since."""
        taken, self._peers = self._peers, {}
        return taken


def _round_trip(block: Block, now: float) -> float | None:
    """RFC 3550 §6.4.1: arrival − last report − delay, in seconds; the core's reports carry our own clock as NTP time."""
    if not block.last_report:
        return None
    trip = ((int(now * 65536) - block.last_report - block.delay) & 0xFFFFFFFF) / 65536
    return trip if trip < 60 else None
