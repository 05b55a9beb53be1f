"""A register becomes cases, row by row, all of it can be undone, and no file hurts."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, text, update

from hub.cases.errors import Refusal
from hub.cases.importing import batches, sheet
from hub.cases.importing.rows import Named, RowBad, Units, guess, read_row
from hub.cases.importing.writing import Writer
from hub.cases.lookup_tables import LookupCode
from hub.cases.models import Case, CaseBook, Petitioner, SealedPetitioner
from hub.cases.rules import CaseKind
from hub.cases.search import Wanted
from hub.people.roles import Role
from hub.units.models import Unit, UnitSuccession
from hub.units.succession import Span
from tests.kit.factories import House

HEAD = [
    "Số",
    "Ngày nhận",
    "Họ và tên",
    "Điện thoại",
    "Loại đơn",
    "Lĩnh vực",
    "Đơn vị",
    "Nội dung",
    "Ngày kết thúc",
]
TODAY = date(2026, 3, 1)
GOOD: list[object] = [
    None,
    "05/03/2024",
    "Lý Thị Hoa",
    "0900 000 003",
    "Khiếu nại",
    "Đất đai",
    "Hoà An",
    "Đền bù đất",
    None,
]
ALWAYS = Span(date(2000, 1, 1), None)
REFORM = date(2025, 7, 1)
BEFORE, SINCE = Span(date(2000, 1, 1), REFORM), Span(REFORM, None)
C, OTHER = Named(ALWAYS, "c"), Named(ALWAYS, "o")
UNITS = Units(
    "u",
    {
        "C11": [C],
        "C13": [Named(BEFORE, "heir"), Named(SINCE, "new")],
        "C14": [Named(BEFORE, None)],
        "C15": [Named(SINCE, "new")],
    },
    {"hoa an": [C], "tan lap": [C, OTHER]},
    TODAY,
)
COLUMNS = guess(HEAD)


def register(*rows: Sequence[object], head: list[str] = HEAD) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["SỔ TIẾP CÔNG DÂN NĂM 2024"])
    page.append(head)
    for row in rows:
        page.append([*row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(**cells: object) -> list[object]:
    """The good row with other cells."""
    row: list[object] = [*GOOD]
    for field, value in cells.items():
        row[COLUMNS[field]] = value
    return row


def test_the_columns_of_an_office() -> None:
    assert set(COLUMNS) == {"number", "received", "name", "phone", "kind", "field", "unit", "title", "closed"}
    row = read_row(7, [None if each is None else str(each) for each in GOOD], COLUMNS, UNITS, TODAY)
    assert (row.received, row.kind, row.unit) == (date(2024, 3, 5), CaseKind.COMPLAINT, "c")


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"received": "31/02/2024"}, "received", "date_impossible"),
        ({"received": "45000"}, "received", "date_unclear"),
        ({"received": {"d": "2126-01-01"}}, "received", "date_future"),
        ({"received": "01/01/1890"}, "received", "date_early"),
        ({"received": None}, "received", "cell_missing"),
        ({"closed": "01/01/2024"}, "closed", "date_reversed"),
        ({"kind": "Thư tình"}, "kind", "value_unknown"),
        ({"unit": "Nơi khác"}, "unit", "unit_not_found"),
        ({"unit": "Tân Lập"}, "unit", "unit_twice"),
        ({"unit": "C14"}, "unit", "unit_split"),
        ({"title": {"f": 1}}, "title", "cell_formula"),
        ({"title": {"e": 1}}, "title", "cell_error"),
        ({"title": "x" * 301}, "title", "cell_long"),
        ({"title": {"d": "2024-01-01"}}, "title", "cell_not_text"),
        ({"number": "12/2023"}, "number", "number_year"),
        ({"number": "mười"}, "number", "number_bad"),
        ({"number": "999999"}, "number", "number_range"),
        ({"name": None}, "name", "cell_missing"),
        ({"kind": "tố cáo", "title": "Lý Thị Hoa tố cáo"}, "title", "identity_in_text"),
        ({"kind": "tố cáo", "title": "Gọi 0900.000.003"}, "title", "identity_in_text"),
        ({"kind": "tố cáo", "name": "Bà Lý Thị Hoa", "title": "Lý Thị Hoa tố"}, "title", "identity_in_text"),
    ],
)
def test_a_bad_row_names_its_place(cells: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(RowBad, match=code) as refused:
        read_row(7, changed(**cells), COLUMNS, UNITS, TODAY)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("code", "received", "unit"),
    [
        ("C13", "05/03/2024", "heir"),
        ("C13", "05/03/2026", "new"),
        ("C13", "30/06/2025", "heir"),
        ("C13", "01/07/2025", "new"),
        ("C15", "05/03/2024", "new"),  # an old register, written out with today's codes
    ],
)
def test_a_code_means_the_unit_that_had_it_on_that_day(code: str, received: str, unit: str) -> None:
    row = read_row(7, changed(unit=code, received=received), COLUMNS, UNITS, date(2026, 4, 1))  # type: ignore[arg-type]
    assert row.unit == unit


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"\x00" * 160_000_000)
    return out.getvalue()


def with_part(name: str, content: str) -> bytes:
    out = io.BytesIO(register(GOOD))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04 not a zip", "file_broken"),
        (register(GOOD)[:-400], "file_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "file_old_excel"),
        (with_part("xl/vbaProject.bin", "x"), "file_macro"),
        ("Ngày;Nội dung\n".encode("utf-16"), "file_encoding"),
        (b"Ngay;Noi dung\n1;\xe0\xff\n", "file_encoding"),
        (b"%PDF-1.7 whatever", "file_type"),
        (b"a;b\n" + b"1;2\n" * 20_100, "too_many_rows"),
        (b"a;b\n" + b";" * 10 + b"1" + b";1" * 70, "too_many_columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files(content: bytes, code: str) -> None:
    with pytest.raises(sheet.Unreadable, match=code):
        sheet.read(content)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(sheet.Unreadable, match="file_bomb"):
        sheet.read(bomb())


async def test_a_register_comes_in_and_goes(house: House) -> None:
    clerk, imports = house.clerk, house.cases.imports()
    rows: list[list[object]] = [
        GOOD,
        changed(title="Tố giác lãng phí", kind="Tố cáo", name="Trần Thị Giấu", phone="0911 111 111"),
        changed(title="=1+1"),
        changed(received="31/02/2024"),
        GOOD,
        changed(title="Việc đã xong", number="7/2024", closed="20/06/2024"),
        changed(title="Trùng số", number="7"),
    ]
    batch = await imports.start(clerk, house.unit["P"].id, register(*rows))
    trial = await imports.try_out(clerk, batch)
    assert (trial.good, [(bad.row, bad.column, bad.code) for bad in trial.bad]) == (
        3,
        [
            (5, "H", "cell_formula"),
            (6, "B", "date_impossible"),
            (7, "H", "row_twice"),
            (9, "A", "number_twice"),
        ],
    )
    assert "Lý Thị Hoa" not in str(trial.samples)
    with pytest.raises(Refusal, match="import_unknown"):
        await imports.get(house.account(Role.CHAIR), batch)
    await imports.run(clerk, batch)
    done = await imports.get(clerk, batch)
    assert (done.state, done.written, done.bad_rows, done.looked_at) == ("done", 3, 4, 7)
    page = await house.cases.search().find(clerk, Wanted())
    assert {(case.title, case.number, case.state) for case in page.cases} == {
        ("Đền bù đất", "2024/0008", "received"),
        ("Tố giác lãng phí", "2024/0009", "received"),
        ("Việc đã xong", "2024/0007", "closed"),
    }
    assert {case.due_on is None for case in page.cases if case.state == "closed"} == {True}
    async with house.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(SealedPetitioner)) == 1
        assert "Trần Thị Giấu" not in str(list(await session.scalars(select(Petitioner.name))))
        assert await session.scalar(text("SELECT sealed FROM import_batches")) is None
    with pytest.raises(Refusal, match="import_again"):
        await _again(house, batch)
    assert await imports.undo(clerk, batch) == 3
    assert (await house.cases.search().find(clerk, Wanted())).total == 0
    async with house.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Petitioner)) == 0
        assert await session.scalar(select(func.count()).where(Case.voided_on.is_not(None))) == 3
        assert await session.scalar(select(CaseBook.last).where(CaseBook.year == 2024)) == 0
    with pytest.raises(Refusal, match="import_begun"):
        await imports.undo(clerk, batch)


async def _again(house: House, batch: str) -> None:
    """The same file once more: its digest is what counts."""
    content = b"Ngay;Loai don;Noi dung\n05/03/2024;Kien nghi;Mot viec\n"
    imports = house.cases.imports()
    first = await imports.start(house.clerk, house.unit["P"].id, content)
    assert first != batch
    async with house.db.begin() as work:
        await work.session.execute(
            text("UPDATE import_batches SET state = 'done' WHERE id = :id"), {"id": first}
        )
    await imports.start(house.clerk, house.unit["P"].id, content)


async def test_one_that_was_broken_off_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 2)
    clerk, imports = house.clerk, house.cases.imports()
    content = register(*(changed(title=f"Việc {n}") for n in range(5)))
    batch = await imports.start(clerk, house.unit["P"].id, content)
    writes = Writer.write

    async def broken(self: Writer, *args: object) -> object:
        if args[2][0].n > 4:  # type: ignore[index]
            raise RuntimeError("killed")
        return await writes(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "write", broken)
    with pytest.raises(RuntimeError):
        await imports.run(clerk, batch)
    monkeypatch.setattr(Writer, "write", writes)
    assert (await imports.get(clerk, batch)).looked_at == 2
    with pytest.raises(Refusal, match="import_running"):
        await imports.check(clerk, batch)
    house.clock.advance(timedelta(minutes=1).total_seconds())
    await imports.check(clerk, batch)
    await imports.run(clerk, batch)
    assert (await imports.get(clerk, batch)).written == 5
    numbers = {case.number for case in (await house.cases.search().find(clerk, Wanted())).cases}
    assert numbers == {f"2024/{n:04}" for n in range(1, 6)}


async def test_worked_on_is_not_undone(sqlite_house: House) -> None:
    house, imports = sqlite_house, sqlite_house.cases.imports()
    batch = await imports.start(house.clerk, house.unit["P"].id, register(GOOD))
    await imports.run(house.clerk, batch)
    (case,) = (await house.cases.search().find(house.clerk, Wanted())).cases
    async with house.db.begin() as work:
        await house.cases.desk(work).count_hearing(case.id)
    with pytest.raises(Refusal, match="import_used"):
        await imports.undo(house.clerk, batch)
    assert (await house.cases.search().find(house.clerk, Wanted())).total == 1


@pytest.mark.parametrize("how", ["code", "box", "agenda"])
async def test_what_somebody_counts_on_is_not_undone(sqlite_house: House, how: str) -> None:
    house, imports = sqlite_house, sqlite_house.cases.imports()
    batch = await imports.start(house.clerk, house.unit["P"].id, register(changed(kind="tố cáo")))
    await imports.run(house.clerk, batch)
    (case,) = (await house.cases.search().find(house.clerk, Wanted())).cases
    if how == "code":
        async with house.db.begin() as work:
            made = LookupCode(case_id=case.id, code_hash="h", made_at=house.clock.now(), made_by="x")
            work.session.add(made)
    elif how == "box":
        await house.vault.make_box(house.clerk, case.id)
    else:
        await house.session(case)
    with pytest.raises(Refusal, match="import_used"):
        await house.cases.imports().undo(house.clerk, batch)


async def test_a_file_without_a_header_keeps_nothing_open(sqlite_house: House) -> None:
    """Its first line is somebody's: it is a row like the others, and nowhere in clear."""
    house, imports = sqlite_house, sqlite_house.cases.imports()
    book = Workbook()
    secret = changed(kind="tố cáo", name="Trần Thị Giấu")
    for row in (secret, GOOD):
        book.worksheets[0].append([*row])
    out = io.BytesIO()
    book.save(out)
    batch = await imports.start(house.clerk, house.unit["P"].id, out.getvalue())
    read = await imports.get(house.clerk, batch)
    assert (read.rows, set(read.header), read.columns) == (2, {""}, {})
    named = {field: at for field, at in COLUMNS.items() if field != "closed"}
    await imports.remap(house.clerk, batch, named)
    assert (await imports.try_out(house.clerk, batch)).good == 2


