"""Counting up to a bound, on both databases."""

import pytest
from sqlalchemy import select, text

from hub.store.counting import bounded
from hub.store.database import Database


@pytest.mark.parametrize(("there", "most", "said"), [(0, 5, 0), (3, 5, 3), (5, 5, 5), (9, 5, 5)])
async def test_counts_no_further_than_asked(db: Database, there: int, most: int, said: int) -> None:
    numbers = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(there)) or "SELECT 1 AS n WHERE 1 = 0"
    rows = select(text("n")).select_from(text(f"({numbers}) AS numbers")).order_by(text("n DESC"))
    async with db.read() as session:
        assert await bounded(session, rows, most) == said
