"""Tables of reception: sessions, agendas, rooms, and the timeline that says what happened."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base, Id

TITLE_LENGTH = 300
NAME_LENGTH = 200
KEY_LENGTH = 40
PHONE_LENGTH = 40
REASON_LENGTH = 500
COMMAND_ID_LENGTH = 64
HASH_LENGTH = 64


STATES_SQL = (
    "state IN ('draft', 'scheduled', 'published', 'live', 'paused', 'closed', 'postponed', 'cancelled')"
)


class Session(Base):
    """One reception. `head_*` is the end of its timeline; whoever appends locks this row first."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint("form IN ('periodic', 'unscheduled', 'regular')", name="form"),
        CheckConstraint("held_by IN ('head', 'delegation')", name="held_by"),
        CheckConstraint("default_audience IN ('all', 'related', 'closed')", name="default_audience"),
        Index(None, "state", "starts_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    form: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    """As the timeline has it, kept here for lists."""
    starts_at: Mapped[datetime]
    live_at: Mapped[datetime | None]
    hub_unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    default_audience: Mapped[str] = mapped_column(String(8))
    """Of items whose scheduler chose nothing else. Nobody may leave it out."""
    head_n: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    head_seal: Mapped[str] = mapped_column(String(HASH_LENGTH))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When it is expected to be over."""
    held_by: Mapped[str | None] = mapped_column(String(10))
    """By the head in person or by delegation; None where nobody said."""
    chair: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    """Who presides, name and office as the notice says it."""
    place: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    published_at: Mapped[datetime | None]
    notice_at: Mapped[datetime | None]
    """When it was postponed or cancelled."""
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    """Why it was."""
    successor_id: Mapped[str | None] = mapped_column(ForeignKey("sessions.id"))
    """The session that stands in the place of a postponed one."""


class DraftItem(Base):
    """A case on the agenda of a draft. Scheduling makes agenda items of them."""

    __tablename__ = "draft_items"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    position: Mapped[int]
    """From 1; the draft's lock keeps them apart."""
    audience: Mapped[str | None] = mapped_column(String(8))
    """None: the session's default."""


class FileRequest(Base):
    """A unit was asked for a file about a case, and has sent it or not yet."""

    __tablename__ = "file_requests"
    __table_args__ = (CheckConstraint("length(what) > 0", name="what"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("sessions.id"))
    """The session it was asked for; None when that was a draft and is no more."""
    what: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    due: Mapped[date | None]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))


class AgendaItem(Base):
    """A case on a session's agenda. What became of it is in the timeline."""

    __tablename__ = "agenda_items"
    __table_args__ = (UniqueConstraint("session_id", "position"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    position: Mapped[int]
    """From 1."""
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)


class Point(Base):
    """A connection point: the reception room of a unit."""

    __tablename__ = "points"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created_at: Mapped[datetime]
    phone: Mapped[str | None] = mapped_column(String(PHONE_LENGTH))
    """Where somebody in the room, or near it, picks up."""
    contact: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    """Who that is."""


class SessionPoint(Base):
    """A point is invited to a session."""

    __tablename__ = "session_points"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("points.id"), primary_key=True, index=True)


class PointCheck(Base):
    """What a room measured of its devices and line before a session, and what that came to."""

    __tablename__ = "point_checks"
    __table_args__ = (
        CheckConstraint("verdict IN ('go', 'no_go')", name="verdict"),
        Index(None, "session_id", "point_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"))
    point_id: Mapped[str] = mapped_column(ForeignKey("points.id"))
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(8))
    causes: Mapped[list[str]]
    """Codes of `checks.CAUSES`, the gravest first."""
    measures: Mapped[dict[str, Any]]


class CheckRequest(Base):
    """Somebody asked a room to check again; gone when it has."""

    __tablename__ = "check_requests"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("points.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(KEY_LENGTH))


class TimelineEvent(Base):
    """One event of a session, number `n` from 1 without gaps. Triggers refuse to delete one, and to change
    anything but `data`, once for each `TimelineRedaction`.
    """

    __tablename__ = "timeline_events"
    __table_args__ = (CheckConstraint("n > 0", name="n"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    media_ms: Mapped[int | None]
    by_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    audience: Mapped[str] = mapped_column(String(8))
    item_id: Mapped[str | None] = mapped_column(Id)
    case_id: Mapped[str | None] = mapped_column(Id, index=True)
    unit_id: Mapped[str | None] = mapped_column(Id)
    data: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    seal: Mapped[str] = mapped_column(String(HASH_LENGTH))
    masked: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How often a text in `data` was masked."""


class TimelineRedaction(Base):
    """That one event's texts lost the names of people whose case became a denunciation. Rows are added, never
    changed or taken away. No text is here: `hash` is the digest of what the event says since.
    """

    __tablename__ = "timeline_redactions"
    __table_args__ = (
        ForeignKeyConstraint(["session_id", "n"], ["timeline_events.session_id", "timeline_events.n"]),
        CheckConstraint("number > 0", name="number"),
    )

    session_id: Mapped[str] = mapped_column(Id, primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … of this event."""
    case_id: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime]
    by_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    seal: Mapped[str] = mapped_column(String(HASH_LENGTH))


class CommandReceipt(Base):
    """What a command came to, so that its repetition is answered alike. `code` and `params` when it was
    refused.
    """

    __tablename__ = "command_receipts"

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    participant: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    command_id: Mapped[str] = mapped_column(String(COMMAND_ID_LENGTH), primary_key=True)
    at: Mapped[datetime]
    n: Mapped[int]
    code: Mapped[str | None] = mapped_column(String(40))
    params: Mapped[dict[str, Any]]
