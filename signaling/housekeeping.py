"""What one session's seats and sources amount to: events for the timeline, tiles for the wall. No I/O."""

from collections.abc import Collection, Iterator
from typing import Any

from hub.reception.state import SessionState
from hub.relay.control import Quality
from signaling.messages import MediaReport
from signaling.peers import Peers, owner_of
from signaling.presence import PresenceBook
from signaling.replies import Wall
from signaling.seat import Seat
from signaling.source_book import SourceBook
from signaling.wall import WallBoard


class Housekeeping:
    """Reads the session hub's own set of seats and its peers; writes nothing but its books."""

    def __init__(self, seats: Collection[Seat], peers: Peers) -> None:
        self._seats = seats
        self._peers = peers
        self._wall = WallBoard()
        self._presence = PresenceBook()
        self._sources = SourceBook()

    def connected_points(self) -> set[str]:
        """Ids of the points that have a connection now."""
        return {seat.viewer.point for seat in self._seats if seat.viewer.point is not None}

    def came(self, seat: Seat) -> None:
        """A seat was taken."""
        if seat.viewer.point is not None:
            self._wall.link(seat.viewer.point, up=True)

    def went(self, seat: Seat) -> None:
        """A seat was left."""
        point = seat.viewer.point
        if point is None or point in self.connected_points():
            return
        self._wall.link(point, up=False)
        if seat.left_on_purpose:
            self._presence.goodbye(point)

    def heed(self, seat: Seat, report: MediaReport, now: float) -> None:
        """What a room says it receives."""
        if seat.viewer.point is not None:
            self._wall.report(seat.viewer.point, report, now)

    def quality(self, event: Quality) -> None:
        """The relay measured the way to some peers."""
        for seat in self._seats:
            if seat.media is None:
                continue
            measured = event.peers.get(seat.media)
            if measured is not None or seat.media in event.rungs:
                seat.tell_line(event.rungs.get(seat.media, {}))
            if measured is not None and seat.viewer.point is not None:
                self._wall.quality(seat.viewer.point, *measured)

    def whole_wall(self) -> str | None:
        """The wall for a newcomer, as a message."""
        tiles = self._wall.tiles()
        return Wall(points=tiles).dump() if tiles else None

    def tell_wall(self, now: float) -> None:
        """Queue what changed on the wall for all who see it."""
        for seat in self._seats:
            if seat.viewer.point is not None:
                self._wall.sent(seat.viewer.point, seat.shown)
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
        names = {owner_of(seat.viewer): seat.viewer.name for seat in self._seats}
        for source in self._sources.changes(self._peers.sources(), state.sources, names, now):
            yield source.kind, source.data
