"""Directives from the conclusion to the citizen's answer: states, what was done, watching units, letters."""

import os
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.cases.append_only import DIRECTIVE_ACTS
from hub.store.ids import new_id

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = (
    "state IN ('issued', 'delivered', 'acknowledged', 'in_progress', 'reported', 'accepted', 'sent_back', "
    "'citizen_replied', 'closed')"
)
OLD_PAPERS = "kind IN ('receipt', 'guidance', 'transfer', 'return', 'refusal', 'acceptance', 'answer')"
NEW_PAPERS = OLD_PAPERS.removesuffix(")") + ", 'urge', 'conclusion_notice')"
OPEN = "withdrawn_at IS NULL AND state <> 'closed'"
VIETNAM = timezone(timedelta(hours=7))

LEAD_HAS_IT = (
    "EXISTS (SELECT 1 FROM directive_units p WHERE p.directive_id = directives.id AND p.part = 'lead' "
    "AND p.acknowledged_at IS NOT NULL)"
)
TOP = (
    "SELECT min(r.unit_id) FROM case_reaches r JOIN units u ON u.id = r.unit_id "
    "WHERE r.case_id = directives.case_id AND NOT r.directed AND u.parent_id IS NULL"
)
BOOK = "SELECT c.book_unit_id FROM cases c WHERE c.id = directives.case_id"


def upgrade() -> None:
    """Directives that stand are acknowledged or issued, as their units said. The highest unit of the case is
    taken for the one that issued them: until now only its sessions could.
    """
    with op.batch_alter_table("directives") as batch:
        batch.add_column(sa.Column("due_period", sa.String(length=8), nullable=True))
        batch.add_column(
            sa.Column("state", sa.String(length=16), nullable=False, server_default=sa.text("'issued'"))
        )
        batch.add_column(sa.Column("issued_unit_id", sa.String(length=26), nullable=True))
    op.execute(f"UPDATE directives SET state = 'acknowledged' WHERE {LEAD_HAS_IT}")
    op.execute(f"UPDATE directives SET issued_unit_id = COALESCE(({TOP}), ({BOOK}))")
    with op.batch_alter_table("directives") as batch:
        batch.alter_column("state", server_default=None)
        batch.alter_column("issued_unit_id", existing_type=sa.String(length=26), nullable=False)
        batch.create_check_constraint(op.f("ck_directives_state"), STATES)
        batch.create_foreign_key(op.f("fk_directives_issued_unit_id"), "units", ["issued_unit_id"], ["id"])
    for columns in (["state", "issued_at"], ["issued_unit_id"]):
        op.create_index(op.f(f"ix_directives_{'_'.join(columns)}"), "directives", columns)
    where: dict[str, Any] = {"sqlite_where": sa.text(OPEN), "postgresql_where": sa.text(OPEN)}
    op.create_index(op.f("ix_directives_open"), "directives", ["due", "id"], **where)
    with op.batch_alter_table("directive_units") as batch:
        batch.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("delivered_how", sa.String(length=16), nullable=True))
        batch.drop_constraint(op.f("ck_directive_units_part"), type_="check")
        batch.create_check_constraint(op.f("ck_directive_units_part"), "part IN ('lead', 'support', 'watch')")
    op.execute(
        "UPDATE directive_units SET delivered_at = acknowledged_at, delivered_how = 'room' "
        "WHERE acknowledged_at IS NOT NULL"
    )
    _papers(NEW_PAPERS)
    _acts()
    _letters()
    _past_acts()
    for statement in DIRECTIVE_ACTS.statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """What was done is lost, watching units and letters with it; who acknowledged stays."""
    for statement in DIRECTIVE_ACTS.drop_statements(op.get_bind().dialect.name):
        op.execute(statement)
    for table in ("directive_letter_units", "directive_letters", "directive_acts"):
        op.drop_table(table)
    for table in ("papers", "paper_templates", "paper_books"):
        op.execute(f"DELETE FROM {table} WHERE kind IN ('urge', 'conclusion_notice')")
    _papers(OLD_PAPERS)
    op.execute("DELETE FROM directive_units WHERE part = 'watch'")
    with op.batch_alter_table("directive_units") as batch:
        batch.drop_constraint(op.f("ck_directive_units_part"), type_="check")
        batch.create_check_constraint(op.f("ck_directive_units_part"), "part IN ('lead', 'support')")
        batch.drop_column("delivered_how")
        batch.drop_column("delivered_at")
    for columns in ("open", "state_issued_at", "issued_unit_id"):
        op.drop_index(op.f(f"ix_directives_{columns}"), "directives")
    with op.batch_alter_table("directives") as batch:
        batch.drop_constraint(op.f("fk_directives_issued_unit_id"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_directives_state"), type_="check")
        for column in ("issued_unit_id", "state", "due_period"):
            batch.drop_column(column)


def _papers(kinds: str) -> None:
    for table in ("paper_templates", "papers"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_kind"), kinds)


def _acts() -> None:
    op.create_table(
        "directive_acts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("directive_id", sa.String(length=26), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("by_key", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=True),
        sa.Column("part_unit_id", sa.String(length=26), nullable=True),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_directive_acts_n")),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_directive_acts_directive_id")
        ),
        sa.ForeignKeyConstraint(["part_unit_id"], ["units.id"], name=op.f("fk_directive_acts_part_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_directive_acts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_acts")),
        sa.UniqueConstraint("directive_id", "n", name=op.f("uq_directive_acts_directive_id_n")),
    )


def _letters() -> None:
    op.create_table(
        "directive_letters",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("directive_id", sa.String(length=26), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("paper_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind IN ('urge', 'conclusion_notice')", name=op.f("ck_directive_letters_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_directive_letters_case_id")),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directives.id"], name=op.f("fk_directive_letters_directive_id")
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_directive_letters_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_letters")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_directive_letters_paper_id")),
    )
    for column in ("case_id", "directive_id"):
        op.create_index(op.f(f"ix_directive_letters_{column}"), "directive_letters", [column])
    op.create_table(
        "directive_letter_units",
        sa.Column("letter_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_how", sa.String(length=16), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["directive_letters.id"], name=op.f("fk_directive_letter_units_letter_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_directive_letter_units_unit_id")),
        sa.PrimaryKeyConstraint("letter_id", "unit_id", name=op.f("pk_directive_letter_units")),
    )
    op.create_index(op.f("ix_directive_letter_units_unit_id"), "directive_letter_units", ["unit_id"])


