from hub.relay.wire.guard import IN_ALL, MOST_ADDRESSES, PER_ADDRESS, PER_PEER, Guard
from hub.relay.wire.mmsg import raw_address


def test_one_address_is_bounded_per_second() -> None:
    guard, address = Guard(), raw_address("192.0.2.1", 1)
    assert sum(guard.admits(address, "a", 5.0) for _ in range(1000)) == PER_ADDRESS
    assert guard.admits(raw_address("192.0.2.1", 2), "a", 5.0)
    assert guard.admits(address, "a", 6.0)


def test_all_strangers_together_are_bounded_and_so_is_memory() -> None:
    guard = Guard()
    admitted = sum(
        guard.admits(number.to_bytes(16, "big"), f"{number % 100}", 5.0) for number in range(20_000)
    )
    assert admitted == IN_ALL
    assert len(guard._counts) <= MOST_ADDRESSES


def test_one_peers_fragment_does_not_use_up_what_the_others_need() -> None:
    guard = Guard()
    admitted = sum(guard.admits(number.to_bytes(16, "big"), "known", 5.0) for number in range(2000))
    assert admitted == PER_PEER
    assert guard.admits(raw_address("192.0.2.1", 1), "another", 5.0)
