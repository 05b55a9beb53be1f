"""`hub units import` and `successions`: the report of an import, for a person at a terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from deploy.errors import CommandError
from deploy.settings import Settings
from deploy.wiring import office
from hub.units.importer import ImportReport
from hub.units.succession_list import SuccessionPlan
from hub.units.table import MAX_BYTES, Problem

SHOWN_PROBLEMS: Final = 50
SENTENCES: Final = {
    "code_bad": "the code {value!r} has characters a code cannot have",
    "code_missing": "the code is missing",
    "column_missing": "the file lacks the columns {columns}",
    "column_unknown": "the file has columns that mean nothing here: {columns}",
    "columns_wrong": "the row has {found} cells, the header {expected}",
    "complete_needs_one_date": "a complete list has one valid_from; this one has {found}",
    "csv_bad": "the file is not well-formed CSV from here on",
    "date_bad": "{column} is {value!r}; dates are written YYYY-MM-DD",
    "dates_reversed": "valid_to {valid_to} is not after valid_from {valid_from}",
    "duplicate": "the same code and date stand in row {first_row} already",
    "encoding": "the file is not UTF-8 (found: {found}); save it as 'CSV UTF-8'",
    "file_empty": "the file is empty",
    "file_too_large": "the file is larger than {limit} bytes",
    "main_bad": "main is {value!r}; it is x or empty",
    "level_not_in_profile": "there is no level {value} in this profile",
    "level_unknown": "the level {value!r} is none of province, district, commune",
    "name_bad": "the name has characters that cannot be printed",
    "name_missing": "the name is missing",
    "name_too_long": "the name is longer than {limit} characters",
    "overlap": "the unit would exist twice from {valid_from} on",
    "parent_level": "the parent {parent} is of level {level}, which cannot be the parent here",
    "parent_missing": "the parent's code is missing",
    "parent_not_valid": "the parent {parent} does not exist on {on}",
    "parent_not_wanted": "a province has no parent, this one names {parent}",
    "parent_refused": "the parent {parent} is refused itself (row {parent_row}: {parent_reason})",
    "parent_unknown": "there is no unit {parent} that could be the parent",
    "same_unit": "the unit does not end: it cannot carry itself on",
    "successor_not_valid": "the successor {successor} does not exist on {on}",
    "too_many_rows": "the file has more than {limit} rows",
    "two_mains": "the unit has another main successor already (row {first_row}; 0: recorded before)",
    "unit_not_valid": "there is no unit with this code on {on}",
}


def read_list(file: Path) -> bytes:
    """The file's bytes. Raises CommandError for one too large to be a list of units."""
    if file.stat().st_size > MAX_BYTES:
        raise CommandError(f"{file} is larger than {MAX_BYTES:,} bytes")
    return file.read_bytes()


async def import_successions(
    settings: Settings, content: bytes, *, write: bool, skip_bad: bool
) -> SuccessionPlan:
    """Check a list of who carries on whom and, with `write`, import it."""
    async with office(settings) as services:
        return await services.units.import_successions(content, write=write, skip_bad=skip_bad)


async def import_list(
    settings: Settings, content: bytes, *, write: bool, skip_bad: bool, complete: bool
) -> ImportReport:
    """Check a list against the stored tree and, with `write`, import it."""
    async with office(settings) as services:
        return await services.units.import_list(content, write=write, skip_bad=skip_bad, complete=complete)


class _Params(dict[str, object]):
    """A value the sentence wants and the problem does not carry shows as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence(problem: Problem) -> str:
    """What is wrong with a row, in words; the bare code for a reason without a sentence."""
    template = SENTENCES.get(problem.reason)
    if template is None:
        return f"{problem.reason} {problem.params or ''}".rstrip()
    return template.format_map(_Params(problem.params))


def report_lines(report: ImportReport, *, wanted: bool) -> Iterator[str]:
    """The report, line by line. `wanted`: writing was asked for."""
    counts = f"{report.new:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged"
    ending = f", {report.ended:,} ending" if report.ended else ""
    yield f"{report.rows:,} rows: {counts}{ending}"
    yield from _problem_lines(report.problems)
    yield _closing(report, wanted=wanted)


def succession_lines(plan: SuccessionPlan, *, wanted: bool) -> Iterator[str]:
    """The report on a list of who carries on whom, line by line."""
    counts = f"{len(plan.new):,} new, {len(plan.changed):,} changed, {plan.unchanged:,} unchanged"
    yield f"{plan.rows:,} rows: {counts}"
    yield from _problem_lines(plan.problems)
    yield _closing(plan, wanted=wanted)


def _problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        yield f"{len(problems):,} bad {'row' if len(problems) == 1 else 'rows'}:"
    for problem in problems[:SHOWN_PROBLEMS]:
        code = f" (code {problem.code})" if problem.code else ""
        yield f"  row {problem.row}{code}: {sentence(problem)}"
    if len(problems) > SHOWN_PROBLEMS:
        yield f"  … and {len(problems) - SHOWN_PROBLEMS:,} more"


def _closing(report: ImportReport | SuccessionPlan, *, wanted: bool) -> str:
    if report.written:
        left_out = f"; the {len(report.problems):,} bad rows were left out" if report.problems else ""
        return f"Imported{left_out}."
    if wanted:
        return "Nothing was imported. Correct the rows, or import the good ones with --skip-bad."
    again = "--write --skip-bad imports the good rows" if report.problems else "--write imports them"
    return f"Nothing was imported: this was a check. {again}."
