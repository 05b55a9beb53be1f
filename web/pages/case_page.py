"""The page of one case, gathered once for the routes that show it and for those that show it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hub.cases.errors import Refusal
from hub.cases.lives import ActInfo, Lives
from hub.cases.rules import CaseKind
from hub.people.actor import Actor
from hub.units.local_day import local_day
from web.pages import case_form
from web.pages.case_papers import paperwork_of
from web.pages.case_story import next_steps, told
from web.pages.case_words import locale_words
from web.pages.directive_words import DirectiveTyped, section_of, words_of
from web.pages.render import page
from web.services import services_of

KNOWN: Final = frozenset({"amended", "merged", "facts", "joined", "parted", "annulled", "corrected"})
"""What `done` may say beside the code of an act."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An act somebody tried: shown again as it was typed, with why it was not recorded."""

    act: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    refused: Refusal | None = None
    since: tuple[ActInfo, ...] = ()
    """What others recorded meanwhile."""


async def case_page(
    request: Request,
    actor: Actor,
    case_id: str,
    *,
    typed: Typed = Typed(),
    directed: DirectiveTyped = DirectiveTyped(),
    done: str = "",
    merged: Sequence[str] = (),
    status: int = 200,
) -> Response:
    """One case: what is asked, what may be done, which terms run, what was directed, what happened when."""
    services = services_of(request)
    found = await services.cases.look(actor, case_id, "page")
    life = await Lives(services.cases).life(actor, case_id)
    directives = await services.cases.directives_of(actor, case_id)
    moments = await services.receptions.moments(actor, case_id)
    concluded = [str(each.data.get("text") or "") for each in moments if each.kind == "item.concluded"]
    directing = await section_of(request, actor, case_id, directed, concluded[-1] if concluded else "")
    second = any(each.act == "receive_second" and each.holds for each in life.acts)
    kind = CaseKind(found.kind)
    names = {name for offer in life.offers for name in (*offer.rule.needs, *offer.rule.takes)}
    return page(
        request,
        "case.html",
        actor,
        status,
        case=found,
        life=life,
        typed=typed,
        done=done,
        choices={name: case_form.choices(name, kind, second=second) for name in names},
        ticks=case_form.TICKS,
        long=case_form.LONG,
        today=local_day(services.clock.now()),
        directives=directives,
        directing=directing,
        next_steps=next_steps(directives),
        moments=told(request, moments),
        take_ups=[moment for moment in moments if moment.kind == "case.taken_up"],
        merged=merged,
        known=KNOWN,
        said=await services.lookup.said_of(actor, case_id),
        paperwork=await paperwork_of(request, actor, case_id),
        **locale_words(request),
        **words_of(request),
    )
