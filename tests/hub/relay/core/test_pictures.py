"""VP8's counters over changes of source and layer, as the receiver sees them."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.relay.core.pictures import Pictures, clear_of, comes_after
from hub.relay.core.specs import Layer, Rung
from hub.relay.core.vp8 import Descriptor, describe
from tests.kit.media import Camera, Lab, vp8
from tests.kit.references import fates

HIGH, LOW = 0x70, 0x80
STEPS = st.lists(
    st.tuples(
        st.sampled_from([Rung.HIGH, Rung.LOW, Rung.FEW, Rung.NONE]),
        st.integers(1, 70),
        st.sampled_from(["both", "high", "low"]),
    ),
    min_size=2,
    max_size=14,
)
"""What the viewer is to be sent, for how many frames, and which layers go on meanwhile."""


def told(picture: int, tl0: int = 0, *, wide: bool = True) -> Descriptor:
    return describe(vp8(picture=picture, tl0=tl0))._replace(picture_wide=wide)


def test_the_numbers_of_another_source_go_on_and_never_wrap() -> None:
    pictures = Pictures(0x7FFF, 255)
    pictures.begin(told(9, 3))
    assert pictures.of(told(9, 3)) == (0x8000, 256)
    pictures.wrote(told(9, 3), 0x8000, 256)
    assert pictures.of(told(12, 4)) == (0x8003, 257)
    assert pictures.of(told(7, 2)) == (0x7FFE, 255), "a late one keeps its place"


def test_a_source_with_short_picture_ids_wraps_in_seven_bits() -> None:
    pictures = Pictures(1000, 0)
    pictures.begin(told(127, wide=False))
    pictures.wrote(told(127, wide=False), *pictures.of(told(127, wide=False)))
    assert pictures.of(told(0, wide=False))[0] == 1002


def test_a_keyframe_is_led_past_the_others_and_never_back() -> None:
    pictures = Pictures(10, 10)
    pictures.begin(told(100, 100))
    pictures.lead(told(100, 100), 40_000, 5)
    assert pictures.of(told(100, 100)) == (40_000, 11)
    pictures.wrote(told(100, 100), 40_000, 11)
    assert pictures.of(told(101, 101)) == (40_001, 12)
    pictures.lead(told(101, 101), 7, 7)
    assert pictures.of(told(101, 101)) == (40_001, 12)


def test_numbers_that_a_source_does_not_tell_stay() -> None:
    pictures = Pictures(10, 20)
    silent = describe(vp8())
    pictures.begin(silent)
    pictures.wrote(silent, *pictures.of(silent))
    assert (pictures.picture, pictures.tl0) == (10, 20)


@given(st.integers(0, 1 << 20), st.sets(st.integers(0, 1 << 17), max_size=6))
def test_a_number_that_is_newer_to_all_is_found_where_there_is_one(picture: int, ages: set[int]) -> None:
    seen = {picture - age for age in ages if age <= picture}
    found = clear_of(picture, seen)
    assert picture <= found < picture + 0x4000
    possible = any(all(comes_after(picture + step, each) for each in seen) for step in range(0, 0x4000, 61))
    assert all(comes_after(found, each) for each in seen) or not possible


class Hall:
    """A camera in two layers, each with two temporal ones, that answers each request for a keyframe."""

    def __init__(self, seed: int) -> None:
        self.lab = Lab(seed=seed)
        self.cameras = {
            "high": Camera(HIGH, layer=Layer.HIGH, temporal=True, picture=seed % 0x8000, tl0=seed % 256),
            "low": Camera(LOW, timestamp=999_999, layer=Layer.LOW, temporal=True, picture=seed * 7 % 0x8000),
        }
        self.lab.peer("hall", "hall")
        self.lab.stage("all", main="hall")
        self.lab.peer("anna")
        self.answered = 0

    def frame(self, going: str) -> None:
        requests = self.lab.feedback.get("hall", [])
        wanted = {getattr(each, "ssrc", 0) for each in requests[self.answered :]}
        self.answered = len(requests)
        self.lab.pass_time(1 / 30)
        for name, camera in self.cameras.items():
            if going in {"both", name}:
                self.lab.rtp("hall", camera.packet(key=camera.ssrc in wanted))

    def skip(self, pictures: int) -> None:
        """So many pictures go by of which nobody is sent any."""
        while pictures > 0:
            for camera in self.cameras.values():
                camera.picture = ((camera.picture or 0) + min(pictures, 15_000)) & 0x7FFF
                camera.tl0 = (camera.tl0 + min(pictures, 15_000) // 2) & 0xFF
            pictures -= 15_000
            self.frame("both")
        for camera in self.cameras.values():  # what is stored has no hole
            self.lab.rtp("hall", camera.packet(key=True))

    def aim(self, rung: Rung) -> None:
        forwarder = self.lab.forwarder
        view = forwarder.peers["anna"].views["main"]
        forwarder.stages["s"].streams["main"].aim(view, rung, self.lab.now)
        self.lab.deliver()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), STEPS)
def test_whoever_changes_takes_every_frame_for_new(seed: int, steps: list[tuple[Rung, int, str]]) -> None:
    hall = Hall(seed)
    for rung, frames, going in steps:
        hall.aim(rung)
        for _ in range(frames):
            hall.frame(going)
    packets = hall.lab.seen("anna")
    assert set(fates(packets)) <= {"taken"}
    pictures = [describe(packet.payload).picture for packet in packets]
    steps_taken = [(after - before) & 0x7FFF for before, after in itertools.pairwise(pictures)]
    assert all(0 < step < 0x4000 for step in steps_taken)


@pytest.mark.parametrize("seed", range(40))
def test_a_change_up_and_down_whatever_the_first_numbers_are(seed: int) -> None:
    """With numbers drawn for each layer alone this failed for about one seed in ten."""
    hall = Hall(seed)
    for rung in (Rung.HIGH, Rung.LOW, Rung.HIGH, Rung.LOW):
        hall.aim(rung)
        for _ in range(80):
            hall.frame("both")
    assert {Rung.HIGH, Rung.LOW} == {
        Rung.HIGH if packet.payload[-5] == HIGH else Rung.LOW for packet in hall.lab.seen("anna")
    }
    assert set(fates(hall.lab.seen("anna"))) == {"taken"}


@settings(max_examples=80, deadline=None)
@example(7, 25_000, (Rung.HIGH, Rung.HIGH))
@example(7, 28_000, (Rung.HIGH, Rung.LOW))
@example(7, 32_000, (Rung.LOW, Rung.HIGH))
@given(
    st.integers(0, 10_000),
    st.integers(0, 70_000),
    st.sampled_from([(Rung.HIGH, Rung.HIGH), (Rung.HIGH, Rung.LOW), (Rung.LOW, Rung.HIGH)]),
)
def test_back_from_a_long_rest_the_picture_goes_on(seed: int, rest: int, rungs: tuple[Rung, Rung]) -> None:
    """A hidden tab, a line for voices only: after nine minutes 15 bits would tell backwards."""
    hall = Hall(seed)
    before, after = rungs
    hall.aim(before)
    for _ in range(90):
        hall.frame("both")
    hall.aim(Rung.NONE)
    hall.skip(rest)
    known = len(hall.lab.seen("anna"))
    hall.aim(after)
    for _ in range(90):
        hall.frame("both")
    assert len(hall.lab.seen("anna")) > known + 40
    assert set(fates(hall.lab.seen("anna"))) == {"taken"}
