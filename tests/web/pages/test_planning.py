"""Planning as its users do it: in forms, from draft to notice, without any script."""

import html
import re

import httpx
import pytest

from hub.cases.models import Case
from hub.cases.rules import CaseKind
from hub.people.roles import Role
from tests.kit.web import WebLab

FORM = {
    "title": "Tiếp công dân định kỳ tháng 7",
    "form": "periodic",
    "held_by": "head",
    "chair": "Ông Lê Quang Thượng, Chủ tịch UBND tỉnh",
    "place": "",
    "date": "2026-07-22",
    "from": "08:00",
    "to": "11:30",
    "audience": "related",
}


class Desk:
    """Somebody's browser without scripts: forms are sent with the token of the page they stand on."""

    def __init__(self, http: httpx.AsyncClient, unit: str) -> None:
        self.http = http
        self.unit = unit

    async def get(self, path: str) -> str:
        """A page that is there."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    async def send(self, path: str, /, *, page: str = "/sessions", **fields: object) -> httpx.Response:
        """Send a form."""
        found = re.search(r'name="csrf" value="([^"]+)"', await self.get(page))
        assert found
        return await self.http.post(path, data={"csrf": found[1], **fields})

    async def draft(self, **changes: str) -> str:
        """Make a draft; its id."""
        answer = await self.send("/sessions/new", **{**FORM, "unit": self.unit, **changes})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].split("/")[2]

    async def act(self, session: str, what: str, /, **fields: object) -> httpx.Response:
        """A form of the session's plan."""
        return await self.send(f"/sessions/{session}/plan/{what}", **fields)


def desk(lab: WebLab, http: httpx.AsyncClient, unit: str = "P") -> Desk:
    return Desk(http, lab.house.unit[unit].id)


async def test_from_an_empty_calendar_to_a_printed_notice(lab: WebLab):
    house = lab.house
    land = await house.case(title="Đền bù đất ở khu phố Hai")
    secret = await house.case("C12", CaseKind.DENUNCIATION, "Tố cáo thu chi sai quy định")
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        assert "/sessions/new?date=2026-07-22" in await at.get("/sessions/calendar")
        session = await at.draft()
        chosen = [house.point["D1"], house.point["C11"]]
        await at.act(session, "points", point=chosen, shown=chosen)
        for case in (land, secret):
            answer = await at.act(session, "agenda", case=case.id, audience="all")
            assert answer.headers["location"] == f"/sessions/{session}/plan/agenda"
        plan = await at.get(f"/sessions/{session}/plan")
        assert "2 điểm cầu được mời" in plan
        assert "luôn là phiên kín" in plan
        for act, done in (("schedule", "scheduled"), ("publish", "published")):
            answer = await at.act(session, act)
            assert answer.headers["location"] == f"/sessions/{session}/plan?done={done}"
        assert 'role="status"' in await at.get(f"/sessions/{session}/plan?done=published")
        notice = await at.get(f"/sessions/{session}/notice")
        entry = await http.get(f"/sessions/{session}/session.ics")
        month = await at.get("/sessions/calendar?month=2026-07")
    assert "Độc lập - Tự do - Hạnh phúc" in notice
    assert FORM["chair"] in notice
    assert land.number in notice
    for hidden in (secret.title, "Tố cáo", land.title, "Lê Thị Mơ"):
        assert hidden not in html.unescape(notice)
    assert entry.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20260722T010000Z" in entry.text
    assert land.title not in entry.text
    assert 'class="entry published"' in month
    assert "cần 1 ngày · đã tiếp 0 · đã lên lịch 1 · còn thiếu 0" in month


