"""Tables of the administrative tree.

Official codes get reused and names repeat, so a unit is (code, valid_from). Who became whom is a table of its
own, many to many: units merge and split.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base, Id

SINCE_EVER = date(1900, 1, 1)
"""`valid_from` of a unit whose list does not say since when it exists."""

CODE_LENGTH = 20
NAME_LENGTH = 200
EMAIL_LENGTH = 254


class Level(StrEnum):
    """Levels of government, from the top."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"

    @property
    def rank(self) -> int:
        """0 for the province, growing downwards."""
        return list(Level).index(self)


class Unit(Base):
    """One administrative unit, from `valid_from` to the day before `valid_to`."""

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        CheckConstraint("level IN ('province', 'district', 'commune')", name="level"),
        Index(None, "valid_from", "valid_to"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The first day on which it is no more; None while it stands."""
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folded: Mapped[str]
    """The name as search compares it: see `hub.units.fold`."""
    level: Mapped[str] = mapped_column(String(10))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    """The office's own mailbox, for reminders where no person is named."""

    def valid_on(self, day: date) -> bool:
        """Whether the unit exists on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class UnitSuccession(Base):
    """`successor_id` carries on what `unit_id` was, or a part of it, from `valid_from` on."""

    __tablename__ = "unit_successions"

    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    successor_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    valid_from: Mapped[date]
    main: Mapped[bool] = mapped_column(default=False)
    """Of several successors, the one that takes over the cases that are open."""
