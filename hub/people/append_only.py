"""The triggers that keep audit entries as they were written, for the migration: SQL per database.

Entries may be deleted, by the retention job only; changed, never.
"""

from typing import Final

TABLE: Final = "audit_entries"
MESSAGE: Final = "audit entries are never changed"

_SQLITE: Final = [
    f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
]
_POSTGRESQL: Final = [
    f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
    f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
]
_SQLITE_DROP: Final = [f"DROP TRIGGER {TABLE}_no_update"]
_POSTGRESQL_DROP: Final = [f"DROP TRIGGER {TABLE}_no_update ON {TABLE}", f"DROP FUNCTION {TABLE}_refuse()"]


def statements(dialect: str) -> list[str]:
    """Statements, one each, that make the trigger on `sqlite` or `postgresql`."""
    return list(_SQLITE if dialect == "sqlite" else _POSTGRESQL)


def drop_statements(dialect: str) -> list[str]:
    """Statements that take the trigger away again, for the migration's way back."""
    return list(_SQLITE_DROP if dialect == "sqlite" else _POSTGRESQL_DROP)
