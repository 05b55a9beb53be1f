"""`hub verify`: the verdict on a session's timeline, in words."""

from deploy.sessions import find_session
from deploy.settings import Settings
from deploy.wiring import office
from hub.reception.chain import Verdict


async def verify_session(settings: Settings, wanted: str) -> tuple[bool, str]:
    """Whether the chain holds, and the sentence. Raises CommandError."""
    async with office(settings) as services:
        session = await find_session(services.db, wanted)
        verdict = await services.receptions.verify(session.id)
    return verdict.ok, sentence(session.id, verdict)


def sentence(session: str, verdict: Verdict) -> str:
    """What a verdict says."""
    if verdict.ok:
        return f"Session {session}: {verdict.events} events, the chain is whole."
    if verdict.what == "sealed_wrong":
        head = verdict.first_bad_n
        return f"Session {session}: the events link, but the sealed head (event {head}) is not theirs."
    return f"Session {session}: event {verdict.first_bad_n} was {verdict.what}."
