"""Refusals in the reader's words: the sentence of a code, with its values said as words."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from hub.cases.errors import Refusal
from web import i18n

_WORDS: Final = (
    ("state", "case_state."),
    ("standing", "directive.state."),
    ("who", "directive.who."),
    ("kind", "kind."),
    ("field", "act_field."),
)
_ACTS: Final = ("act", "needed")


def act_name(locale: i18n.Locale, act: str) -> str:
    """What an act is called."""
    key = f"case_act.{act}"
    return i18n.translate(locale, key if i18n.has(locale, key) else "case_act.other")


def refusal_text(locale: i18n.Locale, refusal: Refusal) -> str:
    """The sentence of a refusal. Raises KeyError for a code without a sentence, or a value it wants."""
    return error_text(locale, refusal.code, refusal.params)


def error_text(locale: i18n.Locale, code: str, params: Mapping[str, str | int]) -> str:
    """The sentence of an error's code. Raises KeyError as `refusal_text` does."""
    said = dict(params)
    for name in _ACTS:
        if name in said:
            said[name] = " / ".join(act_name(locale, act) for act in str(said[name]).split(","))
    for name, prefix in _WORDS:
        key = f"{prefix}{said.get(name, '')}"
        if i18n.has(locale, key):
            said[name] = i18n.translate(locale, key)
    if "day" in said:
        said["day"] = i18n.day(date.fromisoformat(str(said["day"])))
    return i18n.translate(locale, f"error.{code}", **said)
