"""What the web process is wired from. `deploy` builds it once; routes ask for it with `services_of`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from starlette.requests import HTTPConnection

from endpoints.points.devices import Devices
from endpoints.points.service import Points
from hub.cases.charges import Charges
from hub.cases.chores import Chores
from hub.cases.directives.service import Directives
from hub.cases.documents import Documents
from hub.cases.lookup import Lookup
from hub.cases.notices.inbox import Inbox
from hub.cases.notices.office import Office, standard
from hub.cases.notices.post import Post
from hub.cases.notices.today import Days
from hub.cases.papers.service import Papers
from hub.cases.service import Cases
from hub.cases.transitions import Transitions
from hub.cases.vault_door import VaultDoor
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
    vault: VaultDoor
    documents: Documents
    papers: Papers
    receptions: Receptions
    points: Points
    devices: Devices
    relay: RelayPool
    keys: Keys
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=lambda: Ids(SystemClock()))
    turn: Turn = NO_TURN
    office: Office = field(default_factory=standard)
    """When reminders may leave."""
    mailing: bool = False
    """A mail server is set."""
    demo: bool = False
    """A demonstration: the sign-in page may say so and name the invented accounts."""

    @property
    def transitions(self) -> Transitions:
        """Changes of the unit tree, carried over to the cases."""
        return Transitions(self.db, self.clock, self.ids)

    @property
    def lookup(self) -> Lookup:
        """The citizen's look-up by the code of a receipt."""
        return Lookup(self.db, self.cases, self.keys, self.clock, self.ids)

    @property
    def directives(self) -> Directives:
        """What chairs directed, and what became of it."""
        return Directives(self.cases, self.documents, self.papers)

    @property
    def inbox(self) -> Inbox:
        """What was said to an account and its unit."""
        return Inbox(self.db, self.clock)

    @property
    def post(self) -> Post:
        """What goes out by mail."""
        return Post(self.db, self.clock, self.ids, self.office)

    @property
    def days(self) -> Days:
        """What a day at the desk begins with."""
        return Days(self.db, self.clock, self.cases.search(), self.inbox)

    @property
    def chores(self) -> Chores:
        """What files and originals need done without anybody asking."""
        return Chores(self.db, self.documents, self.vault.store, self.clock)

    @property
    def charges(self) -> Charges:
        """Which unit was in charge of what, on any day."""
        return Charges(self.db)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How the app meets the world."""

    public_url: str | None = None
    """`https://hub.example` when the app stands behind another name than the requests' Host; else None."""
    cookie_hours: float = 12.0
    """How long an account stays signed in."""
    metrics_token: str = field(default="", repr=False)
    """Who has it may read `/metrics` from anywhere; empty: only this machine may."""
    help_phone: str = ""
    """Whom a room phones when nothing else helps; empty: nobody in particular."""
    upload_bytes: int = 64 * 1024 * 1024
    """The largest body of a form with files: see `web.guard.UPLOADS`."""
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
