"""What a browser calls itself, in two names that people know. Pure; never used to decide anything."""

from typing import Final

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: most of them say that they are the later ones too."""
_SYSTEMS: Final = (
    ("Web0S", "webOS"),
    ("Tizen", "Tizen"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
LONGEST: Final = 400


def agent_words(text: str) -> str:
    """`Chrome · Windows` of a User-Agent header; empty when nothing of it is known."""
    said = text[:LONGEST]
    found = [next((name for sign, name in signs if sign in said), "") for signs in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))
