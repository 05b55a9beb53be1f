"""What the hub ends by itself, on clocks of the test's own."""

from datetime import UTC, datetime, timedelta

from hub.reception.speech import ANSWER_SECONDS, Call, Floor, Speech, Talk
from hub.reception.state import SessionState
from signaling.floor_book import FloorBook
from signaling.presence import GRACE_SECONDS

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_a_lease_ends_when_it_is_over_and_is_asked_for_until_it_has():
    state = SessionState("s", floor=Floor("p", "P", "i", AT, AT + timedelta(seconds=60)))
    book = FloorBook()
    assert list(book.changes(state, (), AT + timedelta(seconds=59), 0)) == []
    for _ in range(2):
        assert list(book.changes(state, (), AT + timedelta(seconds=60), 1)) == [("floor.ended", {})]
    endless = SessionState("s", floor=Floor("p", "P", "i", AT))
    assert list(book.changes(endless, (), AT + timedelta(days=1), 2)) == []


def test_a_call_without_an_answer_is_given_up():
    state = SessionState("s", speech=Speech(call=Call("p", "P", 60, AT)))
    late = AT + timedelta(seconds=ANSWER_SECONDS)
    assert list(FloorBook().changes(state, (), late, 0)) == [("floor.call_ended", {})]


def test_a_talk_ends_when_its_staff_is_gone_for_a_while():
    talk = Talk("t", "p", "P", "account:a", "A", AT)
    state = SessionState("s", speech=Speech(talks={"t": talk}))
    book = FloorBook()
    assert list(book.changes(state, {"account:a"}, AT, 0)) == []
    assert list(book.changes(state, (), AT, 1)) == []
    assert list(book.changes(state, {"account:a"}, AT, 5)) == []
    assert list(book.changes(state, (), AT, 6)) == []
    assert list(book.changes(state, (), AT, 6 + GRACE_SECONDS)) == [("talk.closed", {"talk": "t"})]