async def test_the_audience_is_never_chosen_for_somebody(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        fresh = await at.get("/sessions/new")
        assert not re.search(r'name="audience"[^>]*checked', fresh)
        fields = {**FORM, "unit": at.unit, "audience": ""}
        answer = await at.send("/sessions/new", **fields)
    assert answer.status_code == 422
    assert 'id="audience-problem"' in answer.text
    assert FORM["title"] in answer.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"chair": ""}, "chair"),
        ({"form": "sometimes"}, "form"),
        ({"held_by": ""}, "held_by"),
        ({"unit": "0" * 26}, "unit"),
        ({"unit": ""}, "unit"),
        ({"date": "22/07/2026"}, "date"),
        ({"date": "2026-07-14"}, "date"),
        ({"from": ""}, "from"),
        ({"to": "07:00"}, "to"),
        ({"to": "x"}, "to"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(lab: WebLab, changes: dict[str, str], field: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        answer = await at.send("/sessions/new", **{**FORM, "unit": at.unit, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text


async def test_a_day_off_is_moved_only_with_ones_consent(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        saturday = {**FORM, "unit": at.unit, "date": "2026-07-25"}
        asked = await at.send("/sessions/new", **saturday)
        assert asked.status_code == 422
        assert 'name="use" value="2026-07-27"' in asked.text
        moved = await at.send("/sessions/new", **saturday, use="2026-07-27")
        assert moved.status_code == 200
        assert 'value="2026-07-27" min' in moved.text
        session = await at.draft(date="2026-07-25", keep="1")
        assert "25/07/2026" in await at.get(f"/sessions/{session}/plan")
        edited = await at.get(f"/sessions/{session}/plan/details")
        assert re.search(r'name="keep" value="1" checked', edited)


async def test_hints_come_with_and_without_a_script(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        checked = await at.send("/sessions/new", **{**FORM, "unit": at.unit}, check="1")
        assert checked.status_code == 200
        fragment = await at.get(f"/sessions/hints?date=2026-09-01&unit={at.unit}")
        assert (await at.get("/sessions/hints?date=soon")).strip()
    assert "còn thiếu 1" in checked.text
    assert "Quốc khánh" in fragment
    assert "<html" not in fragment


async def test_a_late_notice_is_warned_of_and_still_goes_out(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        session = await at.draft(date="2026-07-16")
        await at.act(session, "schedule")
        assert "chỉ còn 1 ngày làm việc" in await at.get(f"/sessions/{session}/plan")
        assert (await at.act(session, "publish")).status_code == 303


async def test_postponing_wants_a_reason_and_leads_to_the_successor(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        session = await at.draft()
        await at.act(session, "schedule")
        time = {"date": "2026-07-29", "from": "08:00", "to": "11:00"}
        short = await at.act(session, "postpone", reason="ốm", **time)
        off = await at.act(session, "postpone", reason="Bão số 3", **{**time, "date": "2026-07-25"})
        moved = await at.act(session, "postpone", reason="Bão số 3", **{**time, "use": "2026-07-27"})
        assert [short.status_code, off.status_code, moved.status_code] == [422, 422, 200]
        assert 'name="use" value="2026-07-27"' in off.text
        assert 'name="date" value="2026-07-27"' in moved.text
        for answer in (short, off, moved):  # what was typed stays in sight
            assert re.search(r"<details[^>]* open>.*?/plan/postpone", answer.text, flags=re.DOTALL)
        done = await at.act(session, "postpone", reason="Bão số 3", **time)
        assert done.headers["location"].endswith("?done=postponed")
        plan = await at.get(f"/sessions/{session}/plan")
        notice = await at.get(f"/sessions/{session}/notice")
        entry = (await http.get(f"/sessions/{session}/session.ics")).text
        story = await at.get(f"/sessions/{session}/timeline")
    assert "Bão số 3" in plan
    assert "29/07/2026" in plan
    assert "Về việc hoãn tiếp công dân" in notice
    assert "29/07/2026" in notice
    assert "STATUS:CANCELLED" in entry
    assert "Hoãn kỳ tiếp: Bão số 3" in story


async def test_cancelling_and_deleting(lab: WebLab):
    async with lab.http(await lab.account(Role.CHAIR)) as http:
        at = desk(lab, http)
        first, second = await at.draft(), await at.draft()
        assert "Bản nháp" in await at.get("/sessions")
        assert (await at.act(first, "delete")).headers["location"] == "/sessions/calendar"
        assert (await http.get(f"/sessions/{first}/plan")).status_code == 404
        await at.act(second, "schedule")
        assert (await at.act(second, "delete")).status_code == 409
        assert (await at.act(second, "cancel", reason="")).status_code == 422
        assert (await at.act(second, "cancel", reason="Trùng lịch họp")).status_code == 303
        assert "Về việc hủy" in await at.get(f"/sessions/{second}/notice")
        assert (await at.act(second, "schedule")).status_code == 409


async def test_order_audience_and_files_by_form(lab: WebLab):
    house = lab.house
    cases = [await house.case(unit, title=f"Việc của {unit}") for unit in ("C11", "C21")]
    async with lab.http(await lab.account(Role.RECEPTION)) as http:
        at = desk(lab, http)
        session = await at.draft()
        for case in cases:
            await at.act(session, "agenda", case=case.id)
        await at.act(session, f"agenda/{cases[1].id}", act="up")
        await at.act(session, f"agenda/{cases[1].id}", act="audience", audience="all")
        plan = await at.get(f"/sessions/{session}/plan")
        assert plan.index(cases[1].title) < plan.index(cases[0].title)
        assert '<option value="all" selected>' in plan
        unit = house.unit["C21"].id
        await at.act(session, "files", case=cases[1].id, unit=unit, what="Sổ mục kê 1998", due="2026-07-20")
        plan = await at.get(f"/sessions/{session}/plan")
        assert "Sổ mục kê 1998" in plan
        assert "1 hồ sơ còn thiếu" in plan
        found = re.search(r"/plan/files/(\w+)", plan)
        assert found
        await at.act(session, f"files/{found[1]}", act="received")
        assert "0 hồ sơ còn thiếu" in await at.get(f"/sessions/{session}/plan")
        await at.act(session, f"agenda/{cases[0].id}", act="drop")
        assert cases[0].title not in await at.get(f"/sessions/{session}/plan")
        assert (await at.act(session, f"agenda/{cases[1].id}", act="fly")).status_code == 400


async def test_points_are_found_without_tone_marks_and_invited_by_district(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        session = await at.draft()
        found = await at.get(f"/sessions/{session}/plan/points?q=hoa an")
        assert re.findall(r'name="shown" value="(\w+)"', found) == [lab.house.point["C11"]]
        await at.act(session, "points", add=lab.house.point["C12"])
        everyone = await at.get(f"/sessions/{session}/plan/points")
        assert "3 điểm cầu được mời" in everyone
        await at.act(session, "points", add="all")
        assert "5 điểm cầu được mời" in await at.get(f"/sessions/{session}/plan/points")
        assert "Không có điểm cầu nào khớp" in await at.get(f"/sessions/{session}/plan/points?q=xyz")


PATHS = ("plan", "plan/details", "plan/points", "plan/agenda", "notice", "session.ics")


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        (Role.SUPERVISOR, "P"),
        (Role.TECHNICIAN, "P"),
        (Role.ADMINISTRATOR, "P"),
        (Role.ADVISER, "P"),
        (Role.CLERK, "D1"),
        (Role.POINT_LEADER, "C11"),
    ],
)
async def test_for_others_nothing_of_it_is_there(lab: WebLab, role: Role, unit: str):
    session = await lab.house.session(await lab.house.case())
    async with lab.http(await lab.account(Role.CLERK)) as http:
        drafted = await desk(lab, http).draft()
    async with lab.http(await lab.account(role, unit)) as http:
        at = desk(lab, http)
        for each in (session, drafted):
            answers = [await http.get(f"/sessions/{each}/{path}") for path in PATHS]
            for act in ("schedule", "publish", "postpone", "cancel", "delete", "points", "details"):
                answers.append(await at.act(each, act, reason="không được phép"))
            assert {answer.status_code for answer in answers} == {404}
        if role is not Role.CLERK:
            paths = ("/sessions/new", "/sessions/calendar", "/sessions/quota", "/sessions/hints")
            assert {(await http.get(path)).status_code for path in paths} == {404}
    assert (await lab.house.receptions.get_for(lab.house.clerk, session)).state == "scheduled"


async def test_without_a_token_nothing_changes(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        session = await desk(lab, http).draft()
        for act in ("schedule", "delete", "points", "agenda", "files", "details", "cancel", "postpone"):
            answer = await http.post(
                f"/sessions/{session}/plan/{act}", data={"case": "x", "unit": "x", "what": "x"}
            )
            assert answer.status_code == 403, act
        assert (await http.post("/sessions/new", data=FORM)).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_page_of_planning_opens_in_both_languages(lab: WebLab, language: str):
    house = lab.house
    session = await house.session(await house.case(), await house.case("C12", CaseKind.DENUNCIATION))
    cookie = f"{await lab.account(Role.CLERK)}; hub_language={language}"
    async with lab.http(cookie) as http:
        at = desk(lab, http)
        draft = await at.draft()
        pages = [f"/sessions/{each}/{path}" for each in (session, draft) for path in PATHS[:-1]]
        pages += ["/sessions/calendar", "/sessions/calendar?month=2031-02", "/sessions/calendar?month=x"]
        pages += ["/sessions/quota", "/sessions/quota?month=2025-06&q=dong ha&only=missing", "/sessions/new"]
        for path in pages:
            assert "{" not in await at.get(path), path


async def test_the_picker_says_which_cases_are_closed(lab: WebLab):
    done = await lab.house.case("C11", title="Đền bù đã xong")
    async with lab.services.cases.db.begin() as work:
        (await work.session.get_one(Case, done.id)).state = "closed"
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        session = await at.draft()
        assert done.title not in await at.get(f"/sessions/{session}/plan/agenda")
        found = await at.get(f"/sessions/{session}/plan/agenda?q=den+bu")
        assert done.title in found
        assert "Đã kết thúc; đã tiếp 0 lần" in found


async def test_a_draft_has_no_calendar_file_and_no_console(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        session = await desk(lab, http).draft()
        assert (await http.get(f"/sessions/{session}/session.ics")).status_code == 409
        assert (await http.get(f"/sessions/{session}")).status_code == 404
        assert (await http.get(f"/api/sessions/{session}/timeline?after=0")).status_code == 404


async def test_what_is_scheduled_changes_its_agenda_and_a_cancelled_session_is_planned_anew(lab: WebLab):
    house = lab.house
    cases = [await house.case("C11", title="Việc thứ nhất"), await house.case("C21", title="Việc thứ hai")]
    async with lab.http(await lab.account(Role.CLERK)) as http:
        at = desk(lab, http)
        session = await at.draft()
        for case in cases:
            await at.act(session, "agenda", case=case.id)
        await at.act(session, "schedule")
        await at.act(session, f"agenda/{cases[1].id}", act="up")
        plan = await at.get(f"/sessions/{session}/plan")
        assert plan.index(cases[1].title) < plan.index(cases[0].title)
        other = await at.draft(title="Kỳ khác")
        assert "Đã có trong kỳ" in await at.get(f"/sessions/{other}/plan/agenda")
        await at.act(session, f"agenda/{cases[0].id}", act="drop")
        assert cases[0].title not in await at.get(f"/sessions/{session}/plan")
        await at.act(session, "cancel", reason="Bão số 3 đổ bộ")
        assert f"/sessions/{session}/plan/again" in await at.get(f"/sessions/{session}/plan")
        answer = await at.act(session, "again")
        fresh = answer.headers["location"].split("/")[2]
        assert answer.headers["location"].endswith("?done=again")
        plan = await at.get(f"/sessions/{fresh}/plan?done=again")
        assert cases[1].title in plan
        assert (await at.act(session, "again")).status_code == 303  # a second draft, when somebody wants one
