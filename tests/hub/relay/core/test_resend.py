"""The bounds of retransmission."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.relay.core.limits import Limits
from hub.relay.core.resend import Allowance
from hub.relay.core.rtp import Rtp
from tests.kit.media import Camera, Lab, nack_from


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(0, 40), st.lists(st.integers(0, 120), max_size=20)), max_size=12),
    late=st.booleans(),
)
def test_a_resend_is_one_of_the_last_numbers_byte_for_byte(
    steps: list[tuple[int, list[int]]], late: bool
) -> None:
    """However late the relay is: whatever is asked for, and whether or not the plans have left yet."""
    lab = Lab(limits=Limits(resend_window=50))
    camera = Camera(ssrc=1)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall")
    lab.peer("anna")
    order: list[Rtp] = []
    for packets, ages in steps:
        before = len(lab.seen("anna"))
        for index in range(packets):
            lab.rtp("hall", camera.packet(key=index == 0))
        order += lab.seen("anna")[before:]
        if not order:
            continue
        if late:
            lab.pass_time(2.0)
        before = len(lab.seen("anna"))
        newest = order[-1].sequence
        lab.rtcp("anna", nack_from("main", *sorted({(newest - age) & 0xFFFF for age in ages} or {newest})))
        assert all(again in order[-50:] for again in lab.seen("anna")[before:])
    numbers = [packet.sequence for packet in order]
    assert numbers == [(numbers[0] + index) & 0xFFFF for index in range(len(numbers))]


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
