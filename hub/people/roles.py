"""What people are to a reception."""

from enum import StrEnum


class Role(StrEnum):
    """A role, held for a unit and everything below it."""

    CHAIR = "chair"
    CLERK = "clerk"
    RECEPTION = "reception"
    TECHNICIAN = "technician"
    ADVISER = "adviser"
    POINT_LEADER = "point_leader"
    POINT_CLERK = "point_clerk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


STAFF = frozenset({Role.CHAIR, Role.CLERK, Role.RECEPTION})
"""Who runs a session: they see every item of it, closed ones too."""

READERS = STAFF | {Role.SUPERVISOR, Role.POINT_LEADER, Role.POINT_CLERK, Role.ADVISER}
"""Who reads cases within their unit's sight. Technicians and administrators read none."""

CARETAKERS = frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR})
"""Who looks after rooms and the devices in them."""
