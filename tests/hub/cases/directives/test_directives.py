"""Directives of stored cases, from issue to close, on both databases: who may do what, what is recorded, what
the boards count.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hub.cases import history
from hub.cases.directive_tables import DirectiveAct
from hub.cases.directives import boards
from hub.cases.directives.boards import Wanted
from hub.cases.directives.conditions import Board
from hub.cases.directives.offers import CaseDirectives, DirectiveStory
from hub.cases.directives.service import Directives
from hub.cases.directives.states import Done, Side, state_after
from hub.cases.document_tables import Document
from hub.cases.documents import Documents, Upload
from hub.cases.errors import Refusal
from hub.cases.file_store import FileStore
from hub.cases.info import CaseInfo
from hub.cases.life import State
from hub.cases.lives import Lives
from hub.cases.models import Directive
from hub.cases.papers.service import Papers
from hub.cases.papers.templates import Templates
from hub.cases.rules import CaseKind
from hub.cases.vault_door import VaultDoor
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.people.secrets import Keys
from tests.kit.factories import PETITIONER, House

SCAN = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PROOF = {"how": "gửi bưu điện", "number": "12/TB"}


@dataclass
class Office:
    """A house with its directives. `at(code)` is somebody of reception there."""

    house: House
    directives: Directives
    documents: Documents

    def at(self, unit: str, role: Role = Role.RECEPTION) -> Actor:
        return self.house.account(role, unit)

    @property
    def issuer(self) -> Actor:
        return self.at("P")

    @property
    def today(self) -> date:
        return self.house.clock.now().date()

    async def issue(
        self,
        case: CaseInfo,
        lead: str = "D2",
        support: tuple[str, ...] = (),
        watch: tuple[str, ...] = (),
        *,
        days: int = 10,
        by: str = "P",
    ) -> str:
        unit = self.house.unit
        async with self.house.db.begin() as work:
            desk = self.house.cases.desk(work)
            return await desk.issue(
                await desk.case(case.id, lock=True),
                unit[lead],
                [unit[code] for code in support],
                text="Kiểm tra và báo cáo.",
                due=self.today + timedelta(days=days),
                by=self.at(by, Role.CHAIR),
                watching=[unit[code] for code in watch],
            )

    async def do(self, actor: Actor, case: CaseInfo, one: str, act: str, /, **data: Any) -> None:
        more = {name: data.pop(name) for name in ("of", "on", "uploads") if name in data}
        await self.directives.act(actor, case.id, one, act, data, **more)

    async def refused(self, actor: Actor, case: CaseInfo, one: str, act: str, /, **data: Any) -> Refusal:
        with pytest.raises(Refusal) as met:
            await self.do(actor, case, one, act, **data)
        return met.value

    async def seen(self, actor: Actor, case: CaseInfo) -> CaseDirectives:
        return await self.directives.of_case(actor, case.id)

    async def story(self, case: CaseInfo, actor: Actor | None = None) -> DirectiveStory:
        [found] = (await self.seen(actor or self.issuer, case)).stories
        return found

    async def state(self, one: str) -> str:
        """As the column says; and it repeats what the acts say."""
        async with self.house.db.read() as session:
            wanted = select(DirectiveAct).where(DirectiveAct.directive_id == one).order_by(DirectiveAct.n)
            acts = list(await session.scalars(wanted))
            row = await session.get_one(Directive, one)
        assert [each.n for each in acts] == list(range(1, len(acts) + 1))
        assert state_after([Done(each.act, each.lead) for each in acts]) == row.state
        return row.state

    async def reported(self, case: CaseInfo, one: str, lead: str = "D2") -> None:
        await self.do(self.at(lead), case, one, "acknowledge")
        await self.do(self.at(lead), case, one, "report", text="Đã làm xong.")


@pytest.fixture
async def office(house: House, tmp_path: Path) -> Office:
    return make(house, tmp_path)


@pytest.fixture
async def sqlite_office(sqlite_house: House, tmp_path: Path) -> Office:
    return make(sqlite_house, tmp_path)


def make(house: House, tmp_path: Path) -> Office:
    files = FileStore(tmp_path / "files")
    vault = VaultDoor(house.db, Keys(tmp_path / "secrets"), tmp_path / "vault", house.clock, house.ids)
    documents = Documents(house.db, house.cases, files, vault, clock=house.clock, ids=house.ids)
    templates = Templates(house.db, files, clock=house.clock, ids=house.ids)
    papers = Papers(house.db, house.cases, documents, templates, house.ids)
    return Office(house, Directives(house.cases, documents, papers), documents)


async def test_from_issue_to_close(office: Office) -> None:
    case = await office.house.case()
    one = await office.issue(case, "D2", ("C21",), ("D1",))
    assert await office.state(one) == "issued"
    leader, issuer = office.at("D2", Role.POINT_LEADER), office.issuer
    assert await office.directives.receive(leader) == 1
    assert await office.directives.receive(leader) == 0
    assert await office.state(one) == "delivered"
    await office.do(leader, case, one, "acknowledge")
    await office.do(office.at("C21"), case, one, "acknowledge")
    await office.do(office.at("C21"), case, one, "contribute", text="Phần của xã.")
    await office.do(leader, case, one, "start")
    scan = Upload("kết quả.pdf", SCAN, "report")
    await office.do(leader, case, one, "report", text="Đã xong.", number="7/BC", uploads=[scan])
    due = (office.today + timedelta(days=5)).isoformat()
    await office.do(issuer, case, one, "send_back", reason="Thiếu biên bản.", due=due)
    story = await office.story(case)
    assert (story.info.state, story.info.due.isoformat()) == ("sent_back", due)
    await office.do(leader, case, one, "report", text="Đã bổ sung.")
    await office.do(issuer, case, one, "accept")
    await office.do(issuer, case, one, "reply", **PROOF)
    await office.do(issuer, case, one, "close")
    assert await office.state(one) == "closed"
    told = [each.act for each in (await office.story(case)).acts]
    way = "issue deliver acknowledge deliver acknowledge contribute start report send_back report accept"
    assert told == [*way.split(), "reply", "close"]
    [report] = [each for each in (await office.story(case)).acts if each.data.get("number") == "7/BC"]
    [file] = report.data["files"]
    info, content = await office.documents.read(leader, file["document"])
    assert (info.kind, info.name, content) == ("report", "kết quả.pdf", SCAN)
    async with office.house.db.read() as session:
        acts = [each.act for each in await history.acts_of(session, case.id)]
    assert [act for act in acts if act.startswith("directive_")] == [
        f"directive_{act}" for act in told if act != "deliver"
    ]
    assert (await office.refused(issuer, case, one, "withdraw", reason="x")).code == "directive_state"


async def test_support_and_watch_move_nothing(office: Office) -> None:
    case = await office.house.case()
    one = await office.issue(case, "D2", ("C21",), ("D1",))
    await office.do(office.at("C21"), case, one, "acknowledge")
    assert await office.state(one) == "issued"
    assert (await office.refused(office.at("C21"), case, one, "report", text="x")).code == "directive_side"
    assert (await office.refused(office.at("D1"), case, one, "acknowledge")).code == "directive_side"
    assert (await office.refused(office.at("C12"), case, one, "acknowledge")).code == "case_unknown"
    assert (await office.refused(office.at("C11"), case, one, "acknowledge")).code == "not_your_unit"
    assert (await office.refused(office.at("C21"), case, one, "acknowledge")).code == "already_acknowledged"
    supervisor = office.at("D2", Role.SUPERVISOR)
    assert (await office.refused(supervisor, case, one, "acknowledge")).code == "directive_side"
    assert await office.directives.receive(supervisor) == 0
    [story] = (await office.seen(supervisor, case)).stories
    assert story.offers == ()


async def test_a_unit_without_anybody(office: Office) -> None:
    """The office writes down who took it and how, and what the unit answered on paper."""
    case = await office.house.case()
    one = await office.issue(case, "D2", ("C21",))
    d2 = office.house.unit["D2"].id
    issuer = office.issuer
    assert (await office.refused(issuer, case, one, "deliver", of=d2, how="giấy")).code == "directive_field"
    await office.do(issuer, case, one, "deliver", of=d2, how="giấy", whom="Văn thư")
    assert await office.state(one) == "delivered"
    again = await office.refused(issuer, case, one, "deliver", of=d2, how="giấy", whom="Văn thư")
    assert again.code == "directive_delivered"
    assert (await office.refused(issuer, case, one, "acknowledge", of=d2)).params["field"] == "how"
    await office.do(issuer, case, one, "acknowledge", of=d2, how="phiếu ký nhận")
    await office.do(issuer, case, one, "report", text="Theo văn bản của huyện.", how="giấy", number="3/BC")
    assert await office.state(one) == "reported"
    story = await office.story(case)
    assert [(u.code, u.delivered_how, u.acknowledged_at is not None) for u in story.info.units] == [
        ("D2", "hand", True),
        ("C21", None, False),
    ]
    offers = {each.act: each for each in story.offers}
    assert [u.code for u in offers["deliver"].units] == ["C21"]
    assert offers["acknowledge"].by_proxy
    assert [u.code for u in offers["acknowledge"].units] == ["C21"]


async def test_deadlines_by_decision_and_quarters(office: Office) -> None:
    case = await office.house.case()
    one = await office.issue(case, days=2)
    year = office.today.year
    await office.do(office.issuer, case, one, "change_due", due=f"{year}-Q4", reason="Vụ việc phức tạp")
    info = (await office.story(case)).info
    assert (info.due, info.due_period) == (date(year, 12, 31), f"{year}-Q4")
    last = (await office.story(case)).acts[-1].data
    assert (last["due"], last["reason"]) == (f"{year}-Q4", "Vụ việc phức tạp")
    past = (office.today - timedelta(days=1)).isoformat()
    assert (await office.refused(office.issuer, case, one, "change_due", due=past, reason="x")).code == (
        "due_past"
    )
    assert (await office.refused(office.at("D2"), case, one, "change_due", due="x", reason="x")).code == (
        "directive_side"
    )
    early = await office.refused(office.at("D2"), case, one, "acknowledge", on=date(2020, 1, 1))
    assert early.code == "directive_day"


async def test_sides_by_place(office: Office) -> None:
    """A district's chair issues: it and the province judge; its neighbour and its commune do not."""
    case = await office.house.case("C11")
    one = await office.issue(case, "C11", by="D1")
    await office.reported(case, one, "C11")
    assert (await office.refused(office.at("C11"), case, one, "accept")).code == "directive_side"
    assert (await office.refused(office.at("D2"), case, one, "accept")).code == "case_unknown"
    await office.do(office.at("P"), case, one, "accept")
    assert await office.state(one) == "accepted"


