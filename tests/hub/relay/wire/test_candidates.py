"""The candidate lines, against an independent reader."""

from aioice import Candidate

from hub.relay.wire.candidates import lines
from hub.relay.wire.endpoint import Endpoint

INSIDE, OUTSIDE, SIX = Endpoint("10.0.0.5"), Endpoint("203.0.113.7", 40_000), Endpoint("2001:db8::1")


def read(text: list[str]) -> list[Candidate]:
    return [Candidate.from_sdp(line.removeprefix("a=candidate:")) for line in text if "candidate:" in line]


def test_every_address_by_udp_then_every_address_by_tcp() -> None:
    found = read(lines((INSIDE, OUTSIDE, SIX), 8443, tcp=True))
    assert [(one.transport, one.host, one.port, one.tcptype) for one in found] == [
        ("udp", "10.0.0.5", 8443, None),
        ("udp", "203.0.113.7", 40_000, None),
        ("udp", "2001:db8::1", 8443, None),
        ("tcp", "10.0.0.5", 8443, "passive"),
        ("tcp", "203.0.113.7", 40_000, "passive"),
        ("tcp", "2001:db8::1", 8443, "passive"),
    ]
    assert {(one.type, one.component) for one in found} == {("host", 1)}


def test_the_order_is_the_order_of_priorities_and_every_foundation_is_another() -> None:
    found = read(lines((INSIDE, OUTSIDE, SIX), 8443, tcp=True))
    priorities = [one.priority for one in found]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == len({one.foundation for one in found}) == 6
    assert all(0 < priority < 2**31 for priority in priorities)


def test_without_a_listener_nothing_is_said_of_tcp() -> None:
    assert lines((INSIDE,), 8443, tcp=False) == [
        "a=candidate:1 1 udp 2130706431 10.0.0.5 8443 typ host",
        "a=end-of-candidates",
    ]
