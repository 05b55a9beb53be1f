"""What a roll call finds of rooms by looking at them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.reception.rolls import Answer, Finding, Roll
from hub.relay.core.specs import Rung, SlotName
from signaling.health import WELL, Health
from signaling.replies import Tile
from signaling.roll_watch import HOLD_SECONDS, LOOK_SECONDS, RollWatch, Seen

BEGAN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FINE = Tile(link="up", picture=True, sound=True, loss=0.0, rtt_ms=20, sent=Rung.HIGH, health=WELL, due=True)
SHOWN: frozenset[SlotName] = frozenset({"main", "voice1"})
DOWN = Tile(link="down", picture=False, sound=False, loss=0.0, rtt_ms=None)
POINTS = ("a", "b", "c")


def roll(**answers: int) -> Roll:
    """A roll call of a, b and c, with these answers."""
    made = Roll("r", BEGAN, BEGAN + timedelta(seconds=40), "seed", POINTS)
    given = {point: Answer(heard, heard == made.tones(point), BEGAN) for point, heard in answers.items()}
    return replace(made, answers=given)


def right(*points: str) -> dict[str, int]:
    """Right answers of these points."""
    return {point: roll().tones(point) for point in points}


def found(room: Seen, answers: Roll, *, seconds: float = LOOK_SECONDS) -> list[Finding]:
    """What is found of room a, when b and c are well, after being looked at for so long."""
    watch, others = RollWatch("r", 0.0), {"b": Seen(FINE, SHOWN), "c": Seen(FINE, SHOWN)}
    for now in range(int(seconds) + 1):
        watch.look({"a": room, **others}, float(now))
    results = watch.results(answers, seconds)
    assert results["b"] == results["c"] == []
    return results["a"]


def health(**changes: str | bool) -> Tile:
    """A tile of a room that is well but for this."""
    return FINE.model_copy(update={"health": Health.model_validate(WELL.model_dump() | changes)})


def tile(**changes: object) -> Tile:
    """A fine tile but for this."""
    return FINE.model_copy(update=changes)


ALL = roll(**right(*POINTS))


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (Seen(FINE, SHOWN), []),
        (Seen(FINE), []),
        (Seen(tile(picture=False), SHOWN), ["picture_frozen"]),
        (Seen(tile(picture=False, sound=False), SHOWN), ["picture_frozen", "sound_missing"]),
        (Seen(tile(picture=False, sound=False)), []),
        (Seen(tile(picture=False, due=False), SHOWN), []),
        (Seen(tile(sound=False), SHOWN), ["sound_missing"]),
        (Seen(tile(sound=False), frozenset({"main"})), []),
        (Seen(tile(picture=False, sent=Rung.NONE), SHOWN), ["voice_only"]),
        (Seen(health(voice_only=True), SHOWN), ["voice_only"]),
        (Seen(health(camera="frozen"), SHOWN), ["camera_frozen"]),
        (Seen(health(camera="black", microphone="silent"), SHOWN), ["camera_black", "microphone_silent"]),
        (Seen(health(camera="off", microphone="off"), SHOWN), ["camera_off", "microphone_off"]),
        (Seen(health(speaker="muted"), SHOWN), ["tv_muted"]),
        (Seen(health(speaker="unknown"), SHOWN), []),
        (Seen(tile(health=None), SHOWN), []),
        (Seen(DOWN), ["dropped"]),
    ],
)
def test_what_the_hub_sees(room: Seen, expected: list[Finding]) -> None:
    assert found(room, ALL) == expected


@pytest.mark.parametrize(
    ("heard", "expected"), [(None, ["no_answer"]), (0, ["tv_muted"]), (-1, ["answer_wrong"])]
)
def test_what_the_room_answers(heard: int | None, expected: list[Finding]) -> None:
    wrong = 1 + roll().tones("a") % 5
    given = {} if heard is None else {"a": wrong if heard < 0 else heard}
    assert found(Seen(FINE, SHOWN), roll(**right("b", "c"), **given)) == expected


def test_a_room_that_never_came_is_absent_one_that_went_was_there() -> None:
    assert found(Seen(DOWN), roll(**right("b", "c"))) == ["absent"]
    assert found(Seen(DOWN), ALL) == ["dropped"]
    watch = RollWatch("r", 0.0)
    watch.look({"b": Seen(FINE, SHOWN)}, 0.0)
    assert watch.results(roll(), 20.0)["a"] == ["absent"]


def test_who_speaks_is_heard_anyway() -> None:
    assert found(Seen(FINE, SHOWN, on_air=True), roll(**right("b", "c"))) == []


def test_a_passing_trouble_is_no_finding() -> None:
    watch, bad, well = RollWatch("r", 0.0), Seen(tile(picture=False), SHOWN), Seen(FINE, SHOWN)
    for now in range(30):
        watch.look({"a": bad if now % 10 < HOLD_SECONDS - 1 else well}, float(now))
    assert watch.results(ALL, 30.0)["a"] == []


def test_a_hall_that_says_nothing_is_no_rooms_fault() -> None:
    watch = RollWatch("r", 0.0)
    for now in range(20):
        watch.look({point: Seen(tile(sound=False), SHOWN) for point in POINTS}, float(now))
    assert list(watch.results(ALL, 20.0).values()) == [[], [], []]


def test_when_it_is_due() -> None:
    watch, rooms = RollWatch("r", 0.0), {"a": Seen(FINE), "b": Seen(FINE), "c": Seen(DOWN)}
    watch.look(rooms, 0.0)
    early, late = BEGAN + timedelta(seconds=12), BEGAN + timedelta(seconds=40)
    assert not watch.due(roll(**right("a")), LOOK_SECONDS, early), "b is waited for"
    assert watch.due(roll(**right("a", "b")), LOOK_SECONDS, early), "c is not here"
    assert not watch.due(roll(**right("a", "b")), LOOK_SECONDS - 1, early), "not looked at for long enough"
    assert not watch.due(roll(**right("a"), b=0), LOOK_SECONDS, early), "b may find its remote control"
    assert watch.due(roll(), 40.0, late)
    assert watch.due(replace(roll(), stopped=True), 1.0, early)
    empty = RollWatch("r", 0.0)
    assert not empty.due(roll(), LOOK_SECONDS, early), "nobody came yet"