async def test_whom_the_petition_is_against_closes_nothing(sqlite_office: Office) -> None:
    from hub.cases.editing import Facts

    office = sqlite_office
    case = await office.house.case("C11")
    one = await office.issue(case, "C11", by="D1")
    facts = Facts(False, False, False, frozenset({office.house.unit["D1"].id}))
    await Lives(office.house.cases).note_facts(office.issuer, case.id, facts)
    await office.reported(case, one, "C11")
    assert (await office.refused(office.at("D1"), case, one, "accept")).code == "conflict_of_interest"
    await office.do(office.at("P"), case, one, "accept")


async def test_a_case_is_not_closed_over_an_open_directive(sqlite_office: Office) -> None:
    office = sqlite_office
    clerk, lives = office.house.clerk, Lives(office.house.cases)
    case = await office.house.case(kind=CaseKind.REFLECTION)
    both = await office.issue(case), await office.issue(case)
    way: dict[str, dict[str, Any]] = {
        "classify": {"kind": "reflection", "field": "land"},
        "guide": {"whereto": "Tòa án nhân dân"},
        "notify_petitioner": {"how": "trao tay"},
    }
    for act, data in way.items():
        await lives.perform(clerk, case.id, act, data=data)
    with pytest.raises(Refusal) as refused:
        await lives.perform(clerk, case.id, "close_sent_away")
    assert (refused.value.code, refused.value.params["n"]) == ("directives_open", 2)
    assert (await lives.life(clerk, case.id)).state is State.GUIDED
    tried = await lives.what_if(clerk, case.id, "close_sent_away", data={})
    assert tried.refused is not None
    assert tried.refused.code == "directives_open"
    await office.do(office.issuer, case, both[0], "withdraw", reason="Đã hướng dẫn người dân")
    await office.reported(case, both[1])
    with pytest.raises(Refusal, match="directives_open"):
        await lives.perform(clerk, case.id, "close_sent_away")
    await office.do(office.issuer, case, both[1], "accept")
    await lives.perform(clerk, case.id, "close_sent_away")
    assert (await lives.life(clerk, case.id)).state is State.CLOSED


