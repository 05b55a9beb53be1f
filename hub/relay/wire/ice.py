"""ICE-lite (RFC 8445 §2.5): always controlled, checks nothing itself, answers checks that know the password.

Nothing is sent to an address before an integrity-checked request came from it. The latest request with
USE-CANDIDATE wins, so a peer that roams to another network is followed.
"""

from dataclasses import dataclass
from typing import Final

from hub.relay.wire import stun
from hub.relay.wire.mmsg import RawAddress, host_and_port

SILENCE: Final = 30.0
"""Seconds without a valid check after which a peer is gone (RFC 7675: consent lasts 30 s)."""
MOST_ADDRESSES: Final = 16
"""Verified addresses remembered per peer; the oldest that is not selected goes."""
MOST_TRANSACTIONS: Final = 64
"""Latest checks remembered per peer: some minutes of a browser's."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """This end's half of the password exchange. The fragment is also how the port finds the peer."""

    fragment: str
    password: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one check: the signed answer to send back (or none), and whether the check was valid."""

    answer: bytes | None
    valid: bool
    reason: str = ""


class IceLite:
    """One peer's agent. `selected` is where to send: None until a valid check, and only nominations move it
    again.
    """

    def __init__(self, credentials: Credentials, now: float) -> None:
        self.credentials = credentials
        self.remote_fragment: str | None = None
        self.selected: RawAddress | None = None
        self.last_valid_at = now
        self.addresses: dict[RawAddress, None] = {}
        self._nominated = False
        self._heard: dict[bytes, RawAddress] = {}
        """Transactions and where they came from: a check that somebody overheard moves nothing."""

    def check(self, binding: stun.Binding, address: RawAddress, now: float) -> Verdict:
        """Judge a binding request from `address`. Only a valid one changes anything."""
        if binding.kind != "request":
            return Verdict(None, False, "stun_not_a_request")
        if not self._named(binding.username) or not binding.signed_by(self.credentials.password):
            return Verdict(None, False, "stun_forged")
        if binding.controlled is not None:
            refusal = stun.error(binding.transaction, 487, "Role Conflict", self.credentials.password)
            return Verdict(refusal, False, "stun_role_conflict")
        if self._heard.setdefault(binding.transaction, address) != address:
            return Verdict(None, False, "stun_replayed")
        self._accept(address, binding.use_candidate, now)
        seen_from = host_and_port(address)
        return Verdict(stun.success(binding.transaction, seen_from, self.credentials.password), True)

    def silent(self, now: float) -> bool:
        """Whether no valid check came for too long."""
        return now - self.last_valid_at > SILENCE

    def _named(self, username: str) -> bool:
        ours, _, theirs = username.partition(":")
        return ours == self.credentials.fragment and (
            self.remote_fragment is None or theirs == self.remote_fragment
        )

    def _accept(self, address: RawAddress, nominated: bool, now: float) -> None:
        self.last_valid_at = now
        self.addresses.pop(address, None)
        self.addresses[address] = None  # newest last
        if len(self._heard) > MOST_TRANSACTIONS:
            del self._heard[next(iter(self._heard))]
        if nominated or not self._nominated:
            self.selected = address
            self._nominated = nominated
        if len(self.addresses) > MOST_ADDRESSES:
            oldest = next(known for known in self.addresses if known != self.selected)
            del self.addresses[oldest]
