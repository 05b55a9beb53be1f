"""The installation's own calendars and rules of the law, below its data folder."""

import re
from pathlib import Path
from typing import Final

from deploy.errors import CommandError
from hub.cases.clock.rule import FILE, law
from hub.units import law_files
from hub.units.working_days import vietnam

_YEAR: Final = re.compile(r"20\d\d\.json")


def settle_law(folder: Path) -> None:
    """Read them from now on, in the place of those that ship, where there are any. Raises CommandError, which
    names the file and the place, for one that is wrong or would not be read.
    """
    law_files.use(None)
    if not folder.exists():
        return
    _only_known(folder)
    law_files.use(folder.absolute())
    try:
        vietnam()
        law()
    except law_files.LawBad as problem:
        law_files.use(None)
        raise CommandError(str(problem)) from problem


def _only_known(folder: Path) -> None:
    """A slip in a name must not pass for a calendar."""
    try:
        files = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    except OSError as problem:
        raise CommandError(f"{folder}: {problem.strerror}") from problem
    for path in files:
        name = path.relative_to(folder).as_posix()
        year = name.removeprefix(f"{law_files.CALENDARS}/")
        if name != FILE.name and (year == name or not _YEAR.fullmatch(year)):
            raise CommandError(
                f"{path}: only {FILE.name} and {law_files.CALENDARS}/<year>.json are read in {folder}"
            )
