"""The list of cases: found by words, number, phone, unit, period, state and term; kept searches; as a
workbook.
"""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.exporting import MOST_ROWS, rows_of
from hub.cases.life import State
from hub.cases.rules import CaseField, CaseKind
from hub.cases.search import DUE, LONGEST, MOST_COUNTED, PAGE, Wanted
from hub.people.actor import Actor
from hub.units.local_day import local_day
from web import i18n, xlsx
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.pages.listing import day_asked, workbook_answer
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

FIELDS: Final = ("q", "kind", "field", "state", "unit", "since", "until", "due")
Text = Annotated[str, Query(max_length=LONGEST)]
COLUMNS: Final = ("number", "received", "kind", "field", "title", "unit", "state", "due", "heard", "persons")
WIDTHS: Final = (12, 13, 14, 16, 60, 28, 18, 13, 8, 8)


class Asked:
    """The search as the address has it; values nobody offers find nothing wrong, they count as not given."""

    def __init__(  # noqa: PLR0917 (the fields of the form)
        self,
        q: Text = "",
        kind: Text = "",
        field: Text = "",
        state: Text = "",
        unit: Text = "",
        since: Text = "",
        until: Text = "",
        due: Text = "",
    ) -> None:
        self.query = {
            "q": q.strip(),
            "kind": kind if kind in set(CaseKind) else "",
            "field": field if field in set(CaseField) else "",
            "state": state if state in set(State) else "",
            "unit": unit,
            "since": since,
            "until": until,
            "due": due if due in DUE else "",
        }
        self.wanted = Wanted(
            self.query["q"],
            self.query["kind"],
            self.query["field"],
            self.query["state"],
            unit,
            day_asked("since", since),
            day_asked("until", until),
            self.query["due"],
        )

    @property
    def address(self) -> str:
        """What stands behind the `?`."""
        return urlencode({name: value for name, value in self.query.items() if value})


SomeSearch = Annotated[Asked, Depends()]


@router.get("/cases")
async def cases(
    request: Request,
    actor: SomeAccount,
    asked: SomeSearch,
    start: Annotated[int, Query(ge=0, le=MOST_COUNTED)] = 0,
) -> Response:
    """A page of the cases that fit, within the reader's sight."""
    services = services_of(request)
    found = await services.cases.search().find(actor, asked.wanted, offset=start)
    return page(
        request,
        "cases.html",
        actor,
        cases=found.cases,
        total=found.total,
        more=found.more,
        start=start,
        size=PAGE,
        chosen=asked.query,
        address=asked.address,
        saved=[(each, urlencode(each.query)) for each in await services.cases.saved().of(actor)],
        kinds=[each.value for each in CaseKind],
        fields=[each.value for each in CaseField],
        states=[each.value for each in State],
        dues=DUE,
        units=await units_below(request, actor),
        today=local_day(services.clock.now()),
    )


@router.get("/cases.xlsx")
async def workbook(request: Request, actor: SomeAccount, asked: SomeSearch) -> Response:
    """What the list lists, whole, without anybody's name."""
    services = services_of(request)
    found = await services.cases.search().every(actor, asked.wanted, MOST_ROWS)
    t = i18n.translate
    locale = i18n.locale_of(request)

    def word(key: str) -> str:
        return t(locale, key)

    head = [word(f"cases.column.{name}") for name in COLUMNS]
    note = t(locale, "cases.export.note", n=len(found), day=i18n.day(services.clock.now()))
    sheet = xlsx.Sheet(word("cases.title"), note, head, WIDTHS, rows_of(found, word))
    return await workbook_answer(sheet, "cases")


@router.post("/cases/saved")
async def keep(
    request: Request,
    actor: SomeAccount,
    _: CheckedForm,
    asked: SomeSearch,
    name: Annotated[str, Form(max_length=200)],
) -> Response:
    """Keep the search that the address has."""
    await services_of(request).cases.saved().keep(actor, name, asked.query)
    return RedirectResponse(f"/cases?{asked.address}", 303)


@router.post("/cases/saved/{search_id}/drop")
async def drop(request: Request, search_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Forget a kept search."""
    await services_of(request).cases.saved().drop(actor, search_id)
    return RedirectResponse("/cases", 303)


async def units_below(request: Request, actor: Actor) -> list[Any]:
    """Units of today that the reader may narrow to: their own and those below."""
    services = services_of(request)
    units = await services.units.valid_on(local_day(services.clock.now()))
    if actor.unit is None:
        return list(units)
    below = await services.units.subtree(actor.unit)
    return [unit for unit in units if unit.id in below]
