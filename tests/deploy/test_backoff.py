from deploy.backoff import Backoff


def test_waits_double_up_to_five_seconds() -> None:
    backoff = Backoff()
    assert [backoff.after(0.1) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_long_life_makes_the_wait_short_again() -> None:
    backoff = Backoff()
    for _ in range(4):
        backoff.after(0.1)
    assert backoff.after(60.0) == 0.2
    assert backoff.after(0.1) == 0.4
