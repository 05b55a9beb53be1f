"""The bounds of retransmission."""

from hub.relay.core.limits import Limits
from hub.relay.core.resend import Allowance
from tests.kit.media import Camera, Lab, nack_from


def test_an_allowance_is_per_second_and_not_saved_up() -> None:
    allowance = Allowance(2)
    assert [allowance.take(now) for now in (1.0, 1.5, 1.9, 2.0, 7.0, 7.1, 7.2)] == [
        True,
        True,
        False,
        True,
        True,
        True,
        False,
    ]


def test_all_viewers_share_one_allowance() -> None:
    lab = Lab(limits=Limits(resends_in_all=3))
    camera = Camera(ssrc=1)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall")
    for viewer in ("anna", "bert"):
        lab.peer(viewer)
    for index in range(3):
        lab.rtp("hall", camera.packet(key=index == 0))
    for viewer in ("anna", "bert"):
        lab.rtcp(viewer, nack_from("main", *(packet.sequence for packet in lab.seen(viewer))))
    assert lab.totals.values["resends"] == 3
    assert lab.totals.values["resends_over_cap"] == 1


def test_what_has_left_the_history_is_not_resent() -> None:
    lab = Lab(limits=Limits(history=4))
    camera = Camera(ssrc=1)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall")
    lab.peer("anna")
    for index in range(10):
        lab.rtp("hall", camera.packet(key=index == 0))
    lab.rtcp("anna", nack_from("main", lab.seen("anna")[2].sequence))
    assert lab.totals.values["resends_unknown"] == 1
    assert len(lab.seen("anna")) == 10
