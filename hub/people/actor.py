"""Who does something: the one shape in which people, rooms and tokens reach the records."""

from dataclasses import dataclass

from hub.people.roles import CARETAKERS, READERS, STAFF, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts. What they may do follows from roles, unit and point, never from the key."""

    key: str
    """`account:<id>`, `point:<id>`, `token:<id>` or `hub`."""
    name: str
    """As it stands in the timeline and the audit trail."""
    roles: frozenset[Role] = frozenset()
    unit: str | None = None
    """Id of the unit they act for: the highest of their grants, or the unit of the room."""
    point: str | None = None
    """Id of the connection point, for a room."""

    @property
    def is_staff(self) -> bool:
        """Chair, clerk or reception staff."""
        return bool(self.roles & STAFF)

    @property
    def reads_cases(self) -> bool:
        """A person whose role reads cases; which ones `hub.cases.rights` says."""
        return bool(self.roles & READERS)

    @property
    def looks_after_rooms(self) -> bool:
        """Technician or administrator."""
        return bool(self.roles & CARETAKERS)

    @property
    def is_room(self) -> bool:
        """A connection point and not a person."""
        return self.point is not None


HUB = Actor(key="hub", name="hub")
"""The hub itself, for what happens without anybody's doing."""
