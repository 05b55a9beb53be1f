"""Two people change one file: what each meant is kept, field by field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merged:
    """`values` of both; `conflicts` are the fields that both changed, each its own way: those have the
    other's value here. `theirs` are the fields the other changed.
    """

    values: Mapping[str, str]
    conflicts: tuple[str, ...]
    theirs: tuple[str, ...]


def merge(base: Mapping[str, str], mine: Mapping[str, str], now: Mapping[str, str]) -> Merged:
    """Merge what I made of `base` with what it has become in the meantime. All three have the same fields."""
    values: dict[str, str] = {}
    conflicts = []
    for name, there in now.items():
        if mine[name] == base[name] or mine[name] == there:
            values[name] = there
        elif there == base[name]:
            values[name] = mine[name]
        else:
            values[name] = there
            conflicts.append(name)
    theirs = tuple(name for name in now if now[name] != base[name])
    return Merged(values, tuple(conflicts), theirs)
