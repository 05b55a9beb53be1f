"""Working on a case at its page: what is offered, recorded, refused, tried; two people at once."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.cases.lives import Lives
from hub.cases.rules import CaseKind
from hub.people.roles import Role
from hub.units import law_files
from hub.units.working_days import FOLDER
from tests.hub.cases.test_lives import do
from tests.kit.web import WebLab


async def _form(http: httpx.AsyncClient, path: str) -> dict[str, str]:
    text = (await http.get(path)).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', text)
    version = re.search(r'name="version" value="(\d+)"', text)
    assert csrf is not None
    return {"csrf": csrf[1], "version": version[1] if version else ""}


@pytest.fixture
async def case(lab: WebLab) -> str:
    return (await lab.house.case("C11")).id


async def test_an_act_is_offered_recorded_and_told(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        shown = (await http.get(f"/cases/{case}")).text
        assert f"/cases/{case}/acts/classify" in shown
        assert f'action="/cases/{case}/acts/accept"' not in shown
        assert "Chỉ làm được ở bước: Đủ điều kiện (02/2011/QH13)." in shown
        form = await _form(http, f"/cases/{case}")
        done = await http.post(
            f"/cases/{case}/acts/classify", data={**form, "kind": "complaint", "field": "land"}
        )
        assert (done.status_code, done.headers["location"]) == (303, f"/cases/{case}?done=classify")
        after = (await http.get(done.headers["location"])).text
    assert "Đã phân loại" in after
    assert "Đã ghi: Phân loại đơn." in after


async def test_an_unlawful_act_is_refused_by_its_rule(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = await _form(http, f"/cases/{case}")
        answer = await http.post(f"/cases/{case}/acts/accept", data={**form, "number": "1/QĐ"})
    assert answer.status_code == 409
    assert "Không làm được “Thụ lý” khi vụ việc đang ở bước “Đã tiếp nhận” (02/2011/QH13)." in answer.text


async def test_who_acted_in_the_meantime_is_told_and_nothing_typed_is_lost(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = await _form(http, f"/cases/{case}")
        first = {**form, "kind": "complaint", "field": "land"}
        assert (await http.post(f"/cases/{case}/acts/classify", data=first)).status_code == 303
        second = {**form, "reason": "Công dân tự rút đơn", "uncoerced": "1"}
        answer = await http.post(f"/cases/{case}/acts/withdraw", data=second)
        assert answer.status_code == 409
        assert "Công dân tự rút đơn" in answer.text
        assert "Hồ sơ vừa được người khác cập nhật" in answer.text
        again = {**second, **(await _form(http, f"/cases/{case}"))}
        assert (await http.post(f"/cases/{case}/acts/withdraw", data=again)).status_code == 303


async def test_a_try_changes_nothing(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = await _form(http, f"/cases/{case}")
        data = {**form, "kind": "complaint", "field": "land", "on": "2026-12-30"}
        answer = await http.post(f"/cases/{case}/what-if/classify", data=data)
        assert answer.status_code == 200
        assert "Chưa ghi gì vào hồ sơ" in answer.text
        assert (await lab.services.cases.get_for(lab.house.clerk, case)).state == "received"


async def test_a_term_tells_the_day_it_may_lose_to_a_holiday(lab: WebLab):
    lab.house.clock.advance((datetime(2026, 11, 16, 2, tzinfo=UTC) - lab.house.clock.now()).total_seconds())
    case = (await lab.house.case("C11")).id
    told = {
        "vi": "24/11/2026 có thể là ngày nghỉ (Ngày Văn hóa Việt Nam), chưa kiểm chứng: đang tính",
        "en": "24/11/2026 may be a holiday (Vietnam Culture Day), unverified: counted as a working day",
    }
    cookie = await lab.account(Role.CLERK)
    for locale, sentence in told.items():
        async with lab.http(f"{cookie}; hub_language={locale}") as http:
            assert sentence in (await http.get(f"/cases/{case}")).text


async def test_the_pages_say_that_a_calendar_is_the_installations_own(lab: WebLab, case: str, tmp_path: Path):
    (tmp_path / "calendar").mkdir()
    shutil.copy(FOLDER / "2026.json", tmp_path / "calendar")
    law_files.use(tmp_path)
    try:
        async with lab.http(await lab.account(Role.CLERK)) as http:
            shown = (await http.get(f"/cases/{case}")).text
            assert "do đơn vị vận hành tự khai" in shown
            month = (await http.get("/sessions/calendar?month=2026-11")).text
            assert "Ngày nghỉ năm 2026 là do đơn vị" in month
    finally:
        law_files.use(None)


async def test_two_editors_of_different_fields_are_merged_and_told(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = await _form(http, f"/cases/{case}/edit")
        base = {**form, "title": "Đền bù đất", "summary": "Chưa có trả lời.", "field": "land"}
        await http.post(f"/cases/{case}/edit", data={**base, "title": "Đền bù đất ruộng"})
        second = await http.post(f"/cases/{case}/edit", data={**base, "summary": "Đã có trả lời."})
        assert second.headers["location"].endswith("done=merged&fields=title")
        page = (await http.get(second.headers["location"])).text
    assert "Tiêu đề" in page
    found = await lab.services.cases.get_for(lab.house.clerk, case)
    assert (found.title, found.summary) == ("Đền bù đất ruộng", "Đã có trả lời.")


async def test_two_editors_of_one_field_see_both_texts(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = await _form(http, f"/cases/{case}/edit")
        base = {**form, "title": "Đền bù đất", "summary": "Chưa có trả lời.", "field": "land"}
        await http.post(f"/cases/{case}/edit", data={**base, "title": "Đền bù đất ruộng"})
        answer = await http.post(f"/cases/{case}/edit", data={**base, "title": "Đền bù đất vườn"})
        assert answer.status_code == 409
        assert "Đền bù đất ruộng" in answer.text
        assert "Đền bù đất vườn" in answer.text
        version = re.search(r'name="version" value="(\d+)"', answer.text)
        assert version is not None
        final = {**base, "version": version[1], "title": "Đền bù đất ruộng và vườn"}
        assert (await http.post(f"/cases/{case}/edit", data=final)).status_code == 303
        history = (await http.get(f"/cases/{case}/history")).text
    assert "Đền bù đất ruộng" in history


async def test_the_second_instance_is_chosen_from_the_units_above_and_the_first_then_reads(
    lab: WebLab, case: str
):
    unit = lab.house.unit
    await do(lab.house, case, "classify find_eligible accept verify decide")
    async with lab.http(await lab.account(Role.CLERK, "C11")) as http:
        page = (await http.get(f"/cases/{case}")).text
        chosen = re.search(r'<select[^>]* name="decider">(.*?)</select>', page)
        assert chosen is not None
        assert re.findall(r'value="([^"]+)"', chosen[1]) == [unit["D1"].id, unit["P"].id]
        form = {**(await _form(http, f"/cases/{case}")), "decider": unit["P"].id}
        tried = await http.post(f"/cases/{case}/what-if/receive_second", data=form)
        assert f'name="decider" value="{unit["P"].id}"' in tried.text
        wrong = {**form, "decider": unit["C12"].id}
        refused = await http.post(f"/cases/{case}/acts/receive_second", data=wrong)
        assert refused.status_code == 409
        assert "Đơn vị giải quyết lần hai" in refused.text
        done = await http.post(f"/cases/{case}/acts/receive_second", data=form)
        assert done.status_code == 303
        after = (await http.get(done.headers["location"])).text
        assert "chuyển cho Bình Minh từ" in after
        assert "/acts/" not in after
        assert (
            await http.post(f"/cases/{case}/acts/accept", data={**form, "number": "1"})
        ).status_code == 403
    async with lab.http(await lab.account(Role.CLERK)) as http:
        assert f"/cases/{case}/acts/accept" in (await http.get(f"/cases/{case}")).text


async def test_another_units_case_is_not_there(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK, "D2")) as http:
        form = {"csrf": (await _form(http, "/cases/" + (await lab.house.case("C21")).id))["csrf"]}
        for path in ("acts/classify", "what-if/classify", "edit", "facts", "history/1/annul"):
            assert (await http.post(f"/cases/{case}/{path}", data=form)).status_code == 404
        for path in ("", "/history", "/edit"):
            assert (await http.get(f"/cases/{case}{path}")).status_code == 404


async def test_readers_see_and_do_not_act(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.SUPERVISOR)) as http:
        text = (await http.get(f"/cases/{case}")).text
        assert "/acts/" not in text
        session = (await http.get("/cases")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', session)
        form = {"csrf": csrf[1] if csrf else "", "kind": "complaint", "field": "land"}
        assert (await http.post(f"/cases/{case}/acts/classify", data=form)).status_code == 403
        assert (await http.get(f"/cases/{case}/edit")).status_code == 403


async def test_alike_files_are_suggested_with_the_reason_and_joined_both_ways(lab: WebLab, case: str):
    other = (await lab.house.case("C11", title="Khiếu nại đền bù đất ruộng")).id
    await lab.house.case("C12", title="Đền bù đất")
    async with lab.http(await lab.account(Role.CLERK)) as http:
        text = (await http.get(f"/cases/{case}")).text
        assert "cùng các từ: Đền, bù, đất" in text
        form = await _form(http, f"/cases/{case}")
        assert (await http.post(f"/cases/{case}/joins/{other}", data=form)).status_code == 303
        for one, two in ((case, other), (other, case)):
            page = (await http.get(f"/cases/{one}")).text
            assert f"/joins/{two}/part" in page
        again = await http.post(f"/cases/{case}/joins/{other}", data=form)
        assert again.status_code == 409
        assert (await http.post(f"/cases/{case}/joins/{other}/part", data=form)).status_code == 303
        assert f"/joins/{case}/part" not in (await http.get(f"/cases/{other}")).text


async def test_a_correction_and_a_step_taken_back_stay_readable(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = await _form(http, f"/cases/{case}")
        data = {**form, "kind": "complaint", "field": "land"}
        assert (await http.post(f"/cases/{case}/acts/classify", data=data)).status_code == 303
        n = (await lab.services.cases.get_for(lab.house.clerk, case)).version
        blank = await http.post(f"/cases/{case}/history/{n}/annul", data={**form, "why": ""})
        assert blank.status_code == 400
        done = await http.post(f"/cases/{case}/history/{n}/correct", data={**form, "on": "", "why": "nhầm"})
        assert done.headers["location"].endswith("done=corrected")
        gone = await http.post(f"/cases/{case}/history/{n + 1}/annul", data={**form, "why": "nhầm hồ sơ"})
        assert gone.headers["location"].endswith("done=annulled")
        history = (await http.get(f"/cases/{case}/history")).text
    assert history.count("Đã được thay bằng bản ghi sau") == 2
    assert "nhầm hồ sơ" in history
    assert (await lab.services.cases.get_for(lab.house.clerk, case)).state == "received"


async def test_a_correction_takes_a_tick_off_and_keeps_what_its_form_does_not_show(lab: WebLab):
    case = (await lab.house.case("C11", CaseKind.DENUNCIATION)).id
    async with lab.http(await lab.account(Role.CLERK)) as http:

        async def classified() -> dict[str, Any]:
            life = await Lives(lab.services.cases).life(lab.house.clerk, case)
            return dict(next(each for each in reversed(life.acts) if each.act == "classify").data)

        form = await _form(http, f"/cases/{case}")
        data = {**form, "kind": "denunciation", "field": "land", "anonymous": "1", "several_places": "1"}
        assert (await http.post(f"/cases/{case}/acts/classify", data=data)).status_code == 303
        ticked = 'name="several_places" value="1" checked'
        assert ticked in (await http.get(f"/cases/{case}/history")).text
        for n, typed in ((2, {"several_places": "1"}), (3, {})):
            path = f"/cases/{case}/history/{n}/correct"
            assert (await http.post(path, data={**form, "why": "nhầm", **typed})).status_code == 303
            assert ("several_places" in await classified()) is bool(typed)
        assert ticked not in (await http.get(f"/cases/{case}/history")).text
    assert (await classified())["anonymous"] is True


@pytest.mark.parametrize("field", ["kind", "on"])
async def test_what_cannot_be_a_value_is_refused_with_its_place(lab: WebLab, case: str, field: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = {**(await _form(http, f"/cases/{case}")), "kind": "complaint", "field": "land", field: "31/02"}
        answer = await http.post(f"/cases/{case}/acts/classify", data=form)
    assert answer.status_code in {400, 409}
    assert 'role="alert"' in answer.text


async def test_facts_are_noted_and_an_unknown_unit_is_named_so(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = {**(await _form(http, f"/cases/{case}")), "remote": "1", "against": "C11"}
        wrong = await http.post(f"/cases/{case}/facts", data={**form, "against": "C11, KHONG"})
        assert wrong.status_code == 409
        assert "C11, KHONG" in wrong.text
        assert (await http.post(f"/cases/{case}/facts", data=form)).status_code == 303
        page = (await http.get(f"/cases/{case}")).text
    assert "Đơn nói về chính đơn vị đang phụ trách" in page
