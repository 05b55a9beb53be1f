"""Tables around the denouncer vault: who may look and why, sealed originals, and letters to and from a
denouncer.

Nothing readable here says who denounces. Every sealed column stands in `hub.cases.rotation.SEALED`.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.cases.models import NAME_LENGTH
from hub.store.base import Base, Id

REASON_LENGTH = 500
KEY_LENGTH = 40


class VaultGrant(Base):
    """A named person's leave to see who denounces in one case, for a reason, agreed to by a second person."""

    __tablename__ = "vault_grants"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'approved', 'refused', 'ended')", name="state"),
        CheckConstraint("purpose IN ('look', 'lift')", name="purpose"),
        CheckConstraint("decided_by_key IS NULL OR decided_by_key <> asked_by_key", name="second_person"),
        CheckConstraint("state IN ('asked', 'ended') OR decided_by_key IS NOT NULL", name="decided"),
        Index(None, "case_id", "asked_at"),
        Index(None, "state", "asked_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    purpose: Mapped[str] = mapped_column(String(8))
    """`look`: see who it is. `lift`: the case is no denunciation any more, and its people may stand in it
    openly.
    """
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    state: Mapped[str] = mapped_column(String(8))
    asked_by_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    asked_by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    asked_at: Mapped[datetime]
    decided_by_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    decided_by_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    decided_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    """Until when an approved one holds."""


class VaultFile(Base):
    """A sealed original. Its content lies in the vault's folder under this id, encrypted with a key of its
    own, which stands here, sealed, with the file's name and type.
    """

    __tablename__ = "vault_files"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    size: Mapped[int]
    """Bytes of the original."""
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)


class ReplyBox(Base):
    """The letter box between a case and whoever denounced, opened with a code only they have."""

    __tablename__ = "reply_boxes"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the code, with the hub's key: who steals the table has no code."""
    made_at: Mapped[datetime]


class SealedMessage(Base):
    """One letter in such a box."""

    __tablename__ = "sealed_messages"
    __table_args__ = (CheckConstraint("from_denouncer = (by_key IS NULL)", name="by"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    from_denouncer: Mapped[bool]
    by_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    by_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    """Who of the staff wrote it; the denouncer is shown the office and not the person."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    read_at: Mapped[datetime | None]
    """When the other side opened it first."""