async def test_replies_need_proof(sqlite_office: Office) -> None:
    office = sqlite_office
    case = await office.house.case()
    one = await office.issue(case)
    await office.reported(case, one)
    await office.do(office.issuer, case, one, "accept")
    bare = await office.refused(office.issuer, case, one, "reply", how="gọi điện")
    assert bare.code == "directive_reply_proof"
    assert (await office.refused(office.issuer, case, one, "close")).code == "directive_state"
    scan = Upload("trả lời.pdf", SCAN, "report")
    await office.do(office.at("D2"), case, one, "reply", how="trao tay", uploads=[scan])
    assert await office.state(one) == "citizen_replied"


async def test_a_denouncer_is_answered_by_the_letter_box_only(sqlite_office: Office) -> None:
    office = sqlite_office
    house = office.house
    case = await house.case(kind=CaseKind.DENUNCIATION)
    one = await office.issue(case)
    await office.do(office.at("D2"), case, one, "acknowledge")
    await office.do(office.at("D2"), case, one, "report", text="Đã xác minh.")
    telling = await office.refused(office.issuer, case, one, "accept", text=f"Gặp {PETITIONER.name}")
    assert telling.code == "identity_in_text"
    await office.do(office.issuer, case, one, "accept")
    assert (await office.refused(office.issuer, case, one, "reply", **PROOF)).code == "directive_reply_secure"
    unwritten = await office.refused(office.issuer, case, one, "reply", how="letter_box")
    assert unwritten.code == "directive_reply_secure"
    await house.vault.make_box(house.clerk, case.id)
    await house.vault.write(house.clerk, case.id, "Đã giải quyết.")
    await office.do(office.issuer, case, one, "reply", how="letter_box")
    await office.do(office.issuer, case, one, "close")
    leader = office.at("D2", Role.POINT_LEADER)
    assert (await office.refused(leader, case, one, "start")).code == "case_unknown"


