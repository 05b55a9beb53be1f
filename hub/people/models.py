"""Tables of accounts, their roles, and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.store.base import Base, Id

LOGIN_LENGTH = 64
NAME_LENGTH = 120
EMAIL_LENGTH = 254
"""As long as SMTP lets an address be."""


class Account(Base):
    """A person who can sign in."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(String(LOGIN_LENGTH), unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    password_hash: Mapped[str] = mapped_column(Text)
    """Argon2id, in its own text form."""
    epoch: Mapped[int] = mapped_column(default=1)
    """Grows when the password changes, a role is taken away or the account is shut: cookies of an older epoch
    are void."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    failed_tries: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one."""
    blocked_until: Mapped[datetime | None]
    """No password is looked at before then."""
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    """Where reminders go besides the inbox; see `hub.people.addresses`."""
    grants: Mapped[list["Grant"]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class EndedSignIn(Base):
    """A sign-in that somebody ended: whatever still holds its cookie is nobody."""

    __tablename__ = "ended_sign_ins"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    signed_in_at: Mapped[datetime] = mapped_column(primary_key=True)
    """To the second, as cookies tell it."""


class Grant(Base):
    """A role held by an account for a unit and what is below it; no unit means the whole hub."""

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"), index=True)


class AuditEntry(Base):
    """Who did or looked at what, when. Grows only; holds ids and codes, never what was seen."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "subject", "at"),
        CheckConstraint("length(act) > 0", name="act"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_key: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    act: Mapped[str] = mapped_column(String(60))
    """A stable code such as `account.signed_in`."""
    subject: Mapped[str] = mapped_column(String(60))
    """What it was done to, as `kind:id`."""
    data: Mapped[dict[str, Any]]
