"""Debian's coturn, started by the tests themselves on free ports of the loopback, with a certificate of its
own.
"""

import datetime
import ipaddress
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.kit.servers import ServerFailed, free_port, running

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Coturn:
    """A running TURN server. `authority` is the PEM file of who vouches for its TLS certificate."""

    port: int
    tls_port: int
    secret: str
    authority: Path
    log: Path

    def url(self, way: str) -> str:
        """Its address for `udp`, `tcp` or `tls`."""
        if way == "tls":
            return f"turns:{HOST}:{self.tls_port}?transport=tcp"
        return f"turn:{HOST}:{self.port}?transport={way}"


@contextmanager
def coturn() -> Iterator[Coturn]:
    """coturn with `use-auth-secret`, relaying on the loopback only. Raises ServerFailed when it is not
    installed.
    """
    program = shutil.which("turnserver")
    if program is None:
        raise ServerFailed("turnserver is not installed (Debian: apt-get install coturn)")
    folder = Path(tempfile.mkdtemp(prefix="hub-turn-"))
    made = Coturn(free_port(), free_port(), secrets.token_hex(16), folder / "authority.pem", folder / "log")
    make_certificates(folder)
    command = [program, "-n", *options(made, folder)]
    try:
        with running(command, made.log, lambda: _answers(made)):
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def options(turn: Coturn, folder: Path) -> list[str]:
    """As `deploy/turnserver.conf` has them, but for the loopback and the ports."""
    settings = {
        "listening-ip": HOST,
        "relay-ip": HOST,
        "listening-port": str(turn.port),
        "tls-listening-port": str(turn.tls_port),
        "realm": "hub",
        "static-auth-secret": turn.secret,
        "cert": str(folder / "server.pem"),
        "pkey": str(folder / "server.key"),
        "pidfile": str(folder / "pid"),
        "userdb": str(folder / "db"),
        "log-file": "stdout",
    }
    flags = (
        "use-auth-secret",
        "fingerprint",
        "no-cli",
        "no-dtls",
        "no-multicast-peers",
        "allow-loopback-peers",
    )
    return [*(f"--{name}={value}" for name, value in settings.items()), *(f"--{flag}" for flag in flags)]


def _answers(turn: Coturn) -> bool:
    context = ssl.create_default_context(cafile=str(turn.authority))
    try:
        with socket.create_connection((HOST, turn.port), timeout=1):
            pass
        with (
            socket.create_connection((HOST, turn.tls_port), timeout=1) as plain,
            context.wrap_socket(plain, server_hostname=HOST),
        ):
            return True
    except OSError:
        return False


def make_certificates(folder: Path) -> None:
    """`authority.pem`, and `server.pem` with `server.key` for the loopback address; good for a week."""
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate(
        "hub tests", authority_key.public_key(), "hub tests", authority_key, authority=True
    )
    server = _certificate("turn", server_key.public_key(), "hub tests", authority_key, authority=False)
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    (folder / "server.key").write_bytes(
        server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=7))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        names = [x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


def trusted_by_chromium(home: Path, authority: Path) -> dict[str, str]:
    """Make a home folder whose Chromium trusts `authority`; the environment to start it with."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for arguments in (
        ["-N", "--empty-password"],
        ["-A", "-n", "hub tests", "-t", "C,,", "-i", str(authority)],
    ):
        subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True, capture_output=True)
    return {"HOME": str(home)}
