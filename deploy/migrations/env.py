"""Alembic's entry: it runs on the connection that `deploy.migrations` opened and owns."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeEngine

from deploy.migrations.models import metadata
from hub.cases import word_index
from hub.store.base import UtcTime


def render_item(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Write the hub's own column types as the database sees them: migrations must not change with code."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, TypeEngine) and type(item).__module__.startswith("hub."):
        raise TypeError(f"tell {__name__} how to write {item!r}")
    return False


def include_name(name: str | None, _kind: str, _parents: object) -> bool:
    """The word index is no model's: it is made after the migrations."""
    return not word_index.is_derived(name)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata(),
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    include_name=include_name,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