async def test_a_directive_names_no_denouncer(sqlite_office: Office) -> None:
    house = sqlite_office.house
    case = await house.case(kind=CaseKind.DENUNCIATION)
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        row = await desk.case(case.id, lock=True)
        said = f"Mời {PETITIONER.name} làm việc."
        by = sqlite_office.at("P", Role.CHAIR)
        await desk.issue(row, house.unit["D2"], [], text=said, due=sqlite_office.today, by=by)
    story = await sqlite_office.story(case)
    assert PETITIONER.name not in f"{story.info} {[dict(each.data) for each in story.acts]}"


async def test_a_reports_original_in_a_denunciation_is_sealed(sqlite_office: Office) -> None:
    office = sqlite_office
    case = await office.house.case(kind=CaseKind.DENUNCIATION)
    one = await office.issue(case)
    await office.do(office.at("D2"), case, one, "acknowledge")
    files = [Upload(f"{PETITIONER.name}.pdf", SCAN, "report"), Upload("che.pdf", SCAN, "report", True)]
    await office.do(office.at("D2"), case, one, "report", text="Đã xác minh.", uploads=files)
    async with office.house.db.read() as session:
        rows = list(await session.scalars(select(Document).order_by(Document.n)))
    assert [(row.vault_file is None, row.name) for row in rows] == [(False, ""), (True, "")]


