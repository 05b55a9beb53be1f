"""Where a relay says it can be reached: `10.0.0.5`, `203.0.113.7:40000`, `2001:db8::1`,
`[2001:db8::1]:40000`.
"""

from dataclasses import dataclass, replace
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An IP address, and the port where it differs from the one listened on (behind a NAT that maps
    ports).
    """

    host: str
    port: int | None = None

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def shifted(self, by: int) -> "Endpoint":
        """The same for a neighbouring relay: own ports are mapped in a row, as those listened on are."""
        return self if self.port is None else replace(self, port=self.port + by)


def read_endpoint(text: str) -> Endpoint:
    """Raises ValueError with a sentence for whoever wrote the setting."""
    host, port = _split(text.strip())
    try:
        address = ip_address(host)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address, with or without a port") from None
    if address.is_unspecified or address.is_multicast:
        raise ValueError(f"{text!r} is no address that anybody can reach")
    if address.version == 6 and "%" in host:
        raise ValueError(f"{text!r} names a network interface, which means nothing to others")
    return Endpoint(str(address), _port(port, text) if port is not None else None)


def _split(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(f"{text!r} is not an IPv6 address in brackets, with or without a port")
        return host, rest[1:] if rest else None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, None


def _port(text: str, whole: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65_535 and len(text) <= 5):
        raise ValueError(f"{whole!r} has no port between 1 and 65535")
    return int(text)
