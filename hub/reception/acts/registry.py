"""The commands by name: their data, who may give them, and the function that does each."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from hub.reception.acts import audience, directives, floor, items, notes, presence, sessions, take_up
from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, ItemData, NoData
from hub.reception.errors import Refusal
from hub.reception.viewer import Viewer

D = TypeVar("D", bound=Data)
Run = Callable[[Act], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `staff`, `point`, `hub`: who may give it."""

    bind: Callable[[Mapping[str, Any]], Run]
    """Check the data and give what does it. Raises Refusal("data_bad")."""
    staff: bool = False
    point: bool = False

    def open_to(self, viewer: Viewer) -> bool:
        """Whether this participant may give it at all."""
        return (self.staff and viewer.staff) or (self.point and viewer.point is not None)


def _bind(model: type[D], run: Callable[[Act, D], Awaitable[None]]) -> Callable[[Mapping[str, Any]], Run]:
    def bind(data: Mapping[str, Any]) -> Run:
        try:
            checked = model.model_validate(dict(data))
        except ValidationError as error:
            place = error.errors()[0]["loc"]
            raise Refusal("data_bad", field=str(place[0]) if place else "") from None
        return lambda act: run(act, checked)

    return bind


def _staff(model: type[D], run: Callable[[Act, D], Awaitable[None]]) -> Command:
    return Command(_bind(model, run), staff=True)


def _point(model: type[D], run: Callable[[Act, D], Awaitable[None]]) -> Command:
    return Command(_bind(model, run), point=True)


COMMANDS: Final[Mapping[str, Command]] = {
    "session.go_live": _staff(NoData, sessions.go_live),
    "session.pause": _staff(sessions.PauseData, sessions.pause),
    "session.resume": _staff(NoData, sessions.resume),
    "session.close": _staff(NoData, sessions.close),
    "item.call": _staff(ItemData, items.call),
    "item.hear": _staff(ItemData, items.hear),
    "item.conclude": _staff(items.ConcludeData, items.conclude),
    "item.defer": _staff(items.DeferData, items.defer),
    "audience.set": _staff(audience.AudienceData, audience.set_audience),
    "case.reclassify": _staff(audience.ReclassifyData, audience.reclassify),
    "floor.give": _staff(floor.PointData, floor.give),
    "floor.end": Command(_bind(NoData, floor.end), staff=True, point=True),
    "note.add": _staff(notes.AddNoteData, notes.add),
    "note.change": _staff(notes.ChangeNoteData, notes.change),
    "note.remove": _staff(notes.NoteData, notes.remove),
    "note.restore": _staff(notes.NoteData, notes.restore),
    "directive.issue": _staff(directives.IssueData, directives.issue),
    "directive.acknowledge": _point(directives.DirectiveData, directives.acknowledge),
    "hand.raise": _point(NoData, floor.raise_hand),
    "hand.lower": _point(NoData, floor.lower_own_hand),
    "case.take_up": _point(take_up.TakeUpData, take_up.take_up),
}

HUB_ACTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Run]]] = {
    "point.joined": _bind(floor.PointData, presence.joined),
    "point.left": _bind(presence.PointLeftData, presence.left),
    "source.started": _bind(presence.SourceData, presence.source_started),
    "source.stopped": _bind(presence.SourceData, presence.source_stopped),
}
"""What the hub records by itself, by the name of the event."""


def may(viewer: Viewer) -> list[str]:
    """The commands open to a participant, for `you.may`."""
    return [name for name, command in COMMANDS.items() if command.open_to(viewer)]
