"""What both ends of a relay's pipes work with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.relay.core.plan import Totals
from hub.relay.pipe.forwarder import PipedForwarder
from hub.relay.wire.metrics import DelayHistogram


@dataclass(frozen=True, slots=True)
class End:
    """`turn` is called after input, to send what came of it. `delays` are those of packets from other
    relays."""

    forwarder: PipedForwarder
    totals: Totals
    turn: Callable[[], None]
    clock: Callable[[], float]
    delays: DelayHistogram = field(default_factory=DelayHistogram)
