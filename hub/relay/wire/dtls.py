"""DTLS 1.2 with SRTP keys (RFC 6347, RFC 5764): one end of a handshake, without any I/O.

The only file that knows pyOpenSSL. Datagrams go in and out through memory BIOs. OpenSSL's retransmission
timer reads the real clock; `deadline()` translates it to the caller's.
"""

import contextlib
import datetime
import fcntl
import os
import secrets
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from hub.relay.wire.srtp import PROFILES, Profile, SrtpKeys

Role = Literal["server", "client"]

MTU: Final = 1200
"""Bytes of one DTLS datagram: fits every path that carries WebRTC."""
_DTLS_1_2: Final = 0xFEFD
_HEADER: Final = 13
_LIFE: Final = datetime.timedelta(days=3650)
_CIPHERS: Final = b":".join(
    (
        b"ECDHE-ECDSA-AES128-GCM-SHA256",
        b"ECDHE-ECDSA-CHACHA20-POLY1305",
        b"ECDHE-ECDSA-AES128-SHA",
        b"ECDHE-ECDSA-AES256-SHA",
    )
)


class Certificate:
    """A self-signed P-256 certificate; one for all peers of a process, so that a restart keeps its
    fingerprint.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate
        self.context = _context(key, certificate)

    @classmethod
    def make(cls) -> "Certificate":
        """A new one, valid for ten years (WebRTC compares fingerprints and looks at nothing else)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
        now = datetime.datetime.now(tz=datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + _LIFE)
        return cls(key, builder.sign(key, hashes.SHA256()))

    @classmethod
    def load_or_make(cls, path: Path) -> "Certificate":
        """The one kept at `path` (PEM, key and certificate), or a new one written there with mode 0600.

        A file that cannot be read as one, or has run out, is replaced. Relays that start together get the
        same one. Raises OSError when nothing can be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(path.name + ".lock").open("w") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            try:
                return cls._load(path.read_bytes())
            except (FileNotFoundError, ValueError):
                made = cls.make()
                made._save(path)
                return made

    @classmethod
    def _load(cls, pem: bytes) -> "Certificate":
        key = serialization.load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(pem)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("the media key is not an elliptic curve key")
        if certificate.not_valid_after_utc < datetime.datetime.now(tz=datetime.UTC):
            raise ValueError("the media certificate has run out")
        return cls(key, certificate)

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ) + self._certificate.public_bytes(serialization.Encoding.PEM)
        fresh = path.with_name(path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        fresh.replace(path)

    @property
    def fingerprint(self) -> str:
        """SHA-256, as SDP writes it: `AB:CD:…`."""
        return _fingerprint(self._certificate)


class DtlsEnd:
    """One end of one DTLS association: feed it datagrams, send what `drain()` gives, call `tick` at
    `deadline()`.

    `keys` stand once the handshake is done; the caller compares `remote_fingerprint` with the one it was
    promised. `failed` is a sentence once it cannot succeed any more; `closed` is True after the other end
    said goodbye.
    """

    def __init__(self, role: Role, certificate: Certificate, now: float) -> None:
        self.keys: SrtpKeys | None = None
        self.remote_fingerprint: str | None = None
        self.failed: str | None = None
        self.closed = False
        self._role = role
        self._now = now
        self._out: list[bytes] = []
        self._ssl = SSL.Connection(certificate.context)
        self._ssl.set_ciphertext_mtu(MTU)
        if role == "server":
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()
            self._advance()

    def receive(self, datagram: bytes, now: float) -> None:
        """Take one datagram. Garbage is ignored by OpenSSL; what breaks a handshake shows in `failed`."""
        self._now = now
        if self.failed or self.closed or not datagram:
            return
        try:
            self._ssl.bio_write(datagram)
        except SSL.Error:
            return
        if self.keys is None:
            self._advance()
        else:
            self._read()

    def drain(self) -> list[bytes]:
        """Datagrams to send now, in order."""
        out, self._out = self._out, []
        return out

    def deadline(self) -> float | None:
        """When `tick` is wanted next, on the caller's clock; None when nothing waits."""
        if self.failed or self.closed or self.keys is not None:
            return None
        left = self._ssl.DTLSv1_get_timeout()
        return None if left is None else self._now + left

    def tick(self, now: float) -> None:
        """Send the last flight again when it was due."""
        self._now = now
        if self.failed or self.closed or self.keys is not None:
            return
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error:
            self.failed = "the DTLS handshake was given up after too many retransmissions"
        self._flush()

    def close(self) -> None:
        """Say goodbye (close_notify); `drain()` has the datagram. Harmless at any time."""
        if not self.closed and self.keys is not None:
            with contextlib.suppress(SSL.Error):
                self._ssl.shutdown()
            self._flush()
        self.closed = True

    def _advance(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            pass
        except SSL.Error as problem:
            self.failed = f"the DTLS handshake failed: {problem}"
        else:
            self._finish()
        self._flush()

    def _finish(self) -> None:
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in PROFILES if p.openssl == chosen), None)
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if profile is None or certificate is None:
            self.failed = "the DTLS handshake agreed on no SRTP profile"
            return
        self.remote_fingerprint = _fingerprint(certificate)
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", profile.material_length)
        self.keys = SrtpKeys.from_material(profile, material, is_client=self._role == "client")

    def _read(self) -> None:
        try:
            self._ssl.recv(MTU)  # no application data is ours: this only lets OpenSSL see alerts and repeats
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error:
            pass
        self._flush()

    def _flush(self) -> None:
        parts = []
        while True:
            try:
                parts.append(self._ssl.bio_read(65536))
            except SSL.Error:
                break
        self._out += _datagrams(b"".join(parts))


def _datagrams(stream: bytes) -> list[bytes]:
    """Cut what a memory BIO ran together into datagrams of whole records, each at most `MTU` bytes if records
    allow.
    """
    out: list[bytes] = []
    start = at = 0
    while at + _HEADER <= len(stream):
        end = at + _HEADER + int.from_bytes(stream[at + 11 : at + 13], "big")
        if end - start > MTU and at > start:
            out.append(stream[start:at])
            start = at
        at = end
    if start < len(stream):
        out.append(stream[start:])
    return out


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _context(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_max_proto_version(_DTLS_1_2)  # 1.3 has no use here, and its records cannot be cut as ours are
    context.set_min_proto_version(_DTLS_1_2)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)  # 15 kB a peer that nothing is written to after the handshake
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # it would grow with every stranger
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_cipher_list(_CIPHERS)
    context.set_tlsext_use_srtp(b":".join(profile.openssl for profile in PROFILES))
    return context


__all__ = ["Certificate", "DtlsEnd", "Profile", "Role"]
