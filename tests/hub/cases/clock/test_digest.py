"""What terms are reckoned by, as a digest: it differs when a term may, and only then."""

import json
from pathlib import Path

import pytest

from hub.cases.clock import digest
from hub.cases.clock.rule import FILE
from hub.units.working_days import FOLDER


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in (FILE, *FOLDER.glob("*.json")):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "calendar").mkdir()
    for path in FOLDER.glob("*.json"):
        (tmp_path / path.name).rename(tmp_path / "calendar" / path.name)
    monkeypatch.setattr(digest, "FILE", tmp_path / FILE.name)
    monkeypatch.setattr(digest, "FOLDER", tmp_path / "calendar")
    return tmp_path


def fresh() -> str:
    digest._digest.cache_clear()
    return digest.law_digest()


def test_another_day_or_rule_is_another_digest(copies: Path) -> None:
    first = fresh()
    rules = copies / FILE.name
    rules.write_text(json.dumps(json.loads(rules.read_text("utf-8")), indent=8), "utf-8")
    assert fresh() == first
    year = copies / "calendar" / "2026.json"
    year.write_text(json.dumps(json.loads(year.read_text("utf-8")) | {"doubtful": []}), "utf-8")
    second = fresh()
    assert second != first
    rules.write_text(json.dumps(json.loads(rules.read_text("utf-8"))[1:]), "utf-8")
    assert fresh() not in (first, second)


def teardown_module() -> None:
    digest._digest.cache_clear()
