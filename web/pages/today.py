"""The page of today: the one next thing on top, figures that equal the lists they open, what waits, what
comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hub.cases.directives.conditions import Board
from hub.cases.notices.inbox import Entry
from hub.cases.notices.today import Today
from hub.cases.search import Found
from hub.people.actor import Actor
from hub.reception.info import SessionInfo
from hub.reception.lifecycle import COMING
from web import i18n
from web.digest import headline
from web.pages.render import page
from web.services import services_of

NEXT_SESSIONS: Final = 3
SOON: Final = timedelta(hours=1)
ON: Final = frozenset({"live", "paused"})


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure and the list it is the length of."""

    key: str
    n: int
    link: str
    tone: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """The one next thing. `what` is a key of `today.next.…`; the rest is what the card shows of it."""

    what: str
    tone: str
    link: str
    open: str
    """A key of `today.open.…`."""
    title: str = ""
    number: str = ""
    unit: str = ""
    days: int | None = None
    at: datetime | None = None
    n: int = 0


async def today_page(request: Request, actor: Actor) -> Response:
    """The page."""
    services = services_of(request)
    found = await services.days.today(actor)
    sessions = await services.receptions.list_for(actor)
    on_now = [each for each in sessions if each.state in ON]
    coming = sorted((each for each in sessions if each.state in COMING), key=lambda each: each.starts_at)
    return page(
        request,
        "today.html",
        actor,
        today=found,
        now=services.clock.now(),
        next=next_thing(found, on_now, coming, services.clock.now()),
        tiles=tiles(found),
        on_now=on_now,
        link=link_of,
        says=lambda entry: headline(entry, i18n.locale_of(request)),
        coming=coming[:NEXT_SESSIONS],
    )


def tiles(found: Today) -> list[Tile]:
    """The figures, the most pressing first."""
    directives = found.directives
    made = [
        _cases("overdue", found.overdue, "/cases?due=overdue", "act"),
        _cases("soon", found.soon, "/cases?due=soon", "attention"),
        _cases("no_term", found.no_term, "/cases?due=none", "attention"),
    ]
    if found.unclassified is not None:
        made.append(_cases("unclassified", found.unclassified, "/cases?state=received", "attention"))
    for key, board, tone in (
        ("waiting", Board.WAITING, "attention"),
        ("directives_overdue", Board.OVERDUE, "act"),
        ("unacknowledged", Board.UNACKNOWLEDGED, "attention"),
        ("directives_soon", Board.SOON, "attention"),
    ):
        n = directives[board]
        made.append(Tile(key, n, directives_link(board), tone if n else ""))
    return made


def link_of(entry: Entry) -> str:
    """Where a notice leads."""
    place = f"#directive-{entry.directive_id}" if entry.directive_id else ""
    return f"/cases/{entry.case_id}{place}"


def directives_link(board: Board) -> str:
    """The list of directives on one board."""
    return f"/directives?board={board.value}"


def next_thing(
    found: Today, on_now: Sequence[SessionInfo], coming: Sequence[SessionInfo], now: datetime
) -> Next | None:
    """The one thing to do first: what is live, then what can still be done in time, then what is late, then
    what others wait for. Pure.
    """
    if on_now:
        return _session("live", "act", on_now[0])
    if coming and coming[0].starts_at - now <= SOON:
        return _session("coming", "attention", coming[0])
    first = found.soon.cases[0] if found.soon.cases else None
    if first is not None and first.due_on == found.day:
        return _case("due", "act", found.soon, found)
    if found.waiting and found.waiting[0].due <= found.day:
        return _directive(found)
    if found.overdue.cases:
        return _case("overdue", "act", found.overdue, found)
    if found.asked:
        asked = found.asked[0]
        link = f"/cases/{asked.case_id}" + ("/vault" if asked.what == "vault" else "")
        return Next(f"asked.{asked.what}", "attention", link, "case", number=asked.number)
    if found.waiting:
        return _directive(found)
    if found.unclassified is not None and found.unclassified.total:
        n = found.unclassified.total
        return Next("unclassified", "attention", "/cases?state=received", "list", n=n)
    if first is not None:
        return _case("soon", "attention", found.soon, found)
    return None


def _cases(key: str, found: Found, link: str, tone: str) -> Tile:
    return Tile(key, found.total, link, tone if found.total else "", found.more)


def _session(what: str, tone: str, session: SessionInfo) -> Next:
    at = session.starts_at
    return Next(what, tone, f"/sessions/{session.id}", "session", title=session.title, at=at)


def _case(what: str, tone: str, cases: Found, found: Today) -> Next:
    case = cases.cases[0]
    days = (case.due_on - found.day).days if case.due_on else None
    link = f"/cases/{case.id}"
    return Next(what, tone, link, "case", case.title, case.number, case.unit_name, days)


def _directive(found: Today) -> Next:
    first = found.waiting[0]
    tone = "act" if first.days_left < 0 else "attention"
    link = f"/cases/{first.case_id}#directive-{first.id}"
    title, number = first.case_title, first.case_number
    return Next("directive", tone, link, "directive", title, number, first.lead.name, first.days_left)
