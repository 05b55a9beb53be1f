"""Joiners catch up within bounds."""

from hub.relay.core.limits import Limits
from tests.kit.media import Camera, Lab


def crowd(limits: Limits, viewers: int, stored: int) -> Lab:
    lab = Lab(limits=limits)
    camera = Camera(ssrc=1)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall")
    for index in range(stored):
        lab.rtp("hall", camera.packet(key=index == 0))
    for index in range(viewers):
        lab.peer(f"viewer{index}")
    return lab


def copies(lab: Lab) -> int:
    return sum(len(packets) for packets in lab.received.values())


def test_every_tick_uses_its_budget_and_not_more() -> None:
    lab = crowd(Limits(replay_copies=30, replay_per_viewer=8), viewers=7, stored=50)
    sent = []
    while copies(lab) < 350:
        before = copies(lab)
        lab.now += 0.0051
        lab.forwarder.tick(lab.now)
        lab.deliver()
        sent.append(copies(lab) - before)
    assert max(sent) <= 30
    assert min(sent[:-4]) >= 20
    assert sum(sent) == 350


def test_one_viewer_is_not_flooded() -> None:
    lab = crowd(Limits(replay_per_viewer=8), viewers=1, stored=50)
    lab.now += 0.0051
    lab.forwarder.tick(lab.now)
    lab.deliver()
    assert copies(lab) == 8


def test_nobody_waits_for_the_crowd_in_another_slot() -> None:
    lab = Lab(limits=Limits(replay_copies=8, replay_per_viewer=8))
    cameras = {"hall": Camera(ssrc=1), "room": Camera(ssrc=2)}
    for peer in cameras:
        lab.peer(peer, peer)
    lab.stage("all", main="hall", second="room")
    for peer, camera in cameras.items():
        for index in range(100):
            lab.rtp(peer, camera.packet(key=index == 0))
    lab.peer("anna")
    for _ in range(6):
        lab.pass_time(0.005)
    assert len(lab.seen("anna", "main")) >= 16
    assert len(lab.seen("anna", "second")) >= 16
