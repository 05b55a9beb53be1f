"""The app over SQLite with a relay, for every test here."""

from tests.kit.web import lab

__all__ = ["lab"]
