"""Events as texts, written once per distinct redaction: a note for 190 rooms is serialised once and not 190
times.
"""

import json
from collections.abc import Mapping
from typing import Any

from signaling.replies import Head


class EventTexts:
    """A memory for one round of sending. Participants who see the same of an event get the same text
    object.
    """

    def __init__(self) -> None:
        self._by_n: dict[tuple[int, str], list[tuple[Mapping[str, Any], str]]] = {}
        self._heads: dict[int, str] = {}

    def event(self, wire: Mapping[str, Any]) -> str:
        """The `event` message of one event as a participant sees it."""
        if wire["kind"] == "view.shown":  # all are large and hardly two alike: to compare them costs more
            return _written(wire)
        written = self._by_n.setdefault((wire["n"], wire["kind"]), [])
        for known, text in written:
            if known == wire:
                return text
        text = _written(wire)
        written.append((wire, text))
        return text

    def head(self, n: int) -> str:
        """The `head` message."""
        if n not in self._heads:
            self._heads[n] = Head(n=n).dump()
        return self._heads[n]


def _written(wire: Mapping[str, Any]) -> str:
    return json.dumps({"type": "event", **wire}, ensure_ascii=False, separators=(",", ":"))
