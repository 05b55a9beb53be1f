"""The inside of the relay's objects as plain JSON, for bug reports: numbers, and words of a known vocabulary.

Nothing else gets out, whatever anybody adds to a class: any other text becomes a pseudonym, octets become
their length, and objects that are not the relay's own become the name of their class.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Set
from enum import Enum
from hashlib import blake2b
from typing import Any, Final, get_args

from hub.relay.core.specs import Codec, Layer, Rung, SlotName, SourceId, TrackKind, Want

DEPTH: Final = 6
MOST_ITEMS: Final = 8
"""Of a list or a mapping; how many there are more is said."""
MOST_VALUES: Final = 2_000
"""Of one `look`; what is left then is cut off."""
_LARGEST: Final = 2**53
"""Larger numbers are no counters, and no number in JSON."""
_HIDDEN: Final = frozenset({"seed", "salt", "certificate"})
_OWN: Final = "hub.relay."
WORDS: Final = frozenset(
    {
        *(str(each.value) for kind in (Codec, Layer, Rung, TrackKind) for each in kind),
        *get_args(SlotName),
        *get_args(Want),
        *("client", "server", "publish", "view", "udp", "tcp"),
        *("closed", "silent", "handshake"),
    }
)


class Look:
    """One page of a report. Objects are numbered, and told once: a second time only by class and number."""

    def __init__(
        self, salt: bytes, *, briefly: tuple[type, ...] = (), without: tuple[type, ...] = ()
    ) -> None:
        """`salt` (secret, at most 64 octets) makes the pseudonyms. Of objects of the classes `briefly` only
        numbers and words are told, those of the classes `without` are left out."""
        self._salt = salt
        self._briefly = briefly
        self._without = without
        self._seen: dict[int, str] = {}
        self._kept: list[object] = []
        self._left = 0

    def at(self, thing: object) -> Any:
        """What `thing` is, as JSON takes it."""
        self._left = MOST_VALUES
        return self._tell(thing, DEPTH)

    def alias(self, text: str) -> str:
        """The pseudonym of a text; a word of the vocabulary is its own."""
        if text in WORDS or not text:
            return text
        return "~" + blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=5).hexdigest()

    def _tell(self, thing: object, depth: int) -> Any:
        self._left -= 1
        if thing is None or isinstance(thing, bool | int | float):
            return _number(thing)
        if isinstance(thing, Enum):
            return thing.name.lower()
        if isinstance(thing, str):
            return self.alias(thing)
        if isinstance(thing, bytes | bytearray | memoryview):
            return f"{len(thing)} octets"
        if depth == 0 or self._left <= 0:
            return "…"
        if isinstance(thing, Mapping):
            return self._mapping(thing, depth)
        if isinstance(thing, Set | list | tuple | deque):
            return self._items(thing, depth)
        return self._object(thing, depth)

    def _mapping(self, thing: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for key, value in thing.items():
            if len(told) == MOST_ITEMS:
                told["…"] = len(thing) - MOST_ITEMS
                break
            told[self._key(key)] = self._tell(value, depth - 1)
        return told

    def _key(self, key: object) -> str:
        if isinstance(key, Enum):
            return key.name.lower()
        if isinstance(key, str):
            return self.alias(key)
        if isinstance(key, SourceId):
            return f"{self.alias(key.peer)} {key.kind.name.lower()}"
        return str(_number(key)) if isinstance(key, int | float) else self.alias(repr(key))

    def _items(self, things: Iterable[Any], depth: int) -> list[Any]:
        told: list[Any] = []
        for count, each in enumerate(things):
            if count == MOST_ITEMS:
                told.append("…")
                break
            told.append(self._tell(each, depth - 1))
        return told

    def _object(self, thing: object, depth: int) -> Any:
        kind = type(thing)
        if not kind.__module__.startswith(_OWN):
            return kind.__name__
        known = self._seen.get(id(thing))
        if known is not None:
            return known
        label = self._seen[id(thing)] = f"{kind.__name__} {len(self._seen) + 1}"
        self._kept.append(thing)  # its id stays its own while this looks around
        told: dict[str, Any] = {"is": label}
        brief = isinstance(thing, self._briefly)
        for name, value in _attributes(thing):
            if isinstance(value, self._without) or (callable(value) and not isinstance(value, Enum)):
                continue
            if not brief or value is None or isinstance(value, bool | int | float | Enum):
                told[name] = self._tell(value, depth - 1)
        return told


def _attributes(thing: object) -> Iterator[tuple[str, object]]:
    names = dict.fromkeys(name for kind in type(thing).__mro__ for name in _slots(kind))
    names |= dict.fromkeys(getattr(thing, "__dict__", ()))
    for name in names:
        shown = name.lstrip("_")
        if shown not in _HIDDEN and hasattr(thing, name):
            yield shown, getattr(thing, name)


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if not name.startswith("__"))


def _number(value: object) -> Any:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LARGEST:
        return "…"
    return value
