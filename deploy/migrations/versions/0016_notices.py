"""Reminders: the outbox, who read what, digests by mail; addresses of accounts and offices."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ONE_RECIPIENT = "(to_unit IS NULL) <> (to_user IS NULL)"
ADDRESSED = ("accounts", "units")


def upgrade() -> None:
    """Nobody has an address until somebody writes it down; nothing is said of what lies far back."""
    for table in ADDRESSED:
        op.add_column(table, sa.Column("email", sa.String(length=254), nullable=True))
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_key", sa.String(length=40), nullable=False),
        sa.Column("to_unit", sa.String(length=26), nullable=True),
        sa.Column("to_user", sa.String(length=26), nullable=True),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("term", sa.Date(), nullable=False),
        sa.Column("about_unit", sa.String(length=26), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(ONE_RECIPIENT, name=op.f("ck_outbox_recipient")),
        sa.CheckConstraint("level >= 0", name=op.f("ck_outbox_level")),
        sa.ForeignKeyConstraint(["about_unit"], ["units.id"], name=op.f("fk_outbox_about_unit")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id")),
        sa.ForeignKeyConstraint(["to_unit"], ["units.id"], name=op.f("fk_outbox_to_unit")),
        sa.ForeignKeyConstraint(["to_user"], ["accounts.id"], name=op.f("fk_outbox_to_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "case_id",
            "code",
            "term",
            "about_unit",
            "subject",
            "to_key",
            name=op.f("uq_outbox_case_id_code_term_about_unit_subject_to_key"),
        ),
    )
    op.create_index(op.f("ix_outbox_to_key_settled_at_at"), "outbox", ["to_key", "settled_at", "at"])
    op.create_index(op.f("ix_outbox_settled_at_code"), "outbox", ["settled_at", "code"])
    op.create_table(
        "notice_reads",
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("account_key", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["outbox.id"], name=op.f("fk_notice_reads_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "account_key", name=op.f("pk_notice_reads")),
    )
    op.create_index(op.f("ix_notice_reads_account_key"), "notice_reads", ["account_key"])
    _mails()
    op.create_table(
        "notice_leases",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notice_leases")),
    )


def _mails() -> None:
    op.create_table(
        "notice_mails",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("to_key", sa.String(length=40), nullable=False),
        sa.Column("to_unit", sa.String(length=26), nullable=True),
        sa.Column("to_user", sa.String(length=26), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=60), nullable=True),
        sa.CheckConstraint(ONE_RECIPIENT, name=op.f("ck_notice_mails_recipient")),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'failed', 'dropped')", name=op.f("ck_notice_mails_state")
        ),
        sa.ForeignKeyConstraint(["to_unit"], ["units.id"], name=op.f("fk_notice_mails_to_unit")),
        sa.ForeignKeyConstraint(["to_user"], ["accounts.id"], name=op.f("fk_notice_mails_to_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_mails")),
        sa.UniqueConstraint("to_key", "day", name=op.f("uq_notice_mails_to_key_day")),
    )
    op.create_index(op.f("ix_notice_mails_state_next_try_at"), "notice_mails", ["state", "next_try_at"])
    op.create_table(
        "notice_mail_lines",
        sa.Column("to_key", sa.String(length=40), nullable=False),
        sa.Column("notice_id", sa.String(length=26), nullable=False),
        sa.Column("mail_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["notice_mails.id"], name=op.f("fk_notice_mail_lines_mail_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["outbox.id"], name=op.f("fk_notice_mail_lines_notice_id")),
        sa.PrimaryKeyConstraint("to_key", "notice_id", name=op.f("pk_notice_mail_lines")),
    )
    op.create_index(op.f("ix_notice_mail_lines_mail_id"), "notice_mail_lines", ["mail_id"])


def downgrade() -> None:
    """What was said stays said; nobody knows of it any more."""
    for table in ("notice_leases", "notice_mail_lines", "notice_mails", "notice_reads", "outbox"):
        op.drop_table(table)
    for table in ADDRESSED:
        op.drop_column(table, "email")
