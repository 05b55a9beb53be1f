"""Simulated rooms: the same enrolment, WebSocket and media path as a room's browser, without a screen."""

from endpoints.fleet.fleet import Fleet, FleetStatus
from endpoints.fleet.room import RoomCode

__all__ = ["Fleet", "FleetStatus", "RoomCode"]