async def test_nothing_half_done(sqlite_office: Office) -> None:
    """A file that is refused, or an act that is, leaves neither document nor act."""
    office = sqlite_office
    case = await office.house.case()
    one = await office.issue(case)
    await office.do(office.at("D2"), case, one, "acknowledge")
    before = await office.story(case)
    for uploads in ([Upload("x.exe", b"MZ\x90", "report")], [Upload("a.pdf", SCAN, "report")] * 21):
        assert await office.refused(office.at("D2"), case, one, "report", text="x", uploads=uploads)
    early = [Upload("a.pdf", SCAN, "report")]
    assert (await office.refused(office.issuer, case, one, "reply", how="x", uploads=early)).code == (
        "directive_state"
    )
    assert await office.documents.of_case(office.issuer, case.id) == []
    after = await office.story(case)
    assert (after.info, after.acts) == (before.info, before.acts)


async def test_urging_letters_are_numbered_and_tracked(office: Office) -> None:
    case = await office.house.case()
    one = await office.issue(case, "D2", ("C21",))
    for n in (1, 2):
        await office.do(office.issuer, case, one, "urge", text="Đề nghị báo cáo ngay.", signer="Trần Văn B")
        assert (await office.story(case)).info.urged == n
    letters = (await office.story(case)).letters
    assert [each.number for each in letters] == ["2/CVĐĐ-TCD", "1/CVĐĐ-TCD"]
    assert [unit.name for unit in letters[0].units] == ["Phú Mỹ", "Tây Sơn"]
    _, word = await office.documents.read(office.issuer, letters[0].document_id)
    said = _said(word)
    assert "lần 2" in said
    assert "Tây Sơn, Phú Mỹ" in said
    assert PETITIONER.name not in said
    leader = office.at("D2", Role.POINT_LEADER)
    await office.directives.receive_letters(leader, case.id)
    [mine] = [unit for unit in (await office.story(case)).letters[0].units if unit.name == "Tây Sơn"]
    assert mine.delivered_how == "page"
    assert mine.acknowledged_at is None
    await office.directives.take_letter(leader, case.id, letters[0].id, None)
    assert letters[0].id not in (await office.seen(leader, case)).to_acknowledge
    with pytest.raises(Refusal, match="already_acknowledged"):
        await office.directives.take_letter(leader, case.id, letters[0].id, None)
    with pytest.raises(Refusal, match="not_allowed"):
        await office.directives.take_letter(leader, case.id, letters[1].id, office.house.unit["C21"].id)
    await office.do(office.at("D2"), case, one, "acknowledge")
    await office.do(office.at("D2"), case, one, "report", text="Xong.")
    assert (await office.refused(office.issuer, case, one, "urge", text="x")).code == "directive_state"


