"""The boards of terms read their index and nothing else of a case."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TOLD = ["due_on", "unit_id", "kind", "voided_on", "id"]


def upgrade() -> None:
    """Whose term it is and who may see it stand beside the day."""
    op.create_index(op.f("ix_cases_due_on_unit_id_kind_voided_on_id"), "cases", TOLD)
    op.drop_index(op.f("ix_cases_due_on"), "cases")


def downgrade() -> None:
    """Only the day."""
    op.create_index(op.f("ix_cases_due_on"), "cases", ["due_on"])
    op.drop_index(op.f("ix_cases_due_on_unit_id_kind_voided_on_id"), "cases")
