"""The ledger, read by the process after the one that wrote it."""

import os
from collections.abc import Iterator

import pytest

from hub.relay.core.ledger import NO_STREAM, NO_VIEW, Head, Place
from hub.relay.core.plan import Totals
from hub.relay.wire import ledger as ledgers
from hub.relay.wire.ledger import Ledger


@pytest.fixture
def file() -> Iterator[int]:
    descriptor = os.memfd_create("ledger")
    yield descriptor
    os.close(descriptor)


def opened(file: int, totals: Totals | None = None) -> Ledger:
    return Ledger(file, totals or Totals())


def head(number: int) -> Head:
    return Head(number, 90_000, 5.0, 7, 3)


def test_a_new_ledger_is_empty(file: int) -> None:
    ledger = opened(file)
    assert ledger.generation == 0
    assert ledger.stream("s", "main", "high").before is None
    assert ledger.view("p", "main").before is None
    assert ledger.outbound("p") == ledger.inbound("p") == {}


def test_the_next_process_finds_everything_under_the_same_boot(file: int) -> None:
    first = opened(file)
    stream = first.stream("s", "main", "high")
    stream.wrote(head(100), 500)
    view = first.view("p", "main")
    view.grows(stream, 100, 40)
    stream.wrote(head(101), 700)
    first.keep_peer("p", b"a peer")
    first.keep_stage("s", b"a stage")
    first.heard("p", 77, 65_600)

    second = opened(file)
    assert (second.boot, second.generation) == (first.boot, 1)
    assert second.peers == {"p": b"a peer"}
    assert second.stages == {"s": b"a stage"}
    assert second.stream("s", "main", "high").before == head(101)
    assert second.view("p", "main").before == Place(42, 2, 700, 5.0)
    assert second.outbound("p") == {11: 41}
    assert second.inbound("p") == {77: 65_600}


def test_a_view_that_stands_is_sent_nothing_by_its_stream(file: int) -> None:
    first = opened(file)
    stream = first.stream("s", "main", "high")
    view = first.view("p", "main")
    view.grows(stream, 10, 10)
    stream.wrote(head(10), 100)
    view.stands(11)
    stream.wrote(head(500), 100)
    second = opened(file)
    assert second.view("p", "main").before == Place(11, 1, 100, None)
    assert opened(file).view("p", "main").before == Place(11, 1, 100, None)


def test_who_is_not_let_in_again_is_sent_nothing_after_a_second_kill(file: int) -> None:
    """The count is a proof: what the stream did after the kill was not sent to a view that never grew."""
    first = opened(file)
    stream = first.stream("s", "main", "high")
    stream.wrote(head(10), 100)
    first.view("p", "main").grows(stream, 10, 10)
    second = opened(file)
    second.view("p", "main")
    second.stream("s", "main", "high").wrote(head(900), 100)
    place = opened(file).view("p", "main").before
    assert place is not None
    assert (place.number, place.packets) == (11, 1)


def test_a_stream_that_was_never_written_leaves_its_views_where_they_stood(file: int) -> None:
    first = opened(file)
    first.view("p", "voice1").grows(first.stream("s", "voice1", "high"), 900, 20)
    place = opened(file).view("p", "voice1").before
    assert place == Place(20, 0, 0, None)
    assert opened(file).outbound("p") == {}


def test_indexes_begin_with_the_keys(file: int) -> None:
    """A viewer that took another's numbers over (under new keys) began to count turns at its first number."""
    first = opened(file)
    stream = first.stream("s", "main", "high")
    stream.wrote(head(200_000), 1)
    first.view("p", "main").grows(stream, 200_000, 70_000)
    assert opened(file).outbound("p") == {11: 70_000 - 65_536}


def test_probes_are_remembered_by_the_block(file: int) -> None:
    first = opened(file)
    first.view("p", "main").probing(64)
    second = opened(file)
    assert second.view("p", "main").probes_before == 64
    assert second.outbound("p") == {111: 63}


def test_what_is_forgotten_is_forgotten(file: int) -> None:
    first = opened(file)
    stream = first.stream("s", "main", "high")
    stream.wrote(head(1), 1)
    first.view("p", "main").grows(stream, 1, 1)
    first.keep_peer("p", b"a peer")
    first.heard("p", 77, 5)
    first.keep_stage("s", b"a stage")
    first.forget_peer("p")
    first.forget_stage("s")
    first.keep_stage("s", b"")
    second = opened(file)
    assert second.peers == second.stages == {}
    assert second.stream("s", "main", "high").before is None
    assert second.view("p", "main").before is None
    assert second.inbound("p") == {}


