"""Whether the hub lives, and whether it is ready."""

from fastapi import APIRouter
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from hub.reception.state import Status
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


def _on_air(hub: SessionHub) -> bool:
    stage = hub.director.stage
    return hub.live.state.status is Status.LIVE and stage is not None and bool(stage.slots)
