"""Somebody who takes part in one session, as the timeline's rules see them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """Staff of the session (`staff`), a technician, an invited room (`point` is set), an adviser at a
    desk (`point` and `desk`), or an observer (none of these). A technician sees rooms and links but no
    case, no words and no picture.

    `unit` is the id and `unit_code` the official code of the unit they act for. `chair` tells the chair from
    other staff.
    """

    key: str
    name: str
    staff: bool = False
    chair: bool = False
    technician: bool = False
    point: str | None = None
    """The connection point: a room's, or an adviser's own desk, whose id is their account's."""
    desk: bool = False
    """An adviser at their desk: hands and floor as a room has, and nothing else of one."""
    unit: str | None = None
    unit_code: str | None = None
    serves: str | None = None
    """The point for which a point clerk, signed in by name, says who sits there."""

    @property
    def room(self) -> str | None:
        """The room they are; None for everybody else, desks too."""
        return None if self.desk else self.point

    @property
    def sees_wall(self) -> bool:
        """Whether the state of all rooms is theirs to see."""
        return self.staff or self.technician

    @property
    def groups(self) -> frozenset[str]:
        """The labels under which media reaches them; see `stage.StageWish.audience`."""
        if self.staff:
            return frozenset({"staff"})
        if self.point is not None:
            return frozenset({"points", f"point:{self.point}", f"unit:{self.unit}"})
        if self.technician:
            return frozenset({"technicians"})
        return frozenset({"observers"})
