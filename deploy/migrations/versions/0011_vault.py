"""The denouncer vault: leave given by a second person, sealed originals, letters to and from a denouncer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _vault_grants()
    op.create_table(
        "vault_files",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_vault_files_size")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_vault_files_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_files")),
    )
    op.create_index(op.f("ix_vault_files_case_id"), "vault_files", ["case_id"])
    op.create_table(
        "reply_boxes",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reply_boxes_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reply_boxes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_reply_boxes_code_hash")),
    )
    _sealed_messages()


def downgrade() -> None:
    """Originals in the vault's folder stay there, and nothing opens them any more."""
    for table in ("sealed_messages", "reply_boxes", "vault_files", "vault_grants"):
        op.drop_table(table)


def _vault_grants() -> None:
    op.create_table(
        "vault_grants",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by_key", sa.String(length=40), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_key", sa.String(length=40), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'ended')", name=op.f("ck_vault_grants_state")
        ),
        sa.CheckConstraint("purpose IN ('look', 'lift')", name=op.f("ck_vault_grants_purpose")),
        sa.CheckConstraint(
            "decided_by_key IS NULL OR decided_by_key <> asked_by_key",
            name=op.f("ck_vault_grants_second_person"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'ended') OR decided_by_key IS NOT NULL", name=op.f("ck_vault_grants_decided")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_vault_grants_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_grants")),
    )
    op.create_index(op.f("ix_vault_grants_case_id_asked_at"), "vault_grants", ["case_id", "asked_at"])
    op.create_index(op.f("ix_vault_grants_state_asked_at"), "vault_grants", ["state", "asked_at"])


def _sealed_messages() -> None:
    op.create_table(
        "sealed_messages",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_denouncer", sa.Boolean(), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_denouncer = (by_key IS NULL)", name=op.f("ck_sealed_messages_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sealed_messages_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_messages")),
    )
    op.create_index(op.f("ix_sealed_messages_case_id"), "sealed_messages", ["case_id"])
