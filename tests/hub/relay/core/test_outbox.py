"""The way out: what a cut takes back."""

import gc

from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Plan

MEMBERS = (("anna", 1), ("bert", 2))


def test_a_cut_closes_every_lane_that_somebody_still_holds() -> None:
    outbox = Outbox()
    held, other, second = (
        outbox.lane("main", MEMBERS),
        outbox.lane("main", MEMBERS[1:]),
        outbox.lane("second", MEMBERS),
    )
    outbox.cut("main", {"anna"})
    assert (held.open, other.open, second.open) == (False, True, True)


def test_queued_plans_go_on_to_the_others_in_their_order() -> None:
    outbox = Outbox()
    lane, alone = outbox.lane("main", MEMBERS), outbox.lane("main", MEMBERS[:1])
    for packet, to in ((b"1", lane), (b"2", alone), (b"3", lane)):
        outbox.send(packet, to, 5.0, 4.0)
    assert [plan.packet for plan in outbox.cut("main", {"anna"})] == [b"1", b"2", b"3"]
    plans = [plan for plan in outbox.drain() if isinstance(plan, Plan)]
    assert [(plan.packet, plan.lane.members, plan.received_at) for plan in plans] == [
        (b"1", (("bert", 2),), 4.0),
        (b"3", (("bert", 2),), 4.0),
    ]
    assert all(plan.lane.open for plan in plans)


def test_lanes_that_nobody_holds_are_forgotten() -> None:
    outbox = Outbox()
    for _ in range(100):
        outbox.send(b"1", outbox.lane("main", MEMBERS), 5.0)
    outbox.drain()
    gc.collect()
    assert len(outbox._lanes) == 0
