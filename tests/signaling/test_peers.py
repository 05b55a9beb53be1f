"""Book-keeping of media peers: whose, what arrives, and what a restart on either side makes of them."""

from dataclasses import replace

from hub.reception.viewer import Viewer
from hub.relay.control import PeerState, SourceEvent
from signaling.peers import ORPHAN_SECONDS, Peers, owner_of, same_media

CHAIR = Viewer("account:a", "Chủ trì", staff=True, chair=True)
CLERK = Viewer("account:b", "Thư ký", staff=True)
ROOM = Viewer("point:p", "Phòng tiếp", point="p", unit="u")
OBSERVER = Viewer("account:c", "Giám sát")


def state(peer: str, owner: str, *sending: str) -> PeerState:
    return PeerState(peer, "s", owner, frozenset(), True, sending)


def source(peer: str, owner: str, kind: str, live: bool) -> SourceEvent:
    return SourceEvent(peer, "s", owner, kind, live)


def held(peers: Peers, *viewers: Viewer) -> dict[str, list[bool]]:
    """Of each peer, whose it is."""
    known = {peer: peers.get(peer) for peer in "mtn"}
    return {peer: [each.is_of(who) for who in viewers] for peer, each in known.items() if each is not None}


def test_owner_labels():
    labels = [owner_of(viewer) for viewer in (CHAIR, CLERK, ROOM, OBSERVER)]
    assert labels == ["console:a:chair", "console:b", "point:p", "viewer:c"]


def test_sources_know_the_chair_and_keep_their_age():
    peers = Peers()
    peers.add("m", owner_of(CHAIR))
    peers.source(source("m", "console:a:chair", "camera", True), 5.0)
    peers.source(source("m", "console:a:chair", "camera", True), 9.0)
    peers.source(source("m", "console:a:chair", "data", True), 9.0)
    (camera,) = peers.sources()
    assert (camera.peer, camera.kind, camera.since, camera.chair) == ("m", "camera", 5.0, True)
    peers.source(source("m", "console:a:chair", "camera", False), 10.0)
    assert peers.sources() == []


def test_a_restarted_web_process_takes_over_what_the_relay_has():
    peers = Peers()
    assert peers.reconcile([state("m", "point:p", "camera"), state("w", "whip:t", "camera")], 100.0) == []
    assert {each.peer for each in peers.sources()} == {"m", "w"}
    assert peers.orphans(100.0 + ORPHAN_SECONDS - 1) == []
    peers.hold("m")
    assert peers.orphans(1000.0) == []


def test_nobody_came_back_for_it():
    peers = Peers()
    peers.reconcile([state("m", "point:p"), state("w", "whip:t")], 100.0)
    assert peers.orphans(100.0 + ORPHAN_SECONDS) == ["m"]


def test_a_restarted_relay_has_lost_them():
    peers = Peers()
    peers.add("m", "point:p")
    peers.add("n", "point:q")
    assert peers.reconcile([state("n", "point:q")], 1.0) == ["m"]
    assert "m" not in peers
    assert "n" in peers


def test_letting_go_and_holding_again():
    peers = Peers()
    peers.add("m", "point:p")
    peers.let_go("m", 10.0)
    peers.hold("m")
    assert peers.orphans(1000.0) == []
    peers.let_go("m", 10.0)
    assert peers.orphans(10.0 + ORPHAN_SECONDS) == ["m"]
    peers.forget("m")
    assert peers.orphans(1000.0) == []


def test_a_peer_is_theirs_as_long_as_they_hear_the_same():
    peers = Peers()
    moved = replace(ROOM, unit="v")
    peers.add("m", "point:p", groups=ROOM.groups)
    peers.add("t", "talk:1:point:p", groups=frozenset({"talk:1"}))
    peers.source(source("n", "point:p", "camera", True), 1.0)  # what it hears the relay has not said yet
    assert held(peers, ROOM, moved, CLERK) == {
        "m": [True, False, False],
        "t": [True, True, False],
        "n": [True, True, False],
    }
    peers.reconcile([replace(state(peer, "point:p"), groups=moved.groups) for peer in "mn"], 2.0)
    assert held(peers, ROOM, moved) == {"m": [False, True], "n": [False, True]}
    assert same_media(ROOM, replace(ROOM, name="Phòng khác"))
    assert not same_media(ROOM, moved)


def test_a_peer_let_go_for_good_is_an_orphan_at_once_unless_it_is_held_again():
    peers = Peers()
    peers.add("m", "point:1")
    peers.let_go("m", 10.0, for_good=True)
    assert peers.orphans(10.0) == ["m"]
    peers.hold("m")
    assert peers.orphans(10.0) == []