async def test_notices_of_conclusion(office: Office) -> None:
    case = await office.house.case()
    with pytest.raises(Refusal, match="notice_no_directive"):
        await office.directives.notice(office.issuer, case.id, {"text": "Kết luận."})
    await office.issue(case, "D2", ("C21",), ("D1",))
    await office.issue(case, "C21")
    with pytest.raises(Refusal, match="paper_field"):
        await office.directives.notice(office.issuer, case.id, {"text": " "})
    number = await office.directives.notice(office.issuer, case.id, {"text": "Kết luận: đo lại."})
    assert number == "1/TBKL-TCD"
    [letter] = (await office.seen(office.issuer, case)).notices
    assert {unit.name for unit in letter.units} == {"Tây Sơn", "Phú Mỹ", "Đông Hà"}
    d1 = office.house.unit["D1"].id
    await office.directives.take_letter(office.issuer, case.id, letter.id, d1, said=False)
    [letter] = (await office.seen(office.issuer, case)).notices
    assert [unit.delivered_how for unit in letter.units if unit.unit == d1] == ["hand"]
    for actor, code in ((office.at("C12"), "case_unknown"), (office.at("D2"), "notice_no_directive")):
        with pytest.raises(Refusal, match=code):
            await office.directives.notice(actor, case.id, {"text": "x"})
    assert await office.directives.notice(office.issuer, case.id, {"text": "Bổ sung."}) == "2/TBKL-TCD"


async def test_history_only_grows_and_names_nobody(office: Office) -> None:
    case = await office.house.case()
    one = await office.issue(case)
    await office.do(office.at("D2"), case, one, "acknowledge")
    await office.do(office.at("D2"), case, one, "report", text=f"Đã gặp bà {PETITIONER.name}.")
    story = await office.story(case)
    assert PETITIONER.name not in json.dumps([dict(each.data) for each in story.acts], ensure_ascii=False)
    for statement in ("UPDATE directive_acts SET act = 'x'", "DELETE FROM directive_acts"):
        with pytest.raises(DBAPIError):
            async with office.house.db.begin() as work:
                await work.session.execute(text(statement))


async def test_withdrawn_and_restored_goes_on_where_it_was(sqlite_office: Office) -> None:
    office = sqlite_office
    case = await office.house.case()
    one = await office.issue(case)
    await office.do(office.at("D2"), case, one, "acknowledge")
    await office.do(office.issuer, case, one, "withdraw", reason="Nhầm đơn vị")
    assert (await office.refused(office.at("D2"), case, one, "start")).code == "directive_withdrawn"
    assert await office.directives.counts(office.issuer) == dict.fromkeys(Board, 0)
    assert await office.house.cases.directives_for(office.house.room("D2")) == []
    await office.do(office.issuer, case, one, "restore")
    assert await office.state(one) == "acknowledged"


async def test_units_added_later(sqlite_office: Office) -> None:
    office = sqlite_office
    case = await office.house.case("C11")
    one = await office.issue(case, "D2")
    assert (await office.refused(office.issuer, case, one, "add_unit", unit="C21", part="lead")).code == (
        "directive_field"
    )
    assert (await office.refused(office.issuer, case, one, "add_unit", unit="?", part="watch")).code == (
        "unit_unknown"
    )
    await office.do(office.issuer, case, one, "add_unit", unit="C21", part="watch")
    assert (await office.house.cases.get_for(office.at("C21"), case.id)).id == case.id
    again = await office.refused(office.issuer, case, one, "add_unit", unit="C21", part="support")
    assert again.code == "directive_has_unit"
    assert [u.part for u in (await office.story(case)).info.units] == ["lead", "watch"]


