"""The one shared port, without the socket: which datagram is whose, who is up, who is gone.

Demultiplexed by the first byte (RFC 7983): STUN finds its peer by the fragment in USERNAME, DTLS and SRTP
by an address that a valid check came from. Strangers are counted and cost little. Handshakes are admitted
in waves, and a few datagrams of them at a time, so that 190 peers coming back at once do not stall the
media of those that are there.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from hub.relay import control
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import Totals
from hub.relay.core.rota import Rota
from hub.relay.wire import stun
from hub.relay.wire.guard import Guard
from hub.relay.wire.mmsg import RawAddress
from hub.relay.wire.srtp import is_rtcp
from hub.relay.wire.target import Target
from hub.relay.wire.transport import Gone, Transport

WAVE: Final = 16
"""Handshakes under way at one time."""
STEP: Final = 4
"""DTLS datagrams worked on before media gets its turn again: about 2 ms."""
SWEEP: Final = 0.25
"""Seconds in which every peer's timers are looked at, a few at a time where `tick` is called more often."""
STALL: Final = 3.0
"""Seconds after which a handshake that does not finish no longer keeps others from starting."""
_MOST_WAITING: Final = 4
_MOST_QUEUED: Final = 2048

Send = Callable[[bytes, RawAddress], None]


class Port:
    """Owns the transports. `targets` holds exactly the peers that are up; `events` what the web process must
    hear.
    """

    def __init__(self, forwarder: Forwarder, totals: Totals, send: Send, changed: Callable[[], None]) -> None:
        self.peers: dict[str, Transport] = {}
        self.targets: dict[str, Target] = {}
        self.events: list[control.Event] = []
        self.keep: Callable[[Transport], None] = lambda _: None
        """Told of a peer that is up, and of each change of its addresses: for the ledger."""
        self._forwarder = forwarder
        self._totals = totals
        self._send = send
        self._changed = changed
        self._guard = Guard()
        self._by_fragment: dict[str, Transport] = {}
        self._by_address: dict[RawAddress, Transport] = {}
        self._work: deque[tuple[Transport, bytes]] = deque()
        self._line: deque[Transport] = deque()
        self._shaking: dict[Transport, float] = {}
        self._rota = Rota(SWEEP)

    @property
    def handshakes(self) -> int:
        """How many are under way."""
        return len(self._shaking)

    @property
    def has_work(self) -> bool:
        """Whether `work` is wanted: handshakes wait for it."""
        return bool(self._work or self._line)

    def add(self, transport: Transport) -> None:
        """A new peer; one of the same id is closed first by the caller."""
        self.peers[transport.identity.peer] = transport
        self._by_fragment[transport.ice.credentials.fragment] = transport

    def agreed(self, transport: Transport, now: float) -> None:
        """The peer's description is known: the core learns of it, and of its being up if it is already."""
        self._forwarder.add_peer(transport.spec(), now)
        if transport.up:
            self._came_up(transport, now)
        elif transport.gone:
            self.remove(transport, transport.gone, now)

    def resume(self, transport: Transport, now: float) -> None:
        """A peer that was up when the process before this one ended, and is again. Nobody has to be told."""
        self.add(transport)
        for address in transport.ice.addresses:
            self._by_address[address] = transport
        self._forwarder.add_peer(transport.spec(), now)
        self._let_in(transport, now)

    def remove(self, transport: Transport, reason: Gone, now: float) -> None:
        """Nothing is sent to it from here on; a goodbye goes out if it was ever heard."""
        who = transport.identity
        if self.peers.get(who.peer) is not transport:
            return
        del self.peers[who.peer]
        self._by_fragment.pop(transport.ice.credentials.fragment, None)
        for address in transport.ice.addresses:
            if self._by_address.get(address) is transport:
                del self._by_address[address]
        self._forwarder.remove_peer(who.peer, now)
        self._count_refusals(transport)
        transport.close()
        self._flush(transport)
        self._shaking.pop(transport, None)
        if self.targets.pop(who.peer, None) is not None:
            self._changed()
        self.events.append(control.PeerDown(who.peer, who.stage, who.owner, reason))

    def receive(self, datagram: bytes, address: RawAddress, now: float) -> None:
        """One datagram off the wire. Never raises for anything in it."""
        first = datagram[0] if datagram else 255
        if 128 <= first <= 191:
            self._media(datagram, address, now)
        elif first <= 3:
            self._stun(datagram, address, now)
        elif 20 <= first <= 63:
            self._dtls(datagram, address)
        else:
            self._totals.add("stranger_unknown")

    def _media(self, datagram: bytes, address: RawAddress, now: float) -> None:
        transport = self._by_address.get(address)
        if transport is None:
            self._totals.add("stranger_media")
            return
        if transport.inbound is None:
            self._totals.add("media_before_keys")
            return
        peer = transport.identity.peer
        if not is_rtcp(datagram):
            packet = transport.inbound.rtp(datagram)
            if packet is not None:
                if transport.ice.challenged:
                    self._proved(transport, address)
                self._forwarder.rtp(peer, packet, now)
            return
        compound = transport.inbound.rtcp(datagram)
        if compound is not None:
            if transport.ice.challenged:
                self._proved(transport, address)
            self._forwarder.rtcp(peer, compound, now)

    def _proved(self, transport: Transport, address: RawAddress) -> None:
        if transport.proved(address):
            self._totals.add("ice_moved")
            self.keep(transport)

    def expects(self, datagram: bytes) -> bool:
        """Whether it is a binding request for a peer of ours, as far as can be told without parsing it."""
        fragment = stun.local_fragment(datagram)
        return fragment is not None and fragment in self._by_fragment

    def owner(self, address: RawAddress) -> str | None:
        """The peer whose valid check came from this address."""
        transport = self._by_address.get(address)
        return transport.identity.peer if transport is not None else None

    def lost(self, address: RawAddress) -> None:
        """A connection ended: nothing can be sent to this address any more."""
        transport = self._by_address.pop(address, None)
        if transport is not None:
            transport.lose(address)

    def _answer(self, datagram: bytes, address: RawAddress) -> None:
        """To a check of ours: such go only to addresses that a valid one came from."""
        transport = self._by_address.get(address)
        if transport is None or address not in transport.ice.challenged:
            self._totals.add("stun_not_a_request")
            return
        binding = stun.read(datagram)
        if binding is None:
            self._totals.add("stun_malformed")
        elif transport.answered(binding, address):
            self._totals.add("ice_moved")
            self.keep(transport)
        else:
            self._totals.add("stun_forged")

    def _stun(self, datagram: bytes, address: RawAddress, now: float) -> None:
        if stun.is_answer(datagram):
            self._answer(datagram, address)
            return
        fragment = stun.local_fragment(datagram)
        transport = self._by_fragment.get(fragment) if fragment else None
        if transport is None:
            self._totals.add("stranger_stun")
            return
        known = self._by_address.get(address) is transport
        if not known and not self._guard.admits(address, transport.identity.peer, now):
            self._totals.add("stranger_too_fast")
            return
        binding = stun.read(datagram)
        if binding is None:
            self._totals.add("stun_malformed")
            return
        verdict = transport.check(binding, address, now)
        if verdict.reason:
            self._totals.add(verdict.reason)
        else:
            self._verified(transport, address)
        for message in (verdict.answer, verdict.challenge):
            if message is not None:
                self._send(message, address)

    def _verified(self, transport: Transport, address: RawAddress) -> None:
        before = self._by_address.get(address)
        if before is not transport:
            self._by_address[address] = transport
            if before is not None:
                before.ice.addresses.pop(address, None)
            for known, owner in list(self._by_address.items()):
                if owner is transport and known not in transport.ice.addresses:
                    del self._by_address[known]
            if transport.up:
                self.keep(transport)
        self._flush(transport)

    def _dtls(self, datagram: bytes, address: RawAddress) -> None:
        transport = self._by_address.get(address)
        if transport is None:
            self._totals.add("stranger_dtls")
        elif transport.dtls is None and transport.up:
            self._totals.add("dtls_after_restart")  # its association ended with the process before this one
        elif transport.dtls is None:
            self._enqueue(transport, datagram)
        elif len(self._work) < _MOST_QUEUED:
            self._work.append((transport, datagram))
        else:
            self._totals.add("dtls_queue_full")

    def _enqueue(self, transport: Transport, datagram: bytes) -> None:
        if not transport.waiting:
            self._line.append(transport)
        if len(transport.waiting) < _MOST_WAITING:
            transport.waiting.append(datagram)
        else:
            self._totals.add("dtls_waiting_full")

    def work(self, now: float) -> bool:
        """Handshakes: a few steps. Returns whether there is more to do at once."""
        while self._line and len(self._shaking) < WAVE:
            transport = self._line.popleft()
            if transport.gone is None and self.peers.get(transport.identity.peer) is transport:
                if transport.dtls is None:
                    transport.start(now)
                    self._shaking[transport] = now
                self._work.extend((transport, datagram) for datagram in transport.waiting)
            transport.waiting = []
        for _ in range(min(STEP, len(self._work))):
            transport, datagram = self._work.popleft()
            if self.peers.get(transport.identity.peer) is transport:
                self._shake(transport, datagram, now)
        return bool(self._work)

    def _shake(self, transport: Transport, datagram: bytes, now: float) -> None:
        was_up = transport.up
        transport.handshake(datagram, now)
        self._flush(transport)
        if not transport.shaking():
            self._shaking.pop(transport, None)
        if transport.up and not was_up:
            self._came_up(transport, now)
        if transport.gone:
            self.remove(transport, transport.gone, now)

    def _came_up(self, transport: Transport, now: float) -> None:
        who = transport.identity
        self.keep(transport)  # before the first packet: numbers that nobody remembers could be used again
        self._let_in(transport, now)
        self.events.append(control.PeerUp(who.peer, who.stage, who.owner))

    def _let_in(self, transport: Transport, now: float) -> None:
        assert transport.target is not None
        self.targets[transport.identity.peer] = transport.target
        self._changed()
        self._forwarder.peer_ready(transport.identity.peer, now)

    def tick(self, now: float) -> None:
        """Look at the timers of those whose turn it is."""
        for transport in self._rota.take(self.peers, now):
            transport.tick(now)
            self._flush(transport)
            if transport.gone:
                self.remove(transport, transport.gone, now)
        for transport, since in list(self._shaking.items()):
            if now - since > STALL:
                del self._shaking[transport]

    def deadline(self) -> float:
        """When `tick` is wanted at the latest."""
        return self._rota.deadline

    def _flush(self, transport: Transport) -> None:
        selected = transport.ice.selected
        for datagram in transport.out():
            if selected is not None:
                self._send(datagram, selected)

    def _count_refusals(self, transport: Transport) -> None:
        if transport.inbound is not None:
            for name, amount in transport.inbound.refused.items():
                self._totals.add(name, amount)
            transport.inbound.refused.clear()

    def gather(self) -> None:
        """Bring the living peers' own counters into the totals, before these are shown."""
        for transport in self.peers.values():
            self._count_refusals(transport)
