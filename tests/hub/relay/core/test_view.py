"""A viewer's numbers: contiguous over segments, and found again."""

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.specs import Codec
from hub.relay.core.view import Phase, Receiver, View


def view(number: int | None = None) -> View:
    fresh = View(Receiver("anna", frozenset(), {Codec.VP8: 96}), number, segments=4)
    fresh.phase = Phase.LIVE
    return fresh


@given(st.integers(0, 1 << 20), st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=6))
def test_numbers_are_contiguous_and_can_be_traced_back(start: int, runs: list[tuple[int, int]]) -> None:
    anna = view()
    numbers: list[tuple[int, int]] = []
    head = start
    for sent, skipped in runs:
        anna.begin(head + 1)
        numbers += [(head + index + anna.offset, head + index) for index in range(1, sent + 1)]
        head += sent
        anna.finish(head)
        head += skipped
    assert [number for number, _ in numbers] == [numbers[0][0] + index for index in range(len(numbers))]
    if numbers:
        assert numbers[0][0] < 0x8000
        number, place = numbers[-1]
        found = anna.resolve(number & 0xFFFF, head)
        assert found is not None
        assert found == (place, number - place)
    assert anna.resolve((numbers[-1][0] + 1) & 0xFFFF if numbers else 5, head) is None


def test_a_segment_under_which_nothing_was_sent_gives_its_numbers_back() -> None:
    anna = view(number=40)
    anna.begin(1000)
    anna.finish(999)
    anna.begin(2000)
    assert 2000 + anna.offset == 40


def test_while_replaying_only_what_is_behind_the_cursor_was_sent() -> None:
    anna = view()
    anna.begin(100)
    anna.phase = Phase.REPLAYING
    anna.cursor = 105
    assert anna.was_sent(104, head=200)
    assert not anna.was_sent(105, head=200)
    assert not anna.was_sent(99, head=200)
    assert anna.resolve((104 + anna.offset) & 0xFFFF, 200) is not None
    assert anna.resolve((105 + anna.offset) & 0xFFFF, 200) is None


def test_a_number_from_before_the_first_is_unknown() -> None:
    assert view().resolve(5, head=100) is None
