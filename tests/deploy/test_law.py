"""An installation's own calendars and rules: read in the place of those that ship, or refused."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.errors import CommandError
from deploy.law import settle_law
from deploy.serve import made_ready
from deploy.settings import read_settings
from deploy.wiring import open_services
from hub.cases.clock.digest import law_digest
from hub.cases.clock.happening import Course, Happening, Mark
from hub.cases.clock.reckon import Note, terms
from hub.cases.clock.rule import FILE, law
from hub.units import law_files
from hub.units.working_days import FOLDER, vietnam

SHIPPED = json.loads((FOLDER / "2026.json").read_text("utf-8"))
RULES = json.loads(FILE.read_text("utf-8"))
CULTURE = [{"date": "2026-11-24", "name": "culture"}]


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    law_files.use(None)


def calendar(folder: Path, **changes: Any) -> Path:
    return written(folder / "law" / "calendar" / "2026.json", SHIPPED | changes)


def written(path: Path, what: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(what if isinstance(what, str) else json.dumps(what), "utf-8")
    return path


async def test_a_year_of_the_installations_own_moves_terms_and_says_so(tmp_path: Path) -> None:
    before = law_digest()
    calendar(tmp_path, off=[*SHIPPED["off"], *CULTURE], doubtful=[], verified=True)
    settings = read_settings(data_dir=tmp_path)
    await made_ready(settings)
    async with open_services(settings) as services:
        assert services.office.calendar is vietnam()
        course = Course("complaint", frozenset({Happening(date(2026, 11, 16), Mark.RECEIVED)}))
        found = {each.rule.id: each for each in terms(course, date(2026, 11, 16), vietnam())}
    answer = found["reception_answer"]
    assert (answer.due, answer.own) == (date(2026, 12, 1), True)
    assert all(step.note is not Note.DOUBTFUL for step in answer.steps)
    assert not vietnam().year(2025).own
    assert law_digest() != before
    settle_law(tmp_path / "other" / "law")
    assert vietnam().year(2026).doubtful
    assert law_digest() == before


def test_rules_of_the_installations_own(tmp_path: Path) -> None:
    mine = [
        rule | {"verified": True, "days": 12 if rule["id"] == "reception_answer" else rule["days"]}
        for rule in RULES
    ]
    written(tmp_path / "law" / "rules.json", mine)
    settle_law(tmp_path / "law")
    rules = law()
    assert all(rule.own and rule.verified for rule in rules)
    assert {rule.days for rule in rules if rule.id == "reception_answer"} == {12}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"year": 2027}, "contradicts itself: 2026-01-01"),
        ({"year": 2027, "off": [], "working": [], "doubtful": []}, "year: it says 2027"),
        ({"off": [{"date": "2026-02-30", "name": "tet"}]}, "off: "),
        ({"off": [{"date": "2026-02-17", "name": "Tết"}]}, "off: there is no holiday 'Tết'"),
        ({"off": [{"date": "2026-02-17"}]}, "'name' is missing"),
        ({"doubtful": CULTURE * 2}, "doubtful: 2026-11-24 stands there twice"),
        ({"working": ["2026-01-12"]}, "contradicts itself: 2026-01-12"),
        ({"working": None}, "no list of days"),
    ],
)
async def test_a_wrong_year_stops_the_start_with_its_place(tmp_path: Path, changes: Any, place: str) -> None:
    path = calendar(tmp_path, **changes)
    with pytest.raises(CommandError) as refused:
        await made_ready(read_settings(data_dir=tmp_path))
    assert str(refused.value).startswith(f"{path}: ")
    assert place in str(refused.value)
    assert not (tmp_path / "hub.db").exists()
    assert law_files.own() is None


@pytest.mark.parametrize(
    ("what", "place"),
    [
        ("{", "line 1 column 2"),
        ({}, "no list of rules"),
        ([1], "no list of rules"),
        (RULES[1:], f"{RULES[0]['id']}: it is missing"),
        ([*RULES, RULES[0] | {"id": "mine"}], "mine: the hub knows no such rule"),
        ([RULES[0] | {"kinds": ["wish"]}, *RULES[1:]], f"{RULES[0]['id']}: the hub knows no wish"),
        ([RULES[0] | {"days": 0}, *RULES[1:]], "1 to 400 days"),
        ([RULES[0] | {"lengths": 3}, *RULES[1:]], f"{RULES[0]['id']}: "),
    ],
)
def test_wrong_rules_are_refused_with_their_place(tmp_path: Path, what: Any, place: str) -> None:
    path = written(tmp_path / "law" / "rules.json", what)
    with pytest.raises(CommandError) as refused:
        settle_law(tmp_path / "law")
    assert str(refused.value).startswith(f"{path}: ")
    assert place in str(refused.value)


@pytest.mark.parametrize("name", ["2026.json", "calendar/2026.JSON", "calendar/26.json", "rules.json.txt"])
def test_a_file_that_would_not_be_read_is_named(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "law" / name, "{}")
    with pytest.raises(CommandError, match=path.name):
        settle_law(tmp_path / "law")