def test_what_nobody_takes_up_is_wiped_when_the_restoring_is_over(file: int) -> None:
    first = opened(file)
    stream = first.stream("s", "main", "high")
    stream.wrote(head(1), 1)
    first.view("p", "main").grows(stream, 1, 1)
    first.heard("p", 77, 5)
    second = opened(file)
    second.settle()
    third = opened(file)
    assert third.view("p", "main").before is None
    assert third.stream("s", "main", "high").before is None
    assert third.inbound("p") == {}


def test_a_state_that_kills_its_reader_is_thrown_away_after_two_tries(file: int) -> None:
    totals = Totals()
    first = opened(file)
    first.keep_peer("p", b"poison")
    assert opened(file).peers
    assert opened(file).peers
    last = opened(file, totals)
    assert last.peers == {}
    assert (last.generation, last.boot != first.boot) == (0, True)
    assert totals.values["state_thrown_away"] == 1


def test_a_reader_that_lives_makes_the_state_good_again(file: int) -> None:
    opened(file).keep_peer("p", b"a peer")
    for _ in range(5):
        ledger = opened(file)
        assert ledger.peers
        ledger.healthy()


def test_after_a_clean_end_the_next_one_begins_anew(file: int) -> None:
    first = opened(file)
    first.keep_peer("p", b"a peer")
    first.close(clean=True)
    second = opened(file)
    assert (second.generation, second.peers) == (0, {})
    assert second.boot != first.boot


def test_another_format_is_not_read(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(file).keep_peer("p", b"a peer")
    monkeypatch.setattr(ledgers, "FORMAT", ledgers.FORMAT + 1)
    totals = Totals()
    assert opened(file, totals).peers == {}
    assert totals.values["state_thrown_away"] == 1


def test_garbage_is_not_read(file: int) -> None:
    os.ftruncate(file, ledgers.SIZE)
    os.pwrite(file, os.urandom(1 << 20), 0)
    assert opened(file).generation == 0


def test_a_peer_that_does_not_fit_is_not_kept_and_neither_is_its_past(file: int) -> None:
    totals = Totals()
    ledger = opened(file, totals)
    ledger.keep_peer("p", b"small")
    ledger.keep_peer("p", os.urandom(ledgers.LONGEST))
    assert totals.values["ledger_peer_not_kept"] == 1
    assert opened(file).peers == {}


def test_a_stage_that_does_not_fit_is_not_kept_and_neither_is_its_past(file: int) -> None:
    totals = Totals()
    ledger = opened(file, totals)
    ledger.keep_stage("s", b"wide open")
    ledger.keep_stage("s", os.urandom(ledgers.LONGEST))
    assert totals.values["ledger_stage_not_kept"] == 1
    assert opened(file).stages == {}


def test_a_peer_whose_numbers_have_no_room_is_not_brought_back(
    file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "VIEWS", 1)
    totals = Totals()
    ledger = opened(file, totals)
    ledger.view("p", "main")
    ledger.keep_peer("p", b"a peer")
    assert ledger.view("p", "second") is NO_VIEW
    ledger.keep_peer("p", b"a peer")
    assert totals.values["ledger_peer_not_kept"] == 2


def test_a_peer_on_a_stream_without_a_line_is_not_brought_back(file: int) -> None:
    totals = Totals()
    ledger = opened(file, totals)
    ledger.keep_peer("p", b"a peer")
    ledger.view("p", "main").grows(NO_STREAM, 1, 1)
    assert opened(file).peers == {}


def test_many_peers_come_and_go_without_running_out(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "PEERS", 2)
    monkeypatch.setattr(ledgers, "VIEWS", 2)
    monkeypatch.setattr(ledgers, "STREAMS", 2)
    totals = Totals()
    ledger = opened(file, totals)
    for number in range(10):
        ledger.keep_peer(f"p{number}", b"a peer")
        stream = ledger.stream(f"s{number}", "main", "high")
        ledger.view(f"p{number}", "main").grows(stream, 1, 1)
        ledger.forget_peer(f"p{number}")
        ledger.forget_stage(f"s{number}")
    assert not totals.values
