"""Routes for programs: WHIP and WHEP, rooms, records, health, the WebSocket."""

from web import ws
from web.api import health, media, records, rooms

routers = (ws.router, media.router, rooms.router, records.router, health.router)
"""Included by `web.app` before the pages."""
