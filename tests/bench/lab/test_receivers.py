"""The modelled browser: what it shows, asks for, hears and believes."""

import pytest

from deploy.bench.lab.estimate import Estimate
from deploy.bench.lab.look import MARK, Look, look
from deploy.bench.lab.picture import NACK_MOST, WAIT_NEXT, Picture
from deploy.bench.lab.voice import Voice
from hub.relay.core.rtp import build
from tests.kit.media import vp8


def packet(index: int, *, key: bool = False, starts: bool = True, marker: bool = True) -> Look:
    """A frame of one packet."""
    return Look(
        11, 96, index, index * 3000, marker, 1000, 980, None, starts, key, index, index & 0xFF, 0, "h"
    )


def played(picture: Picture, numbers: range, begin: float = 0.0) -> None:
    for number in numbers:
        picture.take(packet(number, key=number == 0), number, begin + number / 30)


def test_it_reads_what_the_core_writes() -> None:
    payload = vp8(key=True, picture=300, tl0=7, body=MARK + b"l" + bytes(20))
    seen = look(build(96, True, 5, 6, 11, payload), picture=True)
    assert (seen.ssrc, seen.sequence, seen.timestamp, seen.marker) == (11, 5, 6, True)
    assert (seen.starts, seen.key, seen.picture, seen.tl0, seen.layer) == (True, True, 300, 7, "l")
    assert seen.sent is None


def test_a_steady_picture_has_no_freeze() -> None:
    picture = Picture(11)
    played(picture, range(60))
    picture.close(2.0)
    assert (picture.film.frames, picture.film.freezes, picture.asked) == (60, 0, 0)


def test_a_hole_is_asked_for_at_once_and_shown_when_it_is_filled() -> None:
    picture = Picture(11)
    played(picture, range(30))
    picture.take(packet(31), 31, 31 / 30)
    assert picture.nacks == [30]
    assert picture.film.frames == 30, "the picture before it is missing"
    picture.take(packet(30), 30, 31 / 30 + 0.06)
    assert picture.film.frames == 32
    assert picture.film.freezes == 0


def test_an_hour_of_silence_is_a_freeze_and_a_keyframe_is_asked_for() -> None:
    picture = Picture(11)
    played(picture, range(30))
    picture.tick(1.0 + WAIT_NEXT)
    assert picture.wants_keyframe
    picture.close(10.0)
    assert picture.film.freezes == 1
    assert picture.film.longest_gap == pytest.approx(9.0, abs=0.1)


def test_too_much_missing_is_given_up_for_a_keyframe() -> None:
    picture = Picture(11)
    played(picture, range(3))
    picture.take(packet(3 + NACK_MOST + 1), 3 + NACK_MOST + 1, 1.0)
    assert picture.wants_keyframe
    assert picture.nacks == []


def heard(lost: set[int], late: dict[int, float] | None = None, packets: int = 500) -> Voice:
    voice = Voice(21)
    arrivals = [(index * 0.02 + (late or {}).get(index, 0.0), index) for index in range(packets)]
    for at, index in sorted(arrivals):
        if index not in lost:
            frame = Look(21, 111, index, index * 960, False, 120, 100, None, False, False, -1, -1, 0, "v")
            voice.take(frame, index, at)
    voice.tick(packets * 0.02)
    return voice


def test_one_lost_packet_is_mended_and_two_in_a_row_are_a_gap() -> None:
    voice = heard({100, 200, 201})
    assert (voice.hearing.mended, voice.hearing.gaps) == (2, 1)


def test_a_late_packet_is_a_gap_unless_the_ear_has_learnt_to_wait() -> None:
    assert heard({}, {100: 0.1, 101: 0.1}).hearing.late == 2
    often = {index: 0.1 for index in range(60, 500) if index % 10 < 2}
    assert heard(set(), often).hearing.late < len(often) / 4


def fed(kbps: float, seconds: float, line_kbps: float | None = None) -> Estimate:
    """50 packets a second of that rate over a line."""
    estimate, free_at = Estimate(), 0.0
    size = int(kbps * 125 / 50)
    for index in range(int(seconds * 50)):
        sent = index / 50
        at = sent + 0.02
        if line_kbps is not None:
            free_at = max(free_at, sent) + size / (line_kbps * 125)
            at += free_at - sent
        estimate.take(sent % 64, size, at)
        if index % 25 == 0:
            estimate.update(at)
    return estimate


def test_an_estimate_grows_to_one_and_a_half_of_what_comes() -> None:
    assert fed(1000, 4).bitrate is None
    assert fed(1000, 30).bitrate == pytest.approx(1_510_000, rel=0.05)


def test_a_line_that_fills_up_is_noticed() -> None:
    estimate = fed(1000, 4, line_kbps=600)
    assert estimate.overused
    assert estimate.bitrate is not None
    assert estimate.bitrate < 600_000
