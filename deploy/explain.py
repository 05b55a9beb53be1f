"""Errors a person at a terminal can do something about, one sentence each; others keep their traceback."""

from sqlalchemy.exc import DBAPIError

from deploy.errors import CommandError
from deploy.pidfile import AlreadyRunning
from hub.people.errors import AccountRefused
from hub.people.secrets import KeyUnusable
from hub.store.database import Busy

NO_TABLES = ("no such table", "does not exist", "no such column")


def explained(error: Exception) -> str | None:
    """The sentence for an error, or None for one that is a bug."""
    if isinstance(error, CommandError | KeyUnusable | AlreadyRunning):
        return str(error)
    if isinstance(error, AccountRefused):
        return f"the account is refused: {error.code.replace('_', ' ')}"
    if isinstance(error, Busy):
        return "the database is busy; try again"
    if isinstance(error, DBAPIError):
        return _database(error)
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return None


def _database(error: DBAPIError) -> str:
    first = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    if any(words in first for words in NO_TABLES):
        return "the database is not up to date; run: hub db upgrade"
    return f"the database cannot be used: {first}"
