"""What a room measured, and what that amounts to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.reception.checks import (
    CAUSES,
    STEPS,
    Cause,
    Judged,
    Measures,
    is_due,
    is_fresh,
    judge,
    known_causes,
    read_back,
)
from hub.reception.state import Status
from web import i18n

GOOD: dict[str, Any] = {
    "screen": {"width": 1920, "height": 1080},
    "camera": {"width": 1280, "height": 720, "fps": 24.0, "brightness": 0.4, "moved": True},
    "microphone": {"level_db": -55.0, "clipped": 0.0},
    "speaker": {"played": True, "tones": 8, "matched": 8, "level_db": 30.0, "echo_db": 3.0},
    "line": {
        "udp": {"ok": True, "connect_ms": 80.0, "rtt_ms": 12.0},
        "tcp": {"ok": True},
        "turn": {"ok": None},
        "used": "udp",
        "up_bits": 2_000_000,
        "down_bits": 6_000_000,
        "rtt_ms": 12.0,
    },
    "clock_ms": 40.0,
}


def measures(**changes: Any) -> Measures:
    """A good room's, with changes: `camera={"fps": 0.0}`."""
    merged = {
        name: {**part, **changes.get(name, {})} if isinstance(part, dict) else changes.get(name, part)
        for name, part in GOOD.items()
    }
    return Measures.model_validate(merged)


def codes(**changes: Any) -> list[str]:
    return [cause.code for cause in judge(measures(**changes)).causes]


def test_a_good_room_goes():
    assert judge(measures()) == Judged("go", ())
    assert judge(measures()).tone == "fine"


DEAF = {"level_db": -110.0}
UNHEARD = {"matched": 0, "level_db": 0.0, "echo_db": None}
NO_WAY = {"udp": {"ok": False}, "tcp": {"ok": False}, "used": None, "up_bits": None, "down_bits": None}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"camera": {"trouble": "denied"}}, ["camera_denied"]),
        ({"camera": {"trouble": "missing"}}, ["camera_missing"]),
        ({"camera": {"moved": False}}, ["camera_frozen"]),
        ({"camera": {"fps": 0.0}}, ["camera_frozen"]),
        ({"camera": {"brightness": 0.01}}, ["camera_black"]),
        ({"camera": {"brightness": 0.0, "moved": False}}, ["camera_black"]),  # a shutter in the camera itself
        ({"camera": {"brightness": 0.0, "moved": False, "fps": 0.0}}, ["camera_frozen"]),
        ({"camera": {"fps": 4.0, "height": 240}}, ["camera_slow", "camera_small"]),
        ({"microphone": {"trouble": "busy"}, "speaker": UNHEARD}, ["microphone_busy"]),
        ({"microphone": DEAF, "speaker": UNHEARD}, ["microphone_silent"]),
        ({"microphone": DEAF}, []),  # a microphone that shuts out noise, and hears the tones
        ({"microphone": {"level_db": -20.0, "clipped": 0.2}}, ["microphone_noisy", "microphone_clipped"]),
        ({"speaker": UNHEARD}, ["speaker_unheard"]),
        ({"speaker": {"matched": 5}}, ["speaker_unheard"]),
        ({"speaker": {"matched": 6}}, []),
        ({"speaker": {"played": False, **UNHEARD}}, ["speaker_blocked"]),
        ({"speaker": {"level_db": 8.0}}, ["speaker_faint"]),
        ({"speaker": {"echo_db": 30.0}}, ["echo_strong"]),
        ({"line": NO_WAY}, ["line_none"]),
        ({"line": {**NO_WAY, "refused": "media_unavailable"}}, ["hub_media"]),
        ({"line": {"udp": {"ok": False}, "used": "tcp"}}, ["udp_blocked"]),
        ({"line": {"udp": {"ok": False}, "tcp": {"ok": False}, "turn": {"ok": True}}}, ["turn_only"]),
        ({"line": {"up_bits": 60_000}}, ["line_too_slow_up"]),
        ({"line": {"down_bits": 300_000}}, ["line_slow_down"]),
        ({"line": {"up_bits": 300_000, "down_bits": 50_000}}, ["line_too_slow_down", "line_slow_up"]),
        ({"line": {"up_bits": 60_000, "limit": "cpu"}}, ["computer_slow"]),
        ({"line": {"down_bits": 60_000, "limit": "cpu", "down_loss": 0.9}}, ["line_too_slow_down"]),
        ({"line": {"up_bits": None}}, ["line_unmeasured"]),
        ({"line": {"down_loss": 0.3}}, ["line_too_lossy"]),
        ({"line": {"up_loss": 0.05}}, ["line_lossy"]),
        ({"line": {"rtt_ms": 700.0}}, ["line_late"]),
        ({"screen": {"width": 1024}}, ["screen_small"]),
        ({"clock_ms": -400_000.0}, ["clock_wrong"]),
    ],
)
def test_each_cause(changes: dict[str, Any], found: list[str]):
    assert codes(**changes) == found
    judged = judge(measures(**changes))
    stops = [code for code in found if CAUSES[code][1] == "stop"]
    assert judged.verdict == ("no_go" if stops else "go")
    assert judged.tone == ("act" if stops else "attention" if found else "fine")


