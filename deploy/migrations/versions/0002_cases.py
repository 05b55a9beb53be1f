"""Cases, directives."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = [
    "case_books",
    "cases",
    "case_reaches",
    "directives",
    "petitioners",
    "petitions",
    "sealed_petitioners",
    "sealed_texts",
    "directive_units",
]
"""In the order of their making."""


def upgrade() -> None:
    _case_books()
    _cases()
    _case_reaches()
    _directives()
    _petitioners()
    _petitions()
    _sealed_petitioners()
    _sealed_texts()
    _directive_units()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _case_books() -> None:
    op.create_table(
        "case_books",
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_books_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "year", name=op.f("pk_case_books")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("book_unit_id", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("times_heard", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "field IN ('land', 'policy', 'judicial', 'party', 'corruption', 'environment', 'other')",
            name=op.f("ck_cases_field"),
        ),
        sa.CheckConstraint(
            "kind IN ('complaint', 'denunciation', 'recommendation', 'reflection')",
            name=op.f("ck_cases_kind"),
        ),
        sa.CheckConstraint("times_heard >= 0", name=op.f("ck_cases_times_heard")),
        sa.ForeignKeyConstraint(["book_unit_id"], ["units.id"], name=op.f("fk_cases_book_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_cases_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("book_unit_id", "year", "serial", name=op.f("uq_cases_book_unit_id_year_serial")),
    )
    op.create_index(op.f("ix_cases_received_at"), "cases", ["received_at"])
    op.create_index(op.f("ix_cases_unit_id_received_at"), "cases", ["unit_id", "received_at"])


def _case_reaches() -> None:
    op.create_table(
        "case_reaches",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("directed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_reaches_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_reaches_unit_id")),
        sa.PrimaryKeyConstraint("case_id", "unit_id", name=op.f("pk_case_reaches")),
    )
    op.create_index(op.f("ix_case_reaches_unit_id"), "case_reaches", ["unit_id"])


def _directives() -> None:
    op.create_table(
        "directives",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_key", sa.String(length=40), nullable=False),
        sa.Column("issued_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_directives_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directives")),
    )
    op.create_index(op.f("ix_directives_case_id"), "directives", ["case_id"])
    op.create_index(op.f("ix_directives_due"), "directives", ["due"])


def _petitioners() -> None:
    op.create_table(
        "petitioners",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_petitioners_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitioners")),
    )
    op.create_index(op.f("ix_petitioners_case_id"), "petitioners", ["case_id"])


def _petitions() -> None:
    op.create_table(
        "petitions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_petitions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitions")),
    )
    op.create_index(op.f("ix_petitions_case_id"), "petitions", ["case_id"])


def _sealed_petitioners() -> None:
    op.create_table(
        "sealed_petitioners",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sealed_petitioners_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_petitioners")),
    )
    op.create_index(op.f("ix_sealed_petitioners_case_id"), "sealed_petitioners", ["case_id"])


def _sealed_texts() -> None:
    op.create_table(
        "sealed_texts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sealed_texts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_texts")),
    )
    op.create_index(op.f("ix_sealed_texts_case_id"), "sealed_texts", ["case_id"])


def _directive_units() -> None:
    op.create_table(
        "directive_units",
        sa.Column("directive_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("part IN ('lead', 'support')", name=op.f("ck_directive_units_part")),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_directive_units_directive_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_directive_units_unit_id")),
        sa.PrimaryKeyConstraint("directive_id", "unit_id", name=op.f("pk_directive_units")),
    )
    op.create_index(op.f("ix_directive_units_unit_id"), "directive_units", ["unit_id"])
