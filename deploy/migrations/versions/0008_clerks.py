"""The clerk's hands: directives taken back, the day of the answer to the citizen; people who came late."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = (
    ("answer_on", sa.Date()),
    ("withdrawn_at", sa.DateTime(timezone=True)),
    ("withdrawn_why", sa.String(length=500)),
)


def upgrade() -> None:
    with op.batch_alter_table("directives") as batch:
        for name, kind in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "arrivals",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_matter", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_arrivals_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_arrivals_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_case_id"), "arrivals", ["case_id"])
    op.create_index(op.f("ix_arrivals_unit_id"), "arrivals", ["unit_id"])


def downgrade() -> None:
    """People who came late and have no case are forgotten; directives that were taken back hold again."""
    op.drop_table("arrivals")
    with op.batch_alter_table("directives") as batch:
        for name, _ in COLUMNS:
            batch.drop_column(name)
