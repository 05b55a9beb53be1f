"""`hub bench …` has a hub of its own."""

import pytest
from typer.testing import CliRunner

from deploy.bench.commands import app
from deploy.settings import Settings


def test_the_callers_hub_is_forgotten_before_anything_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://hub@db.test/hub")
    monkeypatch.setenv("HUB_RELAYS", "3")
    assert CliRunner().invoke(app, ["relay", "--points", "0"]).exit_code == 2  # nothing is measured here
    settings = Settings()
    assert (settings.database_url, settings.relays) == ("", 1)
