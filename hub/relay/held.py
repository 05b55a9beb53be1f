"""What a supervisor holds for a relay, so that it outlives the relay's death: its sockets and its ledger.

While nobody reads them the kernel keeps the sockets open: datagrams wait, connections are accepted, and no
host is told that the port is closed.
"""

import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final

VARIABLE: Final = "RELAY_HELD"
"""Not `HUB_…`: it is no setting, and only a supervisor can write it."""


@dataclass(frozen=True, slots=True)
class Held:
    """File descriptors: the ledger's file, the UDP socket, the TCP listener."""

    ledger: int
    udp: int
    tcp: int

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All of them, to be inherited."""
        return self.ledger, self.udp, self.tcp

    @property
    def environ(self) -> dict[str, str]:
        """What tells a child of them."""
        return {VARIABLE: ",".join(str(descriptor) for descriptor in self.descriptors)}

    def sockets(self) -> tuple[socket.socket, socket.socket]:
        """Copies of both sockets: closing them closes nothing for others."""
        return socket.socket(fileno=os.dup(self.udp)), socket.socket(fileno=os.dup(self.tcp))

    def close(self) -> None:
        """Let go. Only the holder does that."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def can_hold() -> bool:
    """Whether this system has files that are memory (Linux)."""
    return hasattr(os, "memfd_create")


def hold(name: str, sockets: tuple[socket.socket, socket.socket]) -> Held:
    """Hold these (bound) sockets and an empty ledger. Raises OSError."""
    udp, tcp = sockets
    ledger = os.memfd_create(f"{name}-ledger", os.MFD_CLOEXEC)
    return Held(ledger, udp.detach(), tcp.detach())


def inherited(environ: MutableMapping[str, str]) -> Held | None:
    """What was inherited from a supervisor, None without one; the variable is taken away. Raises
    ValueError."""
    text = environ.pop(VARIABLE, "")
    if not text:
        return None
    ledger, udp, tcp = (int(part) for part in text.split(","))
    held = Held(ledger, udp, tcp)
    for descriptor in held.descriptors:
        os.set_inheritable(descriptor, False)
    return held
