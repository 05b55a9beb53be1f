"""The citizen's look-up: what a code opens, what it never opens, and who is not content."""

import re
from datetime import timedelta

import httpx
import pytest

from hub.cases.rules import CaseKind
from hub.people.roles import Role
from tests.hub.cases.papers.test_papers import told
from tests.kit.web import WebLab
from web.guesses import Guesses

ANSWER = [
    ("classify", {"kind": "complaint", "field": "land"}),
    ("find_ineligible", {"reason": "Không thuộc thẩm quyền"}),
    ("guide", {"whereto": "Tòa án nhân dân khu vực"}),
    ("notify_petitioner", {"how": "Gửi phiếu hướng dẫn"}),
]


@pytest.fixture
async def case(lab: WebLab) -> str:
    return (await lab.house.case("C11")).id


async def do(http: httpx.AsyncClient, case: str, act: str, data: dict[str, str]) -> httpx.Response:
    text = (await http.get(f"/cases/{case}")).text
    fields = {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("csrf", "version")}  # type: ignore[index]
    return await http.post(f"/cases/{case}/acts/{act}", data={**fields, **data})


async def code_of(lab: WebLab, case: str) -> str:
    async with lab.http(await lab.account(Role.CLERK)) as http:
        form = (await http.get(f"/cases/{case}/code")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', form)
        assert csrf is not None
        shown = await http.post(f"/cases/{case}/code", data={"csrf": csrf[1]})
    assert "data:image/svg+xml" in shown.text
    found = re.search(r"<strong>([0-9A-Z-]{19})</strong>", shown.text)
    assert found is not None
    return found[1]


async def ask(lab: WebLab, code: str, path: str = "/tra-cuu", **more: str) -> httpx.Response:
    async with lab.http() as http:
        return await http.post(path, data={"code": code, **more})


async def test_a_code_opens_the_plain_facts_however_it_is_typed(lab: WebLab, case: str):
    code = await code_of(lab, case)
    info = await lab.services.cases.get_for(lab.house.clerk, case)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "O")):
        answer = await ask(lab, typed)
        assert answer.status_code == 200
        assert info.number in answer.text
        assert info.unit_name in answer.text
        assert "Đã nhận, đang đọc và phân loại" in answer.text
        assert info.title not in answer.text
        assert answer.headers["cache-control"] == "no-store"


async def test_wrong_codes_get_one_neutral_answer_and_an_end(lab: WebLab, case: str):
    code = await code_of(lab, case)
    texts = {
        (await ask(lab, wrong)).text for wrong in ("", "x", "0000-0000-0000-0000", "ZZZZ-ZZZZ-ZZZZ-ZZZZ")
    }
    assert len(texts) == 1
    for n in range(10):
        await ask(lab, f"0000-0000-0000-00{n:02d}")
    assert (await ask(lab, "0000-0000-0000-0099")).status_code == 429
    assert (await ask(lab, "0000-0000-0000-0099", "/tra-cuu/y-kien", content="yes")).status_code == 429
    assert (await ask(lab, code)).status_code == 200


async def test_nobody_shuts_the_look_up_or_the_letter_box_for_others(lab: WebLab, case: str):
    code = await code_of(lab, case)
    denounced = (await lab.house.case("C12", CaseKind.DENUNCIATION)).id
    box = await lab.services.vault.make_box(lab.house.clerk, denounced)
    for door, path, right in (("lookup", "/tra-cuu", code), ("letter_box", "/thu-kin", box)):
        guesses = lab.app.state.guesses.setdefault(door, Guesses())
        for n in range(300):
            guesses.wrong(f"198.51.100.{n % 30}", lab.services.clock.monotonic())
        assert (await ask(lab, right, path)).status_code == 200


async def test_a_new_code_makes_the_old_one_void(lab: WebLab, case: str):
    old, new = await code_of(lab, case), await code_of(lab, case)
    assert (await ask(lab, old)).status_code == 404
    assert (await ask(lab, new)).status_code == 200


async def receipt_of(http: httpx.AsyncClient, case: str) -> str:
    """Issue a receipt; the address at which it can be printed with the code in it."""
    form = (await http.get(f"/cases/{case}/papers/receipt")).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', form)
    assert csrf is not None
    done = await http.post(f"/cases/{case}/papers/receipt", data={"csrf": csrf[1], "on": "2026-07-15"})
    assert done.status_code == 303, done.text
    offered = re.search(r'href="(/documents/\w+/handout)"', (await http.get(done.headers["location"])).text)
    assert offered is not None
    return offered[1]


