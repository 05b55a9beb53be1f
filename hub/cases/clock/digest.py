"""By what terms are reckoned, as one short text: it differs when stored terms have to be reckoned anew."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

from hub.cases.clock.happening import ENDS_ALL, TAKES_NO_RIGHT
from hub.cases.clock.rule import FILE
from hub.units import law_files
from hub.units.working_days import FOLDER

WAY: Final = 3
"""To be counted up when the reckoning itself changes, and neither a rule nor a calendar does."""


def law_digest() -> str:
    """Of the rules, the calendars of all years and what ends every term: 64 hexadecimal digits."""
    return _digest(law_files.own())


@cache
def _digest(own: Path | None) -> str:
    files = [law_files.rules_file(FILE, own), *law_files.calendar_files(FOLDER, own)]
    # Read, not as bytes: a line end or an indent changes no term.
    texts = [law_files.read_json(path) for path in files]
    said = [WAY, texts, sorted(ENDS_ALL), sorted(TAKES_NO_RIGHT)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
