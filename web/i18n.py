"""Words of the pages and of the errors, from `web/locales/<locale>/*.json`. Vietnamese first, English too.

A text may hold `{name}` fields. A text with plural forms is an object of CLDR forms (`one`, `other`), chosen
by its field `n`. Both locales hold the same keys (a test), so a missing key is a bug and raises KeyError.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from starlette.requests import HTTPConnection

from web.cookies import LANGUAGE_COOKIE

Locale = Literal["vi", "en"]
LOCALES: Final[tuple[Locale, ...]] = ("vi", "en")
DEFAULT: Final[Locale] = "vi"
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
FOLDER: Final = Path(__file__).parent / "locales"

Text = str | Mapping[str, str]


@cache
def catalogue(locale: Locale) -> Mapping[str, Text]:
    """All texts of one locale by key. Raises ValueError when two files hold the same key."""
    texts: dict[str, Text] = {}
    for path in sorted((FOLDER / locale).glob("*.json")):
        area = json.loads(path.read_text(encoding="utf-8"))
        twice = texts.keys() & area.keys()
        if twice:
            raise ValueError(f"{path.name} repeats {sorted(twice)}")
        texts |= area
    return texts


def translate(locale: Locale, key: str, **params: object) -> str:
    """The text of `key` with its fields filled in. Raises KeyError for an unknown key or a missing field."""
    text = catalogue(locale)[key]
    if not isinstance(text, str):
        form = _plural_form(locale, params["n"])
        text = text.get(form, text["other"])
    return text.format_map(params)


def has(locale: Locale, key: str) -> bool:
    """Whether there is such a text."""
    return key in catalogue(locale)


def locale_of(connection: HTTPConnection) -> Locale:
    """The language this browser chose, Vietnamese until it did."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LOCALES else DEFAULT


def day(value: date | datetime) -> str:
    """A day as both languages write it here: 20/11/2026."""
    if isinstance(value, datetime):
        value = value.astimezone(ZONE)
    return f"{value:%d/%m/%Y}"


def iso_day(value: datetime) -> str:
    """The day in Vietnam as date fields have it: 2026-11-20."""
    return f"{value.astimezone(ZONE):%Y-%m-%d}"


def weekday(value: date | datetime) -> int:
    """The day of the week in Vietnam, 0 for Monday: the end of the keys `weekday.0` to `weekday.6`."""
    return (value.astimezone(ZONE) if isinstance(value, datetime) else value).weekday()


def month(value: datetime) -> str:
    """The month in Vietnam as addresses have it: 2026-11."""
    return f"{value.astimezone(ZONE):%Y-%m}"


def time_of_day(value: datetime) -> str:
    """A time of day in Vietnam: 14:05."""
    return f"{value.astimezone(ZONE):%H:%M}"


def media_time(milliseconds: int) -> str:
    """Time since the session went live: 1:12:40, or 02:05 within the first hour."""
    seconds = max(0, milliseconds) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes:02d}:{seconds % 60:02d}"


def _plural_form(locale: Locale, n: object) -> str:
    return str(BabelLocale.parse(locale).plural_form(cast(int, n)))
