import re
from pathlib import Path

from deploy.unit_list import SENTENCES, SHOWN_PROBLEMS, report_lines, sentence
from hub.units.importer import ImportReport
from hub.units.table import Problem

SOURCES = Path(__file__).parents[2] / "hub" / "units"
RAISED = re.compile(r"(?:RowRefused\(\s*|Problem\([^()]*?)\"([a-z_]+)\"")


def reasons() -> set[str]:
    text = "".join(
        (SOURCES / f"{name}.py").read_text("utf-8") for name in ("lines", "table", "plan", "succession_list")
    )
    return set(RAISED.findall(text)) | {"parent_unknown", "parent_not_valid"}


def test_every_reason_has_a_sentence() -> None:
    assert reasons() == set(SENTENCES)


def test_a_sentence_holds_the_values_and_survives_a_missing_one() -> None:
    assert sentence(Problem(7, "1", "date_bad", {"column": "valid_from", "value": "1/2/24"})) == (
        "valid_from is '1/2/24'; dates are written YYYY-MM-DD"
    )
    assert sentence(Problem(7, "1", "date_bad")) == "? is '?'; dates are written YYYY-MM-DD"
    assert sentence(Problem(7, "1", "brand_new", {"a": 1})) == "brand_new {'a': 1}"


def test_a_check_says_what_would_happen_and_that_nothing_did() -> None:
    report = ImportReport(rows=3, new=2, changed=0, unchanged=1)
    assert list(report_lines(report, wanted=False)) == [
        "3 rows: 2 new, 0 changed, 1 unchanged",
        "Nothing was imported: this was a check. --write imports them.",
    ]


def test_bad_rows_are_named_and_a_flood_is_cut() -> None:
    problems = [Problem(row, f"{row:05}", "name_missing") for row in range(2, 2 + SHOWN_PROBLEMS + 3)]
    lines = list(report_lines(ImportReport(rows=60, problems=problems), wanted=True))
    assert lines[1:3] == ["53 bad rows:", "  row 2 (code 00002): the name is missing"]
    assert lines[-2] == "  … and 3 more"
    assert lines[-1] == "Nothing was imported. Correct the rows, or import the good ones with --skip-bad."
