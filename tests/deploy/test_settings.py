import re
from pathlib import Path
from typing import Any

import pytest

from deploy.settings import PREFIX, Settings, SettingsError, read_settings

RUNBOOK = Path(__file__).parents[2] / "deploy" / "RUNBOOK.md"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `(HUB_[A-Z_]+)` \| ([^|]*) \|", RUNBOOK.read_text("utf-8"), re.MULTILINE)
    return {name: default.strip().strip("`") for name, default in rows}


def test_the_runbook_explains_every_setting_and_no_other() -> None:
    assert set(documented()) == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_runbook_gives_the_defaults() -> None:
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else str(field.default).lower().replace("false", "off")
        assert documented()[PREFIX + name.upper()] == default, name


def test_defaults_make_a_hub_on_sqlite(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/hub.db"
    assert settings.url == "http://localhost:8080"
    assert settings.media == 8081
    assert settings.relay_socket == tmp_path / "run" / "relay.sock"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "9000")
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://hub.example/")
    monkeypatch.setenv("HUB_MEDIA_PORT", "")
    settings = read_settings()
    assert (settings.port, settings.media, settings.url) == (9000, 9001, "https://hub.example")


def test_changes_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "9000")
    assert read_settings(port=9001).port == 9001
    assert read_settings(port=None).port == 9000


def test_the_same_settings_arrive_in_a_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path, port=9000, demo=True, redis_url="redis://h:1/0")
    for name, value in settings.environ().items():
        monkeypatch.setenv(name, value)
    assert read_settings() == settings


def test_a_setting_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PROT", "9000")
    with pytest.raises(SettingsError, match=r"there is no setting HUB_PROT; deploy/RUNBOOK"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HUB_PORT", "80x", "HUB_PORT: Input should be a valid integer"),
        ("HUB_PORT", "70000", "HUB_PORT: Input should be less than or equal to 65535"),
        ("HUB_PUBLIC_URL", "hub.example", "HUB_PUBLIC_URL: must begin with http:// or https://"),
        ("HUB_DATA_DIR", "/d" * 46, "HUB_DATA_DIR: must be at most 90 bytes long: a socket lives below it"),
        ("HUB_LOG_FORMAT", "xml", "HUB_LOG_FORMAT: Input should be 'json' or 'human'"),
        ("HUB_METRICS_TOKEN", "short", "HUB_METRICS_TOKEN: must have at least 16 characters"),
        ("HUB_TLS_KEY", "/key.pem", "tls_certificate and tls_key go together"),
    ],
)
def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        read_settings()


def test_passwords_in_urls_are_not_shown() -> None:
    shown = repr(
        read_settings(database_url="postgresql://hub:secret@db/hub", redis_url="redis://:secret@r/0")
    )
    assert "secret" not in shown


def test_addresses_are_taken_as_an_operator_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_MEDIA_ADDRESSES", " 10.0.0.5, 203.0.113.7:40000 ,[2001:DB8::1]:40000,")
    assert read_settings().media_addresses == "10.0.0.5,203.0.113.7:40000,[2001:db8::1]:40000"


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({"media_port": 8080}, False),
        ({"media_port": 8079}, True),
        ({"media_port": 8079, "relays": 2}, False),
        ({"media_port": 8080, "host": "::", "media_host": "10.0.0.2"}, False),
        ({"media_port": 8080, "host": "10.0.0.1", "media_host": "10.0.0.2"}, True),
    ],
)
def test_pages_and_media_do_not_want_the_same_port(changes: dict[str, Any], good: bool) -> None:
    if good:
        assert read_settings(**changes).media == changes["media_port"]
        return
    with pytest.raises(SettingsError, match="pages and media cannot both have TCP port 8080"):
        read_settings(**changes)


def test_turn_servers_and_their_secret_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TURN_URLS", "turn:t.example:3478, turns:t.example:443?transport=tcp")
    with pytest.raises(SettingsError, match="turn_urls and turn_secret go together"):
        read_settings()
    monkeypatch.setenv("HUB_TURN_SECRET", "s3cret")
    settings = read_settings()
    assert settings.turn == ("turn:t.example:3478", "turns:t.example:443?transport=tcp")
    assert "s3cret" not in repr(settings)
    assert settings.environ()["HUB_TURN_SECRET"] == "s3cret"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "HUB_MEDIA_ADDRESSES",
            "10.0.0.5,hub.example",
            "HUB_MEDIA_ADDRESSES: 'hub.example' is not an IP address",
        ),
        ("HUB_MEDIA_ADDRESSES", "10.0.0.5:99999", "'10.0.0.5:99999' has no port between 1 and 65535"),
        ("HUB_MEDIA_HOST", "everywhere", "HUB_MEDIA_HOST: 'everywhere' does not appear to be an IP"),
        ("HUB_TURN_URLS", "stun:t.example", "HUB_TURN_URLS: 'stun:t.example' is no TURN address"),
        ("HUB_TURN_TTL", "5", "HUB_TURN_TTL: Input should be greater than or equal to 600"),
    ],
)
def test_what_cannot_be_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=sentence):
        read_settings()


def test_a_mail_server_and_its_sender_go_together() -> None:
    server, sender = "starttls://hub:secret@mail.example.vn", "Ban Tiếp công dân <tiepdan@example.vn>"
    assert read_settings(smtp_url=server, mail_from=sender).mail_from == sender
    assert "secret" not in repr(read_settings(smtp_url=server, mail_from=sender))
    for wrong in ({"smtp_url": server}, {"mail_from": sender}):
        with pytest.raises(SettingsError, match="go together"):
            read_settings(**wrong)
    with pytest.raises(SettingsError, match="HUB_SMTP_URL: must begin with"):
        read_settings(smtp_url="mail.example.vn", mail_from=sender)
    with pytest.raises(SettingsError, match="HUB_MAIL_FROM"):
        read_settings(smtp_url=server, mail_from="tiepdan@example.vn\nBcc: x@example.vn")


@pytest.mark.parametrize("hours", ["8-17", "17:00-08:00", "08:00-12:00,11:00-17:00"])
def test_office_hours_have_to_be_hours(hours: str) -> None:
    with pytest.raises(SettingsError, match="HUB_OFFICE_HOURS"):
        read_settings(office_hours=hours)
