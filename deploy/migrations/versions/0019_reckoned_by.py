"""By which rules and calendars stored terms were reckoned; indexes of cases to reckon and without term."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MARKED = sa.text("due_rule = '?'")
NO_TERM = sa.text("state <> 'closed' AND due_on IS NULL")


def upgrade() -> None:
    """Nothing is known of those that stand: the next start reckons them anew."""
    op.create_table(
        "reckoned_by",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("n = 1", name=op.f("ck_reckoned_by_n")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_reckoned_by")),
    )
    op.create_index("ix_cases_unreckoned", "cases", ["id"], sqlite_where=MARKED, postgresql_where=MARKED)
    op.create_index(
        "ix_cases_no_term", "cases", ["due_on", "id"], sqlite_where=NO_TERM, postgresql_where=NO_TERM
    )


def downgrade() -> None:
    """Stored terms stay as they are."""
    op.drop_index("ix_cases_no_term", "cases")
    op.drop_index("ix_cases_unreckoned", "cases")
    op.drop_table("reckoned_by")
