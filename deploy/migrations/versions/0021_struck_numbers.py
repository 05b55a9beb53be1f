"""Registers that were undone give their numbers back, as those do that are undone from now on."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STRUCK_OUT = 1_000_000


def upgrade() -> None:
    """A number n stands as -(1,000,000 + n): see `hub.cases.models.STRUCK_OUT`."""
    cases = sa.table("cases", sa.column("serial", sa.Integer), sa.column("voided_on", sa.Date))
    held = cases.c.voided_on.is_not(None), cases.c.serial > 0
    op.execute(cases.update().where(*held).values(serial=-STRUCK_OUT - cases.c.serial))


def downgrade() -> None:
    """Nothing: the numbers may be somebody else's by now, and are read behind the minus all the same."""
