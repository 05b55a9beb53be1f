"""Boards of directives: what was directed and is not acknowledged, due soon, overdue, reported; by unit; as a
workbook.
"""

from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.directives.boards import BY_UNIT, LONGEST, MOST_COUNTED, PAGE, Wanted
from hub.cases.directives.conditions import Board
from hub.cases.directives.states import Side
from hub.cases.errors import Refusal
from hub.cases.info import DirectiveInfo
from hub.units.local_day import local_day
from web import i18n, xlsx
from web.auth import SomeAccount
from web.pages.case_list import units_below
from web.pages.directive_words import due_text, words_of
from web.pages.listing import day_asked, workbook_answer
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Text = Annotated[str, Query(max_length=LONGEST)]
COLUMNS: Final = ("case", "title", "text", "lead", "support", "watch", "issued", "due", "left", "state")
WIDTHS: Final = (12, 50, 60, 26, 30, 26, 13, 16, 10, 22)
BOARD_TONES: Final = {
    Board.WAITING: "attention",
    Board.UNACKNOWLEDGED: "attention",
    Board.SOON: "attention",
    Board.OVERDUE: "act",
    Board.REPORTED: "attention",
    Board.SENT_BACK: "attention",
    Board.OPEN: "",
    Board.CLOSED: "fine",
}
FURTHEST: Final = 20_000


class Asked:
    """The list as the address has it; values nobody offers count as not given."""

    def __init__(  # noqa: PLR0917 (the fields of the form)
        self,
        board: Text = "",
        q: Text = "",
        unit: Text = "",
        part: Text = "",
        since: Text = "",
        until: Text = "",
    ) -> None:
        self.board = Board(board) if board in set(Board) else Board.OPEN
        self.query = {
            "q": q.strip(),
            "unit": unit,
            "part": part if part in set(Side) - {Side.ISSUER} else "",
            "since": since,
            "until": until,
        }
        first, last = day_asked("since", since), day_asked("until", until)
        if first and last and last < first:
            raise Refusal("data_bad", field="until")
        self.wanted = Wanted(self.board, unit, self.query["part"], first, last, self.query["q"])

    @property
    def narrowed(self) -> bool:
        """Whether the list is shorter than its board's count."""
        return any(self.query.values())

    def address(self, board: Board | None = None) -> str:
        """What stands behind the `?`, for this board or another."""
        asked = {"board": (board or self.board).value, **self.query}
        return urlencode({name: value for name, value in asked.items() if value})


SomeBoard = Annotated[Asked, Depends()]


@router.get("/directives")
async def directives(
    request: Request,
    actor: SomeAccount,
    asked: SomeBoard,
    start: Annotated[int, Query(ge=0, le=FURTHEST)] = 0,
) -> Response:
    """One board as a list, the others as counts; what was directed to the reader's unit is delivered now."""
    services = services_of(request)
    boards = services.directives
    await boards.receive(actor)
    found, total = await boards.listed(actor, asked.wanted, offset=start)
    return page(
        request,
        "directives.html",
        actor,
        boards=await boards.counts(actor),
        tones=BOARD_TONES,
        found=found,
        total=min(total, MOST_COUNTED) if asked.board is Board.CLOSED else total,
        more=asked.board is Board.CLOSED and total > MOST_COUNTED,
        most=MOST_COUNTED,
        start=start,
        size=PAGE,
        asked=asked,
        chosen=asked.query,
        units=await units_below(request, actor),
        sides=[side.value for side in Side if side is not Side.ISSUER],
        by_unit=await boards.by_unit(actor) if not (asked.narrowed or start) else (),
        by_unit_boards=BY_UNIT,
        today=local_day(services.clock.now()),
        **words_of(request),
    )


@router.get("/directives.xlsx")
async def workbook(request: Request, actor: SomeAccount, asked: SomeBoard) -> Response:
    """What the list lists, whole."""
    services = services_of(request)
    found = await services.directives.every(actor, asked.wanted)
    locale = i18n.locale_of(request)
    t = partial(i18n.translate, locale)
    head = [t(f"directives.column.{name}") for name in COLUMNS]
    board = t(f"directives.board.{asked.board.value}")
    note = t("directives.export.note", board=board, n=len(found), day=i18n.day(services.clock.now()))
    rows = [_row(each, locale) for each in found]
    sheet = xlsx.Sheet(t("directives.title"), note, head, WIDTHS, rows)
    return await workbook_answer(sheet, "directives")


def _row(each: DirectiveInfo, locale: i18n.Locale) -> list[xlsx.Value]:
    names = {side: ", ".join(unit.name for unit in each.units if unit.part == side) for side in Side}
    return [
        each.case_number,
        each.case_title,
        each.text,
        names[Side.LEAD],
        names[Side.SUPPORT],
        names[Side.WATCH],
        each.issued_at,
        due_text(locale, each.due_period or each.due.isoformat()),
        each.days_left if each.owing else None,
        i18n.translate(locale, f"directive.state.{each.state}"),
    ]
