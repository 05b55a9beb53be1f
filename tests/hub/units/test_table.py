"""Reading a list: each broken shape has its row and its reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.units import lines as module
from hub.units.models import SINCE_EVER, Level
from hub.units.table import read_table

HEADER = "code,name,level,parent_code,valid_from"
GOOD = f"{HEADER}\n90,Tỉnh Mẫu,province,,\n901,Huyện Đông,district,90,2020-01-01\n"


def only_problem(content: bytes | str) -> tuple[int, str, str]:
    read = read_table(content if isinstance(content, bytes) else content.encode())
    (problem,) = read.problems
    return problem.row, problem.code, problem.reason


def test_reads_rows() -> None:
    read = read_table(GOOD.encode())
    assert not read.problems
    assert [(row.number, row.code, row.name, row.level) for row in read.rows] == [
        (2, "90", "Tỉnh Mẫu", Level.PROVINCE),
        (3, "901", "Huyện Đông", Level.DISTRICT),
    ]
    assert [row.valid_from for row in read.rows] == [SINCE_EVER, date(2020, 1, 1)]


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("code,name", '"Code" , NAME').encode().replace(b'"Code" ', b'"Code"'),
        GOOD.replace("\n90", "\n\n  \n90").encode(),
        GOOD.rstrip("\n").encode(),
    ],
    ids=["bom", "crlf", "semicolons", "tabs", "header in capitals", "blank lines", "no last newline"],
)
def test_reads_other_shapes_alike(content: bytes) -> None:
    read = read_table(content)
    assert not read.problems
    assert [row.name for row in read.rows] == ["Tỉnh Mẫu", "Huyện Đông"]


def test_columns_may_stand_in_any_order_and_end_dates_may_be_given() -> None:
    text = "valid_to,level,code,parent_code,valid_from,name\n2025-07-01,commune,9001,901,2020-01-01,Xã Một\n"
    (row,) = read_table(text.encode()).rows
    assert (row.code, row.valid_to, row.parent_code) == ("9001", date(2025, 7, 1), "901")


def test_names_are_composed() -> None:
    (row,) = read_table(f"{HEADER}\n90,Tỉnh Mẫu,province,,\n".encode()).rows
    assert row.name == "Tỉnh Mẫu"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Xã,commune,901,", "code_missing"),
        ("9 1,Xã,commune,901,", "code_bad"),
        ("=1+1,Xã,commune,901,", "code_bad"),
        (f"{'9' * 21},Xã,commune,901,", "code_bad"),
        ("9001,,commune,901,", "name_missing"),
        (f"9001,{'x' * 201},commune,901,", "name_too_long"),
        ("9001,Xã\x00,commune,901,", "name_bad"),
        ('9001,"Xã\nMột",commune,901,', "name_bad"),
        ("9001,Xã,village,901,", "level_unknown"),
        ("9001,Xã,,901,", "level_unknown"),
        ("9001,Xã,commune,,", "parent_missing"),
        ("9001,Xã,province,901,", "parent_not_wanted"),
        ("9001,Xã,commune,901,2025-02-30", "date_bad"),
        ("9001,Xã,commune,901,01/07/2025", "date_bad"),
        ("9001,Xã,commune,901,20250701", "date_bad"),
        ("9001,Xã,commune,901", "columns_wrong"),
        ("9001,Xã,commune,901,,,", "columns_wrong"),
        ("9001", "columns_wrong"),
    ],
)
def test_bad_rows(line: str, reason: str) -> None:
    text = f"{HEADER}\n90,Tỉnh,province,,\n{line}\n901,Huyện,district,90,\n"
    row, _, found = only_problem(text)
    assert (row, found) == (3, reason)
    assert len(read_table(text.encode()).rows) == 2


def test_dates_reversed() -> None:
    line = "9001,Xã,commune,901,2025-07-01,2025-07-01"
    assert only_problem(f"{HEADER},valid_to\n{line}\n") == (2, "9001", "dates_reversed")


def test_rows_are_numbered_as_in_the_file() -> None:
    text = f"{HEADER}\n\n\n90,Tỉnh,province,,\n\n901,Huyện,quarter,90,\n"
    assert only_problem(text)[0] == 6


@pytest.mark.parametrize(
    ("content", "row", "reason"),
    [
        (b"", 1, "file_empty"),
        (b"\xef\xbb\xbf  \n", 1, "file_empty"),
        (GOOD.encode("utf-16"), 1, "encoding"),
        (GOOD.encode("cp1258", "ignore") + b"902,Huy\xeen,district,90,\n", 3, "encoding"),
        (b"PK\x03\x04rest", 1, "encoding"),
        (b"name;level\n", 1, "column_missing"),
        (HEADER.encode() + b",valid_too\n", 1, "column_unknown"),
        (HEADER.encode() + b",code\n", 1, "column_unknown"),
        (HEADER.encode() + b'\n90,"T\n', 2, "csv_bad"),
        (b'"code\n', 1, "csv_bad"),
        (HEADER.encode() + b"\n90," + b"x" * 200_000 + b",province,,\n", 2, "csv_bad"),
    ],
)
def test_unusable_files(content: bytes, row: int, reason: str) -> None:
    assert only_problem(content) == (row, "", reason)
    assert not read_table(content).whole


def test_encoding_names_what_it_found() -> None:
    assert read_table(GOOD.encode("utf-16")).problems[0].params == {"found": "utf-16"}
    assert read_table(b"PK\x03\x04").problems[0].params == {"found": "xlsx"}


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    assert only_problem(GOOD.encode() + b" " * 100) == (1, "", "file_too_large")


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 1)
    assert only_problem(GOOD)[2] == "too_many_rows"


@given(st.binary(max_size=300))
def test_never_raises(content: bytes) -> None:
    read_table(content)
    read_table(HEADER.encode() + b"\n" + content)


@given(st.integers(0, len(GOOD.encode())))
def test_every_truncation_is_read_or_refused(length: int) -> None:
    read = read_table(GOOD.encode()[:length])
    assert read.problems or read.count == len(read.rows)
