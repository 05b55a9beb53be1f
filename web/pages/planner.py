"""What the pages of planning share: who may come in, the units to choose from, and where a form leads."""

from datetime import date
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.plan_info import UnitQuota
from hub.reception.quota import month_of
from hub.units.models import Unit
from hub.units.working_days import vietnam
from web.auth import SomeAccount
from web.pages.plan_hints import Hints, hints
from web.services import Services, services_of

DAYS_WITH_DATA: Final = range(2014, 2100)
"""Years a page may be asked for."""


async def planner(actor: SomeAccount) -> Actor:
    """Chair, clerk or reception; for everybody else there is no such page."""
    if not actor.is_staff:
        raise Refusal("session_unknown")
    return actor


Planner = Annotated[Actor, Depends(planner)]


async def unit_choices(services: Services, actor: Actor) -> list[tuple[str, str]]:
    """Id and label of the units the planner plans for, their own first."""
    units = await services.receptions.before.units(actor, services.units.today())
    names = {unit.id: unit.name for unit in units}
    ordered = sorted(units, key=lambda unit: unit.id != actor.unit)
    return [(unit.id, _label(unit, names)) for unit in ordered]


async def hints_for(services: Services, actor: Actor, day: date, unit: str) -> Hints:
    """The hints for one day and unit."""
    quotas: list[UnitQuota] = []
    if day.year in DAYS_WITH_DATA:
        quotas = await services.receptions.before.quota(actor, month_of(day))
    return hints(day, services.units.today(), unit, quotas, vietnam())


def to_plan(session_id: str, done: str = "", part: str = "") -> RedirectResponse:
    """Back to the session's plan, saying what was done."""
    query = f"?done={done}" if done else ""
    return RedirectResponse(f"/sessions/{session_id}/plan{query}{part}", 303)


async def text_of(request: Request, name: str) -> str:
    """One field of the submitted form; empty when it is not there."""
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""


async def texts_of(request: Request, name: str) -> list[str]:
    """All values of one field of the submitted form."""
    return [each for each in (await request.form()).getlist(name) if isinstance(each, str)]


def _label(unit: Unit, names: dict[str, str]) -> str:
    above = names.get(unit.parent_id or "")
    return f"{unit.name}, {above}" if above else unit.name


__all__ = ["Planner", "hints_for", "services_of", "text_of", "texts_of", "to_plan", "unit_choices"]
