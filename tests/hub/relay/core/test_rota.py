"""Rotas: everybody's turn comes, nobody's twice, and not all at once."""

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.rota import Rota

PERIOD = 1.0


def test_all_are_due_after_a_period() -> None:
    rota, members = Rota(PERIOD), dict(zip("abc", "ABC", strict=True))
    assert rota.take(members, 5.0) == ["A", "B", "C"]
    assert rota.deadline == 6.0
    assert rota.take(members, 6.0) == ["A", "B", "C"]


def test_asked_earlier_it_gives_a_part_in_turn() -> None:
    rota, members = Rota(PERIOD), dict(zip("abcd", "ABCD", strict=True))
    rota.take(members, 0.0)
    assert [rota.take(members, 0.25 * n) for n in range(1, 6)] == [["A"], ["B"], ["C"], ["D"], ["A"]]
    assert rota.take(members, 1.25) == []


def test_without_members_it_is_due_again_later() -> None:
    rota = Rota(PERIOD)
    assert rota.take({}, 3.0) == []
    assert rota.deadline == 4.0


@given(
    st.lists(st.tuples(st.floats(0.0, 0.5), st.sets(st.sampled_from("abcdefgh"))), min_size=1, max_size=60),
)
def test_nobody_waits_longer_than_a_period(steps: list[tuple[float, set[str]]]) -> None:
    """Members come and go; whoever stays for a period, and a call more, had a turn in it."""
    rota, now, since = Rota(PERIOD), 0.0, dict[str, float]()
    for passed, present in steps:
        longest = passed
        now += passed
        members = {name: name for name in sorted(present)}
        since = {name: since.get(name, now) for name in members}
        taken = rota.take(members, now)
        assert len(taken) == len(set(taken))
        assert set(taken) <= present
        since |= dict.fromkeys(taken, now)
        assert all(now - at <= 2 * PERIOD + longest for at in since.values())
