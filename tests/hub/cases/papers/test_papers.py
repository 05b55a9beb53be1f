"""Papers over both databases: the act and the paper in one, numbers without gaps, masked where it must be."""

import asyncio
import io
import os
import time
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from sqlalchemy import func, select

from hub.cases import documents as documents_module
from hub.cases.act_tables import CaseAct
from hub.cases.chores import Chores, Done
from hub.cases.desk import Desk, NewCase
from hub.cases.document_tables import Document, Paper, PaperTemplate
from hub.cases.documents import Documents, Upload
from hub.cases.errors import Refusal
from hub.cases.file_store import FileStore
from hub.cases.models import Case, Directive
from hub.cases.papers.kinds import PaperKind
from hub.cases.papers.service import Lookup, Papers
from hub.cases.papers.templates import Templates
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.cases.vault_door import VaultDoor
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.store.clock import SystemClock
from tests.kit.factories import House

SCAN = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
DENOUNCER = Person("Lê Văn Ẩn", "Ngõ Vắng 7", "0999000111")


@dataclass
class Office:
    """A house with its papers."""

    house: House
    documents: Documents
    papers: Papers
    folder: Path

    @property
    def clerk(self) -> Actor:
        return self.house.account(Role.RECEPTION, "C11")

    async def do(self, case: str, *acts: tuple[str, dict[str, object]]) -> None:
        """Acts of the table."""
        from hub.cases import conduct

        async with self.house.db.begin() as work:
            desk = self.house.cases.desk(work, self.clerk)
            for act, data in acts:
                await conduct.perform(desk, await desk.case(case), act, data=data)

    async def eligible(self, kind: CaseKind = CaseKind.COMPLAINT) -> str:
        """A case that may be accepted."""
        people = (DENOUNCER,) if kind is CaseKind.DENUNCIATION else (Person("Lê Thị Mơ", "Xóm Trên", "0000"),)
        new = NewCase(kind, CaseField.LAND, self.house.unit["C11"].id, "Đền bù đất", "Chưa trả lời.", people)
        case = await self.house.cases.register(new)
        read = {"kind": kind.value, "field": "land"}
        await self.do(case.id, ("classify", read), ("find_eligible", {"checklist": {"signed": "yes"}}))
        return case.id

    async def text(self, document: str) -> str:
        """What a Word file says."""
        _, content = await self.documents.read(self.clerk, document)
        return told(content)


def told(word: bytes) -> str:
    found = docx.Document(io.BytesIO(word))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in found.paragraphs)])


@pytest.fixture
async def office(house: House, tmp_path: Path) -> Office:
    files = FileStore(tmp_path / "files")
    vault = VaultDoor(house.db, Keys(tmp_path / "secrets"), tmp_path / "vault", house.clock, house.ids)
    documents = Documents(house.db, house.cases, files, vault, clock=house.clock, ids=house.ids)
    templates = Templates(house.db, files, house.clock, house.ids)
    return Office(house, documents, Papers(house.db, house.cases, documents, templates, house.ids), tmp_path)


async def test_a_paper_does_its_act_in_its_number(office: Office):
    case = await office.eligible()
    paper = await office.papers.issue(office.clerk, case, PaperKind.ACCEPTANCE, {"signer": "Trần Văn Mẫu"})
    assert paper.number == "1/TBTL-TCD"
    text = await office.text(paper.document_id)
    assert "Số: 1/TBTL-TCD" in text
    assert "Lê Thị Mơ" in text
    assert "HÒA AN" in text
    assert "Trần Văn Mẫu" in text
    async with office.house.db.read() as session:
        found = await session.get_one(Case, case)
        accepted = await session.scalar(
            select(CaseAct).where(CaseAct.case_id == case, CaseAct.act == "accept")
        )
        count = await session.scalar(select(func.count()).select_from(CaseAct).where(CaseAct.case_id == case))
    assert found.state == "accepted"
    assert accepted is not None
    assert accepted.data["number"] == "1/TBTL-TCD"
    assert found.version == count


async def test_a_paper_that_may_not_be_issued_leaves_nothing(office: Office):
    case = await office.eligible()
    for kind, fields, code in (
        (PaperKind.ANSWER, {"how": "bằng văn bản", "text": "Đã xong"}, "act_state"),
        (PaperKind.TRANSFER, {}, "paper_field"),
        (PaperKind.RECEIPT, {"whereto": "x"}, "paper_field"),
    ):
        with pytest.raises(Refusal) as refused:
            await office.papers.issue(office.clerk, case, kind, fields)
        assert refused.value.code == code
    async with office.house.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Paper)) == 0
        assert await session.scalar(select(func.count()).select_from(Document)) == 0
    stranger = office.house.account(Role.RECEPTION, "C21")
    with pytest.raises(Refusal, match="case_unknown"):
        await office.papers.issue(stranger, case, PaperKind.RECEIPT, {})


