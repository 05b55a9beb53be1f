"""The index of words that search goes by: FTS5 on SQLite, where it is built in, and GIN on PostgreSQL.

It holds nothing that `cases.folded` does not, so it stands outside the chain of migrations: it is made after
them, and made anew where it is missing or its triggers are (SQLite loses them when a table is rebuilt).
"""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

PREFIX: Final = "case_words"
INDEX: Final = "ix_case_words"
"""The name of the index on PostgreSQL."""

_TABLES: Final = (
    # A number of its own for each case: those that SQLite gives by itself may change at a VACUUM.
    "CREATE TABLE IF NOT EXISTS case_words_rows (n INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS case_words USING "
    "fts5(words, content='', detail=none, prefix='2 3', tokenize=\"unicode61 remove_diacritics 0\")",
)
_ROW: Final = "(SELECT n FROM case_words_rows WHERE case_id = {which}.id)"
_TAKE_OUT: Final = (
    f"INSERT INTO case_words(case_words, rowid, words) SELECT 'delete', n, OLD.folded "
    f"FROM case_words_rows WHERE n = {_ROW.format(which='OLD')};"
)
_TRIGGERS: Final = {
    "case_words_added": "CREATE TRIGGER case_words_added AFTER INSERT ON cases BEGIN "
    "INSERT INTO case_words_rows (case_id) VALUES (NEW.id); "
    f"INSERT INTO case_words(rowid, words) VALUES ({_ROW.format(which='NEW')}, NEW.folded); END",
    # Compacted at once: a denouncer's name that was just masked must not stay in the index's old pieces.
    "case_words_changed": "CREATE TRIGGER case_words_changed AFTER UPDATE OF folded ON cases "
    f"WHEN OLD.folded <> NEW.folded BEGIN {_TAKE_OUT} "
    f"INSERT INTO case_words(rowid, words) VALUES ({_ROW.format(which='NEW')}, NEW.folded); "
    "INSERT INTO case_words(case_words) VALUES ('optimize'); END",
    "case_words_gone": f"CREATE TRIGGER case_words_gone AFTER DELETE ON cases BEGIN {_TAKE_OUT} "
    "DELETE FROM case_words_rows WHERE case_id = OLD.id; END",
}
_FILL: Final = (
    "INSERT INTO case_words_rows (case_id) SELECT id FROM cases ORDER BY id",
    "INSERT INTO case_words(rowid, words) SELECT n, folded FROM case_words_rows "
    "JOIN cases ON cases.id = case_id",
)
_GIN: Final = (
    f"CREATE INDEX IF NOT EXISTS {INDEX} ON cases USING gin (array_to_tsvector(string_to_array(folded, ' ')))"
)


def is_derived(name: str | None) -> bool:
    """Whether a table or an index of that name belongs to the word index and not to the models."""
    return name is not None and name.startswith((PREFIX, INDEX))


def ensure(connection: Connection) -> None:
    """Make the index where it is missing. Without FTS5 there is none, and search reads the titles instead."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_GIN))
        return
    if set(_TRIGGERS) <= _names(connection, "trigger"):
        return
    drop(connection)
    try:
        with connection.begin_nested():
            for statement in _TABLES:
                connection.execute(text(statement))
    except OperationalError as error:
        if "no such module" in str(error):
            return
        raise
    for statement in (*_FILL, *_TRIGGERS.values()):
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Take the index away, for the migrations' way back."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP INDEX IF EXISTS {INDEX}"))
        return
    for name in _TRIGGERS:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
    for table in (PREFIX, f"{PREFIX}_rows"):
        connection.execute(text(f"DROP TABLE IF EXISTS {table}"))


def _names(connection: Connection, kind: str) -> set[str]:
    found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = :kind"), {"kind": kind})
    return set(found.scalars())
