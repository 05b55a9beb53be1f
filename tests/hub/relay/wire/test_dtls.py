import stat
import time
from pathlib import Path

import pytest

from hub.relay.wire import dtls
from hub.relay.wire.dtls import Certificate, DtlsEnd
from hub.relay.wire.srtp import Inbound, Outbound, Profile

OURS, THEIRS = Certificate.make(), Certificate.make()


def exchange(one: DtlsEnd, other: DtlsEnd, now: float = 0.0) -> None:
    while (out := one.drain()) + (back := other.drain()):
        for datagram in out:
            other.receive(datagram, now)
        for datagram in back:
            one.receive(datagram, now)


def ends() -> tuple[DtlsEnd, DtlsEnd]:
    return DtlsEnd("server", OURS, 0.0), DtlsEnd("client", THEIRS, 0.0)


def test_both_ends_agree_on_keys_and_know_each_other() -> None:
    server, client = ends()
    exchange(server, client)
    assert server.keys is not None
    assert client.keys is not None
    assert server.keys.profile is Profile.AEAD_AES_128_GCM
    assert server.remote_fingerprint == THEIRS.fingerprint
    assert client.remote_fingerprint == OURS.fingerprint
    packet = bytes.fromhex("80600001000000010000000b") + b"media"
    assert Inbound(client.keys).rtp(Outbound(server.keys).rtp(packet)) == packet
    assert server.deadline() is client.deadline() is None


def test_no_datagram_is_longer_than_a_path_carries() -> None:
    server, client = ends()
    for _ in range(4):
        for datagram in client.drain():
            assert len(datagram) <= dtls.MTU
            server.receive(datagram, 0.0)
        for datagram in server.drain():
            assert len(datagram) <= dtls.MTU
            client.receive(datagram, 0.0)
    assert server.keys


@pytest.mark.parametrize("size", [0, 1, 12, 13, 50])
def test_a_truncated_hello_is_ignored_and_the_whole_one_still_works(size: int) -> None:
    server, client = ends()
    (hello,) = client.drain()
    server.receive(hello[:size], 0.0)
    assert server.failed is None
    server.receive(hello, 0.0)
    exchange(server, client)
    assert server.keys


def test_garbage_after_the_handshake_changes_nothing() -> None:
    server, client = ends()
    exchange(server, client)
    for first in range(20, 64):
        server.receive(bytes([first]) + b"\xfe\xfd" + bytes(10) + b"\xff" * 50, 0.0)
    assert (server.failed, server.closed) == (None, False)


def test_every_replayed_datagram_changes_nothing() -> None:
    server, client = ends()
    seen: list[bytes] = []
    for _ in range(4):
        for datagram in client.drain():
            seen.append(datagram)
            server.receive(datagram, 0.0)
        for datagram in server.drain():
            client.receive(datagram, 0.0)
    keys = server.keys
    for datagram in seen:
        server.receive(datagram, 0.0)
    assert server.keys is keys
    assert (server.failed, server.closed) == (None, False)


def test_a_lost_last_flight_is_sent_again_when_the_client_asks_again() -> None:
    server, client = ends()
    for _ in range(2):
        for datagram in client.drain():
            server.receive(datagram, 0.0)
        if server.keys:
            break
        for datagram in server.drain():
            client.receive(datagram, 0.0)
    assert server.keys
    assert server.drain()
    assert client.keys is None
    due = client.deadline()
    assert due is not None
    time.sleep(max(0.0, due))  # OpenSSL's timer reads the real clock
    client.tick(due)
    exchange(client, server)
    assert client.keys


def test_goodbye_is_heard() -> None:
    server, client = ends()
    exchange(server, client)
    client.close()
    for datagram in client.drain():
        server.receive(datagram, 0.0)
    assert server.closed
    server.receive(b"\x16", 0.0)
    server.close()


def test_the_certificate_is_kept_and_secret(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "media.pem"
    made = Certificate.load_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Certificate.load_or_make(path).fingerprint == made.fingerprint
    path.write_bytes(b"not a certificate")
    assert Certificate.load_or_make(path).fingerprint != made.fingerprint
