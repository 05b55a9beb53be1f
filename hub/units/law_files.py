"""Where calendars and rules of the law are read from: the files that ship, or those of the installation,
which an administrator has held to the published texts. Each replaces the shipped one of its name as a whole.
"""

import json
import os
from pathlib import Path
from typing import Any

CALENDARS = "calendar"
"""The folder of the years' files, among the installation's own."""


class LawBad(ValueError):
    """A file cannot be read. The sentence names it, and the place in it; for an administrator."""


class _Chosen:
    own: Path | None = None


def use(own: Path | None) -> None:
    """From now on read the installation's own files in that folder before those that ship. Once, at start."""
    _Chosen.own = own


def own() -> Path | None:
    """The folder of the installation's own files; None when it has none."""
    return _Chosen.own


def rules_file(shipped: Path, own: Path | None) -> Path:
    """The file to be read in the place of one that ships."""
    mine = own / shipped.name if own is not None else shipped
    return mine if os.path.lexists(mine) else shipped


def calendar_files(shipped: Path, own: Path | None) -> list[Path]:
    """The files of all years, one for each, by year."""
    folders = [shipped, own / CALENDARS] if own is not None else [shipped]
    found = {path.name: path for folder in folders for path in folder.glob("*.json")}
    return [found[name] for name in sorted(found)]


def read_json(path: Path) -> Any:
    """What a file holds. Raises LawBad."""
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise LawBad(f"{path}: {problem.strerror}") from problem
    except ValueError as problem:  # no JSON, with line and column; or no UTF-8
        raise LawBad(f"{path}: {problem}") from problem
