"""What the hub itself sees: points that come and go, sources that start and stop. Said twice, it is noted
once.
"""

from typing import Literal

from hub.reception.acts.act import Act
from hub.reception.acts.floor import PointData, let_go, lower_hand
from hub.reception.acts.texts import Data, Id, PlaceName
from hub.reception.errors import Refusal
from hub.reception.models import SessionPoint


class PointLeftData(Data):
    """How it went: by itself, or its link was lost."""

    point: Id
    reason: Literal["left", "lost"]


class SourceData(Data):
    """`hall` or a point's id, and how people call it."""

    source: Id
    name: PlaceName


class DeskData(Data):
    """An adviser's desk, and who sits there."""

    desk: Id
    name: PlaceName


class DeskLeftData(Data):
    """How it went."""

    desk: Id
    reason: Literal["left", "lost"]


async def joined(act: Act, data: PointData) -> None:
    """A point is here. Refuses point_unknown for one that was not invited."""
    if await act.session.get(SessionPoint, (act.state.id, data.point)) is None:
        raise Refusal("point_unknown")
    if not act.state.is_here(data.point):
        act.emit("point.joined", {"point": data.point})


async def left(act: Act, data: PointLeftData) -> None:
    """A point is gone, and with it its floor and its hand."""
    if not act.state.is_here(data.point):
        return
    act.emit("point.left", {"point": data.point, "reason": data.reason})
    _drop(act, data.point, data.reason)


async def desk_joined(act: Act, data: DeskData) -> None:
    """An adviser is at their desk."""
    known = act.state.desks.get(data.desk)
    if known is None or not known.joined or known.name != data.name:
        act.emit("desk.joined", {"desk": data.desk, "name": data.name})


async def desk_left(act: Act, data: DeskLeftData) -> None:
    """A desk is gone, and with it its floor and its hand."""
    known = act.state.desks.get(data.desk)
    if known is None or not known.joined:
        return
    act.emit("desk.left", {"desk": data.desk, "reason": data.reason})
    _drop(act, data.desk, data.reason)


def _drop(act: Act, point: str, reason: str) -> None:
    let_go(act, point, "lost" if reason == "lost" else "returned")
    lower_hand(act, point)


async def source_started(act: Act, data: SourceData) -> None:
    """Picture or sound of a source arrive."""
    if act.state.sources.get(data.source) != data.name:
        act.emit("source.started", {"source": data.source, "name": data.name})


async def source_stopped(act: Act, data: SourceData) -> None:
    """Nothing arrives from it any more."""
    if data.source in act.state.sources:
        act.emit("source.stopped", {"source": data.source, "name": data.name})
