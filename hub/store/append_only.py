"""Triggers by which the database itself refuses to change what was written: SQL of each dialect."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """A table whose rows are added and never changed; nor deleted, unless `deletable` (by a retention job).

    `message` is what the database says when it refuses. `unless`: SQL over OLD and NEW, a condition on which
    an UPDATE is let through.
    """

    table: str
    message: str
    deletable: bool = False
    unless: str = ""

    def statements(self, dialect: str) -> list[str]:
        """Statements, one each, that make the triggers on `sqlite` or `postgresql`."""
        if dialect == "sqlite":
            return [
                f"CREATE TRIGGER {self.table}_no_{verb} BEFORE {verb.upper()} ON {self.table} "
                f"{self._when(verb)}BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
                for verb in self._verbs
            ]
        refuse = f"EXECUTE FUNCTION {self.table}_refuse()"
        function = (
            f"CREATE FUNCTION {self.table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {self._first}RAISE EXCEPTION '{self.message}'; END $$"
        )
        if self.deletable:
            trigger = f"CREATE TRIGGER {self.table}_no_update BEFORE UPDATE ON {self.table}"
            return [function, f"{trigger} FOR EACH ROW {refuse}"]
        return [
            function,
            f"CREATE TRIGGER {self.table}_no_change BEFORE UPDATE OR DELETE ON {self.table} "
            f"FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {self.table}_no_truncate BEFORE TRUNCATE ON {self.table} "
            f"FOR EACH STATEMENT {refuse}",
        ]

    def drop_statements(self, dialect: str) -> list[str]:
        """Statements that take the triggers away again: for a migration's way back, and for tests."""
        if dialect == "sqlite":
            return [f"DROP TRIGGER {self.table}_no_{verb}" for verb in self._verbs]
        names = ("update",) if self.deletable else ("change", "truncate")
        dropped = [f"DROP TRIGGER {self.table}_no_{name} ON {self.table}" for name in names]
        return [*dropped, f"DROP FUNCTION {self.table}_refuse()"]

    def _when(self, verb: str) -> str:
        # A condition that is neither true nor false lets nothing through.
        spared = self.unless and verb == "update"
        return f"WHEN CASE WHEN {self.unless} THEN 0 ELSE 1 END " if spared else ""

    @property
    def _first(self) -> str:
        let_through = f"IF TG_OP = 'UPDATE' THEN IF {self.unless} THEN RETURN NEW; END IF; END IF; "
        return let_through if self.unless else ""

    @property
    def _verbs(self) -> tuple[str, ...]:
        return ("update",) if self.deletable else ("update", "delete")
