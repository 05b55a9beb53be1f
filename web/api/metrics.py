"""`/metrics` for a monitoring system on this machine, or one that has the token."""

import asyncio
import hmac
from ipaddress import ip_address

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.relay.client import RelayClient, RelayRefused, RelayUnavailable
from hub.relay.control import Figures
from web.figures import RelayFigures
from web.services import live_sessions_of, services_of, settings_of

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request, peers: bool = False) -> Response:
    """Prometheus text: sessions, connections, every relay; with `?peers=1` every media peer by its opaque id.

    No names, no addresses. 404 for whoever may not read it.
    """
    if not may_read(request):
        raise HTTPException(404)
    registry = CollectorRegistry()
    hubs = live_sessions_of(request).hubs
    _gauge(registry, "hub_sessions", "Sessions this process follows", len(hubs))
    _gauge(registry, "hub_connections", "WebSocket connections", sum(len(hub.seats) for hub in hubs))
    _gauge(registry, "hub_media_peers", "Media peers", sum(len(hub.peers) for hub in hubs))
    clients = services_of(request).relay.clients
    answers = await asyncio.gather(*(_figures(client, peers=peers) for client in clients))
    known = [
        (client.relay, found) for client, found in zip(clients, answers, strict=True) if found is not None
    ]
    registry.register(RelayFigures({client.relay: client.up for client in clients}, known))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def may_read(request: Request) -> bool:
    """Whether the asker is on this machine, or has the token (`Authorization: Bearer …`).

    Behind a proxy that is trusted the asker is whom the proxy names.
    """
    token = settings_of(request).metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _figures(client: RelayClient, *, peers: bool) -> Figures | None:
    try:
        return await client.figures(peers=peers)
    except (RelayUnavailable, RelayRefused):
        return None


def _gauge(registry: CollectorRegistry, name: str, what: str, value: float) -> None:
    Gauge(name, what, registry=registry).set(value)
