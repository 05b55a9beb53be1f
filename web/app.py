"""The web application: its routes, its middleware, and what starts and stops with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import web.pages
from signaling.check_desk import CheckDesk
from signaling.live_sessions import LiveSessions
from web import errors
from web.api import routers
from web.chores import done_now_and_then
from web.guard import Guard
from web.handouts import Handouts
from web.headers import SecurityHeaders
from web.services import Services, WebSettings

__all__ = ["Services", "WebSettings", "create_app"]


def create_app(services: Services, settings: WebSettings | None = None) -> FastAPI:
    """Make the app. Its lifespan runs the live sessions; `services` are the caller's, to be closed after
    it.
    """
    app = FastAPI(title="Reception Hub", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.state.settings = settings or WebSettings()
    app.state.error_page = web.pages.error_page
    app.state.check_desk = CheckDesk(services.relay, services.clock, services.ids, turn=services.turn)
    app.state.sessions = LiveSessions(
        db=services.db,
        receptions=services.receptions,
        relay=services.relay,
        clock=services.clock,
        ids=services.ids,
        turn=services.turn,
        apart=app.state.check_desk.has,
    )
    app.state.guesses = {}
    app.state.handouts = Handouts()
    app.add_middleware(Guard)
    app.add_middleware(SecurityHeaders)
    errors.install(app)
    for router in (*routers, web.pages.router):
        app.include_router(router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with (
        app.state.sessions.running(),
        app.state.check_desk.running(),
        done_now_and_then(app.state.services.chores),
    ):
        yield
