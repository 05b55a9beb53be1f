"""Every module that declares tables: what a migration compares itself with."""

from importlib import import_module

from sqlalchemy import MetaData

from hub.store.base import Base

MODULES = (
    "hub.units.models",
    "hub.people.models",
    "hub.cases.models",
    "hub.reception.models",
    "endpoints.points.models",
)


def metadata() -> MetaData:
    """The tables of the whole hub."""
    for name in MODULES:
        import_module(name)
    return Base.metadata
