"""Every setting of the hub, read from the environment (`HUB_…`). A test holds RUNBOOK.md to this list."""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.addresses import EVERYWHERE
from hub.cases.notices.office import DEFAULT, read_hours
from hub.relay.names import MOST_RELAYS, relay_name
from hub.relay.wire.endpoint import read_endpoint
from signaling.turn import TTL_SECONDS, turn_url
from web.mail_server import read_sender, read_server

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
    """UDP and TCP port of all media; 0: the number after `port`."""
    media_addresses: str = ""
    """Addresses given to browsers for media, with commas, best first, each with a port of its own if it has
    one (`10.0.0.5,203.0.113.7:40000`, IPv6 with a port in brackets); empty: those of this machine."""
    media_codec: Literal["vp8", "h264"] = "vp8"
    """What browsers and encoders that can do both send pictures in."""
    turn_urls: str = ""
    """TURN servers for offices that let nothing else out, with commas: `turn:` and `turns:` addresses."""
    turn_secret: str = Field(default="", repr=False)
    """What the TURN servers know too (coturn's `static-auth-secret`)."""
    turn_ttl: int = Field(default=TTL_SECONDS, ge=600, le=7 * 86_400)
    """Seconds for which a credential is good."""
    relays: int = Field(default=1, ge=1, le=MOST_RELAYS)
    """Relay processes. Relay i takes the media port plus i."""
    media_uplink_mbps: int = Field(default=0, ge=0, le=100_000)
    """What all media this machine sends may take together, in Mbit/s; 0: as much as there is."""
    media_nice: int = Field(default=-10, ge=-20, le=19)
    """The relays' scheduling priority, where the system lets them have it."""

    smtp_url: str = Field(default="", repr=False)
    """Mail server for reminders: `smtp://`, `starttls://` or `smtps://user:password@host:port`; empty: they
    stand in the hub only."""
    mail_from: str = ""
    """Sender of these mails."""
    office_hours: str = DEFAULT
    """When reminders may leave, on working days in Vietnam."""

    help_phone: str = Field(default="", max_length=40)
    """The technician's number, shown in rooms whose line is lost and beside other troubles."""
    metrics_token: str = Field(default="", repr=False)
    """Bearer with which `/metrics` may be read from elsewhere; empty: from this machine only."""
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
    def _room_for_the_relays(self) -> "Settings":
        if self.media + self.relays - 1 > 65535:
            raise ValueError(
                f"{self.relays} relays from media port {self.media} on: there is no port that high"
            )
        return self

    @model_validator(mode="after")
    def _pages_and_media_apart(self) -> "Settings":
        ports = range(self.media, self.media + self.relays)
        same_place = self.host == self.media_host or not {self.host, self.media_host}.isdisjoint(EVERYWHERE)
        if self.port in ports and same_place:
            raise ValueError(
                f"pages and media cannot both have TCP port {self.port}: media takes "
                f"{self.media} to {ports[-1]}, UDP and TCP (media_port, relays)"
            )
        return self

    @field_validator("metrics_token")
    @classmethod
    def _not_guessed(cls, value: str) -> str:
        if value and len(value) < 16:
            raise ValueError("must have at least 16 characters")
        return value

    @field_validator("media_host")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return str(ip_address(value))

    @field_validator("media_addresses")
    @classmethod
    def _addresses(cls, value: str) -> str:
        return ",".join(str(read_endpoint(part)) for part in split(value))

    @field_validator("turn_urls")
    @classmethod
    def _turn_urls(cls, value: str) -> str:
        return ",".join(map(turn_url, split(value)))

    @model_validator(mode="after")
    def _turn_and_its_secret(self) -> "Settings":
        if bool(self.turn_urls) != bool(self.turn_secret):
            raise ValueError("turn_urls and turn_secret go together")
        return self

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, value: str) -> str:
        if value:
            read_server(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        return read_sender(value) if value else value

    @field_validator("office_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        read_hours(value)
        return value

    @model_validator(mode="after")
    def _server_and_sender(self) -> "Settings":
        if bool(self.smtp_url) != bool(self.mail_from):
            raise ValueError("smtp_url and mail_from go together")
        return self

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
        """The UDP and TCP port of all media."""
        return self.media_port or self.port + 1

    @property
    def turn(self) -> tuple[str, ...]:
        """The TURN servers' addresses."""
        return tuple(split(self.turn_urls))

    @property
    def run_dir(self) -> Path:
        """Sockets and pid files."""
        return self.data_dir / "run"

    @property
    def law_dir(self) -> Path:
        """The installation's own calendars and rules, if it has any."""
        return self.data_dir / "law"

    @property
    def secrets_dir(self) -> Path:
        """Keys and certificates, readable by the hub's user only."""
        return self.data_dir / "secrets"

    @property
    def relay_socket(self) -> Path:
        """The control link of the first relay."""
        return self.relay_socket_of(0)

    def relay_socket_of(self, relay: int) -> Path:
        """The control link of a relay."""
        return self.run_dir / f"{relay_name(relay)}.sock"

    def environ(self) -> dict[str, str]:
        """The environment that makes the same settings in another process."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            PREFIX + name.upper(): str(value) for name, value in values.items() if value not in (None, "")
        }


def split(value: str) -> list[str]:
    """The parts of a setting with commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


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
