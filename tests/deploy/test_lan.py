import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from deploy.lan import SERVER_DAYS, certificate_for, qr_text

NOW = datetime.now(UTC)


def test_the_authority_vouches_for_the_addresses_in_a_real_handshake(tmp_path: Path) -> None:
    files = certificate_for(["192.0.2.7"], tmp_path, NOW)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    client = ssl.create_default_context(cafile=str(files.authority))
    for name in ("192.0.2.7", "127.0.0.1", "localhost"):
        shake_hands(client, server, name)


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> None:
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(10):
        waiting = [end for end in ends if not done(end)]
        if not waiting:
            return
    raise AssertionError("the handshake does not end")


def done(end: ssl.SSLObject) -> bool:
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    files = certificate_for([], tmp_path, NOW)
    for key in (files.key, tmp_path / "authority.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_second_start_keeps_both(tmp_path: Path) -> None:
    first = certificate_for(["192.0.2.7"], tmp_path, NOW)
    before = first.authority.read_bytes(), first.certificate.read_bytes()
    again = certificate_for(["192.0.2.7"], tmp_path, NOW + timedelta(days=1))
    assert (again.authority.read_bytes(), again.certificate.read_bytes()) == before


def test_another_address_or_a_near_end_makes_a_new_certificate_of_the_same_authority(tmp_path: Path) -> None:
    files = certificate_for(["192.0.2.7"], tmp_path, NOW)
    authority, certificate = files.authority.read_bytes(), files.certificate.read_bytes()
    certificate_for(["192.0.2.8"], tmp_path, NOW)
    moved = files.certificate.read_bytes()
    certificate_for(["192.0.2.8"], tmp_path, NOW + timedelta(days=SERVER_DAYS - 5))
    renewed = files.certificate.read_bytes()
    assert len({certificate, moved, renewed}) == 3
    assert files.authority.read_bytes() == authority


def test_devices_accept_the_time_it_is_valid_for(tmp_path: Path) -> None:
    files = certificate_for([], tmp_path, NOW)
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < timedelta(days=398)


def test_a_qr_code_fits_a_terminal() -> None:
    lines = qr_text("https://192.168.100.200:8080/enrol/0123456789abcdef").splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) < 80
