"""Which rung of each picture slot fits a viewer's line. Pure choice: rates in, rungs out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.relay.core.specs import Rung, SlotName

MARGIN: Final = 1.15
"""More is sent only where the line carries this much more than it takes."""

Rungs = dict[SlotName, Rung]

_MOTION: Final = (Rung.HIGH, Rung.LOW, Rung.FEW, Rung.NONE)
_DETAILS: Final = (Rung.HIGH, Rung.FEW, Rung.LOW, Rung.NONE)
"""A document is better seldom than blurred."""
_FIRST_TO_GO: Final[tuple[SlotName, ...]] = ("second", "main", "document")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one slot has for a viewer: its rungs, best first, NONE last; and the rate of each, in bits per
    second. `details` prefer sharpness over rate."""

    slot: SlotName
    rungs: tuple[Rung, ...]
    rates: Mapping[Rung, float]
    details: bool = False


def offer(
    slot: SlotName, rates: Mapping[Rung, float], *, most: Rung = Rung.HIGH, details: bool = False
) -> Offer:
    """`rates` holds the rungs that exist. A viewer that has use for LOW `most` is still sent the high layer
    where there is no low one."""
    rungs = [rung for rung in (_DETAILS if details else _MOTION) if rung in rates]
    if most is Rung.NONE:
        rungs = []
    elif most is Rung.LOW and Rung.LOW in rungs:
        rungs = [rung for rung in rungs if rung is not Rung.HIGH]
    return Offer(slot, (*rungs, Rung.NONE), rates, details)


def best(offers: Iterable[Offer]) -> Rungs:
    """What a line without bounds is sent."""
    return {each.slot: each.rungs[0] for each in offers}


def fitted(offers: Iterable[Offer], rungs: Mapping[SlotName, Rung]) -> Rungs:
    """The nearest to these that there is: a rung that has gone makes way for the next lower one."""
    return {each.slot: _nearest(each, rungs.get(each.slot, each.rungs[0])) for each in offers}


def _nearest(each: Offer, rung: Rung) -> Rung:
    if rung in each.rungs:
        return rung
    order = _DETAILS if each.details else _MOTION
    below = order[order.index(rung) :]
    return next(lower for lower in (*below, Rung.NONE) if lower in each.rungs)


def rate(offers: Iterable[Offer], rungs: Mapping[SlotName, Rung]) -> float:
    """Bits per second of all pictures."""
    return sum(each.rates.get(rungs[each.slot], 0.0) for each in offers)


def lowered(offers: Iterable[Offer], rungs: Mapping[SlotName, Rung], budget: float) -> Rungs:
    """The same or less, so that it fits: the second picture goes first, then the main one; what is about
    details goes last. What is left over then goes to whoever was lowered too far."""
    order = _ordered(offers)
    chosen = dict(rungs)
    for each in order:
        while rate(order, chosen) > budget and chosen[each.slot] is not Rung.NONE:
            chosen[each.slot] = _next(each, chosen[each.slot], 1)
    return raised(offers, chosen, budget, most=rungs)


def raised(
    offers: Iterable[Offer],
    rungs: Mapping[SlotName, Rung],
    budget: float,
    most: Mapping[SlotName, Rung] | None = None,
) -> Rungs:
    """The same or more, as far as it fits, and not over `most`."""
    order = _ordered(offers)
    chosen = dict(rungs)
    for each in reversed(order):
        top = 0 if most is None else each.rungs.index(most[each.slot])
        for rung in each.rungs[top : each.rungs.index(chosen[each.slot])]:
            if rate(order, {**chosen, each.slot: rung}) <= budget:
                chosen[each.slot] = rung
                break
    return chosen


def next_step(offers: Iterable[Offer], rungs: Mapping[SlotName, Rung]) -> Rungs | None:
    """One rung more for the slot that deserves it most; None when all have what there is for them."""
    for each in reversed(_ordered(offers)):
        if each.rungs.index(rungs[each.slot]) > 0:
            return {**rungs, each.slot: _next(each, rungs[each.slot], -1)}
    return None


def _next(each: Offer, rung: Rung, step: int) -> Rung:
    return each.rungs[each.rungs.index(rung) + step]


def _ordered(offers: Iterable[Offer]) -> list[Offer]:
    """First to be given up, first."""
    return sorted(offers, key=lambda each: (each.details, _FIRST_TO_GO.index(each.slot)))


def shares(demands: Iterable[float], uplink: float) -> float:
    """The most one viewer may be sent so that all together fit into the uplink: who needs less leaves the
    rest to the others."""
    waiting = sorted(demands)
    left = uplink
    for index, demand in enumerate(waiting):
        share = left / (len(waiting) - index)
        if demand > share:
            return share
        left -= demand
    return float("inf")
