"""The pages: what a person or a room opens in a browser. Thin routes; words and looks are in templates."""

from fastapi import APIRouter

from web.pages import cases, console, home, room, sessions, sign_in, static, timeline
from web.pages.errors import error_page

__all__ = ["error_page", "router"]

router = APIRouter(include_in_schema=False)
for _module in (home, sign_in, sessions, console, timeline, cases, room, static):
    router.include_router(_module.router)
