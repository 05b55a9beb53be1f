"""One session as an iCalendar file (RFC 5545). Pure: the words come from the caller."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

LINE_OCTETS: Final = 75
"""RFC 5545 §3.1: longer lines are folded."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in somebody's calendar. `sequence` grows with every change, so that the later file wins."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    location: str
    description: str
    cancelled: bool = False
    tentative: bool = False


def ics(entry: Entry) -> str:
    """The file, with CRLF ends and folded lines."""
    return "".join(f"{part}\r\n" for line in _lines(entry) for part in _folded(line))


def _lines(entry: Entry) -> Iterator[str]:
    status = "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Reception Hub//EN", "CALSCALE:GREGORIAN")
    yield f"METHOD:{'CANCEL' if entry.cancelled else 'PUBLISH'}"
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{_time(entry.stamp)}"
    yield f"DTSTART:{_time(entry.starts_at)}"
    if entry.ends_at is not None:
        yield f"DTEND:{_time(entry.ends_at)}"
    yield f"SUMMARY:{_text(entry.summary)}"
    if entry.location:
        yield f"LOCATION:{_text(entry.location)}"
    if entry.description:
        yield f"DESCRIPTION:{_text(entry.description)}"
    yield f"STATUS:{status}"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, never inside a character; parts after the first begin with a
    space.
    """
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > LINE_OCTETS:
            yield part.decode()
            part = b" "
        part += octets
    yield part.decode()
