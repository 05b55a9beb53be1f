"""Taking cases in, papers and templates as their users do it: in forms, without any script."""

import io
import re
from typing import Any

import docx
import httpx
import pytest

from hub.people.roles import Role
from tests.kit.web import WebLab

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
COMPLAINT_CHECKS = (
    "vietnamese", "dated_signed", "act_named", "own_right", "capable", "represented", "in_time",
    "not_decided", "not_in_court", "competent",
)  # fmt: skip


class Counter:
    """Somebody's browser without scripts."""

    def __init__(self, lab: WebLab, http: httpx.AsyncClient) -> None:
        self.lab, self.http = lab, http
        http.timeout = httpx.Timeout(60)  # a PDF takes a core for 0.3 s, where there is one

    def form(self, **changes: str) -> dict[str, str]:
        """A complete form."""
        unit = self.lab.house.unit["C11"].id
        base = {"source": "counter", "received": "2026-07-15", "kind": "complaint", "field": "land"}
        base |= {"title": "Đền bù đất ruộng", "summary": "Chưa được trả lời.", "unit": unit, "persons": "1"}
        return base | {"name_0": "Lê Thị Mơ", "address_0": "Xóm Trên", "phone_0": "0000"} | changes

    async def send(self, path: str, page: str, files: Any = None, **fields: str) -> httpx.Response:
        """Send a form with the token of the page it stands on."""
        shown = await self.http.get(page)
        assert shown.status_code == 200, (page, shown.status_code, shown.text[:500])
        token = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert token
        return await self.http.post(path, data={"csrf": token[1], **fields}, files=files or None)

    async def take(self, files: Any = None, **changes: str) -> httpx.Response:
        """Take a case in."""
        return await self.send("/cases/new", "/cases/new", files, **self.form(**changes))


async def test_from_the_counter_to_an_answer_with_a_paper_at_each_step(lab: WebLab):
    today = lab.house.units.today().isoformat()
    checks = {f"check_{each}": "yes" for each in COMPLAINT_CHECKS}
    async with lab.http(await lab.account(Role.RECEPTION, "C11")) as http:
        at = Counter(lab, http)
        answer = await at.take({"petition": ("đơn.pdf", PDF)}, received=today, receipt="1", **checks)
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
        case = path.removesuffix("/taken")
        taken = await http.get(path)
        document = re.search(r"/documents/(\w+)/handout", taken.text)
        assert document
        for form in ("handout", "pdf"):
            receipt = await http.get(f"/documents/{document[1]}/{form}")
            assert receipt.headers["content-type"] == "application/pdf"
            assert receipt.content.startswith(b"%PDF-")
        assert (
            "sandbox" in (await http.get(f"/documents/{document[1]}/file")).headers["content-security-policy"]
        )
        shown = (await http.get(case)).text
        assert "1/GBN-TCD" in shown
        assert "đơn.pdf" in shown
        early = await http.get(f"{case}/papers/answer")
        assert "Không làm được" in early.text
        accepted = await at.send(f"{case}/papers/acceptance", f"{case}/papers/acceptance", on=today)
        assert accepted.headers["location"].endswith("done=acceptance")
        refused = await at.send(f"{case}/papers/transfer", f"{case}/documents", on=today, whereto="Sở Mẫu")
        assert refused.status_code == 422
        words = {"on": today, "how": "bằng văn bản", "text": "Đã xem xét."}
        answered = await at.send(f"{case}/papers/answer", f"{case}/papers/answer", **words)
        assert answered.status_code == 303
        assert "1/TBKQ-TCD" in (await http.get(f"{case}/documents")).text


