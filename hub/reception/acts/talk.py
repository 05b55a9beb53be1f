"""A private talk: one of the staff and one room see and hear each other, and nobody else does."""

from hub.reception.acts.act import Act
from hub.reception.acts.floor import PointData, unit_of, unpin
from hub.reception.acts.texts import Data, Id, NoData
from hub.reception.errors import Refusal
from hub.reception.lifecycle import OVER
from hub.reception.speech import MOST_TALKS, Talk


class TalkData(Data):
    """About one talk."""

    talk: Id


async def open_talk(act: Act, data: PointData) -> None:
    """Begin a talk, in place of one with another room. Before the session is live too, and in a pause. A
    room that has not consented is asked; nothing is sent of it until it has.

    Refuses point_on_air for the room that has the floor, talk_busy for one that is in a talk with somebody
    else.
    """
    if act.state.status in OVER:
        raise Refusal("session_over")
    unit = await unit_of(act, data.point)
    if not act.state.is_here(data.point):
        raise Refusal("point_absent")
    speech, floor = act.state.speech, act.state.floor
    if floor is not None and floor.point == data.point:
        raise Refusal("point_on_air")
    there, mine = speech.talk_of(point=data.point), speech.talk_of(staff=act.viewer.key)
    if there is not None and there == mine:
        return
    if there is not None or (mine is None and len(speech.talks) >= MOST_TALKS):
        raise Refusal("talk_busy")
    if mine is not None:
        _close(act, mine, "ended")
    if speech.pin is not None and speech.pin.point == data.point:
        unpin(act, "talk")
    staff = {"staff": act.viewer.key, "staff_name": act.viewer.name}
    act.emit("talk.opened", {"talk": act.ids.new(), "point": data.point, "name": unit.name, **staff})


async def close_talk(act: Act, _: NoData) -> None:
    """End one's talk; the room may, too. Refuses talk_none."""
    if act.viewer.staff:
        mine = act.state.speech.talk_of(staff=act.viewer.key)
    else:
        mine = act.state.speech.talk_of(point=act.viewer.point)
    if mine is None:
        raise Refusal("talk_none")
    _close(act, mine, "ended" if act.viewer.staff else "returned")


async def lose_talk(act: Act, data: TalkData) -> None:
    """The hub's own: the staff's screen is gone."""
    talk = act.state.speech.talks.get(data.talk)
    if talk is not None:
        _close(act, talk, "lost")


def end_talks(act: Act, reason: str) -> None:
    """End every talk."""
    for talk in list(act.state.speech.talks.values()):
        _close(act, talk, reason)


def _close(act: Act, talk: Talk, reason: str) -> None:
    act.emit("talk.closed", {"talk": talk.id, "point": talk.point, "reason": reason})
