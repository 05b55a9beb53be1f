from datetime import date, timedelta

import pytest

from hub.cases.rules import CaseKind, Due, due, may_see
from hub.people.actor import HUB, Actor
from hub.people.roles import STAFF, Role

TODAY = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("days", "standing"),
    [(-1, Due.OVERDUE), (0, Due.DUE_SOON), (3, Due.DUE_SOON), (4, Due.IN_TIME), (400, Due.IN_TIME)],
)
def test_how_a_deadline_stands(days: int, standing: Due) -> None:
    assert due(TODAY + timedelta(days=days), TODAY) is standing


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
