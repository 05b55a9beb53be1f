"""Tables of cases: who asks what, which unit is in charge, what was directed."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, validates

from hub.store.base import Base, Id

TITLE_LENGTH = 300
NAME_LENGTH = 200
WHY_LENGTH = 500
KINDS_SQL = "kind IN ('complaint', 'denunciation', 'recommendation', 'reflection')"
STATES_SQL = (
    "state IN ('received', 'classified', 'eligible', 'ineligible', 'guided', 'transferred', 'returned', "
    "'archived', 'accepted', 'not_accepted', 'verification', 'suspended', 'dialogue', 'decided', "
    "'enforcement', 'replied', 'closed')"
)
RULE_LENGTH = 40
UNRECKONED = "?"
"""In place of a rule's name: the terms of that case are still to be reckoned."""
NO_TERM = "state <> 'closed' AND due_on IS NULL"
NO_TERM_SQL = "cases.state <> 'closed' AND cases.due_on IS NULL"
"""Open, and nothing runs (reopened, withdrawn, suspended, guided …): nobody is reminded of these."""
DIRECTIVE_STATES_SQL = (
    "state IN ('issued', 'delivered', 'acknowledged', 'in_progress', 'reported', 'accepted', 'sent_back', "
    "'citizen_replied', 'closed')"
)
OPEN_DIRECTIVES_SQL = "withdrawn_at IS NULL AND state <> 'closed'"
FIELDS_SQL = "field IN ('land', 'policy', 'judicial', 'party', 'corruption', 'environment', 'other')"


def digits_of(phone: str) -> str | None:
    """What two ways of writing one phone number share: its digits, the country's own beginning as 0."""
    digits = "".join(sign for sign in phone if sign in "0123456789")
    if phone.strip().startswith("+84") or (digits.startswith("84") and len(digits) > 10):
        digits = "0" + digits[2:]
    return digits[:40] or None


STRUCK_OUT: Final = 1_000_000
"""A number n that was struck out for the k-th time stands as -(k * 1,000,000 + n): unique, and still to be
read."""


class Case(Base):
    """One matter. Its number `2026/0147` counts from 1 per receiving unit and year, without gaps."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("book_unit_id", "year", "serial"),
        CheckConstraint(KINDS_SQL, name="kind"),
        CheckConstraint(FIELDS_SQL, name="field"),
        CheckConstraint("times_heard >= 0", name="times_heard"),
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint("version >= 0", name="version"),
        Index(None, "unit_id", "received_at"),
        Index(None, "state", "received_at"),
        # Not by kind first: that most readers see three of the four kinds must not lead down this index.
        Index(None, "field", "kind", "state"),
        Index(None, "year", "serial"),
        # All that the boards of terms ask, so that they look at no case itself.
        Index(None, "due_on", "unit_id", "kind", "voided_on", "id"),
        Index("ix_cases_no_term", "due_on", "id", sqlite_where=sql(NO_TERM), postgresql_where=sql(NO_TERM)),
        Index(
            "ix_cases_unreckoned",
            "id",
            sqlite_where=sql("due_rule = '?'"),
            postgresql_where=sql("due_rule = '?'"),
        ),
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
    state: Mapped[str] = mapped_column(String(16), default="received", index=True)
    """Where it stands: see `hub.cases.life.State`. Only `hub.cases.conduct` moves it."""
    version: Mapped[int] = mapped_column(default=0)
    """The number of its latest act; what somebody changed in the meantime shows by it."""
    due_on: Mapped[date | None]
    """The last day of the term to act on first; see `hub.cases.deadlines`, which alone sets it."""
    due_rule: Mapped[str | None] = mapped_column(String(RULE_LENGTH))
    remote: Mapped[bool] = mapped_column(default=False)
    """In a remote area where travel is difficult: longer terms."""
    anonymous: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[bool] = mapped_column(default=False)
    """The violator is named and there is concrete evidence."""
    voided_on: Mapped[date | None]
    """The day its import was undone: it stands in no list or count any more. Its number is free for the same
    case once more; what it was stays behind the minus (`STRUCK_OUT`)."""

    @property
    def number(self) -> str:
        """As people write it."""
        serial = self.serial if self.serial > 0 else -self.serial % STRUCK_OUT
        return f"{self.year}/{serial:04d}"


class CaseBook(Base):
    """The last number a unit gave in a year. Its row is locked while a number is given."""

    __tablename__ = "case_books"

    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CaseReach(Base):
    """A unit within whose sight a case is: the one in charge, those above it, those directed in it, and those
    that had it by their place before it passed to the second instance.
    """

    __tablename__ = "case_reaches"
    __table_args__ = (Index(None, "unit_id", "case_id"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    directed: Mapped[bool]
    """Only for a directive, or for having been in charge; not by its place in the tree."""


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
    digits: Mapped[str | None] = mapped_column(String(40), index=True)
    """The phone's digits, for search; they follow `phone` by themselves, but for those who write in bulk."""

    @validates("phone")
    def _follow(self, _name: str, phone: str) -> str:
        self.digits = digits_of(phone)
        return phone


class SealedPetitioner(Base):
    """A denouncer, encrypted; nothing here can be searched or listed by. Only the number of persons is
    readable.
    """

    __tablename__ = "sealed_petitioners"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    persons: Mapped[int]


class Arrival(Base):
    """Somebody who came without an appointment and waits to be let in, encrypted, until they have a case."""

    __tablename__ = "arrivals"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    received_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_matter: Mapped[bytes] = mapped_column(LargeBinary)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)


class SealedText(Base):
    """Title and texts of a case as they were before it became a denunciation, where they named a denouncer;
    encrypted.
    """

    __tablename__ = "sealed_texts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Directive(Base):
    """What a chair told a unit to do about a case, and by when. It lives by `hub.cases.directives.states`."""

    __tablename__ = "directives"
    __table_args__ = (
        CheckConstraint(DIRECTIVE_STATES_SQL, name="state"),
        Index(
            "ix_directives_open",
            "due",
            "id",
            sqlite_where=sql(OPEN_DIRECTIVES_SQL),
            postgresql_where=sql(OPEN_DIRECTIVES_SQL),
        ),
        Index(None, "state", "issued_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    text: Mapped[str]
    due: Mapped[date] = mapped_column(index=True)
    """The last day to report."""
    issued_at: Mapped[datetime]
    issued_by_key: Mapped[str] = mapped_column(String(40))
    issued_by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    answer_on: Mapped[date | None]
    """The day by which the citizen is to be answered."""
    withdrawn_at: Mapped[datetime | None]
    """When it was taken back; it asks nothing of anybody since."""
    withdrawn_why: Mapped[str | None] = mapped_column(String(WHY_LENGTH))
    due_period: Mapped[str | None] = mapped_column(String(8))
    """`2026-Q4` where a quarter was said; `due` is its last day."""
    state: Mapped[str] = mapped_column(String(16), default="issued")
    """How far the leading unit is; repeats what `directive_acts` say. Beside it: `withdrawn_at`."""
    issued_unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    """The unit in whose name it was issued: it and those above it accept, urge and close."""


class DirectiveUnit(Base):
    """A unit's part in a directive: it leads, supports or watches; whether it has it, and acknowledged it."""

    __tablename__ = "directive_units"
    __table_args__ = (CheckConstraint("part IN ('lead', 'support', 'watch')", name="part"),)

    directive_id: Mapped[str] = mapped_column(ForeignKey("directives.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(String(8))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    delivered_at: Mapped[datetime | None]
    delivered_how: Mapped[str | None] = mapped_column(String(16))
    """By `page` or `room`, of itself; else the way that the issuing office wrote down."""
