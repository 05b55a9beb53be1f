from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reception.chain import Head, Verdict, digest_of, link, mask, origin, seal_head, seal_of, verify
from hub.reception.events import Event

KEY = b"k" * 32
SESSION = "s1"
START = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)


def timeline(length: int, key: bytes = KEY) -> list[Event]:
    events: list[Event] = []
    prev_hash = origin(SESSION)
    for n in range(1, length + 1):
        at = START + timedelta(seconds=n)
        event = Event(
            SESSION, n, "note.added", at, n * 1000, "account:1", "Bà An", "all", {"text": f"điều {n}"}
        )
        events.append(link(event, prev_hash, key))
        prev_hash = events[-1].hash
    return events


def head_of(events: list[Event], key: bytes = KEY) -> Head:
    last = events[-1].hash if events else origin(SESSION)
    return Head(len(events), last, seal_head(SESSION, len(events), last, key))


def check(events: list[Event], head: Head) -> Verdict:
    return verify(SESSION, events, head, KEY)


def renumbered(events: list[Event], by: int) -> list[Event]:
    return [replace(event, n=event.n + by) for event in events]


def relinked(events: list[Event], prev_hash: str, key: bytes) -> list[Event]:
    done: list[Event] = []
    for event in events:
        done.append(link(event, prev_hash, key))
        prev_hash = done[-1].hash
    return done


def test_a_whole_chain_stands() -> None:
    events = timeline(9)
    assert check(events, head_of(events)) == Verdict(True, 9)
    assert check([], head_of([])) == Verdict(True, 0)


@given(st.integers(1, 9), st.sampled_from(["data", "at", "by_name", "kind", "audience", "media_ms"]))
def test_an_altered_event_is_named(n: int, name: str) -> None:
    events = timeline(9)
    altered = {"data": {"text": "khác"}, "at": START, "media_ms": 5}.get(name, "other")
    head = head_of(events)
    events[n - 1] = replace(events[n - 1], **{name: altered})
    assert check(events, head) == Verdict(False, n - 1, n, "altered")


@given(st.integers(1, 9))
def test_an_altered_event_with_a_fresh_hash_is_named(n: int) -> None:
    events = timeline(9)
    head = head_of(events)
    changed = replace(events[n - 1], data={"text": "khác"})
    events[n - 1] = replace(link(changed, changed.prev_hash, b"another key"), seal=events[n - 1].seal)
    assert check(events, head) == Verdict(False, n - 1, n, "altered")


@given(st.integers(1, 9), st.booleans())
def test_a_history_written_anew_from_somewhere_is_named_there(n: int, new_head: bool) -> None:
    events = timeline(9)
    head = head_of(events)
    first = replace(events[n - 1], data={"text": "khác"})
    events[n - 1 :] = relinked([first, *events[n:]], first.prev_hash, b"another key")
    forged = head_of(events, b"another key") if new_head else head
    assert check(events, forged) == Verdict(False, n - 1, n, "altered")


@given(st.integers(1, 9), st.integers(1, 3))
def test_removed_events_are_named(n: int, many: int) -> None:
    events = timeline(9)
    head = head_of(events)
    del events[n - 1 : n - 1 + many]
    assert check(events, head) == Verdict(False, n - 1, n, "removed")


@given(st.integers(1, 8), st.booleans())
def test_removed_and_renumbered_is_named(n: int, rehashed: bool) -> None:
    events = timeline(9)
    head = head_of(events)
    later = renumbered(events[n:], -1)
    if rehashed:  # with fresh hashes there is nothing genuine left in the place: it reads as altered
        later = relinked(later, events[n - 1].prev_hash, b"another key")
    expected = "altered" if rehashed else "removed"
    assert check(events[: n - 1] + later, head) == Verdict(False, n - 1, n, expected)


def test_cut_off_at_the_end_with_a_forged_head() -> None:
    events = timeline(9)[:7]
    assert check(events, head_of(events, b"another key")) == Verdict(False, 7, 7, "sealed_wrong")


