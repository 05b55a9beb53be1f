"""Sessions, rooms, the timeline."""

import sqlalchemy as sa
from alembic import op

from hub.store.append_only import AppendOnly

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIMELINE = AppendOnly("timeline_events", "the timeline is append-only")
TABLES = [
    "points",
    "sessions",
    "agenda_items",
    "command_receipts",
    "enrolment_codes",
    "session_points",
    "timeline_events",
    "devices",
]
"""In the order of their making."""


def upgrade() -> None:
    _points()
    _sessions()
    _agenda_items()
    _command_receipts()
    _enrolment_codes()
    _session_points()
    _timeline_events()
    _devices()
    for statement in TIMELINE.statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in TIMELINE.drop_statements(op.get_bind().dialect.name):
        op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)


def _points() -> None:
    op.create_table(
        "points",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_points_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points")),
    )
    op.create_index(op.f("ix_points_unit_id"), "points", ["unit_id"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hub_unit_id", sa.String(length=26), nullable=False),
        sa.Column("default_audience", sa.String(length=8), nullable=False),
        sa.Column("head_n", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("head_seal", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "default_audience IN ('all', 'related', 'closed')", name=op.f("ck_sessions_default_audience")
        ),
        sa.CheckConstraint("form IN ('periodic', 'unscheduled', 'regular')", name=op.f("ck_sessions_form")),
        sa.CheckConstraint(
            "state IN ('scheduled', 'live', 'paused', 'closed')", name=op.f("ck_sessions_state")
        ),
        sa.ForeignKeyConstraint(["hub_unit_id"], ["units.id"], name=op.f("fk_sessions_hub_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_hub_unit_id"), "sessions", ["hub_unit_id"])
    op.create_index(op.f("ix_sessions_state_starts_at"), "sessions", ["state", "starts_at"])


def _agenda_items() -> None:
    op.create_table(
        "agenda_items",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_agenda_items_case_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_agenda_items_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_agenda_items_session_id_position")),
    )
    op.create_index(op.f("ix_agenda_items_case_id"), "agenda_items", ["case_id"])


def _command_receipts() -> None:
    op.create_table(
        "command_receipts",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_command_receipts_session_id")),
        sa.PrimaryKeyConstraint("session_id", "participant", "command_id", name=op.f("pk_command_receipts")),
    )


def _enrolment_codes() -> None:
    op.create_table(
        "enrolment_codes",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("point_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name=op.f("fk_enrolment_codes_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_enrolment_codes_digest")),
    )
    op.create_index(op.f("ix_enrolment_codes_point_id"), "enrolment_codes", ["point_id"])


def _session_points() -> None:
    op.create_table(
        "session_points",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("point_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name=op.f("fk_session_points_point_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_session_points_session_id")),
        sa.PrimaryKeyConstraint("session_id", "point_id", name=op.f("pk_session_points")),
    )
    op.create_index(op.f("ix_session_points_point_id"), "session_points", ["point_id"])


def _timeline_events() -> None:
    op.create_table(
        "timeline_events",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_ms", sa.Integer(), nullable=True),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("item_id", sa.String(length=26), nullable=True),
        sa.Column("case_id", sa.String(length=26), nullable=True),
        sa.Column("unit_id", sa.String(length=26), nullable=True),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_timeline_events_n")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_timeline_events_session_id")),
        sa.PrimaryKeyConstraint("session_id", "n", name=op.f("pk_timeline_events")),
    )
    op.create_index(op.f("ix_timeline_events_case_id"), "timeline_events", ["case_id"])


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("point_id", sa.String(length=26), nullable=False),
        sa.Column("code_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["code_id"], ["enrolment_codes.id"], name=op.f("fk_devices_code_id")),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name=op.f("fk_devices_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_code_id"), "devices", ["code_id"])
    op.create_index(op.f("ix_devices_point_id"), "devices", ["point_id"])
