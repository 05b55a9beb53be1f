"""STUN binding messages (RFC 8489, RFC 8445). The only file that knows aioice.

Strangers' messages must stay cheap: `local_fragment` finds whom a request is for without parsing it, and
only a message for a peer of ours is read and checked.
"""

from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack_from
from typing import Final, Literal

from aioice.stun import COOKIE, Class, Message, Method, parse_message

Address = tuple[str, int]
Kind = Literal["request", "success", "error", "indication"]

LONGEST: Final = 1500
"""Bytes; no binding message of ours or of a browser comes near."""
_USERNAME: Final = 0x0006
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

    def signed_by(self, password: str) -> bool:
        """Whether MESSAGE-INTEGRITY is there and was made with `password`."""
        if self._message is None:
            return False
        return bool(self._message.check_message_integrity(password.encode()))


def read(datagram: bytes) -> Binding | None:
    """The binding message in a datagram, or None when it is none (bad length, cookie, fingerprint,
    attribute).
    """
    if not 20 <= len(datagram) <= LONGEST or unpack_from("!I", datagram, 4)[0] != COOKIE:
        return None
    try:
        message = parse_message(datagram)
    except (ValueError, StructError, IndexError):
        return None
    if message.message_method is not Method.BINDING:
        return None
    return _binding(message)


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
    message = Message(Method.BINDING, Class.RESPONSE, transaction, {"XOR-MAPPED-ADDRESS": address})
    message.add_message_integrity(password.encode())
    return bytes(message)


def error(transaction: bytes, code: int, reason: str, password: str) -> bytes:
    """A refusal, e.g. 487 Role Conflict. Signed: only ever sent to someone who knows the password."""
    message = Message(Method.BINDING, Class.ERROR, transaction, {"ERROR-CODE": (code, reason)})
    message.add_message_integrity(password.encode())
    return bytes(message)