async def test_numbers_have_no_gaps_when_many_issue_at_once(office: Office):
    cases = [await office.eligible() for _ in range(4)]

    async def one(case: str, fails: bool) -> None:
        with pytest.raises(Refusal) if fails else _fine():
            fields = {"how": "văn bản", "text": "x"} if fails else {}
            kind = PaperKind.ANSWER if fails else PaperKind.RECEIPT
            await office.papers.issue(office.clerk, case, kind, fields)

    await asyncio.gather(*(one(case, n == 1) for case in cases for n in range(3)))
    async with office.house.db.read() as session:
        found = await session.execute(select(Paper.kind, Paper.serial).order_by(Paper.serial))
    assert [(kind, serial) for kind, serial in found] == [("receipt", n) for n in range(1, 9)]


async def test_a_code_is_printed_and_not_kept(office: Office):
    case = await office.eligible()
    lookup = Lookup("ABCD-EFGH-JKMN-P", "https://hub.example/tra-cuu#abcdefghjkmnp")

    async def give(_desk: Desk, found: Case) -> Lookup:
        assert found.id == case
        return lookup

    paper = await office.papers.issue(office.clerk, case, PaperKind.RECEIPT, {}, lookup=give)
    assert lookup.code in told(paper.handout)
    assert "ABCD" not in await office.text(paper.document_id)
    kept = [each.read_bytes() for each in (office.folder / "files").glob("*/*")]
    assert kept
    assert not any("ABCD" in told(each) for each in kept)


async def test_a_denunciation_names_nobody_outside_the_vault(office: Office):
    case = await office.eligible(CaseKind.DENUNCIATION)
    added = await office.documents.add(office.clerk, case, Upload("Don cua Le Van An.pdf", SCAN))
    assert added.sealed
    assert added.name == ""
    with pytest.raises(Refusal, match="document_sealed"):
        await office.documents.read(office.clerk, added.id)
    copy = await office.documents.add(office.clerk, case, Upload("An.pdf", SCAN + b" ", masked=True))
    assert (await office.documents.read(office.clerk, copy.id))[1] == SCAN + b" "
    paper = await office.papers.issue(office.clerk, case, PaperKind.RECEIPT, {})
    assert paper.masked
    text = await office.text(paper.document_id)
    assert not any(each in text for each in (DENOUNCER.name, DENOUNCER.address, DENOUNCER.phone, "Le Van An"))
    with pytest.raises(Refusal, match="identity_in_text"):
        await office.papers.issue(office.clerk, case, PaperKind.ACCEPTANCE, {"text": "Gửi ông Lê Văn Ẩn"})
    async with office.house.db.read() as session:
        rows = list(await session.scalars(select(Document).where(Document.case_id == case)))
    assert all(row.name == "" for row in rows)


def kept(office: Office) -> list[Path]:
    return [each for each in (office.folder / "files").glob("*/*") if each.is_file()]


async def become_denunciation(office: Office, case: str, *, fail: bool = False) -> None:
    async with office.house.db.begin() as work:
        desk = office.house.cases.desk(work, office.clerk)
        await desk.reclassify(await desk.case(case), CaseKind.DENUNCIATION)
        if fail:
            raise RuntimeError


async def test_documents_go_into_the_vault_with_their_case(office: Office):
    case = await office.eligible()
    await office.documents.add(office.clerk, case, Upload("don.pdf", SCAN))
    await office.documents.add(office.clerk, case, Upload("Le Thi Mo.pdf", SCAN + b" ", masked=True))
    await office.papers.issue(office.clerk, case, PaperKind.RECEIPT, {})
    with pytest.raises(RuntimeError):
        await become_denunciation(office, case, fail=True)
    assert len(kept(office)) == 3
    await become_denunciation(office, case)
    async with office.house.db.read() as session:
        rows = list(
            await session.scalars(select(Document).where(Document.case_id == case).order_by(Document.n))
        )
    assert [(row.vault_file is not None, row.name) for row in rows] == [(True, ""), (False, ""), (True, "")]
    assert [each.read_bytes() for each in kept(office)] == [SCAN + b" "]
    found = await office.documents.of_case(office.clerk, case)
    assert [each.sealed for each in found] == [True, False, True]
    assert await office.documents.seal_left(case) == 0


@pytest.mark.parametrize("later", [False, True])
async def test_sealing_leaves_the_bytes_of_a_template(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, later: bool
):
    """Somebody handed in the very file that an office uses as its template."""
    case = await office.eligible()
    await office.documents.add(office.clerk, case, Upload("don.pdf", SCAN))
    digest = await office.documents.files.put(SCAN)
    async with office.house.db.begin() as work:
        template = PaperTemplate(
            id=office.house.ids.new(),
            unit_id=office.house.unit["C11"].id,
            kind=PaperKind.RECEIPT.value,
            n=1,
            at=office.house.clock.now(),
            by_key="x",
            by_name="x",
            name="mau.docx",
            sha256=digest,
        )
        work.session.add(template)
    if later:
        monkeypatch.setattr(documents_module, "MOST_AT_ONCE", 0)
    await become_denunciation(office, case)
    assert await office.documents.seal_left(case) == later
    assert [each.read_bytes() for each in kept(office)] == [SCAN]


