"""The door to the vault: a reason, a second person, a day, and every step in the trail."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.cases import reach, reply_box, vault_grants
from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.lives import Lives
from hub.cases.looks import VAULT_ACTS, looks_for
from hub.cases.name_tries import MOST
from hub.cases.rules import CaseField, CaseKind
from hub.cases.search import Wanted
from hub.cases.vault import Person, VaultDamaged
from hub.cases.vault_grants import LIFT, LOOK
from hub.cases.vault_store import Original
from hub.people.actor import Actor
from hub.people.roles import Role
from tests.kit.factories import House

DENOUNCER = Person("Bùi Văn Lặng", "Ngõ Khuất", "0909090909", 2)
REASON = "Cần mời người tố cáo làm việc trực tiếp"


async def denunciation(house: House) -> str:
    new = NewCase(
        CaseKind.DENUNCIATION, CaseField.LAND, house.unit["C11"].id, "Tố cáo cán bộ", "", (DENOUNCER,)
    )
    return (await house.cases.register(new)).id


def keepers(house: House) -> tuple[Actor, Actor]:
    return house.account(Role.CHAIR), house.account(Role.RECEPTION, "D1")


async def leave(house: House, case_id: str, asker: Actor, other: Actor) -> str:
    grant = await house.vault.ask(asker, case_id, REASON)
    await house.vault.decide(other, case_id, grant, approve=True)
    return grant


async def test_opening_takes_a_reason_and_a_second_person(house: House) -> None:
    case_id = await denunciation(house)
    chair, reception = keepers(house)
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.open(chair, case_id)
    with pytest.raises(Refusal, match="data_bad"):
        await house.vault.ask(chair, case_id, "vì")
    grant = await house.vault.ask(chair, case_id, REASON)
    for refused, code in ((chair, "second_person"), (house.clerk, "not_allowed")):
        with pytest.raises(Refusal, match=code):
            await house.vault.decide(refused, case_id, grant, approve=True)
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.open(chair, case_id)
    await house.vault.decide(reception, case_id, grant, approve=True)
    assert (await house.vault.open(chair, case_id)).people == (DENOUNCER,)
    # Leave is a person's own: whoever agreed sees nothing by it.
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.open(reception, case_id)
    house.clock.advance(hours=25)
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.open(chair, case_id)
    acts = [look.act for look in (await looks_for(house.db, chair, vault_only=True)).looks]
    assert acts == ["vault.opened", "vault.approved", "vault.asked"]
    shown = repr(await looks_for(house.db, chair))
    assert REASON in shown
    assert DENOUNCER.name not in shown


async def test_no_comes_back_and_leave_ends(sqlite_house: House) -> None:
    house = sqlite_house
    case_id = await denunciation(house)
    chair, reception = keepers(house)
    grant = await house.vault.ask(chair, case_id, REASON)
    with pytest.raises(Refusal, match="vault_asked"):
        await house.vault.ask(chair, case_id, REASON)
    await house.vault.decide(reception, case_id, grant, approve=False)
    with pytest.raises(Refusal, match="vault_decided"):
        await house.vault.decide(reception, case_id, grant, approve=True)
    grant = await leave(house, case_id, chair, reception)
    await house.vault.open(chair, case_id)
    await house.vault.end(reception, case_id, grant)
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.open(chair, case_id)
    unanswered = await house.vault.ask(chair, case_id, REASON)
    house.clock.advance(days=8)
    with pytest.raises(Refusal, match="vault_decided"):
        await house.vault.decide(reception, case_id, unanswered, approve=True)
    info = await house.vault.of_case(chair, case_id)
    assert info is not None
    assert [each.standing for each in info.grants] == ["over", "ended", "refused"]


async def test_who_never_comes_to_the_door(sqlite_house: House) -> None:
    house = sqlite_house
    case_id = await denunciation(house)
    chair, reception = keepers(house)
    grant = await house.vault.ask(chair, case_id, REASON)
    strangers = [
        house.account(Role.CHAIR, "C21"),
        house.account(Role.SUPERVISOR),
        house.account(Role.POINT_LEADER, "C11"),
        house.account(Role.ADMINISTRATOR, None),
        house.room("C11"),
    ]
    for actor in strangers:
        for step in (
            house.vault.of_case(actor, case_id),
            house.vault.ask(actor, case_id, REASON),
            house.vault.decide(actor, case_id, grant, approve=True),
            house.vault.end(actor, case_id, grant),
            house.vault.open(actor, case_id),
            house.vault.letters(actor, case_id),
            house.vault.open_file(actor, case_id, "0" * 26),
            house.vault.make_box(actor, case_id),
            house.vault.write(actor, case_id, "x"),
        ):
            with pytest.raises(Refusal, match="case_unknown"):
                await step
    info = await house.vault.of_case(house.clerk, case_id)
    assert info is not None
    assert (info.persons, info.grants, info.keeper) == (2, (), False)
    with pytest.raises(Refusal, match="not_allowed"):
        await house.vault.ask(house.clerk, case_id, REASON)
    other = await denunciation(house)
    with pytest.raises(Refusal, match="grant_unknown"):
        await house.vault.decide(reception, other, grant, approve=True)


async def test_trying_names_is_recorded(sqlite_house: House) -> None:
    house = sqlite_house
    case_id = await denunciation(house)
    chair, _ = keepers(house)
    with pytest.raises(Refusal, match="identity_in_text"):
        await house.vault.ask(chair, case_id, f"Có phải là {DENOUNCER.name} không?")
    assert [each.act for each in (await looks_for(house.db, chair)).looks] == ["vault.name_tried"]


async def test_whoever_tries_names_anywhere_is_recorded_and_stopped(house: House) -> None:
    case_id = await denunciation(house)
    chair, _ = keepers(house)
    lives = Lives(house.cases)
    named = {"title": "Việc của bà Lý", "summary": f"Hay là {DENOUNCER.name}?", "field": "land"}
    for _ in range(MOST):
        with pytest.raises(Refusal, match="identity_in_text"):
            await lives.amend(house.clerk, case_id, 1, named)
    acts = [each.act for each in (await looks_for(house.db, chair)).looks]
    assert acts == ["vault.name_tried"] * MOST
    with pytest.raises(Refusal, match="names_tried"):  # a text without the name is no answer either
        await lives.amend(house.clerk, case_id, 1, named | {"summary": "Hay là ai khác?"})
    colleague = house.account(Role.RECEPTION, "D1")
    await lives.amend(colleague, case_id, 1, named | {"summary": "Hỏi lại."})
    house.clock.advance(hours=25)
    await lives.amend(house.clerk, case_id, 2, named | {"title": "Việc khác", "summary": "Hỏi lại."})


async def test_a_directive_opens_no_vault(sqlite_house: House) -> None:
    """A directed unit reads the case; who denounces is for those who work on it."""
    house = sqlite_house
    case_id = await denunciation(house)
    async with house.db.begin() as work:
        await reach.direct(work.session, case_id, house.unit["C21"].id)
    one, other = house.account(Role.RECEPTION, "C21"), house.account(Role.CHAIR, "C21")
    info = await house.vault.of_case(one, case_id)
    assert info is not None
    assert (info.keeper, info.writes, info.may_lift) == (False, False, False)
    chair, _ = keepers(house)
    grant = await house.vault.ask(chair, case_id, REASON)
    for step in (
        house.vault.ask(one, case_id, REASON),
        house.vault.decide(other, case_id, grant, approve=True),
        house.vault.end(other, case_id, grant),
        house.vault.open(one, case_id),
        house.vault.letters(one, case_id),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            await step


async def test_who_came_protected_stays_so_whatever_the_case_becomes(house: House) -> None:
    case_id = await denunciation(house)
    lives = Lives(house.cases)

    async def become(kind: CaseKind) -> None:
        async with house.db.begin() as work:
            desk = house.cases.desk(work, house.clerk)
            await desk.reclassify(await desk.case(case_id, lock=True), kind)

    await become(CaseKind.COMPLAINT)
    texts = {"title": f"Khiếu nại của {DENOUNCER.name}", "summary": "Gọi 0909 090 909", "field": "land"}
    with pytest.raises(Refusal, match="identity_in_text"):
        await lives.amend(house.clerk, case_id, 2, texts)
    async with house.db.begin() as work:  # as an older program let it be written
        case = await house.cases.desk(work).case(case_id)
        case.title, case.summary = texts["title"], texts["summary"]
    await become(CaseKind.DENUNCIATION)
    case_info = await house.cases.get_for(house.clerk, case_id)
    assert case_info.title == "Khiếu nại của •••"
    assert not (await house.cases.search().find(house.clerk, Wanted("bui van lang"))).cases


async def test_originals(house: House) -> None:
    case_id = await denunciation(house)
    chair, reception = keepers(house)
    name = f"Đơn của {DENOUNCER.name}.pdf"
    async with house.db.begin() as work:
        scan = Original(name, "application/pdf", DENOUNCER.name.encode() * 100)
        file_id = await house.vault.seal_file(work.session, case_id, scan)
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.open_file(chair, case_id, file_id)
    await leave(house, case_id, chair, reception)
    assert await house.vault.open_file(chair, case_id, file_id) == scan
    with pytest.raises(Refusal, match="file_unknown"):
        await house.vault.open_file(chair, case_id, "../../secrets")
    path = house.vault.store._path(file_id)
    content = path.read_bytes()
    assert DENOUNCER.name.encode() not in content
    for bad in (content[:-1] + bytes([content[-1] ^ 1]), b"", content[:20]):
        path.write_bytes(bad)
        with pytest.raises(VaultDamaged, match="changed"):
            await house.vault.open_file(chair, case_id, file_id)
    path.unlink()
    with pytest.raises(VaultDamaged, match="missing"):
        await house.vault.open_file(chair, case_id, file_id)
    async with house.db.begin() as work:
        for bad in (Original("", "x", b"x"), Original("x", "x", b"x" * (25 * 2**20 + 1))):
            with pytest.raises(Refusal, match="data_bad"):
                await house.vault.seal_file(work.session, case_id, bad)


async def test_files_of_failed_transactions_are_swept(sqlite_house: House) -> None:
    house = sqlite_house
    case_id = await denunciation(house)
    with pytest.raises(RuntimeError):  # noqa: PT012 - the whole transaction is what fails
        async with house.db.begin() as work:
            await house.vault.seal_file(work.session, case_id, Original("a", "b", b"c"))
            raise RuntimeError
    async with house.db.begin() as work:
        kept = await house.vault.seal_file(work.session, case_id, Original("a", "b", b"c"))
    async with house.db.read() as session:
        assert await house.vault.store.sweep(session, datetime.now(UTC)) == 0
        assert await house.vault.store.sweep(session, datetime.now(UTC) + timedelta(days=2)) == 1
        assert await house.vault.store.read(session, case_id, kept)


async def test_letters_go_both_ways_without_a_name(house: House) -> None:
    case_id = await denunciation(house)
    chair, reception = keepers(house)
    code = await house.vault.make_box(house.clerk, case_id)
    await house.vault.write(house.clerk, case_id, "Đã thụ lý ngày 15/7.")
    typed = code.lower().replace("-", " ").replace("0", "o")
    [answer] = await house.vault.letters_by_code(typed)
    assert (answer.text, answer.from_denouncer) == ("Đã thụ lý ngày 15/7.", False)
    await house.vault.write_by_code(code, "Tôi có thêm bằng chứng.")
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.letters(chair, case_id)
    await leave(house, case_id, chair, reception)
    assert [each.text for each in await house.vault.letters(chair, case_id)] == [
        "Đã thụ lý ngày 15/7.",
        "Tôi có thêm bằng chứng.",
    ]
    for wrong in ("", "0000", "0" * 16, code[:-1], "é" * 16, "\x00" * 16):
        with pytest.raises(Refusal, match="box_unknown"):
            await house.vault.letters_by_code(wrong)
    # A new code takes leave to look; the old one is dead.
    with pytest.raises(Refusal, match="not_allowed"):
        await house.vault.make_box(house.clerk, case_id)
    with pytest.raises(Refusal, match="vault_closed"):
        await house.vault.make_box(reception, case_id)
    renewed = await house.vault.make_box(chair, case_id)
    with pytest.raises(Refusal, match="box_unknown"):
        await house.vault.letters_by_code(code)
    assert len(await house.vault.letters_by_code(renewed)) == 2


async def test_a_box_cannot_be_filled(sqlite_house: House) -> None:
    house = sqlite_house
    case_id = await denunciation(house)
    code = await house.vault.make_box(house.clerk, case_id)
    for text in ("", "  ", "x" * 4001):
        with pytest.raises(Refusal, match="data_bad"):
            await house.vault.write_by_code(code, text)
    for _ in range(reply_box.MOST_UNREAD):
        await house.vault.write_by_code(code, "x")
    with pytest.raises(Refusal, match="box_full"):
        await house.vault.write_by_code(code, "x")
    await house.vault.write(house.clerk, case_id, "y")


async def test_the_protection_is_lifted_by_two_and_only_off_a_case_that_is_no_denunciation(
    house: House,
) -> None:
    case_id = await denunciation(house)
    chair, reception = keepers(house)
    with pytest.raises(Refusal, match="still_denunciation"):
        await house.vault.ask(chair, case_id, REASON, vault_grants.LIFT)
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        await desk.reclassify(await desk.case(case_id), CaseKind.COMPLAINT)
    grant = await house.vault.ask(chair, case_id, REASON, vault_grants.LIFT)
    assert (await house.cases.look(chair, case_id, "page")).petitioners == ()
    await house.vault.decide(reception, case_id, grant, approve=True)
    assert (await house.cases.look(chair, case_id, "page")).petitioners == (DENOUNCER,)
    assert await house.vault.of_case(chair, case_id) is None


async def test_the_door_is_shut_to_the_denounced_unit_whatever_the_case_is_called(house: House) -> None:
    new = NewCase(
        CaseKind.DENUNCIATION,
        CaseField.LAND,
        house.unit["C11"].id,
        "Tố cáo cán bộ",
        "",
        (DENOUNCER,),
        complained_about=(house.unit["D1"].id,),
    )
    case_id = (await house.cases.register(new)).id
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        await desk.reclassify(await desk.case(case_id), CaseKind.COMPLAINT)
    one, other = house.account(Role.CHAIR, "D1"), house.account(Role.RECEPTION, "D1")
    province = house.account(Role.CHAIR), house.account(Role.RECEPTION)
    assert (await house.cases.get_for(one, case_id)).id == case_id
    asked = {
        purpose: await house.vault.ask(province[0], case_id, REASON, purpose) for purpose in (LOOK, LIFT)
    }
    for step in (
        house.vault.ask(one, case_id, REASON),
        house.vault.ask(one, case_id, REASON, LIFT),
        house.vault.decide(other, case_id, asked[LOOK], approve=True),
        house.vault.decide(other, case_id, asked[LIFT], approve=True),
        house.vault.end(other, case_id, asked[LOOK]),
        house.vault.open(one, case_id),
        house.vault.letters(one, case_id),
        house.vault.open_file(one, case_id, "0" * 26),
        house.vault.make_box(one, case_id),
        house.vault.write(one, case_id, "x"),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            await step
    info = await house.vault.of_case(one, case_id)
    assert info is not None
    assert (info.grants, info.keeper, info.writes, info.may_lift) == ((), False, False, False)
    await house.vault.decide(province[1], case_id, asked[LOOK], approve=True)
    assert (await house.vault.open(province[0], case_id)).people == (DENOUNCER,)


async def test_ordinary_looks_are_recorded_once_a_sitting(sqlite_house: House) -> None:
    house = sqlite_house
    case = await house.case("C11")
    chair = house.account(Role.CHAIR)
    await house.cases.get_for(house.clerk, case.id)
    await house.cases.search().find(house.clerk, Wanted())
    assert (await looks_for(house.db, chair)).total == 0
    for place in ("page", "page", "card"):
        await house.cases.look(house.clerk, case.id, place)
    assert (await looks_for(house.db, chair)).total == 2
    house.clock.advance(minutes=11)
    await house.cases.look(house.clerk, case.id, "page")
    found = await looks_for(house.db, chair, case_id=case.id)
    assert [(look.by_name, look.place, look.case_number) for look in found.looks] == [
        (house.clerk.name, place, case.number) for place in ("page", "card", "page")
    ]
    assert (await looks_for(house.db, house.account(Role.CHAIR, "C21"))).total == 0
    with pytest.raises(Refusal, match="case_unknown"):
        await looks_for(house.db, house.account(Role.SUPERVISOR, "C21"), case_id=case.id)
    for actor in (house.clerk, house.account(Role.ADMINISTRATOR, None), house.room("C11")):
        with pytest.raises(Refusal, match="not_allowed"):
            await looks_for(house.db, actor)


def test_every_vault_act_has_words() -> None:
    from web.i18n import LOCALES, has

    assert all(has(locale, f"look.{act}") for locale in LOCALES for act in VAULT_ACTS)