async def test_only_staff_and_only_their_own_units(sqlite_house: House) -> None:
    house, imports = sqlite_house, sqlite_house.cases.imports()
    with pytest.raises(Refusal, match="not_allowed"):
        await imports.start(house.account(Role.POINT_LEADER, "C11"), house.unit["C11"].id, register(GOOD))
    with pytest.raises(Refusal, match="unit_unknown"):
        await imports.start(house.account(Role.CLERK, "D2"), house.unit["C11"].id, register(GOOD))


async def test_who_moves_to_another_unit_leaves_their_imports_behind(sqlite_house: House) -> None:
    house, imports = sqlite_house, sqlite_house.cases.imports()
    clerk = house.account(Role.CLERK, "D1")
    done = await imports.start(clerk, house.unit["C11"].id, register(GOOD))
    await imports.run(clerk, done)
    read = await imports.start(clerk, house.unit["C11"].id, register(changed(title="Việc khác")))
    moved = replace(clerk, unit=house.unit["D2"].id)
    assert await imports.latest(moved) == []
    for asked in (
        imports.get(moved, done),
        imports.undo(moved, done),
        imports.remap(moved, read, {"title": 1}),
        imports.try_out(moved, read),
        imports.check(moved, read),
        imports.run(moved, read),
        imports.drop(moved, read),
    ):
        with pytest.raises(Refusal, match="import_unknown"):
            await asked
    assert len(await imports.latest(clerk)) == 2
    assert await imports.undo(clerk, done) == 1


