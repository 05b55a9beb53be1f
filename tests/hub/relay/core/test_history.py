"""The ring of packets lately sent."""

from hub.relay.core.history import History, Kept
from hub.relay.core.specs import Codec


def test_a_number_is_found_until_the_ring_comes_round() -> None:
    history = History(4)
    for number in (10, 11, 13):
        history.put(number, b"%d" % number, Codec.VP8)
    assert history.get(11) == Kept(11, b"11", Codec.VP8)
    assert history.get(12) is None
    history.put(15, b"15", Codec.VP8)
    assert history.get(11) is None
    assert history.get(7) is None
