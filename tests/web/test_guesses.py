"""How fast strangers may guess."""

import pytest

from web.guesses import MOST_ADDRESSES, MOST_OF_ONE, WINDOW, Guesses, line_of


def test_one_address_has_ten_tries_in_ten_minutes():
    guesses = Guesses()
    assert all(guesses.wrong("a", at) for at in range(MOST_OF_ONE))
    assert not guesses.wrong("a", MOST_OF_ONE)
    assert guesses.wrong("b", MOST_OF_ONE)
    assert guesses.wrong("a", WINDOW + 1)


def test_addresses_are_forgotten_and_memory_stays_bounded():
    guesses = Guesses()
    for n in range(MOST_ADDRESSES + 100):
        guesses.wrong(f"address {n}", n * WINDOW)
    assert len(guesses._wrong) == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_line_counts_as_one(address: str, line: str):
    assert line_of(address) == line
