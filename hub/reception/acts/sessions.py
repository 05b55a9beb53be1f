"""A session goes live, pauses, goes on, closes."""

from hub.reception.acts.act import Act
from hub.reception.acts.floor import end_floor
from hub.reception.acts.roll import stop_roll
from hub.reception.acts.talk import end_talks
from hub.reception.acts.texts import Confirmable, Data, NoData, Reason
from hub.reception.lifecycle import must


class PauseData(Data):
    """Why it pauses; may be empty."""

    reason: Reason


async def go_live(act: Act, _: NoData) -> None:
    """scheduled or published → live."""
    must("go_live", act.state.status)
    act.emit("session.live")


async def pause(act: Act, data: PauseData) -> None:
    """live → paused: picture and sound stop for all but staff."""
    must("pause", act.state.status)
    act.emit("session.paused", {"reason": await act.kept_by_all(data.reason)})


async def resume(act: Act, _: Confirmable) -> None:
    """paused → live."""
    must("resume", act.state.status)
    act.emit("session.resumed")


async def close(act: Act, _: NoData) -> None:
    """live or paused → closed, for good. What is being heard stays unfinished in the record, as it was."""
    must("close", act.state.status)
    end_floor(act, "closed")
    end_talks(act, "closed")
    if act.state.roll is not None and act.state.roll.open:
        stop_roll(act)  # the hub adds what it found, also after the end
    act.emit("session.closed")
