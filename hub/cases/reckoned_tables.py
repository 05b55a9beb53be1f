"""By which rules and calendars the stored terms were reckoned."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base

DIGEST_LENGTH = 64
ONLY = 1


class ReckonedBy(Base):
    """One row, written when every open case was marked for it."""

    __tablename__ = "reckoned_by"
    __table_args__ = (CheckConstraint("n = 1", name="n"),)

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    """See `hub.cases.clock.digest`."""
    at: Mapped[datetime]
