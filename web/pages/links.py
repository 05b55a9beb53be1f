"""Where a page may lead to after a form."""

from datetime import timedelta
from typing import Final

LANGUAGE_LASTS: Final = timedelta(days=400)


def own_path(goal: str) -> str:
    """The goal when it is a path of ours, else the first page: nobody is led elsewhere by a link of ours."""
    safe = goal.startswith("/") and not goal.startswith("//") and "\\" not in goal and goal.isprintable()
    return goal if safe else "/"
