"""Who sees which case, by every way there is: role × unit × kind × way, all generated.

The expectation is the pure rule; lists, counts, search, pages, programs and live events have to agree with
it, and what may not be seen has to answer exactly as what is not there.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from hub.cases.desk import NewCase
from hub.cases.info import CaseInfo
from hub.cases.notices.reminding import Reminders
from hub.cases.rights import keeps_vault, may_see
from hub.cases.rules import CaseField, CaseKind
from hub.cases.search import Wanted
from hub.cases.vault import Person
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.store.database import Database
from hub.units.local_day import local_day
from tests.kit.clock import HandClock
from tests.kit.factories import ROOMS
from tests.kit.web import WebLab, web_lab

PATIENCE = 60.0
UNITS = ("P", "D1", "C11", "C12", "C21", None)
"""In charge (C11), above it twice, beside it, elsewhere (directed in some cases), the whole hub."""
UNKNOWN = "0" * 26
WORD = "vuviecmau"
CASE_ID = re.compile(r"/cases/([0-9a-z]{26})(?![0-9a-z])")


@dataclass
class Told:
    """A case and what the rule asks about it."""

    case: CaseInfo
    kind: str
    reach: frozenset[str]
    against: frozenset[str]


@dataclass
class Matrix:
    """The app with cases of each kind: plain, directed elsewhere, against the unit in charge."""

    lab: WebLab
    told: dict[str, Told]

    def http(self, cookie: str) -> httpx.AsyncClient:
        """A client that waits on a busy machine."""
        client = self.lab.http(cookie)
        client.timeout = httpx.Timeout(PATIENCE)
        return client

    def expected(self, actor: Actor) -> set[str]:
        return {
            case_id
            for case_id, each in self.told.items()
            if may_see(actor, each.kind, each.reach, each.against)
        }

    async def ways_in(self) -> list[tuple[Actor, str]]:
        """Everybody, with their cookie."""
        found = []
        for role in Role:
            for unit in UNITS:
                cookie = await self.lab.account(role, unit)
                found.append((self.lab.house.account(role, unit), cookie))
        for code in ROOMS:
            found.append((self.lab.house.room(code), await self.lab.room(code)))
        return found


@pytest.fixture
async def matrix(sqlite_db: Database, clock: HandClock, tmp_path: Path) -> AsyncIterator[Matrix]:
    async with web_lab(sqlite_db, clock, tmp_path, relay=False) as lab:
        yield Matrix(lab, await _cases(lab))


async def _cases(lab: WebLab) -> dict[str, Told]:
    house, told = lab.house, {}
    place = frozenset(house.unit[code].id for code in ("C11", "D1", "P"))
    for kind in CaseKind:
        for relation in ("plain", "directed", "against"):
            against = (house.unit["C11"].id,) if relation == "against" else ()
            case = await house.cases.register(
                NewCase(
                    kind,
                    CaseField.LAND,
                    house.unit["C11"].id,
                    f"Đơn {WORD} {kind.value}",
                    "Nội dung.",
                    (Person("Đỗ Thị Ẩn", "Xóm Vắng", "0777000111"),),
                    complained_about=against,
                )
            )
            reach = place
            if relation == "directed":
                reach |= {house.unit["C21"].id}
                async with house.db.begin() as work:
                    desk = house.cases.desk(work)
                    day = house.clock.now().date()
                    row = await desk.case(case.id)
                    await desk.issue(row, house.unit["C21"], [], text="x", due=day, by=house.clerk)
            told[case.id] = Told(case, kind.value, reach, frozenset(against))
    return told


@pytest.mark.timeout(400)
async def test_listed_counted_found_and_opened_are_one_set(matrix: Matrix) -> None:
    checked = 0
    elsewhere = matrix.lab.house.unit["C21"].id
    for actor, cookie in await matrix.ways_in():
        expected = matrix.expected(actor)
        async with matrix.http(cookie) as http:
            opened = {
                case for case in matrix.told if (await http.get(f"/api/cases/{case}")).status_code == 200
            }
            assert opened == expected, (actor.key, "api")
            page = await matrix.lab.services.cases.search().find(actor, Wanted())
            assert ({each.id for each in page.cases}, page.total) == (expected, len(expected)), actor.key
            assert set(await matrix.lab.services.cases.known_for(actor, matrix.told)) == expected, actor.key
            checked += len(matrix.told) * 3
            if actor.is_room:
                continue
            for path in ("/cases", f"/cases?q={WORD}"):
                shown = await http.get(path)
                assert shown.status_code == 200, (actor.key, path, shown.text[:300])
                listed = set(CASE_ID.findall(shown.text)) & set(matrix.told)
                assert listed == expected, (actor.key, path)
                assert (str(len(expected)) in shown.text) or not expected
            directed = {case for case in expected if elsewhere in matrix.told[case].reach}
            board = await http.get("/directives")
            assert set(CASE_ID.findall(board.text)) & set(matrix.told) == directed, (actor.key, "directives")
            assert f'id="board-open" data-count="{len(directed)}"' in board.text, actor.key
            pages = {each.kind: case for case, each in matrix.told.items()}
            for case in list(pages.values())[:2]:
                status = (await http.get(f"/cases/{case}")).status_code
                assert status == (200 if case in expected else 404), (actor.key, case)
                checked += 1
    assert checked > 1500


async def test_notices_tell_of_no_case_that_may_not_be_seen(matrix: Matrix) -> None:
    """Everything is overdue, at every level; nobody is told of a case that is not theirs to see."""
    lab, told = matrix.lab, 0
    ways = await matrix.ways_in()
    services = lab.services
    late = local_day(services.clock.now()) + timedelta(days=40)
    assert (await Reminders(services.db, services.clock, services.ids).run(late)).total > 0
    for actor, cookie in ways:
        async with matrix.http(cookie) as http:
            fresh = (await http.get("/inbox/count")).json()["fresh"]
            if actor.is_room:
                assert fresh == 0
                continue
            for path in ("/inbox?show=all", "/"):
                text = (await http.get(path)).text
                listed = set(CASE_ID.findall(text)) & set(matrix.told)
                assert listed <= matrix.expected(actor), (actor.key, path)
                if path != "/":
                    assert (fresh > 0) is bool(listed), actor.key
                    told += len(listed)
    assert told > 50


def _flat(router: Any) -> Iterator[APIRoute]:
    """Every route, those of routers within routers too."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _flat(route.original_router)


