"""Who an actor is."""

import pytest

from hub.people.actor import HUB, Actor
from hub.people.roles import Role


@pytest.mark.parametrize("role", list(Role))
def test_staff_are_chair_clerk_and_reception(role: Role) -> None:
    actor = Actor("account:1", "A", frozenset({role}))
    assert actor.is_staff == (role in {Role.CHAIR, Role.CLERK, Role.RECEPTION})


def test_a_room_is_no_staff() -> None:
    room = Actor("point:1", "Xã Một", unit="u", point="1")
    assert room.is_room
    assert not room.is_staff


def test_the_hub_holds_no_roles() -> None:
    assert not HUB.is_staff
    assert not HUB.is_room
