"""Text as search compares it: no tone marks, no đ, no case, single spaces."""

import unicodedata

_PLAIN = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})


def fold(text: str) -> str:
    """Fold a Vietnamese text to plain letters, digits and single spaces: "Phường Hà  Lầm" to "phuong ha lam".

    Where the tone mark stands makes no difference: "Hòa" and "Hoà" fold alike.
    """
    bare = (
        letter if letter.isalnum() else " "
        for letter in unicodedata.normalize("NFKD", text.translate(_PLAIN)).casefold()
        if not unicodedata.combining(letter)
    )
    return " ".join("".join(bare).split())
