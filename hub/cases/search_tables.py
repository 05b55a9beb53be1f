"""Searches that somebody keeps under a name."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base, Id

LABEL_LENGTH = 80


class SavedSearch(Base):
    """A search by its address's query, for one account only. What it finds is found anew."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("owner_key", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    owner_key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    query: Mapped[dict[str, str]]
    made_at: Mapped[datetime]
