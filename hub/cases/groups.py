"""Who speaks for people who come together. Pure."""

from dataclasses import dataclass
from typing import Final

from hub.cases.errors import Refusal
from hub.cases.rules import LARGE_GROUP

BASIS: Final = "124/2020/NĐ-CP"
MOST_FOR_SMALL: Final = 2
"""Representatives of 5 to 10 people."""
MOST_FOR_LARGE: Final = 5
SMALL_GROUP: Final = 10
"""More people than these may send up to five."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who ask together: how many, how many of them are named, and whether in writing."""

    persons: int
    named: int
    in_writing: bool = False


def most_representatives(persons: int) -> int:
    """How many may speak for so many; fewer than five speak for themselves."""
    if persons < LARGE_GROUP:
        return persons
    return MOST_FOR_SMALL if persons <= SMALL_GROUP else MOST_FOR_LARGE


def check(group: Group) -> None:
    """Refuse a group that is not represented as it must be.

    Raises Refusal: group_too_many (named are more than may speak), group_unnamed (nobody is),
    group_not_in_writing.
    """
    most = most_representatives(group.persons)
    if group.named > most:
        raise Refusal("group_too_many", persons=group.persons, most=most, basis=BASIS)
    if group.persons >= LARGE_GROUP and group.named == 0:
        raise Refusal("group_unnamed", persons=group.persons, most=most, basis=BASIS)
    if group.persons >= LARGE_GROUP and not group.in_writing:
        raise Refusal("group_not_in_writing", persons=group.persons, basis=BASIS)


def shares(group: Group) -> list[int]:
    """How the persons stand on the named ones, so that the sum is their number: the first stands for all who
    are not named.
    """
    if group.named == 0:
        return []
    return [group.persons - group.named + 1] + [1] * (group.named - 1)
