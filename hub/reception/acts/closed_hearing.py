"""A closed hearing does not end by the way: whichever command would let points in again must say that it
means to. One place for all commands, those that are yet to be written too: nobody has to remember it.
"""

from collections.abc import Awaitable, Callable

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Confirmable, Data
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.lifecycle import OVER
from hub.reception.state import SessionState


async def guarded(act: Act, run: Callable[[], Awaitable[None]], data: Data) -> None:
    """Run a command. Refuses confirm_needed when it ends a closed hearing without a confirmation."""
    closed = is_closed(act.state)
    await run()
    confirmed = isinstance(data, Confirmable) and data.confirm
    if closed and not confirmed and act.state.status not in OVER and not is_closed(act.state):
        raise Refusal("confirm_needed")


def is_closed(state: SessionState) -> bool:
    """Whether the current item is heard, or was the last to be heard, in closed session."""
    item = state.current_item
    return item is not None and item.audience is Audience.CLOSED
