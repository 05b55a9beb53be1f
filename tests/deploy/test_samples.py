"""The files that people copy: what they set exists, makes sense together, and is what the pages say."""

import re
from pathlib import Path

import pytest

from deploy.settings import PREFIX, Settings, unknown_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
TURN = DEPLOY / "turnserver.conf"


def environment(text: str) -> dict[str, str]:
    """Every setting of the sample, those that are commented out too."""
    return dict(re.findall(rf"^#? ?({PREFIX}[A-Z_]+)=(.*)$", text, re.MULTILINE))


def options(text: str) -> dict[str, str]:
    """Of a turnserver.conf; the last of each name."""
    lines = [line.partition("=") for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in lines}


@pytest.mark.parametrize("every", [False, True])
def test_the_sample_of_settings_is_a_hub(every: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DEPLOY / "hub.env.example").read_text("utf-8")
    values = environment(text)
    if not every:
        values = {name: value for name, value in values.items() if f"\n{name}=" in text}
    elif values.get("HUB_TURN_SECRET") == "":
        values["HUB_TURN_SECRET"] = options(TURN.read_text("utf-8"))["static-auth-secret"]
    assert unknown_settings(values) == []
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert bool(settings.turn) is every
    assert settings.media != settings.port, "ICE-TCP needs the TCP port of the same number"


@pytest.mark.parametrize(
    "name", ["RUNBOOK.md", "hub.env.example", "compose.yaml", "Dockerfile", "hub.service"]
)
def test_every_setting_that_is_named_exists(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    named = set(re.findall(rf"\b{PREFIX}[A-Z]+(?:_[A-Z]+)*\b", text)) - {f"{PREFIX}PROT"}
    assert unknown_settings(dict.fromkeys(named, "")) == []


def test_the_containers_use_the_host_s_network_and_the_files_that_are_there() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert text.count("network_mode: host") == text.count("restart: unless-stopped")
    files = re.findall(r"- \./([A-Za-z]+\.?[a-z]*):/", text)
    assert {"Caddyfile", "turnserver.conf"} <= set(files)
    assert all((DEPLOY / name).exists() for name in files)


def test_the_turn_server_has_the_ports_that_the_pages_name() -> None:
    found = options(TURN.read_text("utf-8"))
    runbook = (DEPLOY / "RUNBOOK.md").read_text("utf-8")
    assert (found["listening-port"], found["tls-listening-port"]) == ("3478", "443")
    assert f"UDP {found['min-port']}–{found['max-port']}" in runbook
    assert "use-auth-secret" in found
    assert "turns:turn.example.vn:443?transport=tcp" in runbook
