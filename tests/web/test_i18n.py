"""Two languages, the same keys, and every key that is used."""

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.reception.events import KINDS
from hub.units.working_days import HOLIDAYS
from web import i18n
from web.i18n import LOCALES, catalogue, translate
from web.pages.words import CHECK, CONSOLE, DESK, REMINDER, ROOM

WEB = Path(i18n.__file__).parent
PROTOCOL = WEB.parent / "signaling" / "PROTOCOL.md"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static" / "js").rglob("*.js"))


def _fields(text: i18n.Text) -> set[str]:
    forms = [text] if isinstance(text, str) else list(text.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_keys_and_fields():
    vi, en = (catalogue(locale) for locale in LOCALES)
    assert vi.keys() == en.keys()
    assert [key for key in vi if _fields(vi[key]) != _fields(en[key])] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_empty_and_plural_texts_count_by_n(locale: i18n.Locale):
    for key, text in catalogue(locale).items():
        forms = [text] if isinstance(text, str) else list(text.values())
        assert all(form.strip() for form in forms), key
        if not isinstance(text, str):
            assert "other" in text, key
            assert "n" in _fields(text), key


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_key_of_a_template_exists(path: Path):
    used = re.findall(r"\bt\('([a-z_0-9.]+)'(?=[,)])", path.read_text(encoding="utf-8"))
    assert [key for key in used if not i18n.has("vi", key)] == []


@pytest.mark.parametrize("key", sorted({*CHECK, *CONSOLE, *DESK, *REMINDER, *ROOM}))
def test_every_word_a_page_carries_exists(key: str):
    assert i18n.has("vi", key)


def test_every_word_a_script_asks_for_is_carried():
    carried = {*CHECK, *CONSOLE, *DESK, *REMINDER, *ROOM}
    for path in SCRIPTS:
        code = path.read_text(encoding="utf-8")
        for key in re.findall(r'\bword\("([a-z_0-9.]+)"', code):
            assert key in carried, f"{path.name}: {key}"
        for start in re.findall(r"\bword\(`([a-z_.]+)\$", code):
            assert any(key.startswith(start) for key in carried), f"{path.name}: {start}"


def test_every_error_of_the_protocol_has_a_sentence():
    table = PROTOCOL.read_text(encoding="utf-8").split("## Errors")[1]
    codes = re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| (.*?) \|", table, flags=re.MULTILINE)))
    assert len(codes) > 25
    assert [code for code in codes if not i18n.has("vi", f"error.{code}")] == []


def test_every_kind_of_event_can_be_told():
    assert [kind for kind in KINDS if not i18n.has("vi", f"event.{kind}")] == []


def test_texts_are_filled_in_and_counted():
    assert translate("vi", "due.left", n=1) == "còn 1 ngày"
    assert translate("en", "due.left", n=1) == "1 day left"
    assert translate("en", "due.left", n=2) == "2 days left"
    with pytest.raises(KeyError):
        translate("vi", "no.such.key")
    with pytest.raises(KeyError):
        translate("vi", "due.on")


def test_days_and_times_are_those_of_vietnam():
    evening = datetime(2026, 11, 19, 17, 30, tzinfo=UTC)
    assert i18n.day(evening) == "20/11/2026"
    assert i18n.day(date(2026, 11, 20)) == "20/11/2026"
    assert i18n.time_of_day(evening) == "00:30"
    assert (i18n.weekday(evening), i18n.weekday(date(2026, 11, 22))) == (4, 6)
    assert i18n.month(datetime(2026, 11, 30, 17, 30, tzinfo=UTC)) == "2026-12"
    assert [i18n.media_time(ms) for ms in (-1, 0, 65_999, 4_360_000)] == [
        "00:00",
        "00:00",
        "01:05",
        "1:12:40",
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_holiday_that_a_calendar_may_name_has_words(locale: i18n.Locale):
    for name in HOLIDAYS:
        assert i18n.has(locale, f"holiday.{name}")
        assert i18n.has(locale, f"holiday.short.{name}")