async def test_what_is_wrong_is_said_and_nothing_is_kept(lab: WebLab):
    today = lab.house.units.today().isoformat()
    bad = [
        ({"persons": "7"}, "bằng văn bản"),
        ({"persons": "7", "in_writing": "1", "name_1": "A B", "name_2": "C D"}, "nhiều nhất 2"),
        ({"name_0": ""}, "Ghi ít nhất một người"),
        ({"received": "1999-01-01"}, "01/01/1999"),
        ({"unit": lab.house.unit["C21"].id}, "đơn vị"),
        ({"kind": "denunciation", "title": "Tố cáo của Lê Thị Mơ"}, "danh tính"),
        ({"source": "session", "session": "none"}, "Chọn kỳ tiếp"),
        ({"kind": "nonsense"}, "Hãy điền ô này"),
    ]
    async with lab.http(await lab.account(Role.RECEPTION, "C11")) as http:
        at = Counter(lab, http)
        for changes, said in bad:
            answer = await at.take(**{"received": today, **changes})
            assert answer.status_code == 422, changes
            assert said.lower() in answer.text.lower(), changes
        hostile = await at.take({"petition": ("x.pdf", b"MZ not a pdf")}, received=today)
        assert hostile.status_code == 422
        assert "Loại tệp này" in hostile.text
        assert "Đền bù đất ruộng" in hostile.text  # what was typed is still there
        assert (
            "0 vụ việc" in (await http.get("/cases")).text
            or "Không có vụ việc" in (await http.get("/cases")).text
        )


async def test_a_denunciation_at_the_counter(lab: WebLab):
    today = lab.house.units.today().isoformat()
    async with lab.http(await lab.account(Role.RECEPTION, "C11")) as http:
        at = Counter(lab, http)
        people = {"name_0": "Lê Văn Ẩn", "address_0": "Ngõ Vắng", "phone_0": "0999000111"}
        answer = await at.take(
            {"petition": ("Le Van An.pdf", PDF)}, kind="denunciation", received=today, receipt="1", **people
        )
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
        pages = [path, path.removesuffix("/taken"), path.replace("taken", "documents"), "/cases"]
        for each in pages:
            text = (await http.get(each)).text
            assert not any(word in text for word in (*people.values(), "Le Van An")), each
    async with lab.http(await lab.account(Role.RECEPTION, "C12")) as other:
        assert (await other.get(path)).status_code == 404


async def test_who_may_come_in(lab: WebLab):
    for role, status in ((Role.TECHNICIAN, 404), (Role.ADVISER, 404), (Role.CHAIR, 200)):
        async with lab.http(await lab.account(role)) as http:
            assert (await http.get("/cases/new")).status_code == status


def template(*lines: str) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


async def test_a_template_with_an_error_is_not_taken_and_the_place_is_named(lab: WebLab):
    async with lab.http(await lab.account(Role.CLERK, "C11")) as http:
        at = Counter(lab, http)

        async def put(content: bytes, **more: str) -> httpx.Response:
            files = {"file": ("mau.docx", content)}
            return await at.send("/papers/templates/receipt", "/papers/templates", files, **more)

        wrong = await put(template("Một", "Gửi {{ petitionr }}"))
        assert wrong.status_code == 422
        for said in ("Đoạn 2", "petitionr", "petitioner", "Gửi {{ petitionr }}"):
            assert said in wrong.text, said
        tried = await put(template("Gửi {{ petitioner }}"), **{"try": "1"})
        assert tried.headers["content-type"] == "application/pdf"
        taken = await put(template("RIÊNG {{ number }} {{ petitioner }}"))
        assert taken.headers["location"].endswith("done=receipt")
        answer = await at.take(received=lab.house.units.today().isoformat(), receipt="1")
        shown = (await http.get(answer.headers["location"])).text
        document = re.search(r"/documents/(\w+)/file", shown)
        assert document
        word = await http.get(f"/documents/{document[1]}/file")
        said = [each.text for each in docx.Document(io.BytesIO(word.content)).paragraphs]
        assert said == ["RIÊNG 1/GBN-TCD Lê Thị Mơ"]
        assert "/handout" not in shown  # this template has no place for a code: none was made
        assert 'action="/cases/' in shown
        back = await at.send("/papers/templates/receipt", "/papers/templates", again="builtin")
        assert back.status_code == 303
    async with lab.http(await lab.account(Role.ADVISER, "C11")) as http:
        assert (await http.get("/papers/templates")).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_both_languages(lab: WebLab, language: str):
    cookie = await lab.account(Role.RECEPTION, "C11")
    async with lab.http(f"{cookie}; hub_language={language}") as http:
        for path in ("/cases/new", "/papers/templates"):
            assert (await http.get(path)).status_code == 200, path
