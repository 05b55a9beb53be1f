"""Routes for programs: WHIP and WHEP, rooms, records, health, metrics, the WebSocket."""

from web import ws
from web.api import check, health, lobby, media, metrics, records, rooms, wall

_modules = (ws, media, rooms, records, check, wall, lobby, health, metrics)
routers = tuple(each.router for each in _modules)
"""Included by `web.app` before the pages."""
