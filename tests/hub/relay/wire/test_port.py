"""The port against light clients built from the same parts: what strangers, floods and broken datagrams may
do.
"""

import os
import random
import secrets
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from hub.relay import control
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import Totals
from hub.relay.core.specs import HUB_EXTENSIONS, Layer, TrackKind
from hub.relay.media import Media, _Opened
from hub.relay.wire import stun
from hub.relay.wire.dtls import Certificate, DtlsEnd
from hub.relay.wire.guard import PER_ADDRESS
from hub.relay.wire.ice import SILENCE, Credentials
from hub.relay.wire.kept import read_peer
from hub.relay.wire.ledger import Ledger
from hub.relay.wire.mmsg import RawAddress, raw_address, stream_address
from hub.relay.wire.negotiate import Agreed
from hub.relay.wire.port import WAVE, Port
from hub.relay.wire.sdp import Remote
from hub.relay.wire.srtp import Inbound, Outbound
from hub.relay.wire.transport import HANDSHAKE, Identity, Resumed, Transport
from hub.relay.wire.udp import Driver
from tests.kit.media import PUBLISHES, Camera

HUB, BROWSER = Certificate.make(), Certificate.make()
REPORT = bytes.fromhex("80c9000100000007")


class Net:
    """A port and its browsers, joined by a network without a clock."""

    def __init__(self) -> None:
        self.totals = Totals()
        self.forwarder = Forwarder(seed=1, totals=self.totals)
        self.sent: list[tuple[bytes, RawAddress]] = []
        self.port = Port(self.forwarder, self.totals, lambda d, a: self.sent.append((d, a)), lambda: None)
        self.now = 1.0

    def open(self, name: str, fingerprint: str = BROWSER.fingerprint) -> "Browser":
        who = Identity(name, "s1", "owner", frozenset({"points"}))
        transport = Transport(who, Credentials(f"hub-{name}", "secret"), HUB, may_publish=False, now=self.now)
        self.port.add(transport)
        remote = Remote("them", fingerprint, "active", (), True, "theirs")
        transport.agree(remote, Agreed(frozenset({"main"}), (), ()), self.now, is_client=False)
        self.port.agreed(transport, self.now)
        return Browser(self, name, transport)

    def receive(self, datagram: bytes, address: RawAddress) -> None:
        self.port.receive(datagram, address, self.now)

    def take(self, address: RawAddress) -> list[bytes]:
        taken = [datagram for datagram, to in self.sent if to == address]
        self.sent = [pair for pair in self.sent if pair[1] != address]
        return taken

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.port.events]


class Browser:
    """Just enough of one: it checks, shakes hands, and can open what it is sent."""

    def __init__(self, net: Net, name: str, transport: Transport) -> None:
        self.net = net
        self.transport = transport
        self.address = raw_address("192.0.2.1", 10_000 + len(net.port.peers))
        self.fragment = f"hub-{name}"
        self.dtls = DtlsEnd("client", BROWSER, net.now)

    def check(self, password: str = "secret", address: RawAddress | None = None) -> None:
        name = f"{self.fragment}:them"
        number = secrets.token_bytes(12)
        request = stun.request(number, name, password, priority=1, tie_breaker=1, use_candidate=True)
        self.net.receive(request, address or self.address)

    def answer(self, address: RawAddress) -> None:
        """To the hub's own check of an address this browser is at."""
        for datagram in self.net.take(address):
            probe = stun.read(datagram)
            if probe is not None and probe.kind == "request" and probe.signed_by("theirs"):
                self.net.receive(stun.success(probe.transaction, ("198.51.100.1", 1), "theirs"), address)

    def shake(self) -> None:
        for datagram in self.net.take(self.address):
            if 20 <= datagram[0] <= 63:
                self.dtls.receive(datagram, self.net.now)
        for datagram in self.dtls.drain():
            self.net.receive(datagram, self.address)

    def join(self) -> None:
        self.check()
        for _ in range(4):
            self.shake()
            while self.net.port.work(self.net.now):
                pass


@pytest.fixture
def net() -> Net:
    return Net()


