"""The candidate lines of our descriptions: each address by UDP, then each by TCP (RFC 8839, RFC 6544)."""

from typing import Final

from hub.relay.wire.endpoint import Endpoint

_UDP_HOST: Final = 126
_TCP_HOST: Final = 90
"""Type preferences: whatever goes by UDP is taken before anything that goes by TCP."""
_PASSIVE: Final = 4
"""Direction preference of a passive TCP candidate (RFC 6544 §4.2)."""
_COMPONENT: Final = 255
"""256 minus the component's number: there is one."""


def lines(endpoints: tuple[Endpoint, ...], port: int, *, tcp: bool) -> list[str]:
    """Host candidates, the first endpoint preferred; `port` is for those without their own. Then the end
    mark.
    """
    found = []
    for index, one in enumerate(endpoints):
        priority = _priority(_UDP_HOST, 65_535 - index)
        found.append(_line(index + 1, "udp", priority, one, port))
    for index, one in enumerate(endpoints if tcp else ()):
        priority = _priority(_TCP_HOST, (_PASSIVE << 13) + 8_191 - index)
        found.append(_line(len(endpoints) + index + 1, "tcp", priority, one, port) + " tcptype passive")
    return [*found, "a=end-of-candidates"]


def _priority(kind: int, local: int) -> int:
    return (kind << 24) | (local << 8) | _COMPONENT


def _line(foundation: int, protocol: str, priority: int, one: Endpoint, port: int) -> str:
    where = f"{one.host} {one.port or port}"
    return f"a=candidate:{foundation} 1 {protocol} {priority} {where} typ host"
