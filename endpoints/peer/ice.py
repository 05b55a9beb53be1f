"""The controlling side of ICE (RFC 8445) as far as a client of a public hub needs it, without I/O.

Every candidate is checked with growing waits; the first that answers is nominated by a second check; then
only consent is kept up (RFC 7675). Checks from the other side are answered, for full agents' sake.
"""

import random
from collections.abc import Callable
from typing import Final

from endpoints.peer.description import Address, Remote
from hub.relay.wire import stun

FIRST_WAIT: Final = 0.05
LONGEST_WAIT: Final = 1.0
GIVE_UP: Final = 15.0
"""Seconds until a connection attempt that nobody answers is over."""
CONSENT_EVERY: Final = (4.0, 6.0)
"""Seconds between consent checks, unless patience is shorter."""
CONSENT_RETRY: Final = 0.5
CONSENT_LOST: Final = 30.0
PRIORITY: Final = (110 << 24) | (65535 << 8) | 255
_MOST_OPEN: Final = 64


class Checks:
    """`selected` is the nominated address once there is one; `failed` a sentence once there will be none."""

    def __init__(
        self,
        fragment: str,
        password: str,
        remote: Remote,
        *,
        token: Callable[[int], bytes],
        now: float,
        patience: float = CONSENT_LOST,
        candidates: tuple[Address, ...] | None = None,
    ) -> None:
        """`candidates` instead of the description's own: those that take TCP, say."""
        self.selected: Address | None = None
        self.failed: str | None = None
        self.due = now
        self._user = f"{remote.fragment}:{fragment}"
        self._password = password
        self._remote = remote
        self._candidates = remote.candidates if candidates is None else candidates
        self._token = token
        self._tie = int.from_bytes(token(8), "big")
        self._jitter = random.Random(self._tie)
        self._began = now
        self._patience = patience
        self._rest = (min(CONSENT_EVERY[0], patience / 5), min(CONSENT_EVERY[1], patience / 3))
        self._heard = now
        self._wait = FIRST_WAIT
        self._nominee: Address | None = None
        self._open: dict[bytes, Address] = {}
        self._out: list[tuple[bytes, Address]] = []
        if not self._candidates:
            self.failed = "the description has no candidate that can be reached"

    def tick(self, now: float) -> None:
        """Send what is due."""
        if self.failed is not None or now < self.due:
            return
        if self.selected is not None:
            self._consent(now)
            return
        if now - self._began > GIVE_UP:
            self.failed = "no candidate answered"
            return
        for address in (self._nominee,) if self._nominee else self._candidates:
            self._check(address, use=self._nominee is not None)
        self.due = now + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def again(self, candidates: tuple[Address, ...], now: float) -> None:
        """This end has moved to another network: check these, and nominate anew. Nothing is negotiated."""
        self.selected = self._nominee = None
        self._candidates = candidates
        self._open.clear()
        self._wait, self._began, self.due = FIRST_WAIT, now, now

    def receive(self, datagram: bytes, source: Address, now: float) -> None:
        """One STUN datagram. What is not signed as agreed is ignored."""
        binding = stun.read(datagram)
        if binding is None:
            return
        if binding.kind == "request" and binding.signed_by(self._password):
            self._out.append((stun.success(binding.transaction, source, self._password), source))
        elif binding.transaction in self._open and binding.signed_by(self._remote.password):
            address = self._open.pop(binding.transaction)
            if binding.kind == "success":
                self._answered(address, now)

    def drain(self) -> list[tuple[bytes, Address]]:
        """Datagrams to send now."""
        out, self._out = self._out, []
        return out

    def _answered(self, address: Address, now: float) -> None:
        self._heard = now
        if self.selected is not None:
            self.due = now + self._jitter.uniform(*self._rest)
        elif self._nominee is None:
            self._nominee = address
            self._wait = FIRST_WAIT
            self._open.clear()
            self.due = now
            self.tick(now)
        else:
            self.selected = address
            self._open.clear()
            self.due = now + self._jitter.uniform(*self._rest)

    def _consent(self, now: float) -> None:
        if now - self._heard > self._patience:
            self.failed = "the other side no longer answers"
            return
        assert self.selected is not None
        self._check(self.selected, use=True)
        self.due = now + CONSENT_RETRY

    def _check(self, address: Address, *, use: bool) -> None:
        transaction = self._token(12)
        while len(self._open) >= _MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[transaction] = address
        message = stun.request(
            transaction,
            self._user,
            self._remote.password,
            priority=PRIORITY,
            tie_breaker=self._tie,
            use_candidate=use,
        )
        self._out.append((message, address))
