"""Tables of documents: files of a case, papers that were issued, and the templates they are made from."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.cases.models import NAME_LENGTH
from hub.store.base import Base, Id

KIND_LENGTH = 20
FILE_NAME_LENGTH = 120
NUMBER_LENGTH = 60
TYPE_LENGTH = 100
DIGEST_LENGTH = 64
PAPERS_SQL = (
    "kind IN ('receipt', 'guidance', 'transfer', 'return', 'refusal', 'acceptance', 'answer', 'urge', "
    "'conclusion_notice')"
)


class Document(Base):
    """One file in a case. Rows are added, and changed only when an original moves into the vault."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("case_id", "n"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(sha256 IS NULL) <> (vault_file IS NULL)", name="place"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    n: Mapped[int]
    """1, 2, 3 … within the case: the one name that a denunciation's file has outside the vault."""
    at: Mapped[datetime]
    by_key: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    """What it is to the case: `petition`, `proof`, `mandate`, `paper`, or another area's code."""
    name: Mapped[str] = mapped_column(String(FILE_NAME_LENGTH))
    """As people called the file; empty in a denunciation, where a name may name."""
    media_type: Mapped[str] = mapped_column(String(TYPE_LENGTH))
    """What its bytes say it is, whatever its name said."""
    size: Mapped[int]
    """Bytes as they came."""
    sha256: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))
    """Its key in the file store; None for what is in the vault."""
    vault_file: Mapped[str | None] = mapped_column(ForeignKey("vault_files.id"), unique=True)
    """An original that would tell who denounces: only the vault's door opens it."""
    masked: Mapped[bool]
    """A copy, or a paper, without what would tell who denounces."""
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    """Its official number; empty when it has none."""


class PaperBook(Base):
    """The last number of a unit, a year and a paper. Its row is locked while a number is given."""

    __tablename__ = "paper_books"

    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH), primary_key=True)
    last: Mapped[int]


class PaperTemplate(Base):
    """A version of a unit's own Word template. The highest `n` holds; one without a file: the built-in."""

    __tablename__ = "paper_templates"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "n"), CheckConstraint(PAPERS_SQL, name="kind"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    n: Mapped[int]
    at: Mapped[datetime]
    by_key: Mapped[str] = mapped_column(String(40))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name: Mapped[str] = mapped_column(String(FILE_NAME_LENGTH))
    sha256: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))


class Paper(Base):
    """A numbered paper that a unit issued in a case, as a Word file; its PDF is made from that file."""

    __tablename__ = "papers"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "kind", "serial"),
        CheckConstraint(PAPERS_SQL, name="kind"),
        Index(None, "case_id", "at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))
    """The unit in whose book it has its number."""
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    """As people write it: 12/PC-TCD, the year being that of `issued_on`."""
    issued_on: Mapped[date]
    at: Mapped[datetime]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), unique=True)
    template_id: Mapped[str | None] = mapped_column(ForeignKey("paper_templates.id"))
    """The unit's template it was made from; None: the built-in one."""
