"""Tables of cases: who asks what, which unit is in charge, what was directed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base, Id

TITLE_LENGTH = 300
NAME_LENGTH = 200
KINDS_SQL = "kind IN ('complaint', 'denunciation', 'recommendation', 'reflection')"
FIELDS_SQL = "field IN ('land', 'policy', 'judicial', 'party', 'corruption', 'environment', 'other')"


class Case(Base):
    """One matter. Its number `2026/0147` counts from 1 per receiving unit and year, without gaps."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("book_unit_id", "year", "serial"),
        CheckConstraint(KINDS_SQL, name="kind"),
        CheckConstraint(FIELDS_SQL, name="field"),
        CheckConstraint("times_heard >= 0", name="times_heard"),
        Index(None, "unit_id", "received_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    book_unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    """The unit that received it, in whose book it has its number."""
    year: Mapped[int]
    serial: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    """The unit in charge."""
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    summary: Mapped[str]
    folded: Mapped[str]
    """Number and title as search compares them: see `hub.units.fold`."""
    times_heard: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def number(self) -> str:
        """As people write it."""
        return f"{self.year}/{self.serial:04d}"


class CaseBook(Base):
    """The last number a unit gave in a year. Its row is locked while a number is given."""

    __tablename__ = "case_books"

    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CaseReach(Base):
    """A unit within whose sight a case is: the one in charge, those above it, and those directed in it."""

    __tablename__ = "case_reaches"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    directed: Mapped[bool]
    """Only for a directive, not by its place in the tree."""


class Petition(Base):
    """One paper (or spoken statement) in a case."""

    __tablename__ = "petitions"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    received_at: Mapped[datetime]
    summary: Mapped[str]


class Petitioner(Base):
    """Who asks, except in denunciations: those stand in `SealedPetitioner` only."""

    __tablename__ = "petitioners"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    address: Mapped[str]
    phone: Mapped[str] = mapped_column(String(40))
    persons: Mapped[int]
    """How many people ask together; 5 or more are a large group."""


class SealedPetitioner(Base):
    """A denouncer, encrypted; nothing here can be searched or listed by. Only the number of persons is
    readable.
    """

    __tablename__ = "sealed_petitioners"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    persons: Mapped[int]


class SealedText(Base):
    """Title and texts of a case as they were before it became a denunciation, where they named a denouncer;
    encrypted.
    """

    __tablename__ = "sealed_texts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Directive(Base):
    """What a chair told a unit to do about a case, and by when."""

    __tablename__ = "directives"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    text: Mapped[str]
    due: Mapped[date] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    issued_by_key: Mapped[str] = mapped_column(String(40))
    issued_by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))


class DirectiveUnit(Base):
    """A unit's part in a directive: it leads or supports, and acknowledged it or has not yet."""

    __tablename__ = "directive_units"
    __table_args__ = (CheckConstraint("part IN ('lead', 'support')", name="part"),)

    directive_id: Mapped[str] = mapped_column(ForeignKey("directives.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(String(8))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
