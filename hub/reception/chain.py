"""The proof that a timeline is what it was: hashes that link, and seals that only the hub can make. Pure.

Every event's `hash` is SHA-256 over its content and the hash before it; its `seal` is an HMAC of that hash,
so that a forger with the database but without the key cannot write a chain anew. The session's head (number,
hash, HMAC of both) shows what was cut off at the end.

What an event carries goes into its hash as an HMAC: a text that is masked later could be guessed from a plain
hash, one name after another. A masked event keeps its hash and its seal, so the chain holds; a `Masking`
proves that the hub itself made of it what it says now.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Literal

from hub.reception.events import Event

Wrong = Literal["altered", "removed", "inserted", "sealed_wrong"]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a timeline as the session keeps it."""

    n: int
    hash: str
    seal: str


@dataclass(frozen=True, slots=True)
class Masking:
    """Event `n` was masked for the `number`-th time; `hash` is the digest of what it says since."""

    n: int
    number: int
    hash: str
    seal: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`events` are how many stand proven. When not `ok`: `what` happened, first at event `first_bad_n`.

    `sealed_wrong`: every event is in order, yet the session's head is not theirs (number `first_bad_n` is the
    head's).
    """

    ok: bool
    events: int
    first_bad_n: int | None = None
    what: Wrong | None = None


def origin(session_id: str) -> str:
    """`prev_hash` of event 1: no two timelines begin alike."""
    return hashlib.sha256(f"reception-hub timeline {session_id}".encode()).hexdigest()


def link(event: Event, prev_hash: str, key: bytes) -> Event:
    """The event with its hashes and its seal."""
    linked = replace(event, prev_hash=prev_hash)
    digest = digest_of(linked, key)
    return replace(linked, hash=digest, seal=seal_of(digest, key))


def mask(event: Event, data: Mapping[str, Any], key: bytes) -> tuple[Event, Masking]:
    """The event with other data, and the proof that the hub made it so."""
    masked = replace(event, data=data, masked=event.masked + 1)
    digest = digest_of(masked, key)
    return masked, Masking(event.n, masked.masked, digest, _seal_masked(masked, digest, key))


def seal_head(session_id: str, n: int, last_hash: str, key: bytes) -> str:
    """The seal of a session's head."""
    return _hmac(f"head {session_id} {n} {last_hash}", key)


def seal_of(digest: str, key: bytes) -> str:
    """The seal of one event's hash."""
    return _hmac(f"event {digest}", key)


def digest_of(event: Event, key: bytes | None, n: int | None = None) -> str:
    """SHA-256 over everything an event says (as if its number were `n`, when given). Without a key: as it was
    before data was hidden in it.
    """
    content = {
        "session": event.session_id,
        "n": event.n if n is None else n,
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "media_ms": event.media_ms,
        "by": [event.by_key, event.by_name],
        "audience": event.audience,
        "about": [event.item_id, event.case_id, event.unit_id],
        "data": event.data if key is None else _keyed(_written(event.data), key),
        "prev": event.prev_hash,
    }
    return hashlib.sha256(_written(content)).hexdigest()


def verify(
    session_id: str, events: Sequence[Event], head: Head, key: bytes, maskings: Sequence[Masking] = ()
) -> Verdict:
    """Walk the events in the order of their numbers and name the first thing that is wrong."""
    proof = _Proof(key, {(each.n, each.number): each for each in maskings})
    rows = sorted(events, key=lambda event: event.n)
    # A head that was tampered with proves nothing about where the end is.
    end = head.n if _sealed(session_id, head, key) else len(rows)
    prev_hash = origin(session_id)
    for index, row in enumerate(rows):
        n = index + 1
        doubled = index + 1 < len(rows) and rows[index + 1].n == row.n
        if doubled or n > end or not _stands(row, n, prev_hash, proof):
            return Verdict(False, index, n, _name(rows[index:], n, prev_hash, end, proof))
        prev_hash = row.hash
    return _judge_head(session_id, len(rows), prev_hash, head, key)


def _judge_head(session_id: str, count: int, last_hash: str, head: Head, key: bytes) -> Verdict:
    if not _sealed(session_id, head, key):
        return Verdict(False, count, head.n, "sealed_wrong")
    if count < head.n:
        return Verdict(False, count, count + 1, "removed")
    if last_hash != head.hash:
        return Verdict(False, count, count, "sealed_wrong")
    return Verdict(True, count)


def _sealed(session_id: str, head: Head, key: bytes) -> bool:
    return _same(seal_head(session_id, head.n, head.hash, key), head.seal)


@dataclass(frozen=True, slots=True)
class _Proof:
    """What an event is judged by."""

    key: bytes
    maskings: Mapping[tuple[int, int], Masking]

    def genuine(self, row: Event, n: int) -> bool:
        """Whether the hub once wrote this row as its event n, or made it so by masking."""
        said = self._masked(row, n) if row.masked else row.hash in self._digests(row, n)
        return said and _same(seal_of(row.hash, self.key), row.seal)

    def _digests(self, row: Event, n: int) -> tuple[str, str]:
        return digest_of(row, self.key, n), digest_of(row, None, n)

    def _masked(self, row: Event, n: int) -> bool:
        made = self.maskings.get((n, row.masked))
        if made is None or made.hash != digest_of(row, self.key, n):
            return False
        return _same(_seal_masked(row, made.hash, self.key), made.seal)


def _stands(row: Event, n: int, prev_hash: str, proof: _Proof) -> bool:
    """Whether this row is the genuine n-th event after the one with `prev_hash`."""
    return row.n == n and row.prev_hash == prev_hash and proof.genuine(row, n)


def _name(rest: Sequence[Event], n: int, prev_hash: str, end: int, proof: _Proof) -> Wrong:
    """What happened at n, where the n-th row is not the genuine n-th event. `rest` are the rows from there
    on.
    """
    if n > end:
        return "inserted"
    if any(row.prev_hash == prev_hash and proof.genuine(row, n) for row in rest):
        return "inserted"  # the genuine one is still there, pushed aside
    first = rest[0]
    if first.n > n or any(proof.genuine(first, later) for later in range(n + 1, end + 1)):
        return "removed"  # its place is empty, or a later event was moved up into it
    return "altered"


def _seal_masked(row: Event, digest: str, key: bytes) -> str:
    return _hmac(f"masked {row.masked} {row.hash} {digest}", key)


def _written(content: object) -> bytes:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _hmac(text: str, key: bytes) -> str:
    return _keyed(text.encode(), key)


def _keyed(content: bytes, key: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()
