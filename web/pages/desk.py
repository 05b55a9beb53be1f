"""The desk of whoever takes part without running the session: an adviser, who may be called, or a watcher."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hub.people.actor import Actor
from hub.reception.info import SessionInfo
from web.pages.render import page
from web.pages.words import DESK

ADVISER_KEYS: Final = (
    ("H", "desk.key.hand"),
    ("T", "desk.key.return"),
    ("C", "desk.key.ready"),
    ("M", "desk.key.microphone"),
    ("P", "desk.key.document"),
)
KEYS: Final = (("S", "desk.key.sound"), ("?", "desk.key.help"))


def desk(request: Request, actor: Actor, session: SessionInfo) -> Response:
    """The page; what it shows of the session comes as that participant may see it."""
    keys = (*ADVISER_KEYS, *KEYS) if session.desk else KEYS
    return page(request, "desk.html", actor, session=session, watching=True, keys=keys, words=DESK)
