"""Papers with a citizen's look-up code in them, for as long as it takes to print them: in this process's
memory and nowhere else. What is kept of such a paper has no code.
"""

from collections import OrderedDict
from typing import Final

LIFE: Final = 900.0
"""Seconds: a printer that jams must not cost a new code."""
MOST: Final = 100


class Handouts:
    """By document, for who issued it. Times are seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, float, bytes]] = OrderedDict()

    def put(self, document_id: str, actor_key: str, word: bytes, now: float) -> None:
        """Keep a Word file."""
        self._forget(now)
        self._kept[document_id] = (actor_key, now + LIFE, word)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def get(self, document_id: str, actor_key: str, now: float) -> bytes | None:
        """The file, for who put it; None when it is gone."""
        self._forget(now)
        key, _, word = self._kept.get(document_id, ("", 0.0, b""))
        return word if word and key == actor_key else None

    def _forget(self, now: float) -> None:
        while self._kept and next(iter(self._kept.values()))[1] <= now:
            self._kept.popitem(last=False)
