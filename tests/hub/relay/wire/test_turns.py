from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.plan import Lane, Plan
from hub.relay.core.specs import SlotName
from hub.relay.wire.turns import FEW, GROUP, LANES, SHARED, Turns


def lane(slot: SlotName, members: int = FEW) -> Lane:
    return Lane(slot, tuple((f"p{index}", 0) for index in range(members)))


LANES_OF_A_HUB = (
    lane("main"),
    lane("main", 1),
    lane("second"),
    lane("document"),
    lane("main", FEW + 1),
    lane("voice1"),
    lane("voice2"),
    lane("voice2", 1),
)


def passes(turns: Turns) -> list[list[Plan]]:
    found = []
    while taken := turns.next():
        found.append(taken)
    return found


@given(st.lists(st.sampled_from(LANES_OF_A_HUB), max_size=120))
def test_everything_goes_out_once_in_order_and_in_bounded_passes(burst: list[Lane]) -> None:
    plans = [Plan(bytes(12), each) for each in burst]
    turns = Turns()
    turns.add(plans)
    found = passes(turns)
    sent = [plan for taken in found for plan in taken]
    assert len(sent) == len(plans)
    for voice in (True, False):
        of_kind = [plan for plan in plans if plan.lane.slot.startswith("voice") is voice]
        assert [plan for plan in sent if plan.lane.slot.startswith("voice") is voice] == of_kind
    for taken in found:
        lanes = {id(plan.lane): plan.lane for plan in taken}.values()
        assert len(taken) <= GROUP
        assert len(lanes) <= 2 * LANES
        assert len(lanes) == 1 or all(len(each.members) >= FEW for each in lanes)


@given(st.integers(0, 60), st.integers(1, 10))
def test_a_voice_waits_for_a_few_pictures_at_most(pictures: int, voices: int) -> None:
    turns = Turns()
    picture, voice = lane("main"), lane("voice1")
    turns.add([Plan(bytes(12), picture) for _ in range(pictures)])
    turns.add([Plan(bytes(12), voice) for _ in range(voices)])
    sent = [plan for taken in passes(turns) for plan in taken]
    last = max(index for index, plan in enumerate(sent) if plan.lane is voice)
    assert last < voices + min(pictures, SHARED)


def test_the_next_voices_alone_leave_pictures_where_they_are() -> None:
    turns = Turns()
    picture, voice = lane("main"), lane("voice1")
    turns.add([Plan(bytes(12), picture), Plan(bytes(12), voice)])
    assert [plan.lane for plan in turns.voices()] == [voice]
    assert turns.voices() == []
    assert [plan.lane for plan in turns.next()] == [picture]
