"""The calendar file: what RFC 5545 asks of it, for any words."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.reception.ics import LINE_OCTETS, Entry, ics

AT = datetime(2026, 7, 20, 1, 0, tzinfo=UTC)


def entry(**changes: object) -> Entry:
    known = {
        "uid": "x@reception-hub",
        "sequence": 2,
        "stamp": AT,
        "starts_at": AT,
        "ends_at": AT.replace(hour=4, minute=30),
        "summary": "Tiếp công dân, tháng 7; định kỳ",
        "location": "Trụ sở",
        "description": "một\nhai",
    }
    return Entry(**{**known, **changes})  # type: ignore[arg-type]


def test_a_published_session() -> None:
    lines = ics(entry()).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20260720T010000Z" in lines
    assert "DTEND:20260720T043000Z" in lines
    assert "SUMMARY:Tiếp công dân\\, tháng 7\\; định kỳ" in lines
    assert "DESCRIPTION:một\\nhai" in lines
    assert "STATUS:CONFIRMED" in lines
    assert "METHOD:PUBLISH" in lines


def test_a_cancelled_one_says_so_and_an_open_end_is_left_out() -> None:
    text = ics(entry(cancelled=True, ends_at=None))
    assert "METHOD:CANCEL\r\n" in text
    assert "STATUS:CANCELLED\r\n" in text
    assert "DTEND" not in text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_lines_are_folded_between_characters_and_come_back_whole(words: str) -> None:
    text = ics(entry(summary=words, location="", description=""))
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= LINE_OCTETS for line in lines)
    whole = text.replace("\r\n ", "")
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{escaped}\r\n" in whole
