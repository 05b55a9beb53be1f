"""By what terms are reckoned, as one short text: it differs when stored terms have to be reckoned anew."""

import hashlib
import json
from functools import cache
from typing import Final

from hub.cases.clock.happening import ENDS_ALL, TAKES_NO_RIGHT
from hub.cases.clock.rule import FILE
from hub.units.working_days import FOLDER

WAY: Final = 3
"""To be counted up when the reckoning itself changes, and neither a rule nor a calendar does."""


@cache
def law_digest() -> str:
    """Of the rules, the calendars of all years and what ends every term: 64 hexadecimal digits."""
    files = [FILE, *sorted(FOLDER.glob("*.json"))]
    # Read, not as bytes: a line end or an indent changes no term.
    texts = [json.loads(path.read_text("utf-8")) for path in files]
    said = [WAY, texts, sorted(ENDS_ALL), sorted(TAKES_NO_RIGHT)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
