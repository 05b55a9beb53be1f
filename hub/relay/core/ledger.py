"""What the core tells a ledger while it runs, so that a relay that is killed can go on where it was.

The rule behind every method: it is told *before* the packet leaves. So whatever a reader of the ledger takes
for used may be unused, and never the other way round; a number skipped is a packet lost, a number used twice
would break GCM.
"""
# ruff: noqa: ARG002 - what remembers nothing is told all the same

from dataclasses import dataclass
from typing import Protocol

from hub.relay.core.specs import SlotName


@dataclass(frozen=True, slots=True)
class Head:
    """The newest packet of one stream. `number`, `picture` and `tl0` never wrap; `at` is when it was written,
    on the hub's clock, which goes on across processes."""

    number: int
    timestamp: int
    at: float
    picture: int
    tl0: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a viewer stands in a slot: the next number it may be given, and what it was sent at most."""

    number: int
    packets: int
    octets: int
    last_at: float | None


class StreamLine(Protocol):
    """The ledger's line of one variant of one slot of one stage."""

    @property
    def before(self) -> Head | None:
        """Where the process before this one stood; None for a stream that is new."""
        ...

    def wrote(self, head: Head, size: int) -> None:
        """A packet of `size` octets became the newest. Before anybody is sent it."""
        ...


class ViewLine(Protocol):
    """The ledger's line of one viewer in one slot. It lives as long as the viewer's keys."""

    @property
    def before(self) -> Place | None:
        """Where the process before this one stood; None for a viewer that was never sent anything here."""
        ...

    def grows(self, stream: StreamLine, start: int, number: int) -> None:
        """From that stream's packet `start` on it is sent the stream, the first of it as its `number`."""
        ...

    def stands(self, number: int) -> None:
        """It is sent nothing for now; `number` is the next."""
        ...

    @property
    def probes_before(self) -> int | None:
        """The first number free for probes; None when there were none."""
        ...

    def probing(self, until: int) -> None:
        """Numbers of probes below `until` may be used from now on."""
        ...


class Ledger(Protocol):
    """Gives out lines. One that has no room left gives lines that remember nothing."""

    def stream(self, stage: str, slot: SlotName, variant: str) -> StreamLine:
        """The line of a stream, the one kept from before if there is one."""
        ...

    def view(self, peer: str, slot: SlotName) -> ViewLine:
        """The line of a viewer in a slot, the one kept from before if there is one."""
        ...

    def forget_peer(self, peer: str) -> None:
        """It is gone, and its keys with it."""
        ...

    def forget_stage(self, stage: str) -> None:
        """Nobody is on it any more."""
        ...


class _Nothing:
    """A line, and a ledger, that remembers nothing."""

    before = None
    probes_before = None

    def wrote(self, head: Head, size: int) -> None:
        pass

    def grows(self, stream: StreamLine, start: int, number: int) -> None:
        pass

    def stands(self, number: int) -> None:
        pass

    def probing(self, until: int) -> None:
        pass

    def stream(self, stage: str, slot: SlotName, variant: str) -> "_Nothing":
        return self

    def view(self, peer: str, slot: SlotName) -> "_Nothing":
        return self

    def forget_peer(self, peer: str) -> None:
        pass

    def forget_stage(self, stage: str) -> None:
        pass


NO_LEDGER: Ledger = _Nothing()
NO_STREAM: StreamLine = _Nothing()
NO_VIEW: ViewLine = _Nothing()
"""For tests, and for a relay that nobody brings back."""
