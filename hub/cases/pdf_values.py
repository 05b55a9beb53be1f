"""The values that PDF files are written in, as far as judging one needs them. Pure.

Strings are not kept, nor what stands in streams. Names come without their slash and with `#xx` read.
"""

import re
from dataclasses import dataclass
from typing import Final

BLANK: Final = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]{0,4000}(?:[\r\n]|$))"
"""White space, or a comment."""
END: Final = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|$)"
"""A name, a number or a word is over."""
DEEPEST: Final = 20
LONGEST: Final = 64 * 1024
"""Of one value; dictionaries that matter have some hundred bytes."""
_SKIP: Final = re.compile(BLANK + rb"*")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME: Final = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]*)")
_REFERENCE: Final = re.compile(rb"(\d{1,10})" + BLANK + rb"+(\d{1,5})" + BLANK + rb"+R" + END)
_WORD: Final = re.compile(rb"[^\x00\t\n\f\r ()<>\[\]{}/%]+")
_HEX: Final = re.compile(rb"<[^<>]*>")
_BRACKETS: Final = re.compile(rb"\\.|[()]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Name:
    """`/GoTo`."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """`12 0 R`: another object."""

    number: int


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All its pairs: a key that stands there twice is read once by each viewer, and not the same one."""

    pairs: tuple[tuple[bytes, "Value"], ...]

    def of(self, key: bytes) -> list["Value"]:
        """All values under that key."""
        return [value for name, value in self.pairs if name == key]


Value = Name | Reference | Dictionary | list["Value"] | None
"""None: a string, a number, `true`, `null`."""


class Unreadable(ValueError):
    """There is no value at that place."""


def named(*names: bytes) -> bytes:
    """A pattern of these names after their slash, however they are escaped, and up to their ends."""
    spelled = [b"".join(_letter(each) for each in name) for name in names]
    return b"(?:" + b"|".join(spelled) + b")" + END


def plain(name: bytes) -> bytes:
    """A name as it is meant."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name)


def value_at(content: bytes, at: int) -> Value:
    """The value that begins there, after white space. Raises Unreadable."""
    return _Reader(content[at : at + LONGEST]).value(0)


def _letter(code: int) -> bytes:
    digits = b"".join(b"[%c%c]" % (each, each ^ 32) if each > 64 else b"%c" % each for each in b"%02x" % code)
    return b"(?:%s|#%s)" % (re.escape(bytes([code])), digits)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def value(self, depth: int) -> Value:
        self._skip()
        if depth > DEEPEST:
            raise Unreadable
        if self._take(b"<<"):
            return self._dictionary(depth)
        if self._take(b"["):
            found: list[Value] = []
            while not self._take(b"]"):
                found.append(self.value(depth + 1))
            return found
        return self._plain()

    def _dictionary(self, depth: int) -> Dictionary:
        pairs: list[tuple[bytes, Value]] = []
        while not self._take(b">>"):
            key = self._match(_NAME)
            pairs.append((plain(key[1]), self.value(depth + 1)))
        return Dictionary(tuple(pairs))

    def _plain(self) -> Value:
        if self._content[self._at : self._at + 1] == b"/":
            return Name(plain(self._match(_NAME)[1]))
        if self._take(b"("):
            self._string()
            return None
        reference = _REFERENCE.match(self._content, self._at)
        if reference is not None:
            self._at = reference.end()
            return Reference(int(reference[1]))
        self._match(_HEX if self._content[self._at : self._at + 1] == b"<" else _WORD)
        return None

    def _string(self) -> None:
        deep = 1
        while deep:
            found = _BRACKETS.search(self._content, self._at)
            if found is None:
                raise Unreadable
            self._at = found.end()
            deep += {b"(": 1, b")": -1}.get(found[0], 0)

    def _skip(self) -> None:
        skipped = _SKIP.match(self._content, self._at)
        self._at = skipped.end() if skipped is not None else self._at

    def _take(self, sign: bytes) -> bool:
        self._skip()
        there = self._content.startswith(sign, self._at)
        self._at += len(sign) * there
        return there

    def _match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        found = pattern.match(self._content, self._at)
        if found is None:
            raise Unreadable
        self._at = found.end()
        return found
