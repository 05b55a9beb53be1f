"""One viewer's end of the fan-out: where its packets go, and what protects them."""

from typing import Any, ClassVar

from hub.relay.wire import srtp
from hub.relay.wire.mmsg import LONGEST_NAME, RawAddress, ffi, is_stream


class Target:
    """Owned by the peer's transport; `close` ends it for good.

    `changes` counts what happened to any target of this process: message headers that were made before it
    moved may name an address that is no longer right.
    """

    changes: ClassVar[int] = 0

    __slots__ = ("_keep", "context", "name", "name_length", "open", "outbound", "raw", "stream", "tag")

    def __init__(self, outbound: srtp.Outbound) -> None:
        self.outbound = outbound
        self.context: Any = outbound.context
        self.tag = outbound.tag
        self._keep = ffi.new("char[]", LONGEST_NAME)
        self.name: Any = ffi.cast("void *", self._keep)
        self.name_length = 0
        self.raw: RawAddress = b""
        self.open = False
        self.stream = False
        """Whether it is reached over TCP: `raw` then names a connection, and `name` is of no use."""

    def point_at(self, address: RawAddress) -> None:
        """Send to this verified address from now on (a peer that roams keeps its keys)."""
        self.stream = is_stream(address)
        if not self.stream:
            ffi.buffer(self._keep)[0 : len(address)] = address
            self.name_length = len(address)
        self.raw = address
        self.open = True
        Target.changes += 1

    def close(self) -> None:
        """Send nothing any more."""
        self.open = False
        Target.changes += 1
