"""Roll call: who is there, by one key in each room; and who sits there, by name and rank."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import select

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, Id, NoData, PersonName
from hub.reception.errors import Refusal
from hub.reception.events import whole_ms, wire_time
from hub.reception.lifecycle import OVER
from hub.reception.models import SessionPoint
from hub.reception.rolls import MOST_TONES, Finding, Rank, Roll, people_wire, place_of

SHORTEST: Final = 15
"""Seconds: two reports of every room, and somebody who gets up."""
LONGEST: Final = 120
MOST_PEOPLE: Final = 12
"""In one room."""


class BeginData(Data):
    """How long rooms may answer."""

    seconds: Annotated[int, Field(ge=SHORTEST, le=LONGEST)]


class AnswerData(Data):
    """How many tones the room heard; 0: none."""

    roll: Id
    heard: Annotated[int, Field(ge=0, le=MOST_TONES)]


class PersonData(Data):
    """Somebody in the room."""

    name: PersonName
    rank: Rank


class PresentData(Data):
    """Who sits at a point, the leader first; no point: one's own."""

    point: Id | None
    people: Annotated[list[PersonData], Field(max_length=MOST_PEOPLE)]


class ClosedData(Data):
    """What the hub found, by point."""

    roll: Id
    results: dict[Id, list[Finding]]


async def begin(act: Act, data: BeginData) -> None:
    """Ask every invited room. Refuses roll_open while one goes on, and session_over."""
    _must_not_be_over(act)
    if act.state.roll is not None and act.state.roll.open:
        raise Refusal("roll_open")
    wanted = select(SessionPoint.point_id).where(SessionPoint.session_id == act.state.id)
    points = sorted(await act.session.scalars(wanted.order_by(SessionPoint.point_id)))
    until = whole_ms(act.now + timedelta(seconds=data.seconds))
    roll = {"roll": act.ids.new(), "until": wire_time(until), "seed": act.ids.new(), "points": points}
    act.emit("roll.began", roll)


async def answer(act: Act, data: AnswerData) -> None:
    """A room says what it heard; the last word counts. Refuses roll_over when nobody asks any more."""
    roll = _open(act, data.roll)
    point = str(act.viewer.point)
    known = roll.answers.get(point)
    if known is not None and known.heard == data.heard:
        return
    right = data.heard == roll.tones(point)
    act.emit("roll.answered", {"roll": roll.id, "point": point, "heard": data.heard, "right": right})


async def stop(act: Act, _: NoData) -> None:
    """Have the result now. Refuses roll_over when none goes on."""
    _must_not_be_over(act)
    stop_roll(act)


async def closed(act: Act, data: ClosedData) -> None:
    """The hub says what it found. Said twice, it is noted once."""
    roll = act.state.roll
    if roll is not None and roll.open and roll.id == data.roll:
        act.emit("roll.closed", {"roll": roll.id, "results": data.results})


async def present(act: Act, data: PresentData) -> None:
    """Say who sits at a point: the room and its clerk of their own, staff (by telephone) of any.

    Refuses session_over, point_unknown, not_allowed.
    """
    _must_not_be_over(act)
    own = place_of(act.viewer)
    point = data.point if data.point is not None else own
    if not act.viewer.staff and (own is None or point != own):
        raise Refusal("not_allowed")
    if point is None or await act.session.get(SessionPoint, (act.state.id, point)) is None:
        raise Refusal("point_unknown")
    people = tuple((each.name, each.rank) for each in data.people)
    known = act.state.present.get(point)
    if known is None or known.people != people or known.by_key != act.viewer.key:
        act.emit("point.present", {"point": point, "people": people_wire(people)})


def stop_roll(act: Act) -> None:
    """Ask for the result of the roll call that goes on. Refuses roll_over."""
    roll = act.state.roll
    if roll is None or not roll.open:
        raise Refusal("roll_over")
    if not roll.stopped:
        act.emit("roll.stopped", {"roll": roll.id})


def _open(act: Act, roll_id: str) -> Roll:
    _must_not_be_over(act)
    roll = act.state.roll
    if roll is None or roll.id != roll_id or not roll.open or roll.stopped or act.now > roll.until:
        raise Refusal("roll_over")
    return roll


def _must_not_be_over(act: Act) -> None:
    if act.state.status in OVER:
        raise Refusal("session_over")
