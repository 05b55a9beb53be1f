"""Units in time: which successor takes over what is open, and which units were in charge of a case before."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unit_successions") as batch:
        batch.add_column(sa.Column("main", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("unit_successions") as batch:
        batch.alter_column("main", server_default=None)
    op.create_table(
        "former_charges",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_former_charges_days")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_former_charges_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_former_charges_unit_id")),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_former_charges")),
    )
    op.create_index(op.f("ix_former_charges_unit_id"), "former_charges", ["unit_id"])
    op.create_index(op.f("ix_former_charges_until"), "former_charges", ["until"])


def downgrade() -> None:
    """It is no longer known which units were in charge before."""
    op.drop_table("former_charges")
    with op.batch_alter_table("unit_successions") as batch:
        batch.drop_column("main")
