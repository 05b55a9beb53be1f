from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire.rows import SEGMENTS, numbered, rows_of

sizes = st.lists(st.integers(min_value=12, max_value=1500), max_size=80)


@given(sizes, st.booleans())
def test_rows_are_what_the_kernel_can_cut_again(lengths: list[int], segments: bool) -> None:
    packets = [bytes(length) for length in lengths]
    rows = rows_of(packets, segments=segments)
    assert [packet for row in rows for packet in row] == packets
    for row in rows:
        assert len(row) <= (SEGMENTS if segments else 1)
        assert len({len(packet) for packet in row[:-1]}) <= 1
        assert len(row[-1]) <= len(row[0])


def test_equal_packets_share_a_row_and_a_shorter_one_ends_it() -> None:
    packets = [bytes(length) for length in (100, 100, 90, 90, 100, 100)]
    assert [len(row) for row in rows_of(packets, segments=True)] == [3, 1, 2]


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.binary(min_size=8, max_size=20))
def test_only_the_number_changes(number: int, offset: int, rest: bytes) -> None:
    plain = b"\x80\x60" + number.to_bytes(2, "big") + rest
    changed = numbered(plain, offset)
    assert int.from_bytes(changed[2:4], "big") == (number + offset) % 65536
    assert (changed[:2], changed[4:]) == (plain[:2], rest)
