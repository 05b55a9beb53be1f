"""The citizen's look-up: codes of receipts, and what citizens say of their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cases that stand get a code when somebody prints one."""
    op.create_table(
        "lookup_codes",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lookup_codes_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_lookup_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_lookup_codes_code_hash")),
    )
    op.create_table(
        "feedbacks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(length=200), nullable=True),
        sa.Column("review", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_feedbacks_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedbacks")),
    )
    op.create_index(op.f("ix_feedbacks_case_id"), "feedbacks", ["case_id"])


def downgrade() -> None:
    """Receipts that were given out open nothing any more."""
    op.drop_table("feedbacks")
    op.drop_table("lookup_codes")
