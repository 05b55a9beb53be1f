"""What happened to a case in sessions, and what units still owe, as its page tells it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from starlette.requests import Request

from hub.cases.info import DirectiveInfo
from hub.reception.info import Moment
from web import i18n
from web.pages.story import Names, area_of, tell

OWED: Final = {
    "issued": "acknowledge",
    "delivered": "acknowledge",
    "acknowledged": "report",
    "in_progress": "report",
    "sent_back": "report_again",
    "reported": "judge",
    "accepted": "reply",
    "citizen_replied": "close",
}
"""What comes next of a directive in each state."""
NO_NAMES: Final = Names({}, {}, {})


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something a unit still owes, by when and why then."""

    what: str
    unit: str
    due: date
    days: int
    issued: datetime
    counts: bool = True
    """Whether the directive's days still count: not once it was reported."""


@dataclass(frozen=True, slots=True)
class Told:
    """A moment of the case in words; `starts_session` on the first of each session."""

    moment: Moment
    text: str
    area: str
    starts_session: bool


def next_steps(directives: list[DirectiveInfo]) -> list[NextStep]:
    """What the directed units owe, the most urgent first."""
    steps = []
    for directive in directives:
        what = OWED.get(directive.state)
        if what is None or directive.withdrawn_why is not None:
            continue
        unit = directive.lead.name if directive.owing else ""
        step = NextStep(what, unit, directive.due, directive.days_left, directive.issued_at, directive.owing)
        steps.append(step)
    return sorted(steps, key=lambda step: step.due)


def told(request: Request, moments: list[Moment]) -> list[Told]:
    """The moments in the reader's words."""
    t = partial(i18n.translate, i18n.locale_of(request))
    found: list[Told] = []
    previous = ""
    for moment in moments:
        text = t("event.item.added.short") if moment.kind == "item.added" else _short(t, moment)
        found.append(Told(moment, text, area_of(moment.kind), moment.session_id != previous))
        previous = moment.session_id
    return found


def _short(t: Any, moment: Moment) -> str:
    """On the case's own page its name and place on the agenda would be noise."""
    short = f"event.{moment.kind}.short"
    if i18n.has(i18n.DEFAULT, short):
        reason = moment.data.get("reason", "")
        reason = t("reason.next_called") if reason == "next_called" else reason
        to = t(f"audience.{moment.data['audience']}") if moment.kind == "audience.set" else ""
        return str(t(short, **{**moment.data, "reason": reason, "to": to}))
    return tell(t, moment.kind, moment.data, NO_NAMES)
