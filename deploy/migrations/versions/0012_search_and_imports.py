"""What search goes by, searches kept under a name, registers brought in as one batch."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEXES = (("state", "received_at"), ("year", "serial"))
DIGITS = "replace(replace(replace(replace(replace(phone, ' ', ''), '.', ''), '-', ''), '(', ''), ')', '')"


def upgrade() -> None:
    """Phones that stand get their digits."""
    op.add_column("cases", sa.Column("voided_on", sa.Date(), nullable=True))
    for columns in INDEXES:
        op.create_index(op.f(f"ix_cases_{'_'.join(columns)}"), "cases", list(columns))
    op.add_column("petitioners", sa.Column("digits", sa.String(length=40), nullable=True))
    op.execute(f"UPDATE petitioners SET digits = {DIGITS} WHERE phone <> ''")
    op.create_index(op.f("ix_petitioners_digits"), "petitioners", ["digits"])
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("owner_key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("owner_key", "name", name=op.f("uq_saved_searches_owner_key_name")),
    )
    _import_batches()
    op.create_table(
        "imported_cases",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("batch_id", sa.String(length=26), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_imported_cases_case_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batches.id"], name=op.f("fk_imported_cases_batch_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_imported_cases")),
    )
    op.create_index(op.f("ix_imported_cases_batch_id"), "imported_cases", ["batch_id"])


def downgrade() -> None:
    """Cases whose import was undone come back as received."""
    for table in ("imported_cases", "import_batches", "saved_searches"):
        op.drop_table(table)
    op.drop_index(op.f("ix_petitioners_digits"), "petitioners")
    with op.batch_alter_table("petitioners") as batch:
        batch.drop_column("digits")
    for columns in INDEXES:
        op.drop_index(op.f(f"ix_cases_{'_'.join(columns)}"), "cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("voided_on")


def _import_batches() -> None:
    op.create_table(
        "import_batches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("bad", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('read', 'running', 'done', 'undone', 'dropped')", name=op.f("ck_import_batches_state")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_import_batches_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
    )
    op.create_index(op.f("ix_import_batches_by_key_made_at"), "import_batches", ["by_key", "made_at"])