def _routes(lab: WebLab) -> list[tuple[str, str]]:
    """Every way of the app that names a case: method and path, with `{}` for the case's id."""
    found = []
    for route in _flat(lab.app):
        if not re.search(r"/cases?/\{case(_id)?\}", route.path):
            continue
        path = re.sub(r"\{case(_id)?\}", "{}", route.path, count=1)
        path = re.sub(r"\{n(:int)?\}", "1", path)
        path = re.sub(r"\{[a-z_]+(:[a-z]+)?\}", "1" * 26, path)
        found += [(method, path) for method in sorted((route.methods or set()) - {"HEAD"})]
    return sorted(found)


FORM = {
    "reason": "Một lý do đủ dài để được nhận",
    "text": "x",
    "answer": "yes",
    "number": "1",
    "version": "1",
    "title": "x",
    "summary": "x",
    "purpose": "look",
    "name": "x",
    "kind": "complaint",
    "field": "land",
}


async def _answer(http: httpx.AsyncClient, method: str, path: str, case: str, csrf: str) -> tuple[int, str]:
    """Status and body, without what differs from one answer to the next."""
    form = {**FORM, "csrf": csrf} if method != "GET" else None
    got = await http.request(method, path.format(case), data=form)
    body = re.sub(r'name="csrf" value="[^"]+"', "", got.text.replace(case, "CASE"))
    where = got.headers.get("location", "").replace(case, "CASE")
    return got.status_code, body + where


async def test_what_is_not_theirs_answers_as_what_is_not_there(matrix: Matrix) -> None:
    routes = _routes(matrix.lab)
    assert len(routes) >= 15, routes
    strangers = [(Role.CHAIR, "C12"), (Role.SUPERVISOR, "P"), (Role.ADMINISTRATOR, None)]
    different = []
    for role, unit in strangers:
        actor, cookie = matrix.lab.house.account(role, unit), await matrix.lab.account(role, unit)
        hidden = {each.kind: case for case, each in matrix.told.items() if case not in matrix.expected(actor)}
        async with matrix.http(cookie) as http:
            token = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/cases")).text)
            csrf = token[1] if token else ""
            for method, path in routes:
                unknown = await _answer(http, method, path, UNKNOWN, csrf)
                assert unknown[0] < 500, (role, method, path)
                for kind, case in hidden.items():
                    answer = await _answer(http, method, path, case, csrf)
                    if answer != unknown:
                        different.append((role.value, unit, kind, method, path, answer[0], unknown[0]))
    assert different == [], "\n".join(map(str, sorted({(m, p, a, u) for *_, m, p, a, u in different})))


async def test_the_vault_opens_for_nobody_without_leave(matrix: Matrix) -> None:
    """Every role in every relation at every door of a denunciation: no name comes out. Whoever has the case
    by a directive does not even get to the door.
    """
    lab = matrix.lab
    directed = lab.house.unit["C21"].id
    cases = [case for case, each in matrix.told.items() if each.kind == "denunciation"]
    for actor, cookie in await matrix.ways_in():
        expected = matrix.expected(actor)
        async with matrix.http(cookie) as http:
            for case in cases:
                assert "Đỗ Thị Ẩn" not in (await http.get(f"/cases/{case}/vault")).text
        if actor.is_room:
            continue
        for case in cases:
            want = (
                "case_unknown"
                if case not in expected
                else "vault_closed"
                if keeps_vault(actor) and actor.unit != directed
                else "not_allowed"
            )
            with pytest.raises(Exception, match=want):
                await lab.services.vault.open(actor, case)
            with pytest.raises(Exception, match=want):
                await lab.services.vault.letters(actor, case)


async def test_live_events_tell_of_no_case_that_may_not_be_seen(matrix: Matrix) -> None:
    """Each kind on the agenda of one session: a closed one says nothing to those who may not see its case."""
    house = matrix.lab.house
    by_kind = {each.kind: each.case for each in matrix.told.values() if not each.against}
    session = await house.session(*by_kind.values(), audience=Audience.ALL)
    denounced = by_kind["denunciation"]
    seen_by = 0
    for actor, _cookie in await matrix.ways_in():
        try:
            viewer = await house.viewer(actor, session)
        except Refusal:
            continue
        seen_by += 1
        live = await house.live(session)
        view: Any = live.view(viewer)
        try:
            events: Any = live.after(viewer, 0)
        except LookupError:
            events = []
        told = f"{view} {events}"
        each = matrix.told[denounced.id]
        if not may_see(actor, each.kind, each.reach, each.against):
            assert denounced.id not in told, actor.key
            assert denounced.title not in told, actor.key
        assert "Đỗ Thị Ẩn" not in told, actor.key
        assert "0777000111" not in told, actor.key
    assert seen_by > 10
