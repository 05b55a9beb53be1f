"""STUN binding messages (RFC 8489, RFC 8445). The only file that knows aioice.

Strangers' messages must stay cheap: `local_fragment` finds whom a request is for without parsing it, and
only a message for a peer of ours is read and checked.

Every browser checks that its peer still consents, every 2.5 s and for hours (RFC 7675). These requests and
their answers are read and written here, at a fifth of what the library takes; any other message is the
library's, and the tests hold both to the same results.
"""

import hmac
from binascii import crc32
from dataclasses import dataclass, field
from ipaddress import ip_address
from struct import Struct, pack, unpack_from
from struct import error as StructError
from typing import Final, Literal

from aioice.stun import COOKIE, Class, Message, Method, parse_message

Address = tuple[str, int]
Kind = Literal["request", "success", "error", "indication"]

LONGEST: Final = 1500
"""Bytes; no binding message of ours or of a browser comes near."""
_REQUEST: Final = b"\x00\x01"
_USERNAME: Final = 0x0006
_USE_CANDIDATE: Final = 0x0025
_CONTROLLED: Final = 0x8029
_CONTROLLING: Final = 0x802A
_INTEGRITY: Final = b"\x00\x08\x00\x14"
_FINGERPRINT: Final = b"\x80\x28\x00\x04"
_FINGERPRINT_XOR: Final = 0x5354554E
_COOKIE: Final = COOKIE.to_bytes(4)
_ATTRIBUTE: Final = Struct("!HH")
_KINDS: Final[dict[Class, Kind]] = {
    Class.REQUEST: "request",
    Class.RESPONSE: "success",
    Class.ERROR: "error",
    Class.INDICATION: "indication",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding message as it was read; nothing in it is proven until `signed_by` says so."""

    kind: Kind
    transaction: bytes
    username: str = ""
    use_candidate: bool = False
    controlling: int | None = None
    controlled: int | None = None
    error_code: int | None = None
    mapped: Address | None = None
    _message: Message | None = field(default=None, repr=False, compare=False)
    _sealed: tuple[bytes, bytes] = field(default=(b"", b""), repr=False, compare=False)
    """What was signed, and the signature."""

    def signed_by(self, password: str) -> bool:
        """Whether MESSAGE-INTEGRITY is there and was made with `password`."""
        signed, seal = self._sealed
        if seal:
            return hmac.compare_digest(hmac.digest(password.encode(), signed, "sha1"), seal)
        if self._message is None:
            return False
        return bool(self._message.check_message_integrity(password.encode()))


def read(datagram: bytes) -> Binding | None:
    """The binding message in a datagram, or None when it is none (bad length, cookie, fingerprint,
    attribute).
    """
    if not 20 <= len(datagram) <= LONGEST or datagram[4:8] != _COOKIE:
        return None
    usual = _usual(datagram)
    if usual is not None:
        return usual
    try:
        message = parse_message(datagram)
    except (ValueError, StructError, IndexError):
        return None
    if message.message_method is not Method.BINDING:
        return None
    return _binding(message)


def _usual(datagram: bytes) -> Binding | None:
    """A request that ends with MESSAGE-INTEGRITY and a right FINGERPRINT, as browsers' do; None for any
    other message, good or bad."""
    end = len(datagram) - 32
    if (
        end < 20
        or datagram[0:2] != _REQUEST
        or datagram[2:4] != (end + 12).to_bytes(2)
        or datagram[end : end + 4] != _INTEGRITY
        or datagram[-8:-4] != _FINGERPRINT
        or crc32(datagram[:-8]) ^ _FINGERPRINT_XOR != int.from_bytes(datagram[-4:])
    ):
        return None
    found = _attributes(datagram, end)
    if found is None:
        return None
    try:
        return Binding(
            "request",
            datagram[8:20],
            found[_USERNAME].decode() if _USERNAME in found else "",
            _USE_CANDIDATE in found,
            int.from_bytes(found[_CONTROLLING]) if _CONTROLLING in found else None,
            int.from_bytes(found[_CONTROLLED]) if _CONTROLLED in found else None,
            _sealed=(
                b"%b%b%b" % (_REQUEST, (end + 4).to_bytes(2), datagram[4:end]),
                datagram[end + 4 : end + 24],
            ),
        )
    except UnicodeDecodeError:
        return None


def _attributes(datagram: bytes, end: int) -> dict[int, bytes] | None:
    """Those of a request before octet `end`; None when they do not fill it, or one has no business there."""
    found: dict[int, bytes] = {}
    at = 20
    while at < end:
        if at + 4 > end:
            return None
        kind, length = _ATTRIBUTE.unpack_from(datagram, at)
        if _LENGTHS.get(kind, length) != length:
            return None
        found[kind] = datagram[at + 4 : at + 4 + length]
        at += 4 + length + (-length & 3)
    return found if at == end else None


_LENGTHS: Final = {_USE_CANDIDATE: 0, _CONTROLLED: 8, _CONTROLLING: 8, 0x0024: 4, 0x0008: -1, 0x8028: -1}
"""Octets of the attributes that have a fixed size. -1: a second signature or fingerprint, in the middle."""


def _binding(message: Message) -> Binding:
    found = message.attributes
    return Binding(
        kind=_KINDS[message.message_class],
        transaction=message.transaction_id,
        username=found.get("USERNAME", ""),
        use_candidate="USE-CANDIDATE" in found,
        controlling=found.get("ICE-CONTROLLING"),
        controlled=found.get("ICE-CONTROLLED"),
        error_code=message.error_code,
        mapped=found.get("XOR-MAPPED-ADDRESS"),
        _message=message,
    )


def local_fragment(datagram: bytes) -> str | None:
    """The receiver's half of USERNAME (`receiver:sender`) in a binding request, or None; reads no further
    than
    needed.
    """
    size = len(datagram)
    if size < 20 or datagram[0:2] != b"\x00\x01" or unpack_from("!I", datagram, 4)[0] != COOKIE:
        return None
    at = 20
    while at + 4 <= size:
        kind, length = unpack_from("!HH", datagram, at)
        if kind == _USERNAME:
            value = datagram[at + 4 : at + 4 + length]
            return value.partition(b":")[0].decode("ascii", "replace") if len(value) == length else None
        at += 4 + length + (-length % 4)
    return None


def request(
    transaction: bytes, username: str, password: str, *, priority: int, tie_breaker: int, use_candidate: bool
) -> bytes:
    """A controlling agent's check; `transaction` is 12 random bytes, `username` is `receiver:sender`."""
    message = Message(Method.BINDING, Class.REQUEST, transaction)
    message.attributes = {"USERNAME": username, "PRIORITY": priority, "ICE-CONTROLLING": tie_breaker}
    if use_candidate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(password.encode())
    return bytes(message)


def probe(transaction: bytes, username: str, password: str, priority: int, tie_breaker: int) -> bytes:
    """A controlled agent's check; arguments as for `request`."""
    message = Message(Method.BINDING, Class.REQUEST, transaction)
    message.attributes = {"USERNAME": username, "PRIORITY": priority, "ICE-CONTROLLED": tie_breaker}
    message.add_message_integrity(password.encode())
    return bytes(message)


def is_answer(datagram: bytes) -> bool:
    """Whether it begins like the answer to a binding request."""
    return datagram[0:2] == b"\x01\x01"


def success(transaction: bytes, address: Address, password: str) -> bytes:
    """The answer to a good check: it tells the sender the address it was seen from."""
    host = ip_address(address[0]).packed
    family = 1 if len(host) == 4 else 2
    mask = _COOKIE + transaction
    hidden = (int.from_bytes(host) ^ int.from_bytes(mask[: len(host)])).to_bytes(len(host))
    mapped = pack("!HHBBH", 0x0020, 4 + len(host), 0, family, address[1] ^ COOKIE >> 16) + hidden
    return _signed(b"\x01\x01", transaction, mapped, password)


def _signed(kind: bytes, transaction: bytes, attributes: bytes, password: str) -> bytes:
    """A message with MESSAGE-INTEGRITY and FINGERPRINT; each is made as if what follows it were not there."""
    length = len(attributes)
    rest = b"%b%b%b" % (_COOKIE, transaction, attributes)
    seal = hmac.digest(password.encode(), b"%b%b%b" % (kind, (length + 24).to_bytes(2), rest), "sha1")
    whole = b"%b%b%b%b%b" % (kind, (length + 32).to_bytes(2), rest, _INTEGRITY, seal)
    return whole + _FINGERPRINT + (crc32(whole) ^ _FINGERPRINT_XOR).to_bytes(4)


def error(transaction: bytes, code: int, reason: str, password: str) -> bytes:
    """A refusal, e.g. 487 Role Conflict. Signed: only ever sent to someone who knows the password."""
    message = Message(Method.BINDING, Class.ERROR, transaction, {"ERROR-CODE": (code, reason)})
    message.add_message_integrity(password.encode())
    return bytes(message)
