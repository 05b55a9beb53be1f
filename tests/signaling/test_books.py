"""Presence, sources, the wall: what is told to the timeline and to staff, on a clock of the test's own."""

from datetime import UTC, datetime

from hub.reception.program import Source
from hub.reception.state import Presence
from hub.relay.core.specs import Rung
from signaling.health import WELL
from signaling.messages import MediaReport
from signaling.presence import GRACE_SECONDS, Change, PresenceBook
from signaling.replies import Tile
from signaling.source_book import STOP_SECONDS, SourceBook, SourceChange
from signaling.wall import DOWN, SETTLE_SECONDS, STALE_SECONDS, WallBoard

AT = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)
HERE, LEFT = Presence(True, AT), Presence(False, AT)


def report(*, frames: int = 60, sound: bool = True, loss: float = 0.0) -> MediaReport:
    return MediaReport(type="media.report", decoding=True, frames=frames, sound=sound, loss=loss)


def test_a_point_that_comes_is_told_until_the_timeline_has_it():
    book = PresenceBook()
    assert book.changes({"p"}, {}, 0.0) == [Change("point.joined", "p")]
    assert book.changes({"p"}, {"p": LEFT}, 1.0) == [Change("point.joined", "p")]
    assert book.changes({"p"}, {"p": HERE}, 2.0) == []


def test_a_short_gap_is_no_absence_and_a_long_one_is_lost():
    book = PresenceBook()
    assert book.changes(set(), {"p": HERE}, 0.0) == []
    assert book.changes({"p"}, {"p": HERE}, GRACE_SECONDS - 1) == []
    assert book.changes(set(), {"p": HERE}, 30.0) == []
    assert book.changes(set(), {"p": HERE}, 30.0 + GRACE_SECONDS) == [Change("point.left", "p", "lost")]


def test_a_goodbye_needs_no_grace():
    book = PresenceBook()
    book.goodbye("p")
    assert book.changes(set(), {"p": HERE}, 0.0) == [Change("point.left", "p", "left")]
    assert book.changes(set(), {"p": LEFT}, 0.1) == []
    assert book.changes({"p"}, {"p": HERE}, 1.0) == []
    assert book.changes(set(), {"p": HERE}, 2.0) == []


def test_the_hall_is_one_source_whoever_films_it():
    book = SourceBook()
    console = Source("m1", "console:a", "camera", 1.0)
    names = {"console:a": "Trần Thị B"}
    assert book.changes([console], {}, names, 0.0) == [SourceChange("source.started", "hall", "Trần Thị B")]
    encoder = Source("m2", "whip:01k9token", "camera", 2.0)
    assert book.changes([console, encoder], {"hall": "Trần Thị B"}, names, 1.0) == []
    assert book.changes([encoder], {}, {}, 2.0) == [SourceChange("source.started", "hall", "WHIP 9token")]


def test_a_source_that_is_back_soon_never_stopped():
    book = SourceBook()
    room = Source("m1", "point:p", "microphone", 1.0)
    told = {"p": "Phòng tiếp"}
    assert book.changes([], told, {}, 0.0) == []
    assert book.changes([room], told, {}, STOP_SECONDS - 1) == []
    assert book.changes([], told, {}, 10.0) == []
    stopped = book.changes([], told, {}, 10.0 + STOP_SECONDS)
    assert stopped == [SourceChange("source.stopped", "p", "Phòng tiếp")]


def test_the_wall_tells_what_changed_once():
    wall = WallBoard()
    wall.link("p", up=True)
    assert wall.changes(0.0) == {"p": Tile(link="up", picture=False, sound=False, loss=0.0, rtt_ms=None)}
    wall.report("p", report(loss=0.004), 1.0)
    wall.quality("p", 0.021, 43.0)
    tile = Tile(link="up", picture=True, sound=True, loss=0.02, rtt_ms=45.0)
    assert wall.changes(1.0) == {"p": tile}
    assert wall.changes(2.0) == {}
    assert wall.tiles() == {"p": tile}


def test_the_wall_tells_what_a_room_is_sent_and_forgets_it_with_the_link():
    wall = WallBoard()
    wall.link("p", up=True)
    wall.report("p", report(), 0.0)
    wall.sent("p", Rung.HIGH)
    assert wall.changes(0.0)["p"].sent == "high"
    wall.sent("p", Rung.FEW)
    assert wall.changes(1.0)["p"] == Tile(
        link="up", picture=True, sound=True, loss=0.0, rtt_ms=None, sent=Rung.FEW
    )
    wall.sent("p", Rung.FEW)
    assert wall.changes(2.0) == {}
    wall.link("p", up=False)
    assert wall.changes(3.0) == {"p": DOWN}
    wall.link("p", up=True)
    assert wall.changes(4.0)["p"].sent is None


def test_a_room_that_reports_nothing_shows_nothing():
    wall = WallBoard()
    wall.link("p", up=True)
    wall.report("p", report(), 0.0)
    wall.changes(0.0)
    silent = wall.changes(STALE_SECONDS)
    assert (silent["p"].picture, silent["p"].sound) == (False, False)
    wall.report("p", report(frames=0, sound=False), 20.0)
    assert wall.changes(20.0) == {}
    wall.link("p", up=False)
    assert wall.changes(21.0) == {"p": DOWN}


def test_a_room_that_is_shown_nothing_lacks_nothing_and_one_that_is_has_a_moment():
    wall = WallBoard()
    wall.link("p", up=True)
    wall.shows("p", 0.0, something=False)
    wall.report("p", report(frames=0, sound=False), 0.0)
    assert not wall.at(0.0)["p"].due
    wall.shows("p", 3.0, something=True)
    wall.report("p", report(frames=0, sound=False), 5.0)
    assert not wall.at(3.0 + SETTLE_SECONDS - 0.1)["p"].due
    assert wall.at(3.0 + SETTLE_SECONDS)["p"].due
    wall.shows("p", 11.0, something=False)
    assert not wall.at(11.0)["p"].due


def test_a_room_that_never_says_a_word_is_asked_after():
    wall = WallBoard()
    wall.link("p", up=True)
    wall.shows("p", 100.0, something=False)
    assert not wall.at(100.0 + STALE_SECONDS - 0.1)["p"].due
    assert wall.at(100.0 + STALE_SECONDS)["p"].due


def test_the_wall_has_a_rooms_own_word_of_its_health_while_it_is_fresh():
    wall = WallBoard()
    wall.link("p", up=True)
    frozen = WELL.model_copy(update={"camera": "frozen"})
    wall.report("p", report().model_copy(update={"health": frozen}), 0.0)
    assert wall.at(0.0)["p"].health == frozen
    assert wall.at(STALE_SECONDS)["p"].health is None
    wall.report("p", report(), 20.0)
    assert wall.at(20.0)["p"].health is None