def test_what_stops_a_room_is_said_first():
    found = judge(measures(screen={"width": 800}, line={"rtt_ms": 900.0}, camera={"trouble": "denied"}))
    assert [cause.severity for cause in found.causes] == ["stop", "warn", "warn"]


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_every_cause_has_its_words_and_a_fix(locale: i18n.Locale):
    for code, (step, _) in CAUSES.items():
        assert step in STEPS
        assert i18n.has(locale, f"check.cause.{code}")
        assert i18n.has(locale, f"check.cause.{code}.fix")


SHARE = st.floats(0, 1)
DB = st.floats(-200, 200)
MS = st.none() | st.floats(0, 120_000)
BITS = st.none() | st.integers(0, 10**9)
TROUBLE = st.sampled_from([None, "insecure", "denied", "asking", "missing", "busy"])
WAY = st.fixed_dictionaries({"ok": st.sampled_from([None, True, False]), "connect_ms": MS, "rtt_ms": MS})
SIZE = {"width": st.integers(0, 32_768), "height": st.integers(0, 32_768)}
LINE = {
    **dict.fromkeys(("udp", "tcp", "turn"), WAY),
    **dict.fromkeys(("up_bits", "down_bits"), BITS),
    **dict.fromkeys(("up_loss", "down_loss"), SHARE),
    "used": st.sampled_from([None, "udp", "tcp", "turn"]),
    "rtt_ms": MS,
    "limit": st.sampled_from(["none", "bandwidth", "cpu"]),
    "refused": st.sampled_from([None, None, "media_unavailable", "media_full"]),
}


def over_a_way(line: dict[str, Any]) -> dict[str, Any]:
    """Without a way there are no bits."""
    return line if line["used"] else {**line, "up_bits": None, "down_bits": None}


ANY = st.fixed_dictionaries(
    {
        "screen": st.fixed_dictionaries(SIZE),
        "camera": st.fixed_dictionaries(
            {**SIZE, "trouble": TROUBLE, "fps": st.floats(0, 60), "brightness": SHARE, "moved": st.booleans()}
        ),
        "microphone": st.fixed_dictionaries({"trouble": TROUBLE, "level_db": DB, "clipped": SHARE}),
        "speaker": st.fixed_dictionaries(
            {
                "played": st.booleans(),
                **dict.fromkeys(("tones", "matched"), st.integers(0, 64)),
                "level_db": DB,
                "echo_db": st.none() | DB,
            }
        ),
        "line": st.fixed_dictionaries(LINE).map(over_a_way),
        "clock_ms": st.floats(-1e13, 1e13),
    }
).map(Measures.model_validate)


@given(ANY)
def test_whatever_is_measured_is_judged(taken: Measures):
    judged = judge(taken)
    assert {cause.code for cause in judged.causes} <= CAUSES.keys()
    assert len({cause.code for cause in judged.causes}) == len(judged.causes)
    assert (judged.verdict == "no_go") == any(cause.severity == "stop" for cause in judged.causes)
    again = Measures.model_validate(taken.model_dump(mode="json"), strict=False)
    assert judge(again) == judged
    assert known_causes([cause.code for cause in judged.causes]) == judged.causes


@pytest.mark.parametrize(
    "broken",
    [
        {"screen": {"width": -1}},
        {"camera": {"brightness": 2.0}},
        {"camera": {"extra": 1}},
        {"microphone": {"level_db": float("nan")}},
        {"line": {"up_bits": 10**12}},
        {"line": {"used": "pigeon"}},
        {"line": {"used": None}},
        {"line": {"used": None, "up_bits": None}},
        {"line": {"used": None, "down_bits": None}},
        {"speaker": {"tones": True}},
        {"clock_ms": float("inf")},
    ],
)
def test_what_cannot_be_measured_is_refused(broken: dict[str, Any]):
    with pytest.raises(ValidationError):
        measures(**broken)


def test_bits_over_no_way_that_were_stored_are_left_out():
    stored = {**GOOD, "line": {**GOOD["line"], "used": None}}
    line = read_back(stored).line
    assert (line.up_bits, line.down_bits, line.rtt_ms) == (None, None, 12.0)
    assert read_back(GOOD) == measures()


def test_unknown_causes_of_another_version_are_left_out():
    assert known_causes(["camera_black", "of_tomorrow"]) == (Cause("camera_black", "camera", "stop"),)


NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("before", "checked", "due"),
    [
        (61, None, False),
        (60, None, True),
        (5, None, True),
        (-20, None, True),  # it is late, and still waited for
        (30, 90, True),  # of the days before
        (30, 60, False),
        (30, 31, False),
    ],
)
def test_from_an_hour_before_each_room_checks_once(before: int, checked: int | None, due: bool):
    checked_at = NOON - checked * MINUTE if checked is not None else None
    now = NOON - before * MINUTE
    assert is_due(Status.PUBLISHED, NOON, checked_at, now) == due
    assert not is_due(Status.LIVE, NOON, checked_at, now)


def test_a_rehearsal_of_the_day_before_counts_until_the_hour_before():
    day_before = NOON - timedelta(days=1)
    assert is_fresh(NOON, day_before, now=NOON - 61 * MINUTE)
    assert not is_fresh(NOON, day_before, now=NOON - 60 * MINUTE)
