"""`hub token`: bearers for WHIP and WHEP."""

from deploy.errors import CommandError
from deploy.sessions import find_session
from deploy.settings import Settings
from deploy.ttl import read_ttl
from deploy.wiring import media_tokens, office
from hub.people.tokens import PLAYERS, May, MediaToken


async def make_token(
    settings: Settings, wanted: str, *, may: May, unit: str | None, ttl: str, players: int = PLAYERS
) -> str:
    """Sign a token for a session that is not over. Raises CommandError."""
    try:
        lasts = read_ttl(ttl)
    except ValueError as error:
        raise CommandError(str(error)) from error
    async with office(settings) as services:
        session = await find_session(services.db, wanted)
        if session.state == "closed":
            raise CommandError("that session is closed")
        if unit is not None and await services.units.by_code(unit) is None:
            raise CommandError(f"there is no unit {unit} today")
        expires = services.clock.now() + lasts
        made = MediaToken(session.id, may, unit, expires, services.ids.new(), players)
        return media_tokens(services.keys).sign(made)
