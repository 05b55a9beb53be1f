"""Devices of rooms: what a technician calls them, what they are, and when they were last here."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = (
    ("name", sa.String(length=60)),
    ("agent", sa.String(length=40)),
    ("last_seen_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    with op.batch_alter_table("devices") as batch:
        for name, kind in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """The names are lost."""
    with op.batch_alter_table("devices") as batch:
        for name, _ in COLUMNS:
            batch.drop_column(name)
