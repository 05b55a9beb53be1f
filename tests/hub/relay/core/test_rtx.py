from hub.relay.core import rtx
from hub.relay.core.rtp import Rtp


def test_a_repeated_packet_is_the_original_again() -> None:
    repeat = Rtp(97, True, 4000, 90_000, 555, b"\x01\x02picture")
    assert not rtx.is_padding(repeat)
    assert rtx.original(repeat, 96, 77) == Rtp(96, True, 0x0102, 90_000, 77, b"picture")


def test_what_holds_no_packet_is_padding() -> None:
    assert rtx.is_padding(Rtp(97, False, 1, 2, 3, b""))
    assert rtx.is_padding(Rtp(97, False, 1, 2, 3, b"\x01\x02"))