async def test_an_undone_register_comes_in_again_under_its_own_numbers(house: House) -> None:
    """The whole point of undoing: a column was wrong, the corrected file follows."""
    clerk, imports = house.clerk, house.cases.imports()
    for attempt in range(3):
        rows = [changed(number=str(n), title=f"Việc {n} lần {attempt}") for n in (3, 4)]
        batch = await imports.start(clerk, house.unit["P"].id, register(*rows))
        await imports.run(clerk, batch)
        done = await imports.get(clerk, batch)
        assert (done.written, done.bad_rows) == (2, 0)
        cases = (await house.cases.search().find(clerk, Wanted())).cases
        assert {case.number for case in cases} == {"2024/0003", "2024/0004"}
        if attempt < 2:
            assert await imports.undo(clerk, batch) == 2
    async with house.db.read() as session:
        struck = list(await session.scalars(select(Case).where(Case.voided_on.is_not(None))))
    assert sorted(case.number for case in struck) == 2 * ["2024/0003"] + 2 * ["2024/0004"]
    assert sorted(case.serial for case in struck) == [-2_000_004, -2_000_003, -1_000_004, -1_000_003]


async def test_the_trial_tells_what_the_run_will_do(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 2)
    clerk, imports = house.clerk, house.cases.imports()
    before = register(changed(number="3", title="Việc ba"), changed(title="Việc bốn"))
    first = await imports.start(clerk, house.unit["P"].id, before)
    await imports.run(clerk, first)
    rows = [
        changed(title="Việc mới"),
        changed(received="31/02/2024"),
        changed(number="3", title="Việc khác"),
        changed(number="9", title="Việc ba"),
        changed(title="Việc bốn"),
        changed(number="10", title="Việc mười"),
    ]
    batch = await imports.start(clerk, house.unit["P"].id, register(*rows))
    trial = await imports.try_out(clerk, batch)
    codes = [(4, "date_impossible"), (5, "number_taken"), (6, "case_there"), (7, "case_there")]
    assert (trial.good, trial.bad_rows, [(bad.row, bad.code) for bad in trial.bad]) == (2, 4, codes)
    await imports.run(clerk, batch)
    done = await imports.get(clerk, batch)
    assert (done.written, done.bad) == (trial.good, trial.bad)


