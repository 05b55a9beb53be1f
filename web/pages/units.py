"""The units of the province on any day, and one unit with those before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.errors import Refusal
from hub.people.roles import Role
from hub.units.fold import fold
from hub.units.models import Unit
from hub.units.service import Branch
from web.auth import SomeAccount
from web.pages.render import page
from web.services import Services, services_of

router: Final = APIRouter()

YEARS: Final = range(1900, 2100)
MOST_TURNS: Final = 4


@dataclass(frozen=True, slots=True)
class Limb:
    """A unit of the tree as the page shows it. `cases`: with those below; `found`: the search meant it."""

    unit: Unit
    cases: int
    below: list["Limb"]
    found: bool


@router.get("/units")
async def units(
    request: Request,
    actor: SomeAccount,
    on: Annotated[str, Query(max_length=10)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The tree of a day, with the cases that each unit was in charge of then."""
    services = services_of(request)
    today = services.units.today()
    day = _day(on) or today
    counts = await services.charges.on(actor, day)
    words = fold(q).split()
    limbs = [_limb(branch, counts, words) for branch in await services.units.tree(day)]
    flat = [limb.unit for top in limbs for limb in _all(top)]
    return page(
        request,
        "units/tree.html",
        actor,
        limbs=_narrowed(limbs) if words else limbs,
        totals={level: sum(unit.level == level for unit in flat) for level in ("district", "commune")},
        matches=sum(limb.found for top in limbs for limb in _all(top)) if words else None,
        cases=sum(counts.values()),
        profile=(await services.units.profile(day)).value,
        day=day,
        today=today,
        bad_day=bool(on) and _day(on) is None,
        turns=await _turns(services),
        q=q,
        may_change=Role.ADMINISTRATOR in actor.roles,
    )


@router.get("/units/{unit_id}")
async def unit(request: Request, unit_id: str, actor: SomeAccount) -> Response:
    """One unit: since when and until when, where it stands, whom it carries on, who carries it on."""
    services = services_of(request)
    found = await services.units.get(unit_id)
    if found is None:
        raise Refusal("unit_unknown")
    known = await services.units.successions()
    links = known.successors(unit_id)
    last = services.units.today() if found.valid_to is None else found.valid_to - timedelta(days=1)
    counts = await services.charges.on(actor, last)
    return page(
        request,
        "units/unit.html",
        actor,
        unit=found,
        above=(await services.units.chain(unit_id))[1:],
        before=await services.units.predecessors(unit_id),
        after=[(await services.units.get(link.successor), link) for link in links],
        heir=known.heir(unit_id, services.units.today()),
        last=last,
        cases=counts.get(unit_id, 0),
        since_ever=date(1900, 1, 1),
    )


async def _turns(services: Services) -> list[tuple[date, date]]:
    """The last days of former trees, each with the day on which another began; the latest first."""
    turns: Sequence[date] = (await services.units.turns())[:MOST_TURNS]
    return [(turn - timedelta(days=1), turn) for turn in turns]


def _limb(branch: Branch, counts: dict[str, int], words: list[str]) -> Limb:
    below = [_limb(each, counts, words) for each in branch.below]
    own = f"{branch.unit.folded} {fold(branch.unit.code)}"
    found = bool(words) and all(word in own for word in words)
    return Limb(branch.unit, counts.get(branch.unit.id, 0) + sum(each.cases for each in below), below, found)


def _narrowed(limbs: list[Limb]) -> list[Limb]:
    """What the search meant, with the units above, which say where it is."""
    kept = []
    for limb in limbs:
        below = _narrowed(limb.below)
        if limb.found or below:
            kept.append(Limb(limb.unit, limb.cases, below, limb.found))
    return kept


def _all(limb: Limb) -> list[Limb]:
    return [limb, *(each for below in limb.below for each in _all(below))]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
