"""Few frames out of a stream."""

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.few import Sieve
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import Codec
from hub.relay.core.track import Arrival
from tests.kit.media import vp8


def arrival(number: int, *, temporal: int | None, key: bool = False, late: bool = False) -> Arrival:
    payload = vp8(key=key, picture=number & 0x7FFF, temporal=temporal)
    return Arrival(Rtp(96, True, number & 0xFFFF, 3000 * number, 1, payload), number, late, key)


def test_the_lowest_temporal_layer_stays_and_closes_up() -> None:
    sieve = Sieve()
    taken = [
        sieve.take(arrival(100 + index, temporal=(0, 2, 1, 2)[index % 4], key=index == 0), Codec.VP8)
        for index in range(9)
    ]
    assert taken == [100, None, None, None, 101, None, None, None, 102]
    assert sieve.has_layers


def test_without_temporal_layers_only_keyframes_stay_whole() -> None:
    sieve = Sieve()
    key = arrival(5, temporal=None, key=True)
    second = Arrival(key.rtp._replace(payload=vp8(start=False)), 6, False, False)
    taken = [sieve.take(each, Codec.VP8) for each in (key, second, arrival(7, temporal=None))]
    assert taken == [5, 6, None]
    assert not sieve.has_layers


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=60))
def test_late_packets_find_the_place_they_would_have_had(frames: list[tuple[int, bool]]) -> None:
    """`held` packets come at the end. Those in time leave them a gap; nobody's number is used twice."""
    sieve = Sieve()
    sieve.take(arrival(99, temporal=0, key=True), Codec.VP8)
    numbers: dict[int, int] = {}
    for late in (False, True):
        for index, (temporal, held) in enumerate(frames):
            if held is late:
                number = sieve.take(arrival(100 + index, temporal=temporal, late=late), Codec.VP8)
                assert (number is None) is (temporal != 0)
                if number is not None:
                    numbers[index] = number
    ordered = [numbers[index] for index in sorted(numbers)]
    assert ordered == sorted(set(ordered))
