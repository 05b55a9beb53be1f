"""Where this machine can be reached."""

import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

import psutil

from hub.relay.wire.endpoint import read_endpoint

# A documentation address (RFC 5737): choosing a route to it sends nothing.
FAR_AWAY: Final = ("192.0.2.1", 9)
LOOPBACK: Final = "127.0.0.1"
EVERYWHERE: Final = ("", "0.0.0.0", "::")
# Bridges of containers and virtual machines: no phone stands there.
INSIDE: Final = ("docker", "br-", "veth", "virbr", "cni", "podman", "vmnet")


def main_address() -> str | None:
    """The IPv4 address a packet to the outside would carry, or None on a machine with no way out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(FAR_AWAY)
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if IPv4Address(address).is_loopback else address


def local_addresses(interfaces: Mapping[str, Any] | None = None, main: str | None = None) -> list[str]:
    """This machine's IPv4 addresses on the network, the main one first, without loopback and bridges."""
    found = psutil.net_if_addrs() if interfaces is None else interfaces
    main = main_address() if interfaces is None else main
    addresses = [
        entry.address
        for name, entries in sorted(found.items())
        if not name.startswith(INSIDE)
        for entry in entries
        if entry.family == socket.AF_INET and not IPv4Address(entry.address).is_loopback
    ]
    first = [main] if main else []
    return list(dict.fromkeys([*first, *addresses]))


def local_addresses6(interfaces: Mapping[str, Any] | None = None) -> list[str]:
    """This machine's IPv6 addresses that others can reach, without bridges."""
    found = psutil.net_if_addrs() if interfaces is None else interfaces
    addresses = [
        entry.address
        for name, entries in sorted(found.items())
        if not name.startswith(INSIDE)
        for entry in entries
        if entry.family == socket.AF_INET6 and "%" not in entry.address
    ]
    return [text for text in dict.fromkeys(addresses) if not IPv6Address(text).is_loopback]


def media_addresses(wanted: str, host: str = "0.0.0.0", relay: int = 0) -> tuple[str, ...]:
    """Addresses to announce for media, as `read_endpoint` takes them.

    Those in `wanted` (with commas; a port of their own moves on with the relay's number), or the one that is
    listened on, or this machine's and loopback.
    """
    named = tuple(str(read_endpoint(part).shifted(relay)) for part in wanted.split(",") if part.strip())
    if named:
        return named
    if host not in EVERYWHERE:
        return (host,)
    return (*local_addresses(), *(local_addresses6() if host == "::" else ()), LOOPBACK)


def port_problem(host: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> str | None:
    """Why we could not listen on that port, or None when we can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None
