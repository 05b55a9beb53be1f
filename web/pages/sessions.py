"""The list of sessions: the one that is on first."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web.auth import SomeAccount
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

ON: Final = frozenset({"live", "paused"})


@router.get("/sessions")
async def sessions(request: Request, actor: SomeAccount) -> Response:
    """The reader's sessions."""
    listed = await services_of(request).receptions.list_for(actor)
    on_now = [each for each in listed if each.state in ON]
    others = [each for each in listed if each.state not in ON]
    drafts = await services_of(request).receptions.before.drafts(actor) if actor.is_staff else []
    return page(request, "sessions.html", actor, on_now=on_now, others=others, drafts=drafts)
