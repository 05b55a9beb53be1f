"""Routes for programs: WHIP and WHEP, rooms, records, health, metrics, the WebSocket."""

from web import ws
from web.api import health, media, metrics, records, rooms

routers = (ws.router, media.router, rooms.router, records.router, health.router, metrics.router)
"""Included by `web.app` before the pages."""