def test_a_peer_comes_up_and_is_told(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    assert browser.transport.up
    assert net.port.targets["a"].raw == browser.address
    assert net.port.events == [control.PeerUp("a", "s1", "owner")]


def test_nothing_is_sent_to_an_address_before_a_valid_check(net: Net) -> None:
    browser = net.open("a")
    browser.check(password="guess")
    browser.shake()
    net.port.work(net.now)
    net.receive(bytes([128]) * 100, browser.address)
    assert net.sent == []
    assert net.totals.values == {"stun_forged": 1, "stranger_dtls": 1, "stranger_media": 1}


def test_a_wrong_certificate_ends_the_peer(net: Net) -> None:
    browser = net.open("a", fingerprint="00:" * 31 + "00")
    browser.join()
    assert net.port.events == [control.PeerDown("a", "s1", "owner", "handshake")]
    assert (net.port.peers, net.port.targets) == ({}, {})


def test_a_thousand_strangers_a_second_cost_counters_and_no_memory(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    before = len(net.sent)
    rng = random.Random(3)
    known = stun.request(b"0" * 12, "hub-a:them", "x", priority=1, tie_breaker=1, use_candidate=True)
    unknown = stun.request(b"0" * 12, "nobody:them", "x", priority=1, tie_breaker=1, use_candidate=True)
    for number in range(5_000):
        address = raw_address("198.51.100.7", 1 + number)
        for datagram in (
            known,
            unknown,
            bytes([22]) + rng.randbytes(60),
            bytes([150]) + rng.randbytes(60),
            b"\xff",
        ):
            net.receive(datagram, address)
    net.receive(b"", raw_address("198.51.100.7", 1))
    assert len(net.sent) == before
    counts = net.totals.values
    assert counts["stun_forged"] + counts["stranger_too_fast"] == 5_000
    assert counts["stranger_too_fast"] > 3_000
    assert counts["stranger_stun"] == counts["stranger_dtls"] == counts["stranger_media"] == 5_000
    assert counts["stranger_unknown"] == 5_001
    assert len(net.port._by_address) == 1
    browser.check()
    assert net.take(browser.address)


def test_one_loud_stranger_is_bounded_and_the_peer_is_not(net: Net) -> None:
    browser = net.open("a")
    for _ in range(500):
        browser.check(password="guess", address=raw_address("198.51.100.7", 5))
    assert net.totals.values["stun_forged"] == PER_ADDRESS
    browser.join()
    assert browser.transport.up


def test_mangled_datagrams_of_a_peer_never_raise(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    assert browser.dtls.keys
    outbound = Outbound(browser.dtls.keys)
    rng = random.Random(7)
    sealed = outbound.rtcp(REPORT)
    request = stun.request(b"0" * 12, "hub-a:them", "secret", priority=1, tie_breaker=1, use_candidate=True)
    for whole in (sealed, request, bytes.fromhex("16fefd0000000000000000000c") + bytes(12)):
        for size in range(len(whole)):
            net.receive(whole[:size], browser.address)
        for _ in range(300):
            mangled = bytearray(whole)
            mangled[rng.randrange(len(mangled))] ^= rng.randrange(1, 256)
            net.receive(bytes(mangled), browser.address)
    while net.port.work(net.now):
        pass
    assert browser.transport.up
    net.receive(sealed, browser.address)
    net.receive(sealed, browser.address)
    net.port.gather()
    assert net.totals.values["srtp_replayed"] >= 1


def test_a_peer_that_roams_is_followed(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    away = raw_address("203.0.113.9", 999)
    browser.check(address=away)
    assert net.port.targets["a"].raw == browser.address
    browser.answer(away)
    assert net.port.targets["a"].raw == away
    assert net.totals.values["ice_moved"] == 1


def test_an_authentic_packet_from_its_new_address_is_proof_enough(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    assert browser.dtls.keys
    away = raw_address("203.0.113.9", 999)
    browser.check(address=away)
    net.receive(bytes([128, 200]) + bytes(60), away)
    assert net.port.targets["a"].raw == browser.address
    net.receive(Outbound(browser.dtls.keys).rtcp(REPORT), away)
    assert net.port.targets["a"].raw == away


def test_a_check_that_was_overheard_long_ago_moves_nobody(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    overheard = stun.request(b"0" * 12, "hub-a:them", "secret", priority=1, tie_breaker=1, use_candidate=True)
    net.receive(overheard, browser.address)
    for _ in range(200):
        browser.check()
    away = raw_address("203.0.113.9", 999)
    for _ in range(50):
        net.receive(overheard, away)
        net.now += 0.1
    assert net.port.targets["a"].raw == browser.address
    net.receive(stun.success(b"1" * 12, ("192.0.2.1", 1), "theirs"), away)
    assert net.totals.values["stun_forged"] == 1


def test_a_connection_that_ends_takes_its_address_with_it(net: Net) -> None:
    browser = net.open("a")
    browser.address = stream_address("192.0.2.1", 1000, 7)
    browser.join()
    target = net.port.targets["a"]
    assert target.open
    net.port.lost(browser.address)
    assert not target.open
    assert net.port.owner(browser.address) is None
    again = stream_address("192.0.2.1", 1001, 8)
    browser.check(address=again)
    assert not target.open
    browser.answer(again)
    assert (target.open, target.raw) == (True, again)


def test_an_address_that_changes_hands_belongs_to_the_latest(net: Net) -> None:
    one, two = net.open("a"), net.open("b")
    one.join()
    two.address = one.address
    two.join()
    assert two.transport.up
    assert net.port._by_address[one.address] is two.transport


def test_silence_ends_a_peer(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    net.now += SILENCE + 1
    net.port.tick(net.now)
    assert net.kinds() == ["PeerUp", "PeerDown"]
    assert net.port.events[-1] == control.PeerDown("a", "s1", "owner", "silent")
    assert (net.port.peers, net.port.targets, net.port._by_address) == ({}, {}, {})


def test_a_handshake_that_never_comes_is_given_up(net: Net) -> None:
    net.open("a")
    net.now += HANDSHAKE + 1
    net.port.tick(net.now)
    assert net.port.events == [control.PeerDown("a", "s1", "owner", "handshake")]


def test_goodbye_ends_a_peer(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    browser.dtls.close()
    browser.shake()
    net.port.work(net.now)
    assert net.port.events[-1] == control.PeerDown("a", "s1", "owner", "closed")


def test_handshakes_go_in_waves_and_everybody_gets_in(net: Net) -> None:
    browsers = [net.open(str(number)) for number in range(3 * WAVE)]
    most = 0
    for browser in browsers:
        browser.check()
    for _ in range(40):
        for browser in browsers:
            browser.shake()
        while net.port.work(net.now):
            most = max(most, sum(b.transport.shaking() for b in browsers))
    assert all(browser.transport.up for browser in browsers)
    assert 0 < most <= WAVE


def test_stalled_handshakes_do_not_keep_others_out_for_long(net: Net) -> None:
    stalled = [net.open(f"stalled-{number}") for number in range(WAVE)]
    for browser in stalled:
        browser.check()
        browser.shake()
    while net.port.work(net.now):
        pass
    late = net.open("late")
    late.join()
    assert not late.transport.up
    net.now += 4.0
    net.port.tick(net.now)
    late.join()
    assert late.transport.up


def test_what_the_hub_seals_the_browser_opens(net: Net) -> None:
    browser = net.open("a")
    browser.join()
    assert browser.dtls.keys
    assert Inbound(browser.dtls.keys).rtcp(net.port.targets["a"].outbound.rtcp(REPORT)) == REPORT


@pytest.fixture(autouse=True)
def no_broken_invariant(net: Net) -> Iterator[None]:
    """Whatever a test did: peers that are up and targets are the same set, and every address has a living
    owner.
    """
    yield
    assert {name for name, t in net.port.peers.items() if t.up} == set(net.port.targets)
    assert {t.identity.peer for t in net.port._by_address.values()} <= set(net.port.peers)


def test_layers_that_were_told_once_outlive_the_process(net: Net) -> None:
    """Browsers name a layer in their first packets only; a relay that comes after must know."""
    file = os.memfd_create("ledger")
    driver = cast("Driver", SimpleNamespace(port=net.port))
    before = Media(
        driver,
        net.forwarder,
        net.totals,
        HUB,
        addresses=(),
        port=1,
        tell=lambda _: None,
        ledger=Ledger(file, net.totals),
    )
    request = control.OpenPeer("hall", "s1", "owner", frozenset({"points"}), True)
    transport = net.open("hall").transport
    transport.agreed = Agreed(frozenset({"main"}), (), PUBLISHES, extensions=HUB_EXTENSIONS)
    net.forwarder.add_peer(transport.spec(), net.now)
    before._opened["hall"] = _Opened(request, "an offer", transport)
    Browser(net, "hall", transport).join()
    assert transport.up
    cameras = {layer: Camera(50 + n, layer=layer) for n, layer in enumerate(Layer)}
    for camera in cameras.values():
        net.forwarder.rtp("hall", camera.packet(key=True), net.now)
        camera.layer = None

    kept = read_peer(Ledger(file, net.totals).peers["hall"])
    os.close(file)
    again = Transport(transport.identity, Credentials("f", "p"), HUB, may_publish=True, now=net.now)
    again.resume(kept, Resumed({}, {}, 1), net.now)
    forwarder = Forwarder(seed=2, totals=net.totals)
    forwarder.add_peer(again.spec(), net.now)
    for layer in (Layer.LOW, Layer.HIGH):
        forwarder.rtp("hall", cameras[layer].packet(), net.now)
    source = forwarder.peers["hall"].sources[TrackKind.CAMERA]
    assert {layer: track.ssrc for layer, track in source.tracks.items()} == {
        layer: camera.ssrc for layer, camera in cameras.items()
    }
