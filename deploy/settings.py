"""Every setting of the hub, read from the environment (`HUB_…`). A test holds RUNBOOK.md to this list."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "HUB_"
LONGEST_DATA_DIR = 90
"""Linux gives a socket's path 107 bytes, and `/run/relay.sock` is below the data folder."""


class SettingsError(Exception):
    """The environment does not make sense. The message names each setting and what is wrong with it."""


class Settings(BaseSettings):
    """How one hub runs. Immutable; children of the supervisor get the same through `environ()`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    data_dir: Path = Path("data")
    """Where everything is kept: the SQLite database, secrets, sockets, pid files."""
    database_url: str = Field(default="", repr=False)
    """`sqlite:///path` or `postgresql://user:password@host/name`; empty: SQLite in the data folder."""
    redis_url: str = Field(default="", repr=False)
    """`redis://host:6379/0` for more than one web node; empty: the bus stays inside the process."""

    host: str = "127.0.0.1"
    """Address the pages listen on."""
    port: int = Field(default=8080, ge=1, le=65535)
    """TCP port of the pages."""
    public_url: str = ""
    """The address people type; empty: http(s)://localhost:port."""
    tls_certificate: Path | None = None
    """PEM file, when the hub itself speaks HTTPS (without a proxy in front)."""
    tls_key: Path | None = None
    """PEM file of the certificate's key."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses whose X-Forwarded-For and -Proto are believed, with commas."""

    media_host: str = "0.0.0.0"
    """Address the relay listens on."""
    media_port: int = Field(default=0, ge=0, le=65535)
    """UDP port of all media; 0: the same number as `port`."""
    media_addresses: str = ""
    """Addresses given to browsers for media, with commas; empty: those of this machine."""

    log_format: Literal["json", "human"] = "json"
    """One JSON object a line, or short lines for a terminal."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important level that is written."""
    demo: bool = False
    """Set by `hub demo` for its own processes: invented data, ready only once the session is live."""

    @field_validator("public_url")
    @classmethod
    def _a_web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("data_dir")
    @classmethod
    def _room_for_a_socket(cls, value: Path) -> Path:
        if len(bytes(value)) > LONGEST_DATA_DIR:
            raise ValueError(f"must be at most {LONGEST_DATA_DIR} bytes long: a socket lives below it")
        return value

    @model_validator(mode="after")
    def _certificate_and_key(self) -> "Settings":
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        return self

    @property
    def url(self) -> str:
        """The public address, without a slash at the end."""
        return self.public_url or f"{self.scheme}://localhost:{self.port}"

    @property
    def scheme(self) -> str:
        """What this process itself speaks."""
        return "https" if self.tls_certificate else "http"

    @property
    def database(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'hub.db').absolute()}"

    @property
    def media(self) -> int:
        """The UDP port of all media."""
        return self.media_port or self.port

    @property
    def run_dir(self) -> Path:
        """Sockets and pid files."""
        return self.data_dir / "run"

    @property
    def secrets_dir(self) -> Path:
        """Keys and certificates, readable by the hub's user only."""
        return self.data_dir / "secrets"

    @property
    def relay_socket(self) -> Path:
        """The control link."""
        return self.run_dir / "relay.sock"

    def environ(self) -> dict[str, str]:
        """The environment that makes the same settings in another process."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            PREFIX + name.upper(): str(value) for name, value in values.items() if value not in (None, "")
        }


def read_settings(**changes: Any) -> Settings:
    """Read the environment; `changes` win over it (None: no change). Raises `SettingsError`."""
    unknown = unknown_settings(os.environ)
    if unknown:
        raise SettingsError(f"there is no setting {', '.join(unknown)}; deploy/RUNBOOK.md lists them all")
    try:
        return Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(problem) for problem in error.errors())) from error


def unknown_settings(environ: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none: a typo must not pass for success."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def _sentence(problem: Any) -> str:
    where = "_".join(str(part) for part in problem["loc"]).upper()
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{where}: {message}" if where else message
