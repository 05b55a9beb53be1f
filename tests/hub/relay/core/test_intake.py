"""What is asked of a publisher whose packets get lost, near and far away."""

from collections.abc import Container

import pytest

from hub.relay.core.rtcp import KeyframeRequest, Nack
from tests.kit.media import Camera, Lab

STEP = 0.005
FRAME = 0.05


class FarCamera:
    """A camera on stage whose answers come a round trip after they were asked for. It hears of no round
    trip: nobody reports to the hub what the hub sent it, as with a WHIP encoder."""

    def __init__(self, round_trip: float) -> None:
        self.lab = Lab()
        self.lab.peer("hall", receives=())
        self.lab.stage("all", main="hall")
        self.lab.peer("anna")
        self.asked: list[int] = []
        self._camera = Camera(77)
        self._round_trip = round_trip
        self._answers: list[tuple[float, bytes]] = []
        self._sent: dict[int, bytes] = {}
        self._heard = 0
        self._key_at: float | None = None
        self._keys = 0
        self.lab.rtp("hall", self._camera.packet(key=True))

    def film(self, frames: int, lost: Container[int], never: Container[int] = ()) -> None:
        """Frames of 50 ms; the first time the `lost` ones are sent they do not arrive, and `never` ones not
        even when they are asked for again."""
        for frame in range(frames):
            packet = self._camera.packet(key=self._is_key_due())
            if frame not in never:
                self._sent[int.from_bytes(packet[2:4])] = packet
            if frame not in lost:
                self.lab.rtp("hall", packet)
            for _ in range(round(FRAME / STEP)):
                self.lab.pass_time(STEP)
                self._answer()

    def _is_key_due(self) -> bool:
        if self._key_at is None and self.keyframes_asked > self._keys:
            self._keys, self._key_at = self.keyframes_asked, self.lab.now + self._round_trip
        if self._key_at is None or self.lab.now < self._key_at:
            return False
        self._key_at = None
        return True

    def _answer(self) -> None:
        nacks = self.lab.asked("hall", Nack)
        for nack in nacks[self._heard :]:
            assert isinstance(nack, Nack)
            for number in nack.sequences():
                self.asked.append(number)
                if number in self._sent:
                    self._answers.append((self.lab.now + self._round_trip, self._sent[number]))
        self._heard = len(nacks)
        for at, packet in list(self._answers):
            if at <= self.lab.now:
                self._answers.remove((at, packet))
                self.lab.rtp("hall", packet)

    @property
    def keyframes_asked(self) -> int:
        return len(self.lab.asked("hall", KeyframeRequest))


@pytest.mark.parametrize(("round_trip", "asked", "keyframes"), [(0.03, 20, 0), (0.2, 24, 0), (0.6, 32, 1)])
def test_what_is_lost_on_a_long_way_is_asked_for_once_and_costs_no_keyframe(
    round_trip: float, asked: int, keyframes: int
) -> None:
    far = FarCamera(round_trip)
    far.film(420, lost=range(0, 400, 20))
    assert len(far.asked) <= asked
    assert far.keyframes_asked <= keyframes
    assert len(far.lab.seen("anna")) == 421


def test_the_way_is_learned_although_the_first_answer_comes_after_it_was_given_up() -> None:
    far = FarCamera(0.9)
    far.film(30, lost={0})
    assert (len(far.asked), far.keyframes_asked) == (10, 1)
    far.film(60, lost={0, 30})
    assert (len(far.asked), far.keyframes_asked) == (12, 1)


def test_what_never_comes_costs_a_keyframe_about_two_seconds_later_however_long_the_way() -> None:
    far = FarCamera(0.6)
    far.film(60, lost={0, 20})
    far.asked.clear()
    before = far.keyframes_asked
    far.film(60, lost={0}, never={0})
    assert len(far.asked) == 3
    assert far.keyframes_asked == before + 1


def test_what_is_on_its_way_while_the_way_is_learned_is_waited_for() -> None:
    far = FarCamera(0.6)
    far.film(60, lost={0, 3, 6, 9, 11})
    assert far.keyframes_asked == 1
    assert len(far.lab.seen("anna")) == 61
