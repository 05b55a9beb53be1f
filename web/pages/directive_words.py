"""Directives in the reader's words, and the section of a case's page that shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from starlette.requests import Request

from hub.cases.directives import due
from hub.cases.directives.offers import CaseDirectives
from hub.cases.directives.states import State
from hub.cases.errors import Refusal
from hub.people.actor import Actor
from hub.units.local_day import local_day
from hub.units.models import Unit
from web import i18n
from web.services import services_of

TONES: Final = {
    "issued": "attention",
    "delivered": "attention",
    "acknowledged": "fine",
    "in_progress": "fine",
    "reported": "attention",
    "accepted": "fine",
    "sent_back": "act",
    "citizen_replied": "fine",
    "closed": "fine",
    "withdrawn": "",
}
LONG: Final = frozenset({"text", "reason"})
ROMAN: Final = ("I", "II", "III", "IV")
FIRST: Final = frozenset(
    {
        "acknowledge",
        "start",
        "report",
        "contribute",
        "accept",
        "send_back",
        "urge",
        "reply",
        "close",
        "restore",
    }
)
"""Acts that carry a directive on; the others stand behind "more"."""
DATED: Final = frozenset({"report", "contribute", "reply", "deliver"})
"""Acts that may have happened on an earlier day than they are written down."""


@dataclass(frozen=True, slots=True)
class DirectiveTyped:
    """An act on a directive that somebody tried: shown again as it was typed, with why not. `directive` is
    empty for the notice of what was concluded.
    """

    directive: str = ""
    act: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What the section shows. `earlier`: what was directed before today and is not done yet."""

    directed: CaseDirectives
    typed: DirectiveTyped
    units: tuple[Unit, ...]
    quarters: tuple[str, ...]
    conclusion: str
    """What was concluded last in a session, for the notice."""
    earlier: int


async def section_of(
    request: Request, actor: Actor, case_id: str, typed: DirectiveTyped, conclusion: str
) -> Section:
    """The section's content; the reader's unit has seen it from now on. Raises Refusal("case_unknown")."""
    services = services_of(request)
    await services.directives.receive(actor)
    await services.directives.receive_letters(actor, case_id)
    directed = await services.directives.of_case(actor, case_id)
    today = local_day(services.clock.now())
    adds = any(offer.act == "add_unit" for story in directed.stories for offer in story.offers)
    earlier = [
        story
        for story in directed.stories
        if story.info.state != State.CLOSED
        and story.info.withdrawn_why is None
        and local_day(story.info.issued_at) < today
    ]
    return Section(
        directed=directed,
        typed=typed,
        units=tuple(await services.units.valid_on(today)) if adds else (),
        quarters=tuple(due.quarters(today, 5)),
        conclusion=conclusion,
        earlier=len(earlier),
    )


def due_text(locale: i18n.Locale, said: str) -> str:
    """A day or a quarter as it was said: 31/12/2026, quý IV/2026."""
    year, _, quarter = said.partition("-Q")
    if quarter:
        return i18n.translate(locale, "directive.quarter", quarter=ROMAN[int(quarter) - 1], year=year)
    try:
        return i18n.day(date.fromisoformat(said))
    except ValueError:
        return said


def words_of(request: Request) -> dict[str, Any]:
    """What the templates of directives need beside `t`."""
    return {
        "due_text": partial(due_text, i18n.locale_of(request)),
        "directive_tones": TONES,
        "directive_long": LONG,
        "directive_dated": DATED,
        "directive_first": FIRST,
    }
