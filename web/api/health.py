"""Whether the hub lives, whether it is ready, and its figures for a monitoring system."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.reception.state import Status
from hub.relay.client import RelayRefused, RelayUnavailable
from signaling.session_hub import SessionHub
from web.services import live_sessions_of, services_of

router = APIRouter()


@router.get("/health/live")
async def live() -> JSONResponse:
    """200 as long as the process answers."""
    return JSONResponse({"live": True})


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """200 when the records and the relay answer; in a demonstration, when its session is on air as well."""
    services = services_of(request)
    async with services.db.read() as session:
        await session.execute(text("SELECT 1"))
    on_air = any(_on_air(hub) for hub in live_sessions_of(request).hubs)
    state = {"records": True, "relay": services.relay.up, "on_air": on_air}
    is_ready = services.relay.up and (on_air or not services.demo)
    return JSONResponse({"ready": is_ready, **state}, 200 if is_ready else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text: sessions, connections, and the relay's own counters. No names, no ids."""
    registry = CollectorRegistry()
    hubs = live_sessions_of(request).hubs
    _gauge(registry, "hub_sessions", "Sessions this process follows", len(hubs))
    _gauge(registry, "hub_connections", "WebSocket connections", sum(len(hub.seats) for hub in hubs))
    _gauge(registry, "hub_media_peers", "Media peers", sum(len(hub.peers) for hub in hubs))
    relay = services_of(request).relay
    _gauge(registry, "hub_relay_up", "Whether the control link is up", int(relay.up))
    try:
        totals = (await relay.counts("")).totals
    except (RelayUnavailable, RelayRefused):
        totals = {}
    for name, value in totals.items():
        _gauge(registry, f"relay_{name}", "A counter of the relay", value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _on_air(hub: SessionHub) -> bool:
    stage = hub.director.stage
    return hub.live.state.status is Status.LIVE and stage is not None and bool(stage.slots)


def _gauge(registry: CollectorRegistry, name: str, what: str, value: float) -> None:
    Gauge(name, what, registry=registry).set(value)
