"""What was done in a case: acts, states, terms, versions; whom it is against; cases joined."""

import sqlalchemy as sa
from alembic import op

from hub.cases.append_only import ACTS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATES = (
    "state IN ('received', 'classified', 'eligible', 'ineligible', 'guided', 'transferred', 'returned', "
    "'archived', 'accepted', 'not_accepted', 'verification', 'suspended', 'dialogue', 'decided', "
    "'enforcement', 'replied', 'closed')"
)
COLUMNS = (
    ("state", sa.String(length=16), "'received'"),
    ("version", sa.Integer(), "0"),
    ("due_on", sa.Date(), None),
    ("due_rule", sa.String(length=40), None),
    ("remote", sa.Boolean(), "false"),
    ("anonymous", sa.Boolean(), "false"),
    ("evidence", sa.Boolean(), "false"),
)
FIRST_ACTS = """
INSERT INTO case_acts (id, case_id, n, at, on_day, act, by_key, by_name, unit_id, corrects, data)
SELECT id, id, 1, received_at, {day}, 'receive', 'hub', 'hub', book_unit_id, NULL, '{{}}' FROM cases
"""
DAYS = {
    "sqlite": "date(received_at, '+7 hours')",
    "postgresql": "CAST(received_at AT TIME ZONE 'UTC' + interval '7 hours' AS date)",
}


def upgrade() -> None:
    """Cases that stand are received, by a first act each; their terms are reckoned at the next start."""
    dialect = op.get_bind().dialect.name
    with op.batch_alter_table("cases") as batch:
        for name, kind, default in COLUMNS:
            value = sa.text(default) if default is not None else None
            batch.add_column(sa.Column(name, kind, nullable=default is None, server_default=value))
    with op.batch_alter_table("cases") as batch:
        for name, _, default in COLUMNS:
            if default is not None:
                batch.alter_column(name, server_default=None)
        batch.create_check_constraint(op.f("ck_cases_state"), STATES)
        batch.create_check_constraint(op.f("ck_cases_version"), "version >= 0")
    op.create_index(op.f("ix_cases_state"), "cases", ["state"])
    op.create_index(op.f("ix_cases_due_on"), "cases", ["due_on"])
    _case_acts()
    _case_versions()
    _complained_units()
    _case_joins()
    op.execute(FIRST_ACTS.format(day=DAYS[dialect]))
    op.execute("UPDATE cases SET version = 1, due_rule = '?'")
    for statement in ACTS.statements(dialect):
        op.execute(statement)


def downgrade() -> None:
    """What was done in a case is lost, and every case is only known to have been received."""
    for statement in ACTS.drop_statements(op.get_bind().dialect.name):
        op.execute(statement)
    for table in ("case_joins", "complained_units", "case_versions", "case_acts"):
        op.drop_table(table)
    op.drop_index(op.f("ix_cases_due_on"), "cases")
    op.drop_index(op.f("ix_cases_state"), "cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint(op.f("ck_cases_version"), type_="check")
        batch.drop_constraint(op.f("ck_cases_state"), type_="check")
        for name, _, _ in COLUMNS:
            batch.drop_column(name)


def _case_acts() -> None:
    op.create_table(
        "case_acts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=True),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.CheckConstraint("corrects < n", name=op.f("ck_case_acts_corrects")),
        sa.CheckConstraint("n > 0", name=op.f("ck_case_acts_n")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_acts_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_acts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_acts")),
        sa.UniqueConstraint("case_id", "n", name=op.f("uq_case_acts_case_id_n")),
    )
    op.create_index(op.f("ix_case_acts_act_on_day"), "case_acts", ["act", "on_day"])


def _case_versions() -> None:
    op.create_table(
        "case_versions",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_versions_case_id")),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_case_versions")),
    )


def _complained_units() -> None:
    op.create_table(
        "complained_units",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_complained_units_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_complained_units_unit_id")),
        sa.PrimaryKeyConstraint("case_id", "unit_id", name=op.f("pk_complained_units")),
    )
    op.create_index(op.f("ix_complained_units_unit_id"), "complained_units", ["unit_id"])


def _case_joins() -> None:
    op.create_table(
        "case_joins",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("other_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_joins_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_case_joins_other_id")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_joins")),
    )
