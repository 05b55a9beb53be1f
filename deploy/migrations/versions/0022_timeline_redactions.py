"""Events that may lose the names of people whose case became a denunciation."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from hub.reception.append_only import REDACTIONS, TIMELINE
from hub.store.append_only import AppendOnly

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PLAIN = AppendOnly(TIMELINE.table, TIMELINE.message)
"""As it was: no change is let through."""


def upgrade() -> None:
    """An event counts how often it was masked; each time has a row that goes before."""
    _run(PLAIN.drop_statements)
    op.add_column(
        "timeline_events", sa.Column("masked", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.create_table(
        "timeline_redactions",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_timeline_redactions_number")),
        sa.ForeignKeyConstraint(
            ["session_id", "n"],
            ["timeline_events.session_id", "timeline_events.n"],
            name=op.f("fk_timeline_redactions_session_id_n"),
        ),
        sa.PrimaryKeyConstraint("session_id", "n", "number", name=op.f("pk_timeline_redactions")),
    )
    _run(TIMELINE.statements)
    _run(REDACTIONS.statements)


def downgrade() -> None:
    """What was masked stays so; nothing proves it any more."""
    _run(REDACTIONS.drop_statements)
    _run(TIMELINE.drop_statements)
    op.drop_table("timeline_redactions")
    op.drop_column("timeline_events", "masked")
    _run(PLAIN.statements)


def _run(made: Callable[[str], list[str]]) -> None:
    for statement in made(op.get_bind().dialect.name):
        op.execute(statement)