def _past_acts() -> None:
    """What is known of directives that stand, as acts: issued, acknowledged by whom, taken back."""
    when = sa.DateTime(timezone=True)
    directives = sa.table(
        "directives",
        sa.column("id"),
        sa.column("issued_at", when),
        sa.column("issued_by_key"),
        sa.column("issued_by_name"),
        sa.column("issued_unit_id"),
        sa.column("due", sa.Date()),
        sa.column("withdrawn_at", when),
        sa.column("withdrawn_why"),
    )
    parts = sa.table(
        "directive_units",
        *map(sa.column, ("directive_id", "unit_id", "part", "acknowledged_by")),
        sa.column("acknowledged_at", when),
    )
    names = ("id", "directive_id", "n", "act", "by_key", "by_name", "unit_id", "part_unit_id", "lead")
    plain: list[Any] = [sa.column(name) for name in names]
    columns: list[Any] = [sa.column("at", when), sa.column("on_day", sa.Date()), sa.column("data", sa.JSON())]
    acts = sa.table("directive_acts", *plain, *columns)
    link = op.get_bind()
    said: dict[str, list[Any]] = {}
    taken = parts.c.acknowledged_at
    for row in link.execute(sa.select(parts).where(taken.is_not(None)).order_by(taken)):
        said.setdefault(row.directive_id, []).append(row)
    for row in link.execute(sa.select(directives)).all():
        issued = (row.issued_at, "issue", row.issued_by_key, row.issued_by_name, row.issued_unit_id)
        lines = [(*issued, None, False, {"due": row.due.isoformat()})]
        for part in said.get(row.id, []):
            by = part.acknowledged_by or "hub"
            acknowledged = (part.acknowledged_at, "acknowledge", "hub", by, part.unit_id, part.unit_id)
            lines.append((*acknowledged, part.part == "lead", {}))
        if row.withdrawn_at is not None:
            gone = (row.withdrawn_at, "withdraw", "hub", "hub", None, None, False)
            lines.append((*gone, {"reason": row.withdrawn_why or ""}))
        for n, line in enumerate(lines, 1):
            link.execute(acts.insert().values(**_act(row.id, n, *line)))


def _act(directive: str, n: int, at: datetime, act: str, *who: Any) -> dict[str, Any]:
    key, name, unit, part, lead, data = who
    known = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return {
        "id": new_id(known, os.urandom(10)),
        "directive_id": directive,
        "n": n,
        "at": at,
        "on_day": known.astimezone(VIETNAM).date(),
        "act": act,
        "by_key": key,
        "by_name": name,
        "unit_id": unit,
        "part_unit_id": part,
        "lead": lead,
        "data": data,
    }
