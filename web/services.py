"""What the web process is wired from. `deploy` builds it once; routes ask for it with `services_of`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from starlette.requests import HTTPConnection

from endpoints.points.service import Points
from hub.cases.service import Cases
from hub.people.secrets import Keys
from hub.people.service import People
from hub.reception.service import Receptions
from hub.relay.pool import RelayPool
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.service import Units
from signaling.turn import NO_TURN, Turn

if TYPE_CHECKING:
    from signaling.live_sessions import LiveSessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a request may use. The maker owns `db` and its bus and closes them after the app has
    ended.
    """

    db: Database
    units: Units
    people: People
    cases: Cases
    receptions: Receptions
    points: Points
    relay: RelayPool
    keys: Keys
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=lambda: Ids(SystemClock()))
    turn: Turn = NO_TURN
    demo: bool = False
    """A demonstration: the sign-in page may say so and name the invented accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How the app meets the world."""

    public_url: str | None = None
    """`https://hub.example` when the app stands behind another name than the requests' Host; else None."""
    cookie_hours: float = 12.0
    """How long an account stays signed in."""
    metrics_token: str = field(default="", repr=False)
    """Who has it may read `/metrics` from anywhere; empty: only this machine may."""
    form_bytes: int = 1024 * 1024
    """The largest body of a form; other bodies are bounded by their own routes."""


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that got this request or WebSocket."""
    return cast(Services, connection.app.state.services)


def settings_of(connection: HTTPConnection) -> WebSettings:
    """The settings of the app that got this request or WebSocket."""
    return cast(WebSettings, connection.app.state.settings)


def live_sessions_of(connection: HTTPConnection) -> "LiveSessions":
    """The live sessions of this process."""
    return cast("LiveSessions", connection.app.state.sessions)
