"""Before a session: drafts, publishing, postponing, cancelling; draft agendas, files asked of units."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HELD_BY = "held_by IN ('head', 'delegation')"
OLD_STATES = "state IN ('scheduled', 'live', 'paused', 'closed')"
STATES = "state IN ('draft', 'scheduled', 'published', 'live', 'paused', 'closed', 'postponed', 'cancelled')"
COLUMNS = (
    ("ends_at", sa.DateTime(timezone=True)),
    ("held_by", sa.String(length=10)),
    ("chair", sa.String(length=200)),
    ("place", sa.String(length=300)),
    ("published_at", sa.DateTime(timezone=True)),
    ("notice_at", sa.DateTime(timezone=True)),
    ("reason", sa.String(length=500)),
    ("successor_id", sa.String(length=26)),
)
SUCCESSOR = "fk_sessions_successor_id"
STATE_CHECK = "ck_sessions_state"
HELD_BY_CHECK = "ck_sessions_held_by"


def upgrade() -> None:
    with op.batch_alter_table("sessions") as batch:
        for name, kind in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.drop_constraint(op.f(STATE_CHECK), type_="check")
        batch.create_check_constraint(op.f(STATE_CHECK), STATES)
        batch.create_check_constraint(op.f(HELD_BY_CHECK), HELD_BY)
        batch.create_foreign_key(SUCCESSOR, "sessions", ["successor_id"], ["id"])
    _draft_items()
    _file_requests()


def downgrade() -> None:
    """Drafts are lost; what is published is scheduled again, what was put off or called off is closed."""
    op.drop_table("file_requests")
    op.drop_table("draft_items")
    drafts = "SELECT id FROM sessions WHERE state = 'draft'"
    op.execute(f"DELETE FROM session_points WHERE session_id IN ({drafts})")
    op.execute("DELETE FROM sessions WHERE state = 'draft'")
    op.execute("UPDATE sessions SET state = 'scheduled' WHERE state = 'published'")
    op.execute("UPDATE sessions SET state = 'closed' WHERE state IN ('postponed', 'cancelled')")
    with op.batch_alter_table("sessions") as batch:
        batch.drop_constraint(SUCCESSOR, type_="foreignkey")
        batch.drop_constraint(op.f(HELD_BY_CHECK), type_="check")
        batch.drop_constraint(op.f(STATE_CHECK), type_="check")
        batch.create_check_constraint(op.f(STATE_CHECK), OLD_STATES)
        for name, _ in COLUMNS:
            batch.drop_column(name)


def _draft_items() -> None:
    op.create_table(
        "draft_items",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_draft_items_case_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_draft_items_session_id")),
        sa.PrimaryKeyConstraint("session_id", "case_id", name=op.f("pk_draft_items")),
    )


def _file_requests() -> None:
    op.create_table(
        "file_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=True),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(what) > 0", name=op.f("ck_file_requests_what")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_file_requests_case_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_file_requests_session_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_file_requests_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_requests")),
    )
    op.create_index(op.f("ix_file_requests_case_id"), "file_requests", ["case_id"])
    op.create_index(op.f("ix_file_requests_unit_id"), "file_requests", ["unit_id"])
