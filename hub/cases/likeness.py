"""Whether two files may be about one matter, and why one thinks so. Pure.

Matters are compared, never people: who asks has no part in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hub.units.fold import fold

FEWEST_SHARED: Final = 2
SHARE: Final = 0.5
"""So much of the shorter title's telling words must be in the other."""
_COMMON: Final = (
    "ve viec cua don khieu nai to cao kien nghi phan anh tai va cho cac trong la co khong duoc do de theo "
    "voi nguoi dan ong ba ho gia dinh thuoc xa phuong thi tran huyen quan thanh pho tinh thon khu so o bi "
    "nhung mot tu chua da dang"
)
COMMON: Final = frozenset(_COMMON.split())
"""Words of any petition's title: they tell nothing of the matter."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The words both titles have, as the first writes them, and how much of the shorter one they are."""

    words: tuple[str, ...]
    share: float


def likeness(title: str, other: str) -> Likeness | None:
    """How alike two titles in the same field and unit are; None when it is not worth a person's look."""
    mine, theirs = _telling(title), _telling(other)
    shared = [word for word in mine if word in theirs]
    shorter = min(len(mine), len(theirs))
    if len(shared) < FEWEST_SHARED or len(shared) < SHARE * shorter:
        return None
    return Likeness(tuple(mine[word] for word in shared), len(shared) / shorter)


def _telling(title: str) -> dict[str, str]:
    """The words that tell something: as search compares them, each with how it is written."""
    return {folded: word for word in _words(title) for folded in fold(word).split() if folded not in COMMON}


def _words(title: str) -> Iterable[str]:
    return (word.strip(".,;:()\"'") for word in title.split())