async def test_what_is_handed_in_to_a_former_denunciation_is_sealed_too(office: Office):
    case = await office.eligible(CaseKind.DENUNCIATION)
    async with office.house.db.begin() as work:
        desk = office.house.cases.desk(work, office.clerk)
        await desk.reclassify(await desk.case(case), CaseKind.COMPLAINT)
    added = await office.documents.add(office.clerk, case, Upload("don-Tran-Thi-Giau.pdf", SCAN))
    assert (added.sealed, added.name) == (True, "")
    with pytest.raises(Refusal, match="document_sealed"):
        await office.documents.read(office.clerk, added.id)
    assert kept(office) == []
    paper = await office.papers.issue(office.clerk, case, PaperKind.RECEIPT, {})
    assert paper.masked
    assert DENOUNCER.name not in await office.text(paper.document_id)


async def test_what_was_left_open_in_a_former_denunciation_is_shut_and_swept_in(office: Office):
    case = await office.eligible()
    added = await office.documents.add(office.clerk, case, Upload("Le Thi Mo.pdf", SCAN))
    async with office.house.db.begin() as work:  # as an older version of the program left it
        desk = office.house.cases.desk(work, office.clerk)
        await desk._hide_people(await desk.case(case))
    with pytest.raises(Refusal, match="document_sealed"):
        await office.documents.read(office.clerk, added.id)
    assert (await chores(office).do()).sealed == 1
    assert [each.name for each in await office.documents.of_case(office.clerk, case)] == [""]
    assert kept(office) == []


async def test_what_another_case_has_too_stays_there(office: Office):
    case, other = await office.eligible(), await office.eligible()
    for each in (case, other):
        added = await office.documents.add(office.clerk, each, Upload("don.pdf", SCAN))
    await become_denunciation(office, case)
    assert (await office.documents.read(office.clerk, added.id))[1] == SCAN


async def test_a_file_that_cannot_be_read_stops_no_hearing(office: Office):
    case = await office.eligible()
    added = await office.documents.add(office.clerk, case, Upload("don.pdf", SCAN))
    [path] = kept(office)
    path.write_bytes(b"")
    await become_denunciation(office, case)
    with pytest.raises(Refusal, match="document_sealed"):
        await office.documents.read(office.clerk, added.id)
    path.write_bytes(SCAN)  # restored from a backup
    assert (await chores(office).do()).sealed == 1
    assert kept(office) == []


async def test_texts_about_the_case_lose_the_name_too(office: Office):
    from hub.cases.lookup_tables import Feedback

    case = await office.eligible()
    async with office.house.db.begin() as work:
        desk = office.house.cases.desk(work, office.clerk)
        said = Feedback(
            id=office.house.ids.new(), case_id=case, at=desk.now, content=False, text="Lê Thị Mơ đây"
        )
        work.session.add(said)
        unit = office.house.unit["C11"]
        wish = "Mời bà Lê Thị Mơ"
        await desk.issue(await desk.case(case), unit, [], text=wish, due=desk.today, by=office.clerk)
    await become_denunciation(office, case)
    async with office.house.db.read() as session:
        texts = [
            *await session.scalars(select(Feedback.text)),
            *await session.scalars(select(Directive.text)),
        ]
    assert len(texts) == 2
    assert not [each for each in texts if "Mơ" in each]


def chores(office: Office) -> Chores:
    vault = VaultDoor(office.house.db, Keys(office.folder / "secrets"), office.folder / "vault")
    return Chores(
        office.house.db, office.documents, vault.store, SystemClock()
    )  # files have the system's time


async def test_files_that_nothing_names_go_after_a_day(office: Office):
    case = await office.eligible()
    await office.documents.add(office.clerk, case, Upload("don.pdf", SCAN))
    lost = await office.documents.files.put(b"left by a transaction that failed")
    old = time.time() - 2 * 86_400
    for path in kept(office):
        os.utime(path, (old, old))
    draft = office.folder / "files" / lost[:2] / ".draft"
    draft.write_bytes(b"half")
    os.utime(draft, (old, old))
    assert await chores(office).do(dry=True) == Done(1, 0, 0)
    assert len(kept(office)) == 3
    again = await office.documents.files.put(b"left by a transaction that failed")
    assert again == lost  # somebody is about to name it
    assert (await chores(office).do()).files == 0
    os.utime(office.folder / "files" / lost[:2] / lost[2:], (old, old))
    assert await chores(office).do() == Done(1, 0, 0)
    assert [each.read_bytes() for each in kept(office)] == [SCAN]


async def test_a_look_at_a_document_is_recorded_and_strangers_find_none(office: Office):
    from hub.people.audit import entries_of

    case = await office.eligible()
    added = await office.documents.add(office.clerk, case, Upload("don.pdf", SCAN))
    await office.documents.read(office.clerk, added.id)
    async with office.house.db.read() as session:
        acts = [entry.act for entry in await entries_of(session, f"case:{case}")]
    assert "case.people_seen" in acts
    for who in (office.house.account(Role.RECEPTION, "C21"), office.house.account(Role.TECHNICIAN)):
        with pytest.raises(Refusal, match="document_unknown"):
            await office.documents.read(who, added.id)


class _fine:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None
