"""Before a session: what rooms measured of their devices and lines, and who was asked to check again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "point_checks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("point_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("causes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("measures", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("verdict IN ('go', 'no_go')", name=op.f("ck_point_checks_verdict")),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name=op.f("fk_point_checks_point_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_point_checks_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_checks")),
    )
    op.create_index(
        op.f("ix_point_checks_session_id_point_id_id"), "point_checks", ["session_id", "point_id", "id"]
    )
    op.create_table(
        "check_requests",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("point_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name=op.f("fk_check_requests_point_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_check_requests_session_id")),
        sa.PrimaryKeyConstraint("session_id", "point_id", name=op.f("pk_check_requests")),
    )


def downgrade() -> None:
    op.drop_table("check_requests")
    op.drop_table("point_checks")
