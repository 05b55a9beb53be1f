"""How the stage looks and sounds: layout, muting, one direction at a time, a picture pinned beside the
hall's.
"""

from hub.reception.acts.act import Act
from hub.reception.acts.floor import PointData, unit_of, unpin
from hub.reception.acts.texts import Data, NoData
from hub.reception.errors import Refusal
from hub.reception.speech import Duplex, Layout
from hub.reception.state import OPEN_ITEM, Item
from hub.reception.viewer import Viewer
from hub.reception.visibility import inside


class LayoutData(Data, strict=False):
    """How two pictures stand on the screens from now on."""

    layout: Layout


class DuplexData(Data, strict=False):
    """Whether a room that speaks hears the hall at the same time."""

    duplex: Duplex


async def lay_out(act: Act, data: LayoutData) -> None:
    """Choose the layout of hall and point, for every screen."""
    act.must_be_running()
    if act.state.speech.layout is not data.layout:
        act.emit("stage.laid_out", {"layout": data.layout.value})


async def mute(act: Act, _: NoData) -> None:
    """Nobody but the hall is heard, until it is undone or somebody is called."""
    act.must_be_running()
    if not act.state.speech.muted:
        act.emit("stage.muted")


async def unmute(act: Act, _: NoData) -> None:
    """Whoever has the floor is heard again."""
    act.must_be_running()
    if act.state.speech.muted:
        act.emit("stage.unmuted")


async def set_duplex(act: Act, data: DuplexData) -> None:
    """Half: a room's loudspeaker and its microphone take turns. Full: both at once."""
    act.must_be_running()
    if act.state.speech.duplex is not data.duplex:
        act.emit("stage.duplex_set", {"duplex": data.duplex.value})


async def pin(act: Act, data: PointData) -> None:
    """Show a room beside the hall while nobody else has the floor: the case's own, to begin with. Its
    consent is asked like for a call. Refuses point_outside: unlike the floor, a pin lets nobody in.
    """
    act.must_be_live()
    unit = await unit_of(act, data.point)
    if not act.state.is_here(data.point):
        raise Refusal("point_absent")
    item = act.current()
    if item.status not in OPEN_ITEM:
        raise Refusal("item_state")
    if not _hears(item, data.point, unit.id):
        raise Refusal("point_outside")
    pinned = act.state.speech.pin
    if pinned is not None and pinned.point == data.point:
        return
    unpin(act, "ended")
    act.emit("stage.pinned", {"point": data.point, "name": unit.name}, item=item)


async def take_down(act: Act, _: NoData) -> None:
    """Take the pinned picture away; without one nothing happens."""
    act.must_be_running()
    unpin(act, "ended")


async def review_pin(act: Act) -> None:
    """After a change of audience: who may not hear any more is not shown either."""
    pinned = act.state.speech.pin
    if pinned is None:
        return
    unit = await unit_of(act, pinned.point)
    if not _hears(act.state.items[pinned.item], pinned.point, unit.id):
        unpin(act, "closed")


def _hears(item: Item, point: str, unit: str) -> bool:
    return inside(item, Viewer(key=f"point:{point}", name="", point=point, unit=unit))
