"""What one participant is told of its pictures: which there are, and which its line is too weak for."""

import io
import json
from base64 import b64encode
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image

from hub.people.actor import Actor
from hub.reception.events import Audience
from hub.reception.state import ItemStatus, SessionState, Status
from hub.reception.viewer import Viewer
from hub.relay.control import Quality
from hub.relay.core.specs import Rung, SlotName, SourceId, StageSpec, TrackKind
from signaling.housekeeping import Housekeeping
from signaling.messages import MediaReport, MediaThumbnail
from signaling.outbox import Outbox
from signaling.peers import Peers
from signaling.seat import Seat
from signaling.thumbnails import Thumbnails

CAMERA = SourceId("hall", TrackKind.CAMERA)


class Heard:
    """An outbox that keeps what is said."""

    closing = False

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def put(self, text: str) -> None:
        self.said.append(json.loads(text))

    def of(self, type_: str) -> list[Any]:
        return [message["slots"] for message in self.said if message["type"] == type_]


def seat(viewer: Viewer, screen: str = "room") -> tuple[Seat, Heard]:
    heard = Heard()
    made = Seat(cast(Actor, None), viewer, cast(Any, screen), cast(Outbox, heard))
    made.media = "m1"
    return made, heard


def stage(*slots: SlotName) -> StageSpec:
    return StageSpec("s", frozenset({"points"}), tuple((slot, CAMERA) for slot in slots))


ROOM = Viewer(key="point:p", name="Xã", point="p", unit="u", unit_code="1")


def test_what_a_line_is_too_weak_for_is_told_when_it_changes() -> None:
    room, heard = seat(ROOM)
    room.tell_line({})
    room.tell_line({"main": Rung.FEW})
    room.tell_line({"main": Rung.FEW})
    room.tell_line({})
    assert heard.of("media.line") == [{"main": "few"}, {}]


def test_a_new_media_peer_begins_lacking_nothing() -> None:
    room, heard = seat(ROOM)
    room.tell_line({"main": Rung.NONE})
    room.media = "m2"
    room.tell_line({})
    assert heard.of("media.line") == [{"main": "none"}]
    room.tell_line({"main": Rung.NONE})
    assert heard.of("media.line") == [{"main": "none"}] * 2


@pytest.mark.parametrize(
    ("slots", "lacking", "shown"),
    [
        ((), {}, None),
        (("voice1",), {}, None),
        (("main",), {}, "high"),
        (("main", "second"), {"second": Rung.NONE}, "high"),
        (("main", "second"), {"main": Rung.LOW}, "low"),
        (("main", "document"), {"main": Rung.NONE}, "high"),
        (("main", "document"), {"document": Rung.FEW}, "few"),
        (("second",), {"second": Rung.NONE}, "none"),
    ],
)
def test_the_wall_has_what_is_sent_of_the_large_picture(
    slots: tuple[SlotName, ...], lacking: dict[SlotName, Rung], shown: str | None
) -> None:
    room, _ = seat(ROOM)
    room.tell_program(stage(*slots))
    room.tell_line(lacking)
    assert room.shown == shown
    room.media = None
    assert room.shown is None


def test_the_relays_word_reaches_the_room_and_the_technicians_wall() -> None:
    room, heard = seat(ROOM)
    desk, wall = seat(Viewer(key="account:k", name="Kỹ thuật", technician=True), "console")
    desk.media = None
    house = Housekeeping({room, desk}, Peers())
    house.came(room)
    room.tell_program(stage("main"))
    house.heed(room, MediaReport(type="media.report", decoding=True, frames=60, sound=True, loss=0), 0.0)
    house.quality(Quality({"m1": (0.0, 20.0), "other": (0.5, None)}, {"m1": {"main": Rung.LOW}}))
    house.quality(Quality({"other": (0.0, None)}))  # of another relay, or before m1 reported again
    house.tell_wall(0.0)
    assert heard.of("media.line") == [{"main": "low"}]
    assert wall.said[-1]["points"]["p"]["sent"] == "low"
    house.quality(Quality({"m1": (0.0, 20.0)}))
    house.tell_wall(1.0)
    assert heard.of("media.line")[-1] == {}
    assert wall.said[-1]["points"]["p"]["sent"] == "high"


def looked_at(room: Seat, state: SessionState) -> Thumbnails:
    out = io.BytesIO()
    Image.new("RGB", (192, 108)).save(out, "JPEG")
    house = Housekeeping({room}, Peers())
    picture = MediaThumbnail(type="media.thumbnail", jpeg=b64encode(out.getvalue()).decode())
    house.look(room, picture, state, 0.0)
    house.draw_curtains(state)
    return house.thumbnails


def at_hearing(
    audience: Audience, *, guests: frozenset[str] = frozenset(), status: Status = Status.LIVE
) -> SessionState:
    state = SessionState("s")
    item = SimpleNamespace(
        status=ItemStatus.HEARING,
        audience=audience,
        guests=guests,
        privy=guests,
        chain=frozenset({"u"}),
        invited=frozenset[str](),
    )
    return replace(state, status=status, items={"i": cast(Any, item)}, current="i")


def test_a_small_picture_is_kept_while_a_session_goes_on_and_of_nobody_inside_a_closed_hearing() -> None:
    room, _ = seat(ROOM)
    assert looked_at(room, at_hearing(Audience.ALL)).after(0, 0.0).have == ["p"]
    assert looked_at(room, at_hearing(Audience.CLOSED)).after(0, 0.0).have == ["p"], "outside, it only waits"
    assert looked_at(room, at_hearing(Audience.CLOSED, guests=frozenset({"p"}))).after(0, 0.0).have == []
    assert looked_at(room, at_hearing(Audience.ALL, status=Status.CLOSED)).after(0, 0.0).have == []


def test_what_was_seen_before_a_closed_hearing_is_forgotten_with_it() -> None:
    room, _ = seat(ROOM)
    house = Housekeeping({room}, Peers())
    house.thumbnails = looked_at(room, at_hearing(Audience.ALL))
    house.draw_curtains(at_hearing(Audience.CLOSED, guests=frozenset({"p"})))
    assert house.thumbnails.after(0, 0.0).have == []
