"""Tables of what was done with directives, and of the letters that go with them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.cases.act_tables import ACT_LENGTH
from hub.cases.document_tables import KIND_LENGTH, NUMBER_LENGTH
from hub.cases.models import NAME_LENGTH
from hub.store.base import Base, Id

HOW_LENGTH = 16


class DirectiveAct(Base):
    """One thing that happened to a directive. Rows are added, never changed or taken away (see
    `hub.cases.append_only`). `data` holds plain values and never who asks or denounces.
    """

    __tablename__ = "directive_acts"
    __table_args__ = (UniqueConstraint("directive_id", "n"), CheckConstraint("n > 0", name="n"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[str] = mapped_column(ForeignKey("directives.id"))
    n: Mapped[int]
    """1, 2, 3 … within the directive, without gaps."""
    at: Mapped[datetime]
    on: Mapped[date] = mapped_column("on_day")
    """The day in Vietnam on which it takes effect."""
    act: Mapped[str] = mapped_column(String(ACT_LENGTH))
    """`issue`, or one of `hub.cases.directives.states.ACTS`."""
    by_key: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    """The unit of whoever did it; None: the hub as a whole."""
    part_unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    """The directed unit it is about."""
    lead: Mapped[bool]
    """Whether that unit led then: only such acts move the directive's state."""
    data: Mapped[dict[str, Any]]


class DirectiveLetter(Base):
    """A numbered paper to directed units: an urging letter about one directive, or a notice of what was
    concluded in the case.
    """

    __tablename__ = "directive_letters"
    __table_args__ = (CheckConstraint("kind IN ('urge', 'conclusion_notice')", name="kind"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    directive_id: Mapped[str | None] = mapped_column(ForeignKey("directives.id"), index=True)
    """Of an urging letter."""
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    paper_id: Mapped[str] = mapped_column(ForeignKey("papers.id"), unique=True)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))


class DirectiveLetterUnit(Base):
    """To whom a letter goes, and whether they have it and said so."""

    __tablename__ = "directive_letter_units"

    letter_id: Mapped[str] = mapped_column(ForeignKey("directive_letters.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    delivered_at: Mapped[datetime | None]
    delivered_how: Mapped[str | None] = mapped_column(String(HOW_LENGTH))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