@pytest.mark.timeout(400)  # every role in every unit, in each of its boards
async def test_boards_count_what_they_list(office: Office) -> None:
    house = office.house
    mine, other = await house.case("C11"), await house.case("C21", title="Ngập úng")
    secret = await house.case("C11", CaseKind.DENUNCIATION, "Cán bộ nhận tiền")
    late = await office.issue(mine, "D2", ("C21",), days=-1)
    await office.issue(mine, "D1", days=3)
    await office.issue(other, "C21", days=30)
    hidden = await office.issue(secret, "D2", days=2)
    done = await office.issue(other, "D2")
    await office.reported(other, done)
    gone = await office.issue(other, "D2")
    await office.do(office.issuer, other, gone, "withdraw", reason="x")
    actors = [
        house.account(role, unit) for role in Role for unit in ("P", "D1", "D2", "C11", "C12", "C21", None)
    ]
    async with house.db.read() as session:
        for actor in [*actors, *(house.room(code) for code in house.point)]:
            counts = await boards.counts(session, actor, office.today)
            for board in Board:
                wanted = Wanted(board)
                listed = await boards.listed(session, actor, office.today, wanted)
                assert len(listed) == counts[board], (actor.key, board)
                assert await boards.total(session, actor, office.today, wanted) == counts[board]
                for each in listed:
                    await house.cases.get_for(actor, each.case_id)  # what is listed opens
                if not actor.is_staff:
                    assert hidden not in {each.id for each in listed}
            for row in await boards.by_unit(session, actor, office.today):
                for board, n in row.counts.items():
                    of_unit = Wanted(board, unit=row.unit)
                    assert await boards.total(session, actor, office.today, of_unit) == n, (row, board)
    none = await office.directives.counts(office.at("P", Role.TECHNICIAN))
    assert set(none.values()) == {0}
    province = await office.directives.counts(office.issuer)
    assert province[Board.OPEN] == 5
    assert province[Board.OVERDUE] == 1
    assert province[Board.REPORTED] == 1
    assert province[Board.SOON] == 2
    assert province[Board.UNACKNOWLEDGED] == 4
    assert province[Board.WAITING] == 1
    d2 = office.at("D2", Role.POINT_LEADER)
    found, total = await office.directives.listed(d2, Wanted(Board.WAITING))
    assert ([each.id for each in found], total) == ([late], 1)


async def test_boards_are_narrowed(sqlite_office: Office) -> None:
    office = sqlite_office
    case = await office.house.case("C11", title="Hà Lầm ngập úng")
    one = await office.issue(case, "D2", ("C21",))
    unit = office.house.unit
    for wanted, found in (
        (Wanted(unit=unit["C21"].id), [one]),
        (Wanted(unit=unit["C21"].id, part="lead"), []),
        (Wanted(unit=unit["C21"].id, part="support"), [one]),
        (Wanted(text="ha lam"), [one]),
        (Wanted(text="đất"), []),
        (Wanted(since=office.today, until=office.today), [one]),
        (Wanted(since=office.today + timedelta(days=1)), []),
        (Wanted(until=office.today - timedelta(days=1)), []),
    ):
        listed, total = await office.directives.listed(office.issuer, wanted)
        assert ([each.id for each in listed], total) == (found, len(found)), wanted
    assert len(await office.directives.every(office.issuer, Wanted())) == 1
    async with office.house.db.read() as session:
        with pytest.raises(Refusal, match="export_too_long"):
            await boards.every(session, office.issuer, office.today, Wanted(), 0)


async def test_live_directives_flow_in(office: Office) -> None:
    """Issued with the conclusion, seen by the connected room, acknowledged there, withdrawn and restored."""
    house = office.house
    case = await house.case()
    session = await house.session(case)
    await house.do(house.clerk, session, "session.go_live")
    [item] = await house.items(session)
    await house.do(house.clerk, session, "item.call", item=item)
    due = (office.today + timedelta(days=9)).isoformat()
    await house.conclude(
        house.clerk, session, item, "Giao huyện kiểm tra.", lead="D2", supporting=["C21"], due=due
    )
    story = await office.story(case)
    assert (story.info.state, story.info.issued_unit) == ("issued", house.unit["P"].id)
    await house.do(house.room("D2"), session, "directive.acknowledge", directive=story.info.id)
    assert await office.state(story.info.id) == "acknowledged"
    lead = (await office.story(case)).info.lead
    assert (lead.delivered_how, lead.acknowledged_by) == ("room", "Tây Sơn")
    await office.do(office.at("D2"), case, story.info.id, "report", text="Xong.")
    assert {Side.LEAD, Side.SUPPORT} == {Side(unit.part) for unit in story.info.units}


def _said(word: bytes) -> str:
    import io

    import docx

    found = docx.Document(io.BytesIO(word))
    return "\n".join(paragraph.text for paragraph in found.paragraphs)
