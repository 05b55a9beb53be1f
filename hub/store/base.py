"""The declarative base of every table, and the column types they share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Dialect, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

# Named constraints can be altered and dropped by a migration on both databases; unnamed ones cannot.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

ID_LENGTH = 26
"""Characters of a record's id (see `hub.store.ids`)."""

Id = String(ID_LENGTH)
"""Column type of an id: `mapped_column(Id, primary_key=True)`."""


class UtcTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, gives back aware ones in UTC (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raise ValueError for a naive time: it would silently mean something else on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the instant back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Plain JSON and not JSONB: the text comes back as it went in, which hashed records depend on.
Json = JSON(none_as_null=True)
"""Column type of a small JSON document."""


class Base(DeclarativeBase):
    """Base of all tables. `Mapped[datetime]` is a `UtcTime`, dicts and lists are `Json`."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way to declare it
        datetime: UtcTime(),
        dict[str, Any]: Json,
        dict[str, str]: Json,
        list[Any]: Json,
        list[str]: Json,
        str: Text(),
        bool: Boolean(),
    }


__all__ = ["ID_LENGTH", "Base", "Id", "Json", "UtcTime"]
