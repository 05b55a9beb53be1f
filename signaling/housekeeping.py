"""What one session's seats and sources amount to: events for the timeline, tiles for the wall. No I/O."""

from base64 import b64decode
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from hub.reception.events import Audience
from hub.reception.state import Presence, SessionState, Status
from hub.reception.viewer import Viewer
from hub.reception.visibility import inside
from hub.relay.control import Quality
from signaling.messages import MediaReport, MediaThumbnail
from signaling.peers import Peers, owner_of
from signaling.presence import PresenceBook
from signaling.replies import Tile, Wall
from signaling.roll_watch import RollWatch, Seen
from signaling.seat import Seat
from signaling.source_book import SourceBook
from signaling.thumbnails import Thumbnails
from signaling.wall import WallBoard

SEEN: Final = (Status.LIVE, Status.PAUSED)
"""States of a session in which rooms are looked at."""


def in_closed_hearing(state: SessionState, room: Viewer) -> bool:
    """Whether what is said in that room now is nobody's outside the hearing."""
    item = state.current_item
    return item is not None and item.audience is Audience.CLOSED and inside(item, room)


class Housekeeping:
    """Reads the session hub's own set of seats and its peers; writes nothing but its books."""

    def __init__(self, seats: Collection[Seat], peers: Peers) -> None:
        self._seats = seats
        self._peers = peers
        self._wall = WallBoard()
        self.thumbnails = Thumbnails()
        """What the rooms' cameras saw last."""
        self._presence = PresenceBook()
        self._desks = PresenceBook()
        self._sources = SourceBook()
        self._roll: RollWatch | None = None

    def connected_points(self) -> set[str]:
        """Ids of the points that have a connection now."""
        return {seat.viewer.room for seat in self._seats if seat.viewer.room is not None}

    def connected_desks(self) -> dict[str, str]:
        """Who sits at the desks that have a connection now, by the desks' ids."""
        seats = (seat.viewer for seat in self._seats if seat.viewer.desk)
        return {viewer.point: viewer.name for viewer in seats if viewer.point is not None}

    def came(self, seat: Seat) -> None:
        """A seat was taken."""
        if seat.viewer.room is not None:
            self._wall.link(seat.viewer.room, up=True)

    def went(self, seat: Seat) -> None:
        """A seat was left."""
        if seat.viewer.desk and seat.left_on_purpose and seat.viewer.point is not None:
            self._desks.goodbye(seat.viewer.point)
        point = seat.viewer.room
        if point is None or point in self.connected_points():
            return
        self._wall.link(point, up=False)
        self.thumbnails.forget(point)
        if seat.left_on_purpose:
            self._presence.goodbye(point)

    def heed(self, seat: Seat, report: MediaReport, now: float) -> None:
        """What a room says it receives."""
        if seat.viewer.room is not None:
            self._wall.report(seat.viewer.room, report, now)

    def look(self, seat: Seat, picture: MediaThumbnail, state: SessionState, now: float) -> None:
        """Keep what a room's camera sees, unless that is nobody's to see. What is no picture is let go."""
        room = seat.viewer.room
        if room is not None and state.status in SEEN and not in_closed_hearing(state, seat.viewer):
            with suppress(ValueError):
                self.thumbnails.put(room, b64decode(picture.jpeg, validate=True), now)

    def draw_curtains(self, state: SessionState) -> None:
        """Forget the pictures of rooms that are in a closed hearing now, and all when the session is over."""
        if state.status not in SEEN:
            self.thumbnails.clear()
        for seat in self._seats:
            if seat.viewer.room is not None and in_closed_hearing(state, seat.viewer):
                self.thumbnails.forget(seat.viewer.room)

    def quality(self, event: Quality) -> None:
        """The relay measured the way to some peers."""
        for seat in self._seats:
            if seat.media is None:
                continue
            measured = event.peers.get(seat.media)
            if measured is not None or seat.media in event.rungs:
                seat.tell_line(event.rungs.get(seat.media, {}))
            if measured is not None and seat.viewer.room is not None:
                self._wall.quality(seat.viewer.room, *measured)

    def tiles(self, now: float) -> dict[str, Tile]:
        """Every point that ever came, as it is now."""
        return self._wall.at(now)

    def whole_wall(self) -> str | None:
        """The wall for a newcomer, as a message."""
        tiles = self._wall.tiles()
        return Wall(points=tiles).dump() if tiles else None

    def tell_wall(self, now: float) -> None:
        """Queue what changed on the wall for all who see it."""
        for seat in self._seats:
            if seat.viewer.room is not None:
                self._wall.sent(seat.viewer.room, seat.shown)
                self._wall.shows(seat.viewer.room, now, something=seat.is_shown_something)
        changes = self._wall.changes(now)
        desks = [seat for seat in self._seats if seat.viewer.sees_wall]
        if changes and desks:
            text = Wall(points=changes).dump()
            for seat in desks:
                seat.outbox.put(text)

    def to_record(self, state: SessionState, now: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """Kinds and data of the events the timeline lacks; the same again until it has them."""
        for change in self._presence.changes(self.connected_points(), state.points, now):
            yield change.kind, change.data
        yield from self._desks_to_record(state, now)
        names = {owner_of(seat.viewer): seat.viewer.name for seat in self._seats}
        for source in self._sources.changes(self._peers.sources(), state.sources, names, now):
            yield source.kind, source.data

    def _desks_to_record(self, state: SessionState, now: float) -> Iterator[tuple[str, dict[str, Any]]]:
        here = self.connected_desks()
        told = {desk: Presence(each.joined, each.at) for desk, each in state.desks.items()}
        for change in self._desks.changes(here, told, now):
            if change.reason is None:
                yield "desk.joined", {"desk": change.point, "name": here[change.point]}
            else:
                yield "desk.left", {"desk": change.point, "reason": change.reason}

    def call_roll(self, state: SessionState, now: float, at: datetime) -> dict[str, Any] | None:
        """Look at the rooms while a roll call goes on; the data of `roll.closed` once it can be closed."""
        roll = state.roll
        if roll is None or not roll.open:
            self._roll = None
            return None
        if self._roll is None or self._roll.roll != roll.id:
            self._roll = RollWatch(roll.id, now)
        self._roll.look(self._rooms(state, now), now)
        if not self._roll.due(roll, now, at):
            return None
        return {"roll": roll.id, "results": self._roll.results(roll, now)}

    def _rooms(self, state: SessionState, now: float) -> dict[str, Seen]:
        shown = {seat.viewer.room: frozenset(seat.program) for seat in self._seats}
        speaks = state.floor.point if state.floor is not None else None
        return {
            point: Seen(tile, shown.get(point, frozenset()), point == speaks)
            for point, tile in self.tiles(now).items()
        }
