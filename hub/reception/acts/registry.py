"""The commands by name: their data, who may give them, and the function that does each."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from hub.reception.acts import (
    agenda,
    audience,
    closed_hearing,
    conclusions,
    directives,
    floor,
    items,
    lobby,
    notes,
    presence,
    roll,
    sessions,
    stage,
    take_up,
    talk,
)
from hub.reception.acts.act import Act
from hub.reception.acts.texts import Confirmable, Data, ItemData, NoData
from hub.reception.errors import Refusal
from hub.reception.viewer import Viewer

D = TypeVar("D", bound=Data)
Run = Callable[[Act], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `staff`, `point`, `hub`: who may give it."""

    model: type[Data]
    """What its data must be."""
    bind: Callable[[Mapping[str, Any]], Run]
    """Check the data and give what does it. Raises Refusal("data_bad")."""
    staff: bool = False
    point: bool = False
    desk: bool = False
    """Among points, an adviser's desk too."""
    clerk: bool = False
    """A point clerk signed in by name too."""

    def open_to(self, viewer: Viewer) -> bool:
        """Whether this participant may give it at all."""
        as_point = self.point and viewer.point is not None and (self.desk or not viewer.desk)
        as_clerk = self.clerk and viewer.serves is not None
        return (self.staff and viewer.staff) or as_point or as_clerk


def _bind(model: type[D], run: Callable[[Act, D], Awaitable[None]]) -> Callable[[Mapping[str, Any]], Run]:
    def bind(data: Mapping[str, Any]) -> Run:
        try:
            checked = model.model_validate(dict(data))
        except ValidationError as error:
            place = error.errors()[0]["loc"]
            raise Refusal("data_bad", field=str(place[0]) if place else "") from None
        return lambda act: closed_hearing.guarded(act, lambda: run(act, checked), checked)

    return bind


def _staff(model: type[D], run: Callable[[Act, D], Awaitable[None]]) -> Command:
    return Command(model, _bind(model, run), staff=True)


def _point(model: type[D], run: Callable[[Act, D], Awaitable[None]], *, desk: bool = False) -> Command:
    return Command(model, _bind(model, run), point=True, desk=desk)


def _staff_or_room(model: type[D], run: Callable[[Act, D], Awaitable[None]]) -> Command:
    return Command(model, _bind(model, run), staff=True, point=True)


COMMANDS: Final[Mapping[str, Command]] = {
    "session.go_live": _staff(NoData, sessions.go_live),
    "session.pause": _staff(sessions.PauseData, sessions.pause),
    "session.resume": _staff(Confirmable, sessions.resume),
    "session.close": _staff(NoData, sessions.close),
    "item.call": _staff(items.CallData, items.call),
    "item.hear": _staff(ItemData, items.hear),
    "item.conclude": _staff(conclusions.VersionData, conclusions.conclude),
    "item.reopen": _staff(items.ReopenData, items.reopen),
    "conclusion.draft": _staff(conclusions.DraftData, conclusions.draft),
    "conclusion.read_back": _staff(conclusions.VersionData, conclusions.read_back),
    "conclusion.take_back": _staff(ItemData, conclusions.take_back),
    "item.move": _staff(agenda.MoveData, agenda.move),
    "item.remove": _staff(agenda.RemoveData, agenda.remove),
    "item.defer": _staff(items.DeferData, items.defer),
    "audience.set": _staff(audience.AudienceData, audience.set_audience),
    "case.reclassify": _staff(audience.ReclassifyData, audience.reclassify),
    "floor.give": _staff(floor.GiveData, floor.give),
    "floor.extend": _staff(floor.ExtendData, floor.extend),
    "floor.end": Command(floor.EndData, _bind(floor.EndData, floor.end), staff=True, point=True, desk=True),
    "room.consent": _point(NoData, floor.consent),
    "room.withdraw": _point(NoData, floor.withdraw),
    "stage.layout": _staff(stage.LayoutData, stage.lay_out),
    "stage.mute": _staff(NoData, stage.mute),
    "stage.unmute": _staff(NoData, stage.unmute),
    "stage.duplex": _staff(stage.DuplexData, stage.set_duplex),
    "stage.pin": _staff(floor.PointData, stage.pin),
    "stage.unpin": _staff(NoData, stage.take_down),
    "talk.open": _staff(floor.PointData, talk.open_talk),
    "talk.close": Command(NoData, _bind(NoData, talk.close_talk), staff=True, point=True),
    "note.add": _staff(notes.AddNoteData, notes.add),
    "note.change": _staff(notes.ChangeNoteData, notes.change),
    "note.mark": _staff(notes.MarkNoteData, notes.mark),
    "note.remove": _staff(notes.NoteData, notes.remove),
    "note.restore": _staff(notes.NoteData, notes.restore),
    "directive.issue": _staff(directives.IssueData, directives.issue),
    "directive.withdraw": _staff(directives.WithdrawData, directives.withdraw),
    "directive.restore": _staff(directives.DirectiveData, directives.restore),
    "directive.acknowledge": _point(directives.DirectiveData, directives.acknowledge, desk=True),
    "roll.begin": _staff(roll.BeginData, roll.begin),
    "roll.answer": _point(roll.AnswerData, roll.answer),
    "roll.stop": _staff(NoData, roll.stop),
    "point.present": Command(
        roll.PresentData, _bind(roll.PresentData, roll.present), staff=True, point=True, clerk=True
    ),
    "hand.raise": _point(NoData, floor.raise_hand, desk=True),
    "hand.lower": _point(NoData, floor.lower_own_hand, desk=True),
    "case.take_up": _point(take_up.TakeUpData, take_up.take_up),
    "take_up.withdraw": _point(ItemData, take_up.withdraw),
    "case.open": _staff(lobby.OpenData, lobby.open_case),
    "lobby.announce": _staff_or_room(lobby.AnnounceData, lobby.announce),
    "lobby.admit": _staff(lobby.AdmitData, lobby.admit),
    "lobby.turn_down": _staff(lobby.TurnDownData, lobby.turn_down),
    "lobby.restore": _staff(lobby.EntryData, lobby.restore),
    "lobby.withdraw": _staff_or_room(lobby.EntryData, lobby.withdraw),
}

HUB_ACTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Run]]] = {
    "point.joined": _bind(floor.PointData, presence.joined),
    "point.left": _bind(presence.PointLeftData, presence.left),
    "desk.joined": _bind(presence.DeskData, presence.desk_joined),
    "desk.left": _bind(presence.DeskLeftData, presence.desk_left),
    "roll.closed": _bind(roll.ClosedData, roll.closed),
    "floor.ended": _bind(NoData, floor.lapse),
    "floor.call_ended": _bind(NoData, floor.give_up),
    "talk.closed": _bind(talk.TalkData, talk.lose_talk),
    "source.started": _bind(presence.SourceData, presence.source_started),
    "source.stopped": _bind(presence.SourceData, presence.source_stopped),
}
"""What the hub records by itself, by the name of the event."""


def may(viewer: Viewer) -> list[str]:
    """The commands open to a participant, for `you.may`."""
    return [name for name, command in COMMANDS.items() if command.open_to(viewer)]
