"""Sign-ins that were ended before their cookie."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row for each sign-in that somebody ended by hand."""
    op.create_table(
        "ended_sign_ins",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_ended_sign_ins_account_id")),
        sa.PrimaryKeyConstraint("account_id", "signed_in_at", name=op.f("pk_ended_sign_ins")),
    )


def downgrade() -> None:
    """Only cookies tell."""
    op.drop_table("ended_sign_ins")
