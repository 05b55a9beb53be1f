"""Whether a PDF is safe to hand on: it has no password, runs nothing, and has no file in it. Pure.

There is no whole reader of PDF here. What is looked for are the names without which a viewer does nothing of
that kind, wherever in the file they stand (also in what looks like a stream: tables of a hostile file may
point there), and in its object streams. Not seen: what stands in a stream that is packed in another way than
Flate and does not say that it holds objects, and faults of viewers.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.cases.errors import Refusal
from hub.cases.pdf_values import BLANK, Dictionary, Name, Reference, Unreadable, Value, named, value_at

TAIL: Final = 4096
STEP: Final = 256 * 1024
"""Searched at once: nobody else's Python runs meanwhile."""
OVERLAP: Final = 16 * 1024
MOST_OBJECTS: Final = 8 * 1024 * 1024
"""Of one object stream, unpacked; writers put some hundred objects into one."""
MOST_UNTOLD: Final = 1024 * 1024
"""Of a stream that begins like one and does not say so; most are drawings of pages."""
MOST_UNPACKED: Final = 128 * 1024 * 1024
PIECE: Final = 64 * 1024
MOST_STREAMS: Final = 100_000
MOST_ACTS: Final = 1000
MOST_LOOKED_UP: Final = 20
HEAD: Final = 1024
"""Before a stream, for its dictionary; and of one, to see what it is."""
_REF: Final = rb"\d+" + BLANK + rb"+\d+" + BLANK + rb"+R"
_RUNS: Final = (
    b"JavaScript",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"Rendition",  # the one action beside JavaScript that has a script
)
# Three letters and a sign stand in any large scan by chance; so what follows has to be longer.
_SHORT: Final = (
    named(b"EF") + BLANK + rb"*(?:<<|" + _REF + b")",
    named(b"XFA") + BLANK + rb"*(?:\[|" + _REF + b")",
    named(b"JS") + BLANK + b"*" + _REF,
)
_BAD: Final = re.compile(
    b"/(?:(?P<encrypted>" + named(b"Encrypt") + b")|" + b"|".join([named(*_RUNS), *_SHORT]) + b")"
)
_OPENING: Final = re.compile(b"/" + named(b"OpenAction"))
_MORE: Final = re.compile(b"/" + named(b"AA") + b"(?=" + BLANK + b"*(?:<<|" + _REF + b"))")
_STREAM: Final = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)")
_OBJECT: Final = re.compile(rb"(?<!end)obj")
_NUMBER: Final = re.compile(rb"(?<!\d)(\d{1,10})" + BLANK + rb"+\d{1,5}" + BLANK + rb"*\Z")
_HOLDS_OBJECTS: Final = re.compile(b"/" + named(b"ObjStm"))
_FIRST: Final = re.compile(b"/" + named(b"First") + BLANK + rb"*(\d{1,8})")
_PAIRS: Final = re.compile(rb"[\x00\t\n\f\r ]*\d+[\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]")


def check(content: bytes) -> None:
    """Raises Refusal: file_broken, file_encrypted, file_macro, file_bomb. Its `place` is the name that is
    refused.
    """
    if b"%%EOF" not in content[-TAIL:]:
        raise Refusal("file_broken", place="")
    _File(content).check()


@dataclass(frozen=True, slots=True)
class _Packed:
    """A stream that holds objects, unpacked. `first`: where they begin; `said`: its type tells."""

    text: bytes
    first: int
    said: bool

    def places(self, number: int) -> Iterator[int]:
        """Where objects of that number begin."""
        numbers = [int(each) for each in re.findall(rb"\d{1,10}", self.text[: self.first])]
        for at in range(0, len(numbers) - 1, 2):
            if numbers[at] == number:
                yield self.first + numbers[at + 1]


