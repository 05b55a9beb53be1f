"""The triggers that make the timeline grow only, for the migration: SQL per database."""

from typing import Final

TABLE: Final = "timeline_events"
MESSAGE: Final = "the timeline is append-only"

_SQLITE: Final = [
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for verb in ("UPDATE", "DELETE")
]
_POSTGRESQL: Final = [
    f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
    f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
]
_SQLITE_DROP: Final = [f"DROP TRIGGER {TABLE}_no_{verb}" for verb in ("update", "delete")]
_POSTGRESQL_DROP: Final = [
    f"DROP TRIGGER {TABLE}_no_change ON {TABLE}",
    f"DROP TRIGGER {TABLE}_no_truncate ON {TABLE}",
    f"DROP FUNCTION {TABLE}_refuse()",
]


def statements(dialect: str) -> list[str]:
    """Statements, one each, that make the triggers on `sqlite` or `postgresql`."""
    return list(_SQLITE if dialect == "sqlite" else _POSTGRESQL)


def drop_statements(dialect: str) -> list[str]:
    """Statements that take the triggers away again: for the migration's way back, and for tests of
    `verify`.
    """
    return list(_SQLITE_DROP if dialect == "sqlite" else _POSTGRESQL_DROP)