@pytest.mark.parametrize("chunk", [1, 250])
async def test_numbered_rows_that_look_alike_are_all_taken(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Whether they come in one transaction or in several; the book says that they are two matters."""
    monkeypatch.setattr(batches, "CHUNK", chunk)
    house, imports = sqlite_house, sqlite_house.cases.imports()
    rows = [changed(number=str(n), kind=kind) for n, kind in enumerate(["Khiếu nại", "Tố cáo"] * 2, 1)]
    batch = await imports.start(house.clerk, house.unit["P"].id, register(*rows))
    await imports.run(house.clerk, batch)
    done = await imports.get(house.clerk, batch)
    assert (done.written, done.bad_rows) == (4, 0)


async def test_numbers_given_here_are_given_again_after_an_undo(house: House) -> None:
    """But never one that still stands."""
    clerk, imports = house.clerk, house.cases.imports()
    unit = house.unit["P"].id
    kept = await imports.start(clerk, unit, register(changed(number="2", title="Việc còn lại")))
    await imports.run(clerk, kept)
    for attempt in range(2):
        rows = [changed(title=f"Việc {n} lần {attempt}", received="05/03/2023") for n in range(2)]
        rows.append(changed(title=f"Việc lần {attempt}"))
        batch = await imports.start(clerk, unit, register(*rows))
        await imports.run(clerk, batch)
        cases = (await house.cases.search().find(clerk, Wanted())).cases
        assert {case.number for case in cases} == {"2024/0002", "2024/0003", "2023/0001", "2023/0002"}
        await imports.undo(clerk, batch)
        async with house.db.read() as session:
            last = await session.execute(select(CaseBook.year, CaseBook.last))
            assert sorted(tuple(each) for each in last) == [(2023, 0), (2024, 2)]


async def test_a_corrected_register_doubles_no_denunciation_of_its_maker(house: House) -> None:
    clerk, imports = house.clerk, house.cases.imports()
    secret = changed(kind="tố cáo", title="Tố cáo lãng phí", name="Trần Thị Giấu")
    first = await imports.start(clerk, house.unit["P"].id, register(secret))
    await imports.run(clerk, first)
    other = changed(kind="tố cáo", title="Tố cáo lãng phí", name="Lê Văn Kín")
    corrected = register(secret, other, GOOD)
    again = await imports.start(clerk, house.unit["P"].id, corrected)
    trial = await imports.try_out(clerk, again)
    assert (trial.good, [(bad.row, bad.code) for bad in trial.bad]) == (2, [(3, "case_there")])
    await imports.run(clerk, again)
    done = await imports.get(clerk, again)
    assert (done.written, [(bad.row, bad.code) for bad in done.bad]) == (2, [(3, "case_there")])
    assert "Giấu" not in str(done.bad)

    colleague = replace(clerk, key="account:colleague")  # who did not bring it is told nothing by it
    guess = await imports.start(colleague, house.unit["P"].id, register(secret, head=[*HEAD, "Ghi chú"]))
    assert (await imports.try_out(colleague, guess)).bad_rows == 0
    await imports.run(colleague, guess)
    assert (await imports.get(colleague, guess)).bad_rows == 0


async def test_an_old_register_follows_its_units_to_who_carries_them_on(house: House) -> None:
    """Codes are given again: a row of 2024 must not land with who has the code of its unit now."""
    day = date(2025, 7, 1)
    old, heir = house.unit["C11"], house.unit["C12"]
    async with house.db.begin() as work:
        session = work.session
        await session.execute(update(Unit).where(Unit.id == old.id).values(valid_to=day))
        span = {
            "code": "C11",
            "valid_from": day,
            "name": "Khác Hẳn",
            "folded": "khac han",
            "level": "commune",
        }
        session.add(Unit(id="new", parent_id=house.unit["D2"].id, **span))
        session.add(UnitSuccession(unit_id=old.id, successor_id=heir.id, valid_from=day, main=True))
    imports = house.cases.imports()
    rows = [changed(unit="C11"), changed(unit="C11", received="05/03/2026", title="Của xã mới")]
    batch = await imports.start(house.clerk, house.unit["P"].id, register(*rows))
    await imports.run(house.clerk, batch)
    assert (await imports.get(house.clerk, batch)).bad_rows == 0
    async with house.db.read() as session:
        found = {case.title: case.unit_id for case in await session.scalars(select(Case))}
    assert found["Đền bù đất"] == heir.id
    assert found["Của xã mới"] not in (old.id, heir.id)
