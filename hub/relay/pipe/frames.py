"""What relays say to each other over a pipe. Pure: bytes in, records out, and back.

A message is a version octet, the sender's clock in microseconds (8 octets) and records; a record is a kind
(1 octet), a handle (2), the length of its body (2) and the body. Handles name publishers; the giving side
assigns them with `SPEC`. Nothing here depends on a socket: the same messages could go over TLS to another
machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from hub.relay.core.rtcp import BYE, SR
from hub.relay.core.specs import PeerSpec

VERSION: Final = 1
LONGEST: Final = 60_000
"""Octets of one message: a keyframe's 43 packets fit, and the kernel still finds the memory at once."""
MOST_WANTED: Final = 1_000
"""Publishers one relay may ask another for."""
_LONGEST_WISH: Final = 50_000
"""Octets of their names, together."""

_HEAD: Final = Struct("!BQ")
_RECORD: Final = Struct("!BHH")
_SPEC: Final = TypeAdapter(PeerSpec)
_WANTED: Final = TypeAdapter(tuple[str, ...])
_MOST_HANDLES: Final = 0xFFFF
_SR_OCTETS: Final = 28


class Kind(IntEnum):
    """Of a record. The first two go to the relay that has the publishers, the rest come from it."""

    WANT = 1
    """All publishers wanted through this pipe, whole and idempotent; what is left out is not sent any
    more."""
    KEYFRAME = 2
    """The SSRC (4 octets) that a keyframe is wanted of."""
    SPEC = 3
    """The publisher is here: its `PeerSpec`. Goes before its packets, and again when it changes."""
    GONE = 4
    """It is not here any more."""
    RTP = 5
    RTCP = 6
    """Plaintext, as it came out of SRTP. Of RTCP only sender reports (without report blocks) and goodbyes."""


class PipeBad(ValueError):
    """Not a message of this version; the text says why."""


class Record(NamedTuple):
    """One thing said about one publisher."""

    kind: Kind
    handle: int
    body: bytes


class Message(NamedTuple):
    """`sent_at` is the sender's clock in seconds: one clock for all processes of a machine."""

    sent_at: float
    records: list[Record]


def pack(records: Iterable[Record], sent_at: float) -> Iterator[tuple[bytes, int]]:
    """Messages of at most `LONGEST` octets, in order, and how many records each holds; none for no
    records."""
    head = _HEAD.pack(VERSION, int(sent_at * 1e6))
    parts, size = [head], len(head)
    for kind, handle, body in records:
        if size + _RECORD.size + len(body) > LONGEST and len(parts) > 1:
            yield b"".join(parts), len(parts) // 2
            parts, size = [head], len(head)
        parts += (_RECORD.pack(kind, handle, len(body)), body)
        size += _RECORD.size + len(body)
    if len(parts) > 1:
        yield b"".join(parts), len(parts) // 2


def unpack(message: bytes) -> Message:
    """Read a message. Raises PipeBad, and nothing else."""
    if len(message) < _HEAD.size:
        raise PipeBad("the message ends within its head")
    version, microseconds = _HEAD.unpack_from(message)
    if version != VERSION:
        raise PipeBad(f"the version is {version}, not {VERSION}")
    records, at = [], _HEAD.size
    while at < len(message):
        if at + _RECORD.size > len(message):
            raise PipeBad("the message ends within a record's head")
        number, handle, length = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        if at + length > len(message):
            raise PipeBad("the message ends within a record")
        try:
            records.append(Record(Kind(number), handle, message[at : at + length]))
        except ValueError as unknown:
            raise PipeBad(f"there is no record of kind {number}") from unknown
        at += length
    return Message(microseconds / 1e6, records)


def want(publishers: Iterable[str]) -> Record:
    """The whole wish. Beyond `MOST_WANTED` publishers, and what fits, the rest is left out."""
    taken, room = [], _LONGEST_WISH
    for name in sorted(publishers)[:MOST_WANTED]:
        room -= len(_WANTED.dump_json((name,)))
        if room >= 0:
            taken.append(name)
    return Record(Kind.WANT, 0, _WANTED.dump_json(tuple(taken)))


def read_want(record: Record) -> frozenset[str]:
    """The publishers wanted. Raises PipeBad."""
    try:
        wanted = _WANTED.validate_json(record.body)
    except ValidationError as problem:
        raise PipeBad("the wish is malformed") from problem
    if len(wanted) > MOST_WANTED:
        raise PipeBad(f"more than {MOST_WANTED} publishers are wanted")
    return frozenset(wanted)


def spec(handle: int, of: PeerSpec) -> Record:
    """That publisher has this handle from now on.

    It goes over as a guest: it receives nothing there, and transport-wide feedback is its own relay's to
    give.
    """
    extensions = replace(of.extensions, sequence=0)
    guest = replace(of, groups=frozenset(), receives=frozenset(), extensions=extensions)
    return Record(Kind.SPEC, handle, _SPEC.dump_json(guest))


def read_spec(record: Record) -> PeerSpec:
    """The publisher's spec. Raises PipeBad."""
    try:
        return _SPEC.validate_json(record.body)
    except ValidationError as problem:
        raise PipeBad("the spec is malformed") from problem


def keyframe(handle: int, ssrc: int) -> Record:
    """A keyframe of that SSRC is wanted."""
    return Record(Kind.KEYFRAME, handle, ssrc.to_bytes(4))


def read_keyframe(record: Record) -> int:
    """The SSRC. Raises PipeBad."""
    if len(record.body) != 4:
        raise PipeBad("the keyframe request is malformed")
    return int.from_bytes(record.body)


def free_handle(used: Iterable[int], after: int) -> int:
    """The next handle that is not in use; they go round, so that a late record does not meet a new owner."""
    taken = set(used)
    handle = after
    while True:
        handle = handle % _MOST_HANDLES + 1
        if handle not in taken:
            return handle


def reports_only(compound: bytes) -> bytes:
    """Of a compound, the sender reports (their report blocks left out) and goodbyes: the rest is between the
    publisher and the relay it is connected to. Empty when there are none, or when it cannot be read."""
    kept, at = [], 0
    while at + 4 <= len(compound):
        end = at + 4 + 4 * int.from_bytes(compound[at + 2 : at + 4])
        if end > len(compound):
            return b""
        kind = compound[at + 1]
        if kind == SR and end - at >= _SR_OCTETS:
            kept.append(bytes((0x80, SR)) + (6).to_bytes(2) + compound[at + 4 : at + _SR_OCTETS])
        elif kind == BYE:
            kept.append(compound[at:end])
        at = end
    return b"".join(kept)
