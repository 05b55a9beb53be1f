"""Tables of notices. None holds a name or a title: a notice is a code, ids, days, and what the code needs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base, Id

CODE_LENGTH = 24
KEY_LENGTH = 40
ERROR_LENGTH = 60
NAME_LENGTH = 30


class Notice(Base):
    """One thing said to one unit or one account, once: in-app always, by mail where that is set."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("case_id", "code", "term", "about_unit", "subject", "to_key"),
        CheckConstraint("(to_unit IS NULL) <> (to_user IS NULL)", name="recipient"),
        CheckConstraint("level >= 0", name="level"),
        Index(None, "to_key", "settled_at", "at"),
        Index(None, "settled_at", "code"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    to_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    """`unit:<id>` or `account:<id>`, whichever of the two below is there."""
    to_unit: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    """Everybody of the unit who may read the case; most units have no person named for it."""
    to_user: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    subject: Mapped[str] = mapped_column(String(KEY_LENGTH))
    """`case`, or `directive:<id>`."""
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    """See `hub.cases.notices.rules.Code`."""
    level: Mapped[int]
    """How many levels above the unit that owes; grows for who was told earlier because nobody was below."""
    term: Mapped[date]
    """The last day that is meant; of a directive that nobody acknowledged, its day of issue."""
    about_unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    """The unit that owes."""
    params: Mapped[dict[str, Any]]
    """`rule`: the legal term. `nobody`: the unit meant has nobody who could read it."""
    settled_at: Mapped[datetime | None]
    """Since when it is no more so: done, extended, or said anew in stronger words."""


class NoticeRead(Base):
    """An account has read a notice. What is marked unread again has no row."""

    __tablename__ = "notice_reads"

    notice_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    account_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True, index=True)
    at: Mapped[datetime]


class NoticeMail(Base):
    """One mail to one recipient on one day: the digest of what was new. Its address is looked up when it is
    sent, and nothing of its content is kept.
    """

    __tablename__ = "notice_mails"
    __table_args__ = (
        UniqueConstraint("to_key", "day"),
        CheckConstraint("state IN ('pending', 'sent', 'failed', 'dropped')", name="state"),
        CheckConstraint("(to_unit IS NULL) <> (to_user IS NULL)", name="recipient"),
        Index(None, "state", "next_try_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    made_at: Mapped[datetime]
    day: Mapped[date]
    to_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    to_unit: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    to_user: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(String(8), default="pending")
    """`dropped`: when it was its turn there was nothing to say any more, or no address."""
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    """A process is sending it; if it dies, another one tries again after this."""
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    """A code: `smtp_550`, `connect`, `tls`, `timeout` … Never what a server said: it may quote an address."""


class NoticeMailLine(Base):
    """A notice stands in that recipient's mail, and in no other of theirs."""

    __tablename__ = "notice_mail_lines"

    to_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    mail_id: Mapped[str] = mapped_column(ForeignKey("notice_mails.id"), index=True)


class NoticeLease(Base):
    """One process at a time does this work; another one takes over when it has been silent until then."""

    __tablename__ = "notice_leases"

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    holder: Mapped[str] = mapped_column(String(KEY_LENGTH))
    until: Mapped[datetime]
