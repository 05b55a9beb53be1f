"""The WebSocket route: who may open it, and Starlette's socket in the driver's terms."""

from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hub.people.actor import Actor
from hub.reception.viewer import Viewer
from hub.store.database import Busy
from signaling.driver import Admitted, Driver, Gone
from signaling.message import Screen
from web import auth
from web.csrf import same_origin
from web.i18n import locale_of
from web.refusals import error_text
from web.services import live_sessions_of, services_of

router = APIRouter()


SCREENS: Final[tuple[Screen, ...]] = ("console", "room", "desk")


class StarletteSocket:
    """Implements `signaling.driver.Socket`."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | bytes | Gone:
        """The next frame; a socket that is gone says so for ever."""
        if self._websocket.client_state is WebSocketState.DISCONNECTED:
            return Gone(1006)
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            return Gone(int(message.get("code") or 1006))
        text = message.get("text")
        return str(text) if text is not None else bytes(message.get("bytes") or b"")

    async def send(self, text: str) -> None:
        """Send a text frame. Raises ConnectionError."""
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            raise ConnectionError("the WebSocket is gone") from error

    async def close(self, code: int, reason: str) -> None:
        """Close it, if it is open."""
        try:
            await self._websocket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError, OSError):
            return


@router.websocket("/ws/sessions/{session}")
async def converse(websocket: WebSocket, session: str) -> None:
    """PROTOCOL.md. A session that is not theirs to see answers 404 on the upgrade, a foreign page 403."""
    words = partial(_words, websocket)
    if not same_origin(websocket):
        await _refuse(websocket, 403, "foreign_request")
        return
    try:
        admitted = await _admitted(websocket, session)
    except Busy:
        await _refuse(websocket, 503, "busy")
        return
    if not admitted:
        await _refuse(websocket, 404, "session_unknown")
        return
    await websocket.accept()
    if "room" in admitted:
        await auth.here(websocket)
    monotonic = services_of(websocket).clock.monotonic
    identify = partial(_identify, websocket)
    sessions = live_sessions_of(websocket)
    socket = StarletteSocket(websocket)
    driver = Driver(
        socket,
        session,
        sessions,
        admitted=admitted,
        identify=identify,
        words=words,
        monotonic=monotonic,
    )
    await driver.run()


@router.websocket("/{path:path}")
async def nothing_there(websocket: WebSocket) -> None:
    """Any other WebSocket: 404, like any other page."""
    await _refuse(websocket, 404, "not_found")


async def _admitted(websocket: WebSocket, session: str) -> Admitted:
    """Everyone the cookies stand for to whom the session is there."""
    sessions = live_sessions_of(websocket)
    found: dict[Screen, tuple[Actor, Viewer]] = {}
    for screen in SCREENS:
        actor = await _identify(websocket, screen)
        viewer = await sessions.viewer(actor, session) if actor is not None else None
        if actor is not None and viewer is not None:
            found[screen] = actor, viewer
    return found


async def _identify(websocket: WebSocket, screen: Screen) -> Actor | None:
    """A browser may hold both cookies: the screen says which one it speaks as."""
    return await (auth.room(websocket) if screen == "room" else auth.account(websocket))


async def _refuse(websocket: WebSocket, status: int, code: str) -> None:
    response = JSONResponse({"code": code, "text": _words(websocket, code)}, status)
    await websocket.send_denial_response(response)


def _words(websocket: WebSocket, code: str, **params: str | int) -> str:
    return error_text(locale_of(websocket), code, params)
