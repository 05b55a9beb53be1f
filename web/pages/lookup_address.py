"""Where citizens look their case up."""

from typing import Final

from starlette.requests import Request

from web.services import settings_of

ADDRESS: Final = "/tra-cuu"


def lookup_address(request: Request) -> str:
    """The address as citizens type it."""
    base = settings_of(request).public_url or str(request.base_url)
    return base.rstrip("/") + ADDRESS
