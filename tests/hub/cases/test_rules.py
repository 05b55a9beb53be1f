from datetime import date, timedelta

import pytest

from hub.cases.rules import Due, due

TODAY = date(2026, 7, 15)


@pytest.mark.parametrize(
    ("days", "standing"),
    [(-1, Due.OVERDUE), (0, Due.DUE_SOON), (3, Due.DUE_SOON), (4, Due.IN_TIME), (400, Due.IN_TIME)],
)
def test_how_a_deadline_stands(days: int, standing: Due) -> None:
    assert due(TODAY + timedelta(days=days), TODAY) is standing
