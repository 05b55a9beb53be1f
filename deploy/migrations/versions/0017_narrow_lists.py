"""Indexes for lists that are narrow: a unit's sight by itself, and cases of one field, kind and state."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = ["field", "kind", "state"]


def upgrade() -> None:
    """A unit's sight is read without a look at each row."""
    op.create_index(op.f("ix_cases_field_kind_state"), "cases", KINDS)
    op.create_index(op.f("ix_case_reaches_unit_id_case_id"), "case_reaches", ["unit_id", "case_id"])
    op.drop_index(op.f("ix_case_reaches_unit_id"), "case_reaches")


def downgrade() -> None:
    """Lists get longer again."""
    op.create_index(op.f("ix_case_reaches_unit_id"), "case_reaches", ["unit_id"])
    op.drop_index(op.f("ix_case_reaches_unit_id_case_id"), "case_reaches")
    op.drop_index(op.f("ix_cases_field_kind_state"), "cases")
