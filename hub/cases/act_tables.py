"""Tables of what was done in a case: acts, what the file said before each change, whom it is against, and
cases that were joined.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.cases.models import NAME_LENGTH, TITLE_LENGTH
from hub.store.base import Base, Id

ACT_LENGTH = 40


class CaseAct(Base):
    """One thing that happened in a case. Rows are added, never changed or taken away (see
    `hub.cases.append_only`).

    `data` holds plain values and never who asks or denounces: see `hub.cases.history.record`.
    """

    __tablename__ = "case_acts"
    __table_args__ = (
        UniqueConstraint("case_id", "n"),
        CheckConstraint("n > 0", name="n"),
        CheckConstraint("corrects < n", name="corrects"),
        Index(None, "act", "on_day"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    n: Mapped[int]
    """1, 2, 3 … within the case, without gaps."""
    at: Mapped[datetime]
    """When it was written down."""
    on: Mapped[date] = mapped_column("on_day")
    """The day in Vietnam on which it takes effect."""
    act: Mapped[str] = mapped_column(String(ACT_LENGTH))
    """A code: one of `hub.cases.life.ACTS`, or of something else that changed the case."""
    by_key: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    """The unit that did it; None: the hub as a whole."""
    corrects: Mapped[int | None]
    """The `n` of the act that this one takes the place of."""
    data: Mapped[dict[str, Any]]


class CaseVersion(Base):
    """What a file said until act `n` changed it. Masked with the case when it becomes a denunciation."""

    __tablename__ = "case_versions"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    summary: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(12))


class ComplainedUnit(Base):
    """A unit that the petition is against: it may work on the case, but never end it alone."""

    __tablename__ = "complained_units"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)


class CaseJoin(Base):
    """Two files about one matter, joined by a person; one row each way."""

    __tablename__ = "case_joins"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
