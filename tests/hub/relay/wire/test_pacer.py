"""The pacer on a line of 800 kbit/s: 100 octets a millisecond."""

from hub.relay.core.plan import Lane, Plan, Totals
from hub.relay.core.specs import SlotName
from hub.relay.wire.pacer import OVERHEAD, PATIENCE, TICK, Pacer

LINE = 800_000


def plan(lane: Lane, octets: int, timestamp: int = 0, *, end: bool = False) -> Plan:
    """One that takes so many octets of the line for each viewer."""
    head = bytes([0x80, 0x80 | 96 if end else 96, 0, 0]) + timestamp.to_bytes(4, "big") + bytes(4)
    return Plan(head + bytes(octets - OVERHEAD - len(head)), lane)


def lane(slot: SlotName = "main", viewers: int = 2) -> Lane:
    return Lane(slot, tuple((f"v{number}", 0) for number in range(viewers)))


class Line:
    def __init__(self) -> None:
        self.skipped: list[Plan] = []
        self.totals = Totals()
        self.pacer = Pacer(LINE, self.totals, self.skipped.append)

    def run(self, seconds: float, start: float = 0.0) -> list[tuple[float, Plan]]:
        """What leaves, tick by tick."""
        out = []
        for step in range(round(seconds / TICK) + 1):
            now = start + step * TICK
            out += [(now, plan) for plan in self.pacer.admit([], now)]
        return out


def test_pictures_leave_at_the_lines_rate_and_in_order() -> None:
    line, pictures = Line(), lane()
    plans = [plan(pictures, 500) for _ in range(10)]  # each takes 10 ms
    left = [(0.0, one) for one in line.pacer.admit(plans, 0.0)] + line.run(0.3)
    assert [one for _, one in left] == plans
    assert 0.08 <= left[-1][0] <= 0.105
    assert line.pacer.deadline() is None
    assert line.skipped == []


def test_voices_and_resends_are_never_held_but_paid_for() -> None:
    line, pictures = Line(), lane()
    line.pacer.admit([plan(pictures, 1000) for _ in range(3)], 0.0)
    voice, resend = plan(lane("voice1"), 150), plan(lane(viewers=1), 1000)
    assert line.pacer.admit([voice, resend], 0.001) == [voice, resend]
    assert line.pacer.deadline() == 0.001 + TICK
    assert line.run(0.02, 0.005) == []


def test_what_waited_too_long_is_dropped_to_the_end_of_its_frame() -> None:
    line, pictures = Line(), lane()
    line.pacer.admit([plan(pictures, 100_000)], 0.0)  # two seconds of the line
    torn = [plan(pictures, 500, 1), plan(pictures, 500, 1)]
    line.pacer.admit(torn, 0.1)
    assert line.run(0.2, PATIENCE) == []
    assert line.skipped == torn
    rest, whole = plan(pictures, 500, 1, end=True), plan(pictures, 500, 2, end=True)
    left = [(1.8, one) for one in line.pacer.admit([rest, whole], 1.8)] + line.run(0.4, 1.8)
    assert [one for _, one in left] == [whole]
    assert line.skipped == [*torn, rest]
    assert line.totals.values["pacer_dropped"] == 6


def test_a_closed_lane_does_not_leave() -> None:
    line, pictures = Line(), lane()
    first, second = plan(pictures, 1000), plan(pictures, 1000)
    assert line.pacer.admit([first, second], 0.0) == [first]
    pictures.open = False
    assert line.run(0.1) == []
    assert line.skipped == [second]


def test_resends_far_beyond_the_line_are_dropped_and_voices_are_not() -> None:
    line = Line()
    resends = [plan(lane(viewers=1), 1000) for _ in range(100)]
    out = line.pacer.admit(resends, 0.0)
    assert 10 <= len(out) <= 13
    voice = plan(lane("voice1"), 150)
    assert line.pacer.admit([voice], 0.0) == [voice]


def test_the_line_of_waiting_pictures_is_bounded() -> None:
    line, pictures = Line(), lane()
    line.pacer.admit([plan(pictures, 500) for _ in range(6000)], 0.0)
    assert len(line.skipped) > 1000
    assert len(line.pacer._line) <= 4096
