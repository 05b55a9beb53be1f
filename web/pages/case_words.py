"""Acts and terms of a case in the reader's words."""

from datetime import date
from functools import partial
from typing import Any, Final

from starlette.requests import Request

from hub.cases.clock.reckon import Note, Step, Term
from hub.cases.clock.rule import Count
from hub.cases.life import ActRule, State
from web import i18n
from web.refusals import act_name

TONES: Final = {
    "running": "fine",
    "due_soon": "attention",
    "overdue": "act",
    "stopped": "attention",
    "met": "fine",
    "met_late": "attention",
    "over": "",
}
STATE_TONES: Final = {
    "replied": "fine",
    "closed": "fine",
    "suspended": "attention",
    "ineligible": "attention",
}


def step_text(locale: i18n.Locale, term: Term, step: Step) -> str:
    """One line of a term's arithmetic."""
    t = partial(i18n.translate, locale)
    unit = "working" if term.rule.count is Count.WORKING else "calendar"
    days = t(f"terms.count.{unit}", n=step.days)
    about = step.about
    if step.note is Note.TRAIT:
        about = t(f"trait.{step.about}")
    elif step.note is Note.PAUSED and step.about:
        about = i18n.day(date.fromisoformat(step.about))
    elif step.note is Note.DOUBTFUL:
        about = t(f"holiday.{step.about}")
    key = "step.paused.open" if step.note is Note.PAUSED and not step.about else f"step.{step.note.value}"
    return t(key, date=i18n.day(step.on), days=days, about=about)


def states_of(locale: i18n.Locale, rule: ActRule) -> str:
    """The states in which an act may be done, in the order of a case's life."""
    return ", ".join(
        i18n.translate(locale, f"case_state.{each.value}") for each in State if each in rule.origin
    )


def locale_words(request: Request) -> dict[str, Any]:
    """What the templates of a case need beside `t`."""
    locale = i18n.locale_of(request)
    return {
        "act_name": partial(act_name, locale),
        "states_of": partial(states_of, locale),
        "step_text": partial(step_text, locale),
        "tones": TONES,
        "state_tones": STATE_TONES,
    }
