"""Type for the generated picture: a system font that has Vietnamese, or Pillow's own without the marks."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import ImageFont

CANDIDATES: Final = ("DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular", "FreeSans")
"""Looked for by name in the system's font directories, first found wins; all of them have Vietnamese."""
BOLD: Final = {"DejaVuSans": "DejaVuSans-Bold", "NotoSans-Regular": "NotoSans-Bold"}

AnyFont = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Type:
    """A font, and whether it can draw Vietnamese."""

    font: AnyFont
    vietnamese: bool

    def text(self, words: str) -> str:
        """`words` as this font can draw them."""
        return words if self.vietnamese else plain(words)


@lru_cache(maxsize=32)
def find(pixels: int, bold: bool = False) -> Type:
    """A font of that size; a machine without fonts gets Pillow's built-in one."""
    for name in CANDIDATES:
        try:
            return Type(ImageFont.truetype(f"{BOLD.get(name, name) if bold else name}.ttf", pixels), True)
        except OSError:
            continue
    return Type(ImageFont.load_default(pixels), False)


def plain(words: str) -> str:
    """Latin letters without marks, đ included."""
    folded = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
