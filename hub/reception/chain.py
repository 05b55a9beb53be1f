"""The proof that a timeline is what it was: hashes that link, and seals that only the hub can make. Pure.

Every event's `hash` is SHA-256 over its content and the hash before it; its `seal` is an HMAC of that hash,
so that a forger with the database but without the key cannot write a chain anew. The session's head (number,
hash, HMAC of both) shows what was cut off at the end.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Literal

from hub.reception.events import Event

Wrong = Literal["altered", "removed", "inserted", "sealed_wrong"]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a timeline as the session keeps it."""

    n: int
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
    digest = digest_of(linked)
    return replace(linked, hash=digest, seal=seal_of(digest, key))


def seal_head(session_id: str, n: int, last_hash: str, key: bytes) -> str:
    """The seal of a session's head."""
    return _hmac(f"head {session_id} {n} {last_hash}", key)


def seal_of(digest: str, key: bytes) -> str:
    """The seal of one event's hash."""
    return _hmac(f"event {digest}", key)


def digest_of(event: Event, n: int | None = None) -> str:
    """SHA-256 over everything an event says (as if its number were `n`, when given)."""
    content = {
        "session": event.session_id,
        "n": event.n if n is None else n,
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "media_ms": event.media_ms,
        "by": [event.by_key, event.by_name],
        "audience": event.audience,
        "about": [event.item_id, event.case_id, event.unit_id],
        "data": event.data,
        "prev": event.prev_hash,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def verify(session_id: str, events: Sequence[Event], head: Head, key: bytes) -> Verdict:
    """Walk the events in the order of their numbers and name the first thing that is wrong."""
    rows = sorted(events, key=lambda event: event.n)
    # A head that was tampered with proves nothing about where the end is.
    end = head.n if _sealed(session_id, head, key) else len(rows)
    prev_hash = origin(session_id)
    for index, row in enumerate(rows):
        n = index + 1
        doubled = index + 1 < len(rows) and rows[index + 1].n == row.n
        if doubled or n > end or not _stands(row, n, prev_hash, key):
            return Verdict(False, index, n, _name(rows[index:], n, prev_hash, end, key))
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
    return hmac.compare_digest(seal_head(session_id, head.n, head.hash, key).encode(), head.seal.encode())


def _stands(row: Event, n: int, prev_hash: str, key: bytes) -> bool:
    """Whether this row is the genuine n-th event after the one with `prev_hash`."""
    return row.n == n and row.prev_hash == prev_hash and _genuine(row, n, key)


def _genuine(row: Event, n: int, key: bytes) -> bool:
    """Whether the hub once wrote this row as its event n."""
    return digest_of(row, n) == row.hash and hmac.compare_digest(
        seal_of(row.hash, key).encode(), row.seal.encode()
    )


def _name(rest: Sequence[Event], n: int, prev_hash: str, end: int, key: bytes) -> Wrong:
    """What happened at n, where the n-th row is not the genuine n-th event. `rest` are the rows from there
    on.
    """
    if n > end:
        return "inserted"
    if any(row.prev_hash == prev_hash and _genuine(row, n, key) for row in rest):
        return "inserted"  # the genuine one is still there, pushed aside
    first = rest[0]
    if first.n > n or any(_genuine(first, later, key) for later in range(n + 1, end + 1)):
        return "removed"  # its place is empty, or a later event was moved up into it
    return "altered"


def _hmac(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
