"""Who sees what: the rule in Python, the same rule in the database, and who may work on a file."""

import itertools

import pytest

from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.rights import may_see, seen, worked_on
from hub.cases.rules import CaseField, CaseKind
from hub.cases.search import Wanted
from hub.cases.vault import Person
from hub.people.actor import HUB, Actor
from hub.people.roles import STAFF, Role
from tests.hub.cases.test_lives import do
from tests.kit.factories import House


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", list(CaseKind))
def test_nobody_sees_beyond_their_unit(role: Role, kind: CaseKind) -> None:
    actor = Actor("account:1", "x", frozenset({role}), unit="u1")
    assert not may_see(actor, kind, frozenset({"u2", "u3"}))


@pytest.mark.parametrize("role", list(Role))
def test_denunciations_are_for_staff(role: Role) -> None:
    for unit in ("u1", None):
        actor = Actor("account:1", "x", frozenset({role}), unit=unit)
        assert may_see(actor, CaseKind.DENUNCIATION, frozenset({"u1"})) is (role in STAFF)


def test_technicians_and_administrators_read_no_case() -> None:
    for role in (Role.TECHNICIAN, Role.ADMINISTRATOR):
        actor = Actor("account:1", "x", frozenset({role}), unit=None)
        assert not any(may_see(actor, kind, frozenset({"u1"})) for kind in CaseKind)


def test_rooms_and_the_hub() -> None:
    room = Actor("point:1", "x", unit="u1", point="1")
    assert may_see(room, CaseKind.COMPLAINT, frozenset({"u1"}))
    assert not may_see(room, CaseKind.DENUNCIATION, frozenset({"u1"}))
    assert not may_see(Actor("point:1", "x", point="1"), CaseKind.COMPLAINT, frozenset({"u1"}))
    assert may_see(HUB, CaseKind.DENUNCIATION, frozenset())


async def cases_of(house: House) -> dict[str, tuple[str, frozenset[str], frozenset[str]]]:
    """Cases of every kind, with what the rule asks about them: kind, reach, whom they are against."""
    found = {}
    for kind, (unit, directed, against) in itertools.product(
        CaseKind, (("C11", "", ""), ("C11", "C21", ""), ("C11", "", "C11"), ("D1", "D2", "D1"))
    ):
        complained = (house.unit[against].id,) if against else ()
        case = await house.cases.register(
            NewCase(
                kind,
                CaseField.LAND,
                house.unit[unit].id,
                "Đơn",
                "",
                (Person("Đỗ Thị Ẩn"),),
                complained_about=complained,
            )
        )
        chain = {"C11": ("C11", "D1", "P"), "D1": ("D1", "P")}[unit]
        if directed:
            async with house.db.begin() as work:
                desk = house.cases.desk(work)
                await desk.issue(
                    await desk.case(case.id),
                    house.unit[directed],
                    [],
                    text="x",
                    due=house.clock.now().date(),
                    by=house.clerk,
                )
        reach = frozenset(house.unit[code].id for code in (*chain, *([directed] if directed else [])))
        found[case.id] = (kind.value, reach, frozenset(complained))
    for decider in ("D1", "P"):
        passed = await house.case("C11")
        await do(house, passed.id, "classify find_eligible accept verify decide")
        await do(house, passed.id, "receive_second", data={"decider": house.unit[decider].id})
        reach = frozenset(house.unit[code].id for code in ("C11", "D1", "P"))
        found[passed.id] = (CaseKind.COMPLAINT.value, reach, frozenset())
    return found


async def test_the_rule_in_the_database_is_the_rule_in_python(house: House) -> None:
    cases = await cases_of(house)
    actors = [house.account(role, unit) for role in Role for unit in ("P", "D1", "C11", "C12", "C21", None)]
    actors += [*(house.room(code) for code in ("D1", "C11", "C21")), HUB, Actor("point:x", "x", point="x")]
    for actor in actors:
        said = {case for case, facts in cases.items() if may_see(actor, *facts)}
        assert {case.id for case in (await house.cases.search().find(actor, Wanted())).cases} == said, actor
        opened = set()
        async with house.db.read() as session:
            for case in cases:
                try:
                    opened.add((await seen(session, actor, case)).id)
                except Refusal:
                    continue
        assert opened == said, actor


async def test_a_unit_never_reads_a_denunciation_of_itself(sqlite_house: House) -> None:
    house = sqlite_house
    against = (house.unit["C11"].id,)
    new = NewCase(
        CaseKind.DENUNCIATION,
        CaseField.LAND,
        against[0],
        "Đơn",
        "",
        (Person("Đỗ Thị Ẩn"),),
        complained_about=against,
    )
    with pytest.raises(Refusal, match="denounced_unit"):
        await house.cases.register(new, by=house.account(Role.RECEPTION, "C11"))
    case = await house.cases.register(new, by=house.account(Role.RECEPTION, "D1"))
    assert (await house.cases.get_for(house.account(Role.CLERK, "D1"), case.id)).id == case.id
    for role in STAFF:
        with pytest.raises(Refusal, match="case_unknown"):
            await house.cases.get_for(house.account(role, "C11"), case.id)


async def test_who_works_on_a_file(sqlite_house: House) -> None:
    house = sqlite_house
    case = await house.case("C11")
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        await desk.issue(
            await desk.case(case.id), house.unit["D2"], [], text="x", due=house.clock.now().date(), by=HUB
        )
    answers = {
        None: [HUB, house.clerk, house.account(Role.CHAIR, None), house.account(Role.RECEPTION, "C11")],
        "not_allowed": [
            house.account(Role.CLERK, "D2"),
            house.account(Role.SUPERVISOR),
            house.account(Role.POINT_LEADER, "C11"),
            house.room("C11"),
        ],
        "case_unknown": [house.account(Role.CLERK, "C12"), house.account(Role.TECHNICIAN), house.room("C21")],
    }
    async with house.db.read() as session:
        for code, actors in answers.items():
            for actor in actors:
                if code is None:
                    assert (await worked_on(session, actor, case.id)).id == case.id
                else:
                    with pytest.raises(Refusal, match=code):
                        await worked_on(session, actor, case.id)