class _File:
    """One file, while it is judged."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._kept: list[_Packed] = []
        self._objects: dict[int, list[int]] | None = None
        self._looked_up = 0

    def check(self) -> None:
        """As of the module's."""
        acts = self._acts(self._content)
        for each in _packed(self._content):
            acts += self._acts(each.text)
            self._kept += [each] if each.said else []
        for name, value in acts:
            if not self._goes_to_pages(value, several=name == "/AA"):
                raise Refusal("file_macro", place=name)

    def _acts(self, text: bytes) -> list[tuple[str, Value]]:
        """What is done without a click, by the name it stands under."""
        for bad in _search(_BAD, text):
            code = "file_encrypted" if bad["encrypted"] else "file_macro"
            raise Refusal(code, place=bad[0].decode("ascii", "replace")[:40])
        found: list[tuple[str, Value]] = []
        for pattern, name in ((_OPENING, "/OpenAction"), (_MORE, "/AA")):
            for each in _search(pattern, text):
                if len(found) >= MOST_ACTS:
                    raise Refusal("file_macro", place=name)
                try:
                    found.append((name, value_at(text, each.end())))
                except Unreadable as error:
                    raise Refusal("file_macro", place=name) from error
        return found

    def _goes_to_pages(self, value: Value, *, several: bool) -> bool:
        """Whether nothing is done but a page shown; `several`: by each value of a dictionary."""
        try:
            meant = self._meant(value)
            if not several:
                return all(_goes_to_page(each) for each in meant)
            tables = [each for each in meant if isinstance(each, Dictionary)]
            acts = [act for table in tables for _, value in table.pairs for act in self._meant(value)]
            return len(tables) == len(meant) and all(_goes_to_page(each) for each in acts)
        except Unreadable:
            return False

    def _meant(self, value: Value) -> list[Value]:
        """The value, or every version of the object that it names. Raises Unreadable."""
        if not isinstance(value, Reference):
            return [value]
        self._looked_up += 1
        if self._looked_up > MOST_LOOKED_UP:
            raise Unreadable
        if self._objects is None:
            self._objects = _objects(self._content)
        found = [value_at(self._content, at) for at in self._objects.get(value.number, ())]
        found += [value_at(each.text, at) for each in self._kept for at in each.places(value.number)]
        if not found or any(isinstance(each, Reference) for each in found):
            raise Unreadable
        return found


def _goes_to_page(act: Value) -> bool:
    if not isinstance(act, Dictionary):
        return True  # a place, or its name
    kinds = act.of(b"S")
    return bool(kinds) and all(each == Name(b"GoTo") for each in kinds) and not act.of(b"Next")


def _objects(content: bytes) -> dict[int, list[int]]:
    """Where the objects begin that stand in the file as they are, by number."""
    found: dict[int, list[int]] = {}
    for each in _search(_OBJECT, content):
        number = _NUMBER.search(content, max(0, each.start() - 64), each.start())
        if number is not None:
            found.setdefault(int(number[1]), []).append(each.end())
    return found


def _packed(content: bytes) -> Iterator[_Packed]:
    """The object streams, and what may be one: a viewer need not be told its type."""
    unpacked = 0
    for count, stream in enumerate(_search(_STREAM, content)):
        if count >= MOST_STREAMS:
            raise Refusal("file_bomb", place="")
        head = content[max(0, stream.start() - HEAD) : stream.start()].rpartition(b"obj")[2]
        said = _HOLDS_OBJECTS.search(head) is not None
        text = _objects_at(content, stream.end(), said=said)
        if text is None:
            continue
        unpacked += len(text)
        if unpacked > MOST_UNPACKED or (said and len(text) >= MOST_OBJECTS):
            raise Refusal("file_bomb", place="/ObjStm")
        first = _FIRST.search(head)
        yield _Packed(text, int(first[1]) if first is not None else 0, said)


def _objects_at(content: bytes, at: int, *, said: bool) -> bytes | None:
    """The objects of a stream there; None when it holds none, or they stand there as they are.

    Raises Refusal file_broken when they cannot be read.
    """
    view = memoryview(content)
    try:
        start = _unpack(view[at : at + 4 * HEAD], HEAD)
    except zlib.error:
        start = None
    if start is not None and (_PAIRS.match(start) or (said and not start)):
        try:
            return _unpack(view[at:], MOST_OBJECTS if said else MOST_UNTOLD)
        except zlib.error as error:  # a viewer may use what came before the fault
            raise Refusal("file_broken", place="/ObjStm") from error
    if said and not _PAIRS.match(content, at):
        raise Refusal("file_broken", place="/ObjStm")
    return None


def _unpack(packed: memoryview, most: int) -> bytes:
    """What Flate gives, as far as it goes. The two bytes before and the sum behind are not looked at: viewers
    read on without them. Raises zlib.error.
    """
    unpacker, found = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    for start in range(2, len(packed), PIECE):
        found += unpacker.decompress(packed[start : start + PIECE], most - len(found))
        if unpacker.eof or len(found) >= most:
            break
    return bytes(found)


def _search(pattern: re.Pattern[bytes], text: bytes) -> Iterator[re.Match[bytes]]:
    """All places, a stretch at a time. What is longer than `OVERLAP` may be missed."""
    for start in range(0, len(text), STEP):
        for found in pattern.finditer(text, start, start + STEP + OVERLAP):
            if found.start() >= start + STEP:
                break
            yield found
