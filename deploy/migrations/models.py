"""Every module that declares tables: what a migration compares itself with."""

from importlib import import_module

from sqlalchemy import MetaData

from hub.store.base import Base

MODULES = (
    "hub.units.models",
    "hub.people.models",
    "hub.cases.models",
    "hub.cases.act_tables",
    "hub.cases.reckoned_tables",
    "hub.cases.import_tables",
    "hub.cases.search_tables",
    "hub.cases.charge_tables",
    "hub.cases.vault_tables",
    "hub.cases.document_tables",
    "hub.cases.lookup_tables",
    "hub.cases.notices.tables",
    "hub.cases.directive_tables",
    "hub.reception.models",
    "endpoints.points.models",
)


def metadata() -> MetaData:
    """The tables of the whole hub."""
    for name in MODULES:
        import_module(name)
    return Base.metadata
