"""A session goes live, pauses, goes on, closes."""

from hub.reception.acts.act import Act
from hub.reception.acts.floor import end_floor
from hub.reception.acts.texts import Data, NoData, Reason
from hub.reception.errors import Refusal
from hub.reception.state import Status


class PauseData(Data):
    """Why it pauses; may be empty."""

    reason: Reason


async def go_live(act: Act, _: NoData) -> None:
    """scheduled → live."""
    _must_be(act, Status.SCHEDULED)
    act.emit("session.live")


async def pause(act: Act, data: PauseData) -> None:
    """live → paused: picture and sound stop for all but staff."""
    _must_be(act, Status.LIVE)
    act.emit("session.paused", {"reason": data.reason})


async def resume(act: Act, _: NoData) -> None:
    """paused → live."""
    _must_be(act, Status.PAUSED)
    act.emit("session.resumed")


async def close(act: Act, _: NoData) -> None:
    """live or paused → closed, for good. What is being heard stays unfinished in the record, as it was."""
    _must_be(act, Status.LIVE, Status.PAUSED)
    end_floor(act, "closed")
    act.emit("session.closed")


def _must_be(act: Act, *states: Status) -> None:
    if act.state.status is Status.CLOSED:
        raise Refusal("session_over")
    if act.state.status not in states:
        raise Refusal("session_state")
