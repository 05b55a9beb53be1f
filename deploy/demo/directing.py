"""Directives of earlier sessions for the demo, each in another state: a board with something on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from sqlalchemy import func, select

from deploy.demo import data
from hub.cases.desk import Desk
from hub.cases.directives import conduct, due
from hub.cases.directives.states import ACTS
from hub.cases.models import Case, Directive
from hub.cases.service import Cases
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.store.clock import Clock
from hub.units.local_day import local_day
from hub.units.models import Unit
from web.services import Services

CHAIR: Final = "chutri"
PAPER: Final = "Văn bản giấy"
"""How units that have no account in the demo answer."""


@dataclass(frozen=True, slots=True)
class _Then:
    """The clock some days ago."""

    clock: Clock
    days: int

    def now(self) -> datetime:
        """That time of day, then."""
        return self.clock.now() - timedelta(days=self.days)

    def monotonic(self) -> float:
        """As ever."""
        return self.clock.monotonic()


async def directives(services: Services, units: Mapping[str, Unit]) -> None:
    """Issue and carry on the directives of the file that do not stand yet, in its order."""
    async with services.db.read() as session:
        standing = await session.scalar(select(func.count()).select_from(Directive)) or 0
        cases = list(await session.scalars(select(Case.id).order_by(Case.year, Case.serial)))
        known = await services.people.by_login(CHAIR)
    lines = json.loads(files("deploy.demo").joinpath("directives.json").read_text("utf-8"))
    if known is None or standing:
        return
    chair = Actor(f"account:{known.id}", known.name, frozenset({Role.CHAIR}), units[data.PROVINCE].id)
    for line in lines:
        await _one(services, units, chair, cases[line["case"]], line)


async def _one(
    services: Services, units: Mapping[str, Unit], chair: Actor, case_id: str, line: Mapping[str, Any]
) -> None:
    today = local_day(services.clock.now())
    async with services.db.begin() as work:
        desk = _desk(services, work, chair, line["days_ago"])
        case = await desk.case(case_id, lock=True)
        quarter = due.quarters(today, 1)[0] if line.get("quarter") else None
        last = due.read(quarter, not_before=today).on if quarter else _day(today, line["due_in"])
        directive = await desk.issue(
            case,
            units[line["lead"]],
            [units[code] for code in line["support"]],
            text=line["text"],
            due=last,
            period=quarter,
            by=chair,
            watching=[units[code] for code in line.get("watch", ())],
        )
        for act, days, *more in line["acts"]:
            desk = _desk(services, work, chair, days)
            given = dict(more[0]) if more else {}
            if ACTS[act].by_proxy and line["lead"] != data.PROVINCE:
                given["how"] = PAPER
            if act == "send_back":
                given["due"] = _day(today, line["due_in"]).isoformat()
            directed = await conduct.opened(desk, case, directive)
            unit = units[line["lead"]].id if ACTS[act].of_part else None
            await conduct.perform(desk, await conduct.ready(desk, directed, act, given, unit=unit))


def _desk(services: Services, work: Any, chair: Actor, days: int) -> Desk:
    return Cases(services.db, services.keys, _Then(services.clock, days), services.ids).desk(work, chair)


def _day(today: date, days: int) -> date:
    return today + timedelta(days=days)
