"""Which rooms the demo simulates. Pure."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from deploy.demo.plan import DemoPlan, DemoRoom


def simulated(
    plan: DemoPlan, parents: Mapping[str, str], agenda: Sequence[str], shown: Sequence[str], count: int
) -> list[DemoRoom]:
    """The `count` rooms to simulate: those of the agenda first (they can be called), then all districts,
    then communes of each district in turn. The rooms printed for people come last: they are opened by hand.
    """
    first = [plan.room(code) for code in agenda]
    districts = [room for room in plan.rooms if parents[parents.get(room.unit, "")] == ""]
    ordered = dict.fromkeys([*first, *districts, *_in_turn(plan.rooms, parents)])
    kept = [room for room in ordered if room.unit not in shown]
    return [*kept, *(room for room in ordered if room.unit in shown)][:count]


def _in_turn(rooms: Sequence[DemoRoom], parents: Mapping[str, str]) -> list[DemoRoom]:
    by_parent: dict[str, list[DemoRoom]] = {}
    for room in rooms:
        by_parent.setdefault(parents[room.unit], []).append(room)
    rounds = zip_longest(*by_parent.values())
    return [room for each in rounds for room in each if room is not None]
