from hub.relay.wire.guard import IN_ALL, MOST_ADDRESSES, PER_ADDRESS, Guard
from hub.relay.wire.mmsg import raw_address


def test_one_address_is_bounded_per_second() -> None:
    guard, address = Guard(), raw_address("192.0.2.1", 1)
    assert sum(guard.admits(address, 5.0) for _ in range(1000)) == PER_ADDRESS
    assert guard.admits(raw_address("192.0.2.1", 2), 5.0)
    assert guard.admits(address, 6.0)


def test_all_strangers_together_are_bounded_and_so_is_memory() -> None:
    guard = Guard()
    admitted = sum(guard.admits(number.to_bytes(16, "big"), 5.0) for number in range(20_000))
    assert admitted == IN_ALL
    assert len(guard._counts) <= MOST_ADDRESSES
