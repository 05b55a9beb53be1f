"""A text without certain names. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from hub.units.fold import fold

MASK: Final = "•••"


def masked(text: str, names: Iterable[str]) -> str:
    """The text with every name masked, tone marks and case aside; all of it when a name cannot be told from
    the rest.
    """
    for name in names:
        if not _names(text, name):
            continue
        text = re.sub(_loosely(name), MASK, text, flags=re.IGNORECASE)
        if _names(text, name):  # written with other tone marks: better no text than the name
            return MASK
    return text


def _names(text: str, name: str) -> bool:
    wanted = fold(name)
    return bool(wanted) and f" {wanted} " in f" {fold(text)} "


def _loosely(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())