def test_cut_off_at_the_end_with_the_old_head_number_only() -> None:
    events = timeline(9)
    head = replace(head_of(events), n=7, hash=events[6].hash)
    assert check(events, head).what == "sealed_wrong"


@given(st.integers(1, 9), st.booleans())
def test_an_inserted_event_is_named(n: int, linked_in: bool) -> None:
    events = timeline(9)
    head = head_of(events)
    prev_hash = events[n - 2].hash if n > 1 else origin(SESSION)
    forged = replace(events[0], n=n, data={"text": "chèn"})
    forged = link(forged, prev_hash if linked_in else "0" * 64, b"another key")
    pushed = [*events[: n - 1], forged, *renumbered(events[n - 1 :], 1)]
    assert check(pushed, head) == Verdict(False, n - 1, n, "inserted")


@given(st.integers(1, 9))
def test_an_event_with_a_number_twice_is_named(n: int) -> None:
    events = timeline(9)
    head = head_of(events)
    assert check([*events, replace(events[n - 1], data={"text": "chèn"})], head) == Verdict(
        False, n - 1, n, "inserted"
    )


def test_an_event_after_the_end_is_named() -> None:
    events = timeline(10)
    assert check(events, head_of(events[:9])) == Verdict(False, 9, 10, "inserted")


def test_events_of_another_session_do_not_pass() -> None:
    events = timeline(3)
    other = [replace(event, session_id="s2") for event in events]
    assert check(other, head_of(events)).first_bad_n == 1


def test_the_wrong_key_proves_nothing() -> None:
    events = timeline(3)
    assert verify(SESSION, events, head_of(events), b"other") == Verdict(False, 0, 1, "altered")


@pytest.mark.parametrize("n", [1, 5, 9])
def test_swapped_events_are_found(n: int) -> None:
    events = timeline(10)
    head = head_of(events)
    first, second = events[n - 1], events[n]
    events[n - 1], events[n] = replace(second, n=n), replace(first, n=n + 1)
    verdict = check(events, head)
    assert (verdict.ok, verdict.first_bad_n) == (False, n)


def test_a_masked_event_stands_by_its_proof_alone() -> None:
    events = timeline(9)
    head = head_of(events)
    once, first = mask(events[3], {"text": "•••"}, KEY)
    events[3], second = mask(once, {"text": "••••"}, KEY)
    assert verify(SESSION, events, head, KEY, [first, second]) == Verdict(True, 9)
    for proofs in ([], [first], [first, replace(second, hash=first.hash)]):
        assert verify(SESSION, events, head, KEY, proofs) == Verdict(False, 3, 4, "altered")
    events[3] = once
    assert verify(SESSION, events, head, KEY, [second]) == Verdict(False, 3, 4, "altered")


def test_nobody_masks_without_the_key() -> None:
    events = timeline(3)
    head = head_of(events)
    events[1], forged = mask(events[1], {"text": "khác"}, b"another key")
    assert verify(SESSION, events, head, KEY, [forged]) == Verdict(False, 1, 2, "altered")
    proof = replace(forged, hash=digest_of(events[1], KEY))
    assert verify(SESSION, events, head, KEY, [proof]) == Verdict(False, 1, 2, "altered")


def test_a_hash_tells_nothing_of_the_data_without_the_key() -> None:
    """Or names could be tried against it, when the text is masked."""
    (event,) = timeline(1)
    assert event.hash == digest_of(event, KEY)
    assert event.hash not in (digest_of(event, None), digest_of(event, b"another key"))


def test_what_was_hashed_without_the_key_stands() -> None:
    (event,) = timeline(1)
    plain = digest_of(event, None)
    old = replace(event, hash=plain, seal=seal_of(plain, KEY))
    assert check([old], Head(1, plain, seal_head(SESSION, 1, plain, KEY))) == Verdict(True, 1)
