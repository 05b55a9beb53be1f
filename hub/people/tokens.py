"""Media tokens: what an encoder or a player shows to WHIP and WHEP instead of signing in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from hub.people.errors import TokenExpired, TokenForged

May = Literal["publish", "view"]
LONGEST_TOKEN = 1000
PLAYERS = 8
"""Players of one viewing token unless it says otherwise: a room's screens, and those that reconnect before
the hub has noticed that they went."""
MOST_PLAYERS = 1000
_SALT = "hub.people.tokens/1"


@dataclass(frozen=True, slots=True)
class MediaToken:
    """The right to publish into a session or to view it, until it expires."""

    session: str
    """Id of the session."""
    may: May
    unit: str | None
    """Code of the unit whose place in the audience a viewer takes; None for staff's."""
    expires: datetime
    id: str
    """Names the token in the timeline and the logs, which never hold the token itself."""
    players: int = PLAYERS
    """How many may view with it at one time (1 to `MOST_PLAYERS`)."""


class MediaTokens:
    """Makes and reads media tokens with one key of at least 16 bytes. Whole seconds only."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a token key has at least 16 bytes")
        self._serializer = URLSafeSerializer(key, salt=_SALT)

    def sign(self, token: MediaToken) -> str:
        """The text of a token: letters, digits, `-`, `_`, `.`."""
        seconds = int(token.expires.timestamp())
        fields = [token.session, token.may, token.unit, seconds, token.id]
        more = [token.players] if token.players != PLAYERS else []
        return str(self._serializer.dumps(fields + more))

    def read(self, text: str, now: datetime) -> MediaToken:
        """Check a token. Raises TokenForged or TokenExpired."""
        if len(text) > LONGEST_TOKEN:
            raise TokenForged
        try:
            session, may, unit, seconds, token_id, *more = self._serializer.loads(text)
            expires = datetime.fromtimestamp(seconds, UTC)
        except (BadData, ValueError, TypeError, OverflowError, OSError) as error:
            raise TokenForged from error
        if expires <= now:
            raise TokenExpired
        players = more[0] if more else PLAYERS
        if type(players) is not int or not 1 <= players <= MOST_PLAYERS:
            raise TokenForged
        return MediaToken(session, may, unit, expires, token_id, players)
