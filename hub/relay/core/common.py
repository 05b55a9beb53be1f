"""What every part of the core shares."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.relay.core.ledger import NO_LEDGER, Ledger
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Totals

if TYPE_CHECKING:
    from hub.relay.core.slot import SlotStream
    from hub.relay.core.variant import Variant


@dataclass(slots=True, eq=False)
class Common:
    """One per forwarder. `replaying` holds every variant that may have viewers behind the others,
    `repeating` every voice that is to be said again."""

    limits: Limits
    totals: Totals
    seed: int = 0
    ledger: Ledger = NO_LEDGER
    outbox: Outbox = field(default_factory=Outbox)
    replaying: dict["Variant", None] = field(default_factory=dict)
    repeating: dict["SlotStream", None] = field(default_factory=dict)
