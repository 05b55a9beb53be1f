from datetime import timedelta

import pytest

from deploy.ttl import read_ttl


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        (" 7d ", timedelta(days=7)),
    ],
)
def test_reads_what_people_type(text: str, length: timedelta) -> None:
    assert read_ttl(text) == length


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1 h", "1w", "0s", "367d", "9999999s", "١h"])
def test_refuses_everything_else_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not (a length of time|between 1s and 366d)"):
        read_ttl(text)
