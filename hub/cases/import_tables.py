"""Tables of registers that were brought in from a spreadsheet, each as one batch."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.cases.models import NAME_LENGTH
from hub.store.base import Base, Id

STATES_SQL = "state IN ('read', 'running', 'done', 'undone', 'dropped')"


class ImportBatch(Base):
    """One file: read, then checked and written row by row, then perhaps undone.

    The file's name is not kept, and its rows only sealed and only until they are written: both may name a
    denouncer.
    """

    __tablename__ = "import_batches"
    __table_args__ = (CheckConstraint(STATES_SQL, name="state"), Index(None, "by_key", "made_at"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    by_key: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    """In whose book the cases are numbered, and that is in charge where a row names no unit."""
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The rows, until they are written."""
    header: Mapped[list[str]]
    columns: Mapped[dict[str, Any]]
    """What stands in which column: field to index, as the person confirmed it."""
    rows: Mapped[int]
    """How many rows the file has."""
    looked_at: Mapped[int]
    """Rows worked through so far."""
    written: Mapped[int]
    bad: Mapped[list[Any]]
    """Rows that were not taken: `[row, column, code, params]`."""


class ImportedCase(Base):
    """Which row of which batch a case came from."""

    __tablename__ = "imported_cases"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batches.id"), index=True)
    row: Mapped[int]
