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
SAMPLE = Path(__file__).parents[2] / "deploy" / "turnserver.conf"


@dataclass(frozen=True, slots=True)
class Coturn:
    """A running TURN server. `authority` is the PEM file of who vouches for its TLS certificate, `peers` whom
    it relays to.
    """

    port: int
    tls_port: int
    secret: str
    authority: Path
    log: Path
    peers: list[str]

    def url(self, way: str) -> str:
        """Its address for `udp`, `tcp` or `tls`."""
        if way == "tls":
            return f"turns:{HOST}:{self.tls_port}?transport=tcp"
        return f"turn:{HOST}:{self.port}?transport={way}"


@contextmanager
def coturn(*peers: str) -> Iterator[Coturn]:
    """coturn as `deploy/turnserver.conf` has it, relaying to the loopback address and to `peers` only.

    Raises ServerFailed when it is not installed.
    """
    program = shutil.which("turnserver")
    if program is None:
        raise ServerFailed("turnserver is not installed (Debian: apt-get install coturn)")
    folder = Path(tempfile.mkdtemp(prefix="hub-turn-"))
    ports = free_port(), free_port()
    trust, log = folder / "authority.pem", folder / "log"
    made = Coturn(*ports, secrets.token_hex(16), trust, log, [HOST, *peers])
    make_certificates(folder)
    command = [program, "-c", str(folder / "turnserver.conf")]
    (folder / "turnserver.conf").write_text(configuration(made, folder), "utf-8")
    try:
        with running(command, made.log, lambda: _answers(made)):
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configuration(turn: Coturn, folder: Path) -> str:
    """`deploy/turnserver.conf` itself, its names, addresses, ports, certificate and secret filled in."""
    filled = {
        "listening-ip": [HOST],
        "relay-ip": [HOST],
        "listening-port": [str(turn.port)],
        "tls-listening-port": [str(turn.tls_port)],
        "static-auth-secret": [turn.secret],
        "cert": [str(folder / "server.pem")],
        "pkey": [str(folder / "server.key")],
        "allowed-peer-ip": turn.peers,
    }
    names, lines = set(filled), []
    for line in SAMPLE.read_text("utf-8").splitlines():
        name, _, value = line.partition("=")
        values = filled.pop(name, None) if name in names else [value]
        lines += [f"{name}={each}" if each else name for each in values or ()]
    assert not filled, f"{SAMPLE.name} does not speak of {', '.join(filled)}"
    # The loopback counts as nobody's peer, and files belong into the folder of this run.
    files = f"pidfile={folder / 'pid'}", f"userdb={folder / 'db'}"
    return "\n".join([*lines, "allow-loopback-peers", *files, ""])


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
