"""A text without certain names. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from hub.units.fold import fold

MASK: Final = "•••"


FEWEST_DIGITS: Final = 6
"""So many digits in a row, gaps aside, are a telephone number."""


_TITLES: Final = frozenset(["ông", "bà", "anh", "chị", "cô", "chú", "bác", "cụ", "em", "ong", "ba"])
"""How somebody is spoken of, before the name."""
_UNITS: Final = (
    "xã ",
    "phường ",
    "thị trấn ",
    "huyện ",
    "quận ",
    "thị xã ",
    "thành phố ",
    "tỉnh ",
    "đặc khu ",
    "tp ",
    "tp. ",
    "tx. ",
    "tt. ",
)
"""How the name of a unit begins: where thousands live, which tells nobody."""
_SEVERAL: Final = re.compile(r"[;/\n]|, | và | - ")
_BESIDE: Final = re.compile(r"\([^)]*\)")
_PHONE: Final = re.compile(r"\d(?:[\s.()\-]*\d){5,}")
_WORD: Final = re.compile(r"\w+")


def telling(name: str, address: str, phone: str) -> list[str]:
    """What would tell who somebody is: the name (without what is said before or beside it, and each of
    several), the phones, however they are written, the address and its first part (house and road). A place
    of one word is too common to tell, and so is a unit.
    """
    return list(dict.fromkeys([name, *_names_in(name), *_places_in(address), *_phones_in(phone)]))


def _names_in(cell: str) -> Iterator[str]:
    for each in _SEVERAL.split(_BESIDE.sub(" ", cell)):
        words = each.split()
        while words and _lower(words[0]) in _TITLES:
            words = words[1:]
        if len(words) > 1:
            yield " ".join(words)


def _places_in(address: str) -> Iterator[str]:
    parts = [part.strip() for part in address.split(",")]
    for place, its in ((address.strip(), parts), (parts[0], parts[:1])):
        tells = any(part and not _lower(part).startswith(_UNITS) for part in its)
        if tells and len(fold(place).split()) > 1:
            yield place


def _phones_in(cell: str) -> Iterator[str]:
    """Each number, as it is dialled here and from abroad."""
    for each in re.split(r"[,;/]", cell):
        for found in _PHONE.findall(each):
            digits = _digits(found)
            if digits.startswith("84") and len(digits) > 10:
                digits = f"0{digits[2:]}"
            yield digits
            if digits.startswith("0"):
                yield f"84{digits[1:]}"


def _lower(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def tells(text: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the text."""
    return any(_names(text, name) for name in names)


def masked(text: str, names: Iterable[str]) -> str:
    """The text with every name masked, tone marks and case aside; all of it when a name cannot be told from
    the rest.
    """
    for name in names:
        if not _names(text, name):
            continue
        text = re.sub(_loosely(name), MASK, text) if _digits(name) else _without(text, fold(name).split())
        if _names(text, name):  # letters that are put together otherwise: better no text than the name
            return MASK
    return text


def _without(text: str, name: Sequence[str]) -> str:
    """The text without these folded words wherever they stand one after another."""
    text = unicodedata.normalize("NFC", text)
    words = [(fold(found[0]), found.span()) for found in _WORD.finditer(text)]
    folded, kept, after, at = [word for word, _ in words], [], 0, 0
    while at <= len(words) - len(name):
        if folded[at : at + len(name)] == name:
            kept += [text[after : words[at][1][0]], MASK]
            at += len(name)
            after = words[at - 1][1][1]
        else:
            at += 1
    return "".join([*kept, text[after:]])


def _names(text: str, name: str) -> bool:
    if _digits(name):
        return re.search(_loosely(name), text) is not None
    wanted = fold(name)
    return bool(wanted) and f" {wanted} " in f" {fold(text)} "


def _digits(term: str) -> str:
    """The digits of a telephone number, however it is written; empty for anything else."""
    plain = re.sub(r"[\s.()+\-]", "", term)
    return plain if plain.isdigit() and plain.isascii() and len(plain) >= FEWEST_DIGITS else ""


def _loosely(phone: str) -> str:
    return r"[\s.()\-]*".join(_digits(phone))