async def code_in(http: httpx.AsyncClient, handout: str) -> str:
    answer = await http.get(handout, params={"form": "word"})
    assert answer.headers["cache-control"] == "no-store"
    found = re.search(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b", told(answer.content))
    assert found is not None
    return found[0]


async def test_the_receipt_brings_the_code_and_the_file_does_not(lab: WebLab, case: str):
    old = await code_of(lab, case)
    async with lab.http(await lab.account(Role.CLERK)) as http:
        assert "Mã mới làm mã cũ hết giá trị" in (await http.get(f"/cases/{case}/papers/receipt")).text
        handout = await receipt_of(http, case)
        code = await code_in(http, handout)
        printed = await http.get(handout)
        assert printed.headers["content-type"] == "application/pdf"
        assert printed.headers["cache-control"] == "no-store"
        kept = await http.get(handout.replace("handout", "file"))
        assert code not in told(kept.content)
    assert (await ask(lab, old)).status_code == 404
    assert (await ask(lab, code)).status_code == 200


async def test_a_receipt_with_its_code_is_for_who_issued_it_and_not_for_long(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.CLERK)) as http:
        handout = await receipt_of(http, case)
        async with lab.http(await lab.account(Role.RECEPTION)) as other:
            assert (await other.get(handout)).status_code == 410
        async with lab.http(await lab.account(Role.CLERK, "C12")) as stranger:
            assert (await stranger.get(handout)).status_code == 404
        lab.house.clock.advance(901)
        gone = await http.get(handout)
        assert gone.status_code == 410
        assert "phiếu mã mới" in gone.text
        assert "handout" not in (await http.get(f"/cases/{case}/documents")).text


async def test_a_denunciations_code_shows_no_content(lab: WebLab):
    info = await lab.house.case("C11", kind=CaseKind.DENUNCIATION)
    answer = await ask(lab, await code_of(lab, info.id))
    assert answer.status_code == 200
    for hidden in (info.number, info.unit_name, info.title):
        assert hidden not in answer.text
    assert "hộp thư riêng" in answer.text
    refused = await ask(lab, await code_of(lab, info.id), "/tra-cuu/y-kien", content="yes")
    assert refused.status_code == 200
    assert (await lab.services.lookup.said_of(lab.house.clerk, info.id)) == []


async def test_who_is_not_content_keeps_the_case_open_until_somebody_looked(lab: WebLab, case: str):
    code = await code_of(lab, case)
    assert (await ask(lab, code, "/tra-cuu/y-kien", content="no", words="Chưa rõ")).status_code == 409
    async with lab.http(await lab.account(Role.CLERK)) as http:
        for act, data in ANSWER:
            assert (await do(http, case, act, data)).status_code == 303
        assert "Tòa án nhân dân khu vực" in (await ask(lab, code)).text
        assert (await ask(lab, code, "/tra-cuu/y-kien", content="no")).status_code == 400
        assert (await ask(lab, code, "/tra-cuu/y-kien", content="maybe")).status_code == 400
        said = await ask(lab, code, "/tra-cuu/y-kien", content="no", words="Tôi chưa rõ phải gửi đi đâu")
        assert "Đã nhận ý kiến của bạn" in said.text
        assert (await do(http, case, "close_sent_away", {})).status_code == 409
        page = (await http.get(f"/cases/{case}")).text
        assert "Tôi chưa rõ phải gửi đi đâu" in page
        action = re.search(rf'action="(/cases/{case}/feedback/[^"]+)"', page)
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert action is not None
        assert csrf is not None
        done = await http.post(action[1], data={"csrf": csrf[1], "review": "Đã gọi điện giải thích lại."})
        assert done.status_code == 303
        assert (await do(http, case, "close_sent_away", {})).status_code == 303


async def test_a_late_office_is_told_as_late(lab: WebLab, case: str):
    code = await code_of(lab, case)
    lab.house.clock.advance(timedelta(days=40).total_seconds())
    assert "đã quá hạn" in (await ask(lab, code)).text


async def test_only_who_works_on_a_case_gives_codes_out(lab: WebLab, case: str):
    async with lab.http(await lab.account(Role.SUPERVISOR)) as http:
        form = (await http.get(f"/cases/{case}/code")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', form)
        assert csrf is not None
        assert (await http.post(f"/cases/{case}/code", data={"csrf": csrf[1]})).status_code == 403
    async with lab.http(await lab.account(Role.CLERK, "C12")) as http:
        assert (await http.get(f"/cases/{case}/code")).status_code == 404
