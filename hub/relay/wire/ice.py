"""ICE-lite (RFC 8445 §2.5): always controlled, answers checks that know the password.

Nothing is sent to an address before an integrity-checked request came from it. The latest request with
USE-CANDIDATE wins, so a peer that roams to another network is followed. Once it is `settled` (its media can
flow), a new address must prove that the peer is there *now*: it answers a check of ours, or an authentic
packet that was never seen comes from it. A check that somebody overheard and sends from elsewhere, however
old, moves nothing; and nothing has to be remembered for that.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hub.relay.wire import stun
from hub.relay.wire.mmsg import RawAddress, host_and_port

SILENCE: Final = 30.0
"""Seconds without a valid check after which a peer is gone (RFC 7675: consent lasts 30 s)."""
MOST_ADDRESSES: Final = 16
"""Verified addresses remembered per peer; the oldest that is not selected goes."""
MOST_TRANSACTIONS: Final = 64
"""Latest checks remembered per peer: their replays are told by name, and cost no check of ours."""
MOST_CHALLENGES: Final = 16
"""New addresses under proof at a time; the oldest goes."""
CHALLENGE_EVERY: Final = 0.05
"""Seconds between two checks of ours to one address: each is bought with a signed one that is as long."""
PRIORITY: Final = (110 << 24) | (65_535 << 8) | 255


@dataclass(frozen=True, slots=True)
class Credentials:
    """This end's half of the password exchange. The fragment is also how the port finds the peer."""

    fragment: str
    password: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one check: the signed answer to send back (or none), whether the check was valid, and our
    own check that must be answered before media moves there.
    """

    answer: bytes | None
    valid: bool
    reason: str = ""
    challenge: bytes | None = None


class IceLite:
    """One peer's agent. `selected` is where to send: None until a valid check, and only nominations move it
    again.
    """

    def __init__(
        self, credentials: Credentials, now: float, token: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self.credentials = credentials
        self.remote_fragment: str | None = None
        self.remote_password = ""
        self.settled = False
        self.selected: RawAddress | None = None
        self.last_valid_at = now
        self.addresses: dict[RawAddress, None] = {}
        self.challenged: dict[RawAddress, tuple[bytes, float]] = {}
        """Addresses that want media and have yet to prove themselves: our transaction, and when it was
        sent.
        """
        self._token = token
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
        challenge = self._accept(address, binding.use_candidate, now)
        seen_from = host_and_port(address)
        answer = stun.success(binding.transaction, seen_from, self.credentials.password)
        return Verdict(answer, True, challenge=challenge)

    def resume(
        self,
        remote_fragment: str,
        remote_password: str,
        selected: RawAddress | None,
        known: Iterable[RawAddress],
    ) -> None:
        """Stand where the process before this one stood, with media flowing."""
        self.remote_fragment, self.remote_password = remote_fragment, remote_password
        self.addresses = dict.fromkeys(known)
        self.selected = selected if selected in self.addresses else None
        self.settled = self._nominated = True

    def answered(self, binding: stun.Binding, address: RawAddress) -> bool:
        """An answer to a check of ours; True when it proved the address, which is then `selected`."""
        transaction, _ = self.challenged.get(address, (b"", 0.0))
        if binding.kind != "success" or binding.transaction != transaction or not self.remote_password:
            return False
        return binding.signed_by(self.remote_password) and self.proved(address)

    def proved(self, address: RawAddress) -> bool:
        """The peer is at this address beyond doubt; True when it wanted its media there and had to wait for
        this.
        """
        if self.challenged.pop(address, None) is None:
            return False
        self.challenged.clear()
        self.selected = address
        return True

    def lose(self, address: RawAddress) -> None:
        """There is no way to this address any more: a connection that ended."""
        self.addresses.pop(address, None)
        self.challenged.pop(address, None)
        if self.selected == address:
            self.selected = None

    def silent(self, now: float) -> bool:
        """Whether no valid check came for too long."""
        return now - self.last_valid_at > SILENCE

    def _named(self, username: str) -> bool:
        ours, _, theirs = username.partition(":")
        return ours == self.credentials.fragment and (
            self.remote_fragment is None or theirs == self.remote_fragment
        )

    def _accept(self, address: RawAddress, nominated: bool, now: float) -> bytes | None:
        self.last_valid_at = now
        self.addresses.pop(address, None)
        self.addresses[address] = None  # newest last
        if len(self._heard) > MOST_TRANSACTIONS:
            del self._heard[next(iter(self._heard))]
        challenge = None
        if self.settled:
            if nominated and address == self.selected:
                self.challenged.clear()  # the latest word is to stay
            elif nominated:
                challenge = self._challenge(address, now)
        elif nominated or not self._nominated:
            self.selected = address
            self._nominated = nominated
        if len(self.addresses) > MOST_ADDRESSES:
            oldest = next(known for known in self.addresses if known != self.selected)
            del self.addresses[oldest]
        return challenge

    def _challenge(self, address: RawAddress, now: float) -> bytes | None:
        transaction, sent_at = self.challenged.get(address, (self._token(12), float("-inf")))
        if now - sent_at < CHALLENGE_EVERY:
            return None
        self.challenged[address] = transaction, now
        if len(self.challenged) > MOST_CHALLENGES:
            del self.challenged[next(iter(self.challenged))]
        if not (self.remote_password and self.remote_fragment):
            return None  # an authentic packet from there will do
        name = f"{self.remote_fragment}:{self.credentials.fragment}"
        return stun.probe(
            transaction, name, self.remote_password, PRIORITY, int.from_bytes(self._token(8), "big")
        )
