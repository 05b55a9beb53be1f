"""A viewer's numbers: contiguous over segments and variants, and found again."""

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.common import Common
from hub.relay.core.limits import Limits
from hub.relay.core.plan import Totals
from hub.relay.core.seeds import Seeds
from hub.relay.core.specs import Codec, Rung
from hub.relay.core.variant import Variant
from hub.relay.core.view import Found, Phase, Receiver, View


def variant(head: int, rung: Rung = Rung.HIGH, timestamp: int = 0) -> Variant:
    first = Seeds(head + 1, timestamp, 0, 0)
    return Variant("s", "main", rung, first, Common(Limits(history=8), Totals()))


def view(number: int | None = None) -> View:
    fresh = View(Receiver("anna", frozenset(), {Codec.VP8: 96}), number, segments=4)
    fresh.phase = Phase.LIVE
    return fresh


@given(
    st.integers(0, 1 << 20),
    st.lists(st.tuples(st.booleans(), st.integers(0, 90), st.integers(0, 90)), max_size=6),
)
def test_numbers_are_contiguous_and_can_be_traced_back(start: int, runs: list[tuple[bool, int, int]]) -> None:
    anna = view()
    variants = variant(start), variant(start * 3, Rung.LOW)
    numbers: list[tuple[int, Variant, int]] = []
    for low, sent, skipped in runs:
        home = variants[low]
        head = home.splice.head
        anna.begin(home, head + 1)
        numbers += [(head + index + anna.offset, home, head + index) for index in range(1, sent + 1)]
        home.splice.head += sent
        anna.finish()
        home.splice.head += skipped
    assert [number for number, _, _ in numbers] == [numbers[0][0] + index for index in range(len(numbers))]
    if numbers:
        assert numbers[0][0] < 0x8000
        number, home, place = numbers[-1]
        assert anna.resolve(number & 0xFFFF) == Found(home, place, number - place, 0)
        assert anna.resolve(numbers[0][0] & 0xFFFF, oldest=len(numbers) - 1) is None
    assert anna.resolve((numbers[-1][0] + 1) & 0xFFFF if numbers else 5) is None


def test_a_segment_under_which_nothing_was_sent_gives_its_numbers_back() -> None:
    anna = view(number=40)
    anna.begin(variant(999), 1000)
    anna.finish()
    anna.begin(variant(1999), 2000)
    assert 2000 + anna.offset == 40


def test_while_replaying_only_what_is_behind_the_cursor_was_sent() -> None:
    anna = view()
    anna.begin(variant(200), 100)
    anna.phase = Phase.REPLAYING
    anna.cursor = 105
    assert anna.was_sent(104)
    assert not anna.was_sent(105)
    assert not anna.was_sent(99)
    assert anna.resolve((104 + anna.offset) & 0xFFFF) is not None
    assert anna.resolve((105 + anna.offset) & 0xFFFF) is None


def test_a_number_from_before_the_first_is_unknown() -> None:
    assert view().resolve(5) is None


@given(st.integers(0, 0xFFFFFFFF), st.integers(-40_000, 400_000))
def test_a_change_of_variant_always_steps_forward(timestamp: int, ahead: int) -> None:
    anna = view()
    first = variant(10, timestamp=timestamp)
    anna.begin(first, 10, timestamp)
    anna.finish()
    begins = (timestamp + ahead) & 0xFFFFFFFF
    anna.begin(variant(20, Rung.LOW), 21, begins)
    step = (begins + anna.shift - timestamp) & 0xFFFFFFFF
    assert 0 < step < 0x80000000
    assert anna.shift % 3_000 == 0
    assert (anna.shift == 0) is (ahead > 0)
