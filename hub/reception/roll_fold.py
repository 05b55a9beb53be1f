"""What the events of roll calls and of people in rooms make of a state. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.reception.events import Event
from hub.reception.rolls import Answer, Roll, Seated
from hub.reception.state import SessionState


def _began(state: SessionState, event: Event) -> SessionState:
    data = event.data
    until = datetime.fromisoformat(data["until"])
    return replace(state, roll=Roll(data["roll"], event.at, until, data["seed"], tuple(data["points"])))


def _answered(state: SessionState, event: Event) -> SessionState:
    data, roll = event.data, _roll(state)
    answer = Answer(data["heard"], data["right"], event.at)
    return replace(state, roll=replace(roll, answers={**roll.answers, data["point"]: answer}))


def _stopped(state: SessionState, event: Event) -> SessionState:
    return replace(state, roll=replace(_roll(state), until=event.at, stopped=True))


def _closed(state: SessionState, event: Event) -> SessionState:
    results = {point: tuple(found) for point, found in event.data["results"].items()}
    return replace(state, roll=replace(_roll(state), closed_at=event.at, results=results))


def _present(state: SessionState, event: Event) -> SessionState:
    people = tuple((each["name"], each["rank"]) for each in event.data["people"])
    seated = Seated(people, event.by_key, event.by_name, event.at)
    return replace(state, present={**state.present, event.data["point"]: seated})


def _roll(state: SessionState) -> Roll:
    if state.roll is None:
        raise ValueError("an event of a roll call that never began")
    return state.roll


ROLL_STEPS: Final[Mapping[str, Callable[[SessionState, Event], SessionState]]] = {
    "roll.began": _began,
    "roll.answered": _answered,
    "roll.stopped": _stopped,
    "roll.closed": _closed,
    "point.present": _present,
}
