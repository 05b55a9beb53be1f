"""WHIP (RFC 9725) and WHEP over HTTP: `POST` an offer, `DELETE` the resource, and a clear 4xx for
everything else.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from hub.people.errors import TokenRefused
from hub.people.tokens import May, MediaToken, MediaTokens
from hub.reception.errors import Refusal
from signaling.media_gate import LARGEST_OFFER, MediaGate
from signaling.turn import link_headers
from web.body import read_text
from web.errors import error_response
from web.services import live_sessions_of, services_of

router = APIRouter()

SDP: Final = "application/sdp"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "3600",
}
_OTHERS: Final = ["GET", "HEAD", "PUT", "PATCH"]


class TokenMissing(TokenRefused):
    """Code `token_missing`: there is no bearer at all."""

    def __init__(self) -> None:
        super().__init__("token_missing")


def bearer(request: Request) -> MediaToken:
    """The media token of the request. Raises TokenMissing, TokenForged, TokenExpired."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise TokenMissing
    services = services_of(request)
    return MediaTokens(services.keys.get("tokens")).read(text.strip(), services.clock.now())


def gate(request: Request) -> MediaGate:
    """The gate of this app."""
    services = services_of(request)
    return MediaGate(live_sessions_of(request), services.relay, services.units, services.ids)


Token = Annotated[MediaToken, Depends(bearer)]
Gate = Annotated[MediaGate, Depends(gate)]


@router.post("/whip/{session}")
async def publish(request: Request, session: str, token: Token, gate: Gate) -> Response:
    """Take an encoder's offer."""
    return await _accept(request, "publish", session, token, gate)


@router.post("/whep/{session}")
async def play(request: Request, session: str, token: Token, gate: Gate) -> Response:
    """Take a player's offer."""
    return await _accept(request, "view", session, token, gate)


@router.delete("/whip/{session}/{peer}")
async def stop_publishing(session: str, peer: str, token: Token, gate: Gate) -> Response:
    """End an encoder's peer."""
    await gate.end(token, "publish", session, peer)
    return Response()


@router.delete("/whep/{session}/{peer}")
async def stop_playing(session: str, peer: str, token: Token, gate: Gate) -> Response:
    """End a player's peer."""
    await gate.end(token, "view", session, peer)
    return Response()


@router.options("/whip/{session}")
@router.options("/whep/{session}")
async def ask_endpoint() -> Response:
    """What may be posted; also a browser's preflight."""
    headers = {"Access-Control-Allow-Methods": "POST, OPTIONS", "Accept-Post": SDP, "Allow": "POST, OPTIONS"}
    return Response(status_code=204, headers=_PREFLIGHT | headers)


@router.options("/whip/{session}/{peer}")
@router.options("/whep/{session}/{peer}")
async def ask_resource() -> Response:
    """What may be done with a peer; also a browser's preflight."""
    headers = {"Access-Control-Allow-Methods": "DELETE, OPTIONS", "Allow": "DELETE, OPTIONS"}
    return Response(status_code=204, headers=_PREFLIGHT | headers)


@router.api_route("/whip/{session}", methods=[*_OTHERS, "DELETE"])
@router.api_route("/whep/{session}", methods=[*_OTHERS, "DELETE"])
async def not_with_endpoint(request: Request) -> Response:
    """RFC 9725 keeps these methods for later: 405."""
    return await _not_so(request, "POST, OPTIONS")


@router.api_route("/whip/{session}/{peer}", methods=[*_OTHERS, "POST"])
@router.api_route("/whep/{session}/{peer}", methods=[*_OTHERS, "POST"])
async def not_with_resource(request: Request) -> Response:
    """Neither trickle ICE nor ICE restarts: with every candidate in the answer nothing needs a PATCH. 405."""
    return await _not_so(request, "DELETE, OPTIONS")


async def _accept(request: Request, may: May, session: str, token: MediaToken, gate: MediaGate) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
        response = await error_response(request, 415, "media_type_bad")
        response.headers["Accept-Post"] = SDP
        return response
    offer = await read_text(request, LARGEST_OFFER)
    if not offer:
        raise Refusal("sdp_bad")
    accepted = await gate.accept(token, may, session, offer)
    headers = {"Location": f"{request.url.path.rstrip('/')}/{accepted.peer}"}
    response = Response(accepted.sdp, 201, headers, SDP)
    services = services_of(request)
    for link in link_headers(services.turn.servers(accepted.peer, services.clock.now())):
        response.headers.append("Link", link)
    return response


async def _not_so(request: Request, allowed: str) -> Response:
    response = await error_response(request, 405, "method_not_allowed")
    response.headers["Allow"] = allowed
    return response
