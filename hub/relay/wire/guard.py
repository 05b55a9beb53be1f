"""What strangers may cost us: bounded counts per second, per address and for all of them together."""

from typing import Final

from hub.relay.wire.mmsg import RawAddress

PER_ADDRESS: Final = 60
"""Checks per second from one address that is not verified yet; a browser sends under 20."""
PER_PEER: Final = 240
"""Checks per second for one peer from addresses that are not verified yet: whoever knows one peer's fragment
must not use up what all the others need to come in.
"""
IN_ALL: Final = 1_500
"""Checks per second from all of them: each costs about 90 µs when it has to be verified."""
MOST_ADDRESSES: Final = 4_096
"""Addresses counted apart; further ones share one count."""


class Guard:
    """Counts in windows of one second. Memory is bounded whatever comes."""

    def __init__(self) -> None:
        self._window = 0
        self._total = 0
        self._counts: dict[RawAddress, int] = {}
        self._peers: dict[str, int] = {}

    def admits(self, address: RawAddress, peer: str, now: float) -> bool:
        """Whether one more check for `peer` from this unverified address may be looked at now."""
        window = int(now)
        if window != self._window:
            self._window, self._total, self._counts, self._peers = window, 0, {}, {}
        key = address if address in self._counts or len(self._counts) < MOST_ADDRESSES else b""
        seen, asked = self._counts.get(key, 0) + 1, self._peers.get(peer, 0) + 1
        if seen > PER_ADDRESS or asked > PER_PEER or self._total >= IN_ALL:
            return False
        self._counts[key], self._peers[peer] = seen, asked
        self._total += 1
        return True
