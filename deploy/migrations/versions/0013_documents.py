"""Documents of cases, papers with their books and templates."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PAPERS = "kind IN ('receipt', 'guidance', 'transfer', 'return', 'refusal', 'acceptance', 'answer')"


def upgrade() -> None:
    """No files yet: they come below the data folder, `files`."""
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("vault_file", sa.String(length=26), nullable=True),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_documents_size")),
        sa.CheckConstraint("(sha256 IS NULL) <> (vault_file IS NULL)", name=op.f("ck_documents_place")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_documents_case_id")),
        sa.ForeignKeyConstraint(["vault_file"], ["vault_files.id"], name=op.f("fk_documents_vault_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("case_id", "n", name=op.f("uq_documents_case_id_n")),
        sa.UniqueConstraint("vault_file", name=op.f("uq_documents_vault_file")),
    )
    op.create_table(
        "paper_books",
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_paper_books_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "year", "kind", name=op.f("pk_paper_books")),
    )
    _templates()
    _papers()


def downgrade() -> None:
    """Which file belongs to which case is lost; the files themselves stay."""
    for table in ("papers", "paper_templates", "paper_books", "documents"):
        op.drop_table(table)


def _templates() -> None:
    op.create_table(
        "paper_templates",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(PAPERS, name=op.f("ck_paper_templates_kind")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_paper_templates_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_templates")),
        sa.UniqueConstraint("unit_id", "kind", "n", name=op.f("uq_paper_templates_unit_id_kind_n")),
    )


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("template_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint(PAPERS, name=op.f("ck_papers_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_papers_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_papers_document_id")),
        sa.ForeignKeyConstraint(["template_id"], ["paper_templates.id"], name=op.f("fk_papers_template_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_papers_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint("document_id", name=op.f("uq_papers_document_id")),
        sa.UniqueConstraint(
            "unit_id", "year", "kind", "serial", name=op.f("uq_papers_unit_id_year_kind_serial")
        ),
    )
    op.create_index(op.f("ix_papers_case_id_at"), "papers", ["case_id", "at"])
