"""Limits for guessing codes where nobody signs in, by address.

A right code always opens: codes have 80 random bits, so guessing leads nowhere however fast it goes, and
whoever sends wrong ones must not be able to shut the door before those who have a right one.
"""

from collections import OrderedDict, deque
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final, Literal

from starlette.requests import Request

from web.services import services_of

Door = Literal["lookup", "letter_box"]
"""What a code opens. Each door counts for itself."""

WINDOW: Final = 600.0
"""Seconds over which wrong codes are counted."""
MOST_OF_ONE: Final = 10
"""Wrong codes from one address; a family behind one address, or a counter with many visitors, stays below."""
MOST_ADDRESSES: Final = 5_000
NETWORK_BITS: Final = 64
"""Of an IPv6 address: one line has the rest to itself, 2^64 addresses."""


class Guesses:
    """Counts wrong codes. Times are seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wrong(self, address: str, now: float) -> bool:
        """Count a code that opened nothing; False when this address has tried too many already."""
        line = line_of(address)
        mine = self._wrong.setdefault(line, deque(maxlen=MOST_OF_ONE))
        self._wrong.move_to_end(line)
        if sum(at > now - WINDOW for at in mine) >= MOST_OF_ONE:
            return False
        mine.append(now)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        return True


class Guesser:
    """Whoever sent this request, before one of the doors."""

    def __init__(self, request: Request, door: Door) -> None:
        self._guesses = _guesses(request, door)
        self._address = request.client.host if request.client is not None else ""
        self._now = services_of(request).clock.monotonic()

    def wrong(self) -> bool:
        """Their code opened nothing; False when they have tried too many already."""
        return self._guesses.wrong(self._address, self._now)


def line_of(address: str) -> str:
    """What wrong codes are counted by: an IPv4 address, or the network of an IPv6 address."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(IPv6Network((int(read), NETWORK_BITS), strict=False))


def _guesses(request: Request, door: Door) -> Guesses:
    doors: dict[Door, Guesses] = request.app.state.guesses
    return doors.setdefault(door, Guesses())
