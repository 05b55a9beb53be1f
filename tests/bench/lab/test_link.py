"""One direction of a line loses, delays, holds back and cuts as it was told to."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.bench.lab.link import CUT, LOST, Line, Link

lines = st.builds(
    Line,
    delay=st.floats(0, 0.3),
    jitter=st.floats(0, 0.1),
    reorders=st.booleans(),
    loss=st.sampled_from((0.0, 0.02, 0.3, 1.0)),
    burst=st.sampled_from((1.0, 4.0)),
    burst_seconds=st.sampled_from((0.0, 0.05)),
    kbps=st.sampled_from((None, 100.0, 1000.0)),
)


def carried(line: Line, packets: int = 20_000, every: float = 0.005) -> list[float]:
    link = Link([(0.0, line)], Random(1))
    return [link.send(index * every, 100) for index in range(packets)]


@pytest.mark.parametrize(("burst", "burst_seconds"), [(1.0, 0.0), (5.0, 0.0), (1.0, 0.06)])
def test_it_loses_the_share_it_was_told_in_runs_of_that_length(burst: float, burst_seconds: float) -> None:
    lost = [at == LOST for at in carried(Line(loss=0.1, burst=burst, burst_seconds=burst_seconds), 200_000)]
    assert sum(lost) / len(lost) == pytest.approx(0.1, rel=0.1)
    runs = sum(now and not before for before, now in zip([False, *lost], lost, strict=False))
    wanted = burst_seconds / 0.005 if burst_seconds else max(burst, 1 / 0.9)
    assert sum(lost) / runs == pytest.approx(wanted, rel=0.15)


def test_without_reordering_a_held_back_packet_holds_back_the_next() -> None:
    times = carried(Line(delay=0.02, jitter=0.03))
    assert times == sorted(times)
    assert 0.02 <= times[0] <= 0.05


def test_with_reordering_packets_overtake() -> None:
    times = carried(Line(jitter=0.03, reorders=True))
    assert times != sorted(times)


def test_a_narrow_line_carries_its_rate_and_drops_what_would_wait_too_long() -> None:
    line = Line(kbps=80, queue=0.2)
    link = Link([(0.0, line)], Random(1))
    times = [link.send(index * 0.005, 100) for index in range(2_000)]  # 240 kbit/s with headers
    arrived = [at for at in times if at != LOST]
    assert len(arrived) * 152 * 8 / max(arrived) == pytest.approx(80_000, rel=0.03)
    assert all(at - index * 0.005 <= 0.2 + 0.02 for index, at in enumerate(times) if at != LOST)
    assert sum(link.overflow.values()) == 100 * times.count(LOST)


def test_a_schedule_changes_the_line() -> None:
    link = Link([(0.0, Line()), (1.0, CUT), (2.0, Line(delay=0.1))], Random(1))
    assert [link.send(at, 100) for at in (0.5, 1.0, 1.9, 2.0)] == [0.5, LOST, LOST, 2.1]


@given(lines, st.integers(0, 99))
def test_nothing_arrives_before_it_was_sent_and_the_same_seed_gives_the_same(line: Line, seed: int) -> None:
    first, second = (Link([(0.0, line)], Random(seed)) for _ in range(2))
    for index in range(200):
        now = index * 0.003
        at = first.send(now, 300)
        assert at == LOST or at >= now + line.delay
        assert second.send(now, 300) == at
