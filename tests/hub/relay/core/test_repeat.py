"""Voices said again: who hears a packet again, when, and for how long."""

from hub.relay.core.limits import Limits
from hub.relay.core.repeat import Missed, Repeats
from hub.relay.core.rtcp import Block
from hub.relay.core.rtcp_write import receiver_report
from hub.relay.core.specs import SLOT_SSRC
from tests.kit.media import Lab, microphone

LIMITS = Limits()
FIRST, SECOND = LIMITS.repeat_after


def said(repeats: Repeats, place: int, now: float) -> list[tuple[int, list[str]]]:
    """Everything that comes of one packet."""
    repeats.spoken(place, now)
    return [*repeats.due(now + FIRST), *repeats.due(now + SECOND)]


def test_a_good_line_hears_everything_once() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.02, 2, 0.0)
    assert said(repeats, 7, 0.0) == []
    assert not repeats.waiting


def test_a_bad_line_hears_it_once_more_and_a_very_bad_one_twice() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.07, 2, 0.0)
    repeats.heard("b", 0.20, 2, 0.0)
    repeats.spoken(7, 1.0)
    assert repeats.due(1.0 + FIRST - 0.001) == []
    assert repeats.due(1.0 + FIRST) == [(7, ["a", "b"])]
    assert repeats.due(1.0 + SECOND) == [(7, ["b"])]
    assert not repeats.waiting


def test_nobody_hears_more_than_the_line_has_room_for() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.2, 1, 0.0)
    assert said(repeats, 7, 0.0) == [(7, ["a"])]
    repeats.noticed("a", 0.2, 0, 1.0)
    assert said(repeats, 8, 1.0) == []


def test_losses_of_a_picture_count_when_they_last() -> None:
    repeats = Repeats(LIMITS)
    repeats.noticed("a", 0.12, 2, 0.0)
    assert said(repeats, 1, 0.0) == []
    for second in (1.0, 2.0, 3.0):
        repeats.noticed("a", 0.12, 2, second)
    assert said(repeats, 2, 3.0)


def test_what_is_lost_while_a_line_is_full_is_no_reason_to_say_more() -> None:
    repeats = Repeats(LIMITS)
    for second in (0.0, 1.0, 2.0):
        repeats.noticed("a", 0.4, 0, second)
        repeats.heard("a", 0.4, 0, second)
    repeats.noticed("a", 0.03, 2, 3.0)
    repeats.noticed("a", 0.03, 2, 4.0)
    assert said(repeats, 1, 4.0) == []


def test_a_copy_that_would_come_much_too_late_is_not_sent() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.2, 2, 0.0)
    repeats.spoken(1, 0.0)
    assert repeats.due(FIRST + 0.5) == []
    assert not repeats.waiting


def test_it_goes_on_while_anything_is_lost_in_spite_of_it() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.1, 2, 0.0)
    repeats.heard("a", 0.01, 2, LIMITS.repeat_hold - 1)
    assert said(repeats, 1, LIMITS.repeat_hold + 1)


def test_a_mended_line_is_tried_without_and_less_often_when_that_fails() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.1, 2, 0.0)
    assert said(repeats, 1, LIMITS.repeat_hold + 1) == []
    repeats.heard("a", 0.1, 2, 20.0)
    assert said(repeats, 2, 20.0 + 2 * LIMITS.repeat_hold - 1)
    assert said(repeats, 3, 20.0 + 2 * LIMITS.repeat_hold + 1) == []


def test_what_was_said_by_a_source_taken_off_is_not_said_again() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.1, 2, 0.0)
    repeats.spoken(1, 0.0)
    repeats.stop()
    assert not repeats.waiting
    assert repeats.due(9.0) == []


def test_who_is_gone_is_forgotten() -> None:
    repeats = Repeats(LIMITS)
    repeats.heard("a", 0.1, 2, 0.0)
    repeats.forget("a")
    assert said(repeats, 1, 0.0) == []


def test_the_share_missed_is_of_what_was_sent_since_the_last_report() -> None:
    missed = Missed()
    assert missed.reported(11, 1000) is None
    missed.asked(11, 10)
    assert missed.reported(11, 1010) is None, "too few packets"
    assert missed.reported(11, 1100) == 0.1
    assert missed.reported(11, 1200) == 0.0
    assert missed.reported(11, 100) is not None, "a report that goes back divides by nothing"


def lossy_report(lab: Lab, peer: str) -> None:
    lab.rtcp(peer, receiver_report([Block(SLOT_SSRC["voice1"], 60, 9, 70_000, 0, 0, 0)]))


def test_a_copy_has_the_number_and_the_bytes_of_the_first() -> None:
    lab = Lab()
    lab.peer("hall")
    lab.peer("bad")
    lab.peer("good")
    lab.stage("all", voice1="hall")
    voice = microphone(5)
    lab.rtp("hall", voice.packet())
    lossy_report(lab, "bad")
    before = len(lab.seen("bad", "voice1"))
    lab.rtp("hall", voice.packet())
    lab.pass_time(0.3)
    first, *copies = lab.seen("bad", "voice1")[before:]
    assert copies == [first, first]
    assert len(lab.seen("good", "voice1")) == 2
    assert lab.totals.values["voice_copies"] == 2


def test_nobody_outside_hears_a_copy() -> None:
    lab = Lab()
    lab.peer("hall")
    lab.peer("bad", "points")
    lab.stage("points", voice1="hall")
    voice = microphone(5)
    lab.rtp("hall", voice.packet())
    lossy_report(lab, "bad")
    lab.rtp("hall", voice.packet())
    heard = len(lab.seen("bad", "voice1"))
    lab.stage("staff", voice1="hall")
    lab.pass_time(0.3)
    assert len(lab.seen("bad", "voice1")) == heard


def test_a_voice_taken_off_stage_is_not_heard_again() -> None:
    lab = Lab()
    lab.peer("hall")
    lab.peer("bad")
    lab.stage("all", voice1="hall")
    voice = microphone(5)
    lab.rtp("hall", voice.packet())
    lossy_report(lab, "bad")
    lab.rtp("hall", voice.packet())
    heard = len(lab.seen("bad", "voice1"))
    lab.stage("all")
    lab.pass_time(0.3)
    assert len(lab.seen("bad", "voice1")) == heard
