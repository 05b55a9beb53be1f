"""The throttled keyframe requester."""

from hub.relay.core.keyframes import KeyframeRequester
from hub.relay.core.limits import Limits


def test_one_in_flight_repeated_until_it_arrives() -> None:
    asked: list[float] = []
    now = 0.0
    requester = KeyframeRequester(lambda: asked.append(now), Limits())
    for step in range(25):
        now = 10 + step / 10
        requester.ask(now)
    assert asked == [10.0, 11.0, 12.0]
    requester.arrived()
    now = 20.0
    requester.tick(now)
    assert len(asked) == 3


def test_a_wish_that_came_too_early_is_not_forgotten() -> None:
    asked: list[int] = []
    requester = KeyframeRequester(lambda: asked.append(1), Limits())
    requester.ask(1.0)
    requester.arrived()
    requester.ask(1.5)
    assert len(asked) == 1
    requester.tick(2.0)
    assert len(asked) == 2
