"""The thin driver of one WebSocket: texts between a socket and the conversation, and what its acts ask of
the hub.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.viewer import Viewer
from hub.store.database import Busy
from signaling.conversation import Act, Conversation, Do, End, Greet, Heed, Say
from signaling.errors import REASON, CloseCode
from signaling.live_sessions import LiveSessions
from signaling.message import Line, Screen
from signaling.messages import Command, Hello, MediaAnswer, MediaClose, MediaOpen, MediaWant
from signaling.outbox import Outbox, Sink
from signaling.peers import same_media
from signaling.replies import Error, MediaRefused, Refused
from signaling.seat import Seat
from signaling.session_hub import SessionHub

log = structlog.get_logger(__name__)

LAST_WORDS_SECONDS: Final = 5.0
"""For what is queued when a connection ends."""
RECHECK_SECONDS: Final = 60.0
"""How often it is looked up whether somebody is still who they were."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The client closed; 1000 is a goodbye."""

    code: int


class Socket(Sink, Protocol):
    """A WebSocket that was accepted."""

    async def receive(self) -> str | bytes | Gone:
        """The next frame, or that there is none any more. May be cancelled."""
        ...


class Words(Protocol):
    """The participant's language: the sentence of an error code."""

    def __call__(self, code: str, **params: str | int) -> str:
        """The sentence."""
        ...


Admitted = Mapping[Screen, tuple[Actor, Viewer]]
"""Whom the socket's cookies showed when it was opened, by the screen they may speak for."""

Identify = Callable[[Screen], Awaitable[Actor | None]]
"""Who the socket's cookies say they are, as an account (`console`) or as a room (`room`); asked again and
again.
"""


class Driver:
    """One connection from accept to close. `run` raises nothing but cancellation."""

    def __init__(
        self,
        socket: Socket,
        session_id: str,
        sessions: LiveSessions,
        *,
        admitted: Admitted,
        identify: Identify,
        words: Words,
        monotonic: Callable[[], float],
    ) -> None:
        self._socket = socket
        self._session_id = session_id
        self._sessions = sessions
        self._admitted = admitted
        self._identify = identify
        self._words = words
        self._monotonic = monotonic
        self._outbox = Outbox()
        self._conversation = Conversation(monotonic())
        self._hub: SessionHub | None = None
        self._seat: Seat | None = None
        self._checked_at = monotonic()

    async def run(self) -> None:
        """Talk until either side ends it."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._outbox.write(self._socket))
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            if not writer.done():
                await asyncio.wait({writer}, timeout=LAST_WORDS_SECONDS)
        finally:
            reader.cancel()
            writer.cancel()
            problems = await asyncio.gather(reader, writer, return_exceptions=True)
            if self._hub is not None and self._seat is not None:
                self._hub.leave(self._seat)
            for problem in problems:
                if isinstance(problem, Exception):
                    log.error("connection failed", session=self._session_id, exc_info=problem)

    async def _read(self) -> None:
        try:
            while not self._conversation.ended:
                acts = await self._next_acts()
                await self._recheck()
                for act in acts:
                    await self._do(act)
        except Exception:
            self._end(CloseCode.GOING_AWAY, "internal")
            raise

    async def _next_acts(self) -> list[Act]:
        try:
            async with asyncio.timeout(self._seconds_left()):
                frame = await self._socket.receive()
        except TimeoutError:
            return self._conversation.tick(self._monotonic())
        if isinstance(frame, Gone):
            if self._seat is not None:
                self._seat.left_on_purpose = frame.code == CloseCode.DONE
            return [End(CloseCode.DONE, "closed by the client")]
        if isinstance(frame, bytes):
            return self._conversation.receive_binary()
        return self._conversation.receive(frame, self._monotonic())

    def _seconds_left(self) -> float | None:
        """Until the conversation's deadline, or until it is looked up again who this is: a client that is
        silent is waited for no longer than that.
        """
        due = self._conversation.deadline()
        if due is None:
            return None
        if self._seat is not None:
            due = min(due, self._checked_at + RECHECK_SECONDS)
        return max(0.0, due - self._monotonic())

    async def _do(self, act: Act) -> None:
        if self._conversation.ended and not isinstance(act, End):
            return
        match act:
            case Say(text):
                self._outbox.put(text)
            case Greet(hello):
                await self._greet(hello)
            case Heed(report):
                if self._hub is not None and self._seat is not None:
                    self._hub.heed(self._seat, report)
            case Do(request):
                await self._carry_out(request)
            case End(code, why):
                self._end(code, why)

    async def _greet(self, hello: Hello) -> None:
        try:
            if hello.screen not in self._admitted:
                self._end(CloseCode.SIGNED_OUT)
                return
            actor, viewer = self._admitted[hello.screen]
            self._hub = await self._sessions.hub(self._session_id)
            self._seat = Seat(actor, viewer, hello.screen, self._outbox)
            welcome = await self._hub.join(self._seat, hello)
        except Refusal:
            self._end(CloseCode.SESSION_UNKNOWN)
        except Busy:
            self._end(CloseCode.GOING_AWAY, "busy")
        else:
            self._outbox.put(welcome.dump())
            self._hub.settle(self._seat)

    async def _carry_out(self, request: Command | MediaOpen | MediaAnswer | object) -> None:
        hub, seat = self._hub, self._seat
        if hub is None or seat is None:
            return
        if isinstance(request, Command):
            await self._command(hub, seat, request)
            return
        private = _is_private(seat, request)
        desk = hub.talks if private else hub.media
        try:
            if isinstance(request, MediaOpen):
                await self._identify_again(seat)
                offer = await (hub.talks.open(seat) if private else hub.media.open(seat, request))
                self._outbox.put(offer.dump())
            elif isinstance(request, MediaAnswer):
                reply = await desk.answer(seat, request)
                if reply is not None:
                    self._outbox.put(reply.dump())
            elif isinstance(request, MediaWant):
                await hub.media.want(seat, request)
            else:
                await desk.close(seat)
        except Refusal as refusal:
            text, line = self._words(refusal.code, **refusal.params), _line(private=private)
            self._outbox.put(MediaRefused(code=refusal.code, text=text, line=line).dump())
            if refusal.code == REASON[CloseCode.SIGNED_OUT]:
                self._end(CloseCode.SIGNED_OUT)
        except Busy:
            text, line = self._words("busy"), _line(private=private)
            self._outbox.put(MediaRefused(code="busy", text=text, line=line).dump())

    async def _command(self, hub: SessionHub, seat: Seat, command: Command) -> None:
        try:
            await self._identify_again(seat)
            done = await hub.command(seat, command)
        except Refusal as refusal:
            self._refuse(command, refusal.code, **refusal.params)
            if refusal.code == REASON[CloseCode.SIGNED_OUT]:
                self._end(CloseCode.SIGNED_OUT)
        except Busy:
            self._refuse(command, "busy")
        except Exception:  # the page would send it again and again, and fall into the same hole
            log.exception("command failed", session=self._session_id, command=command.name)
            self._refuse(command, "internal")
        else:
            self._outbox.put(done.dump())

    async def _identify_again(self, seat: Seat) -> None:
        """Whoever acts does so as who they are now, and not as who they were up to a minute ago.

        Raises Refusal("signed_out") for a revoked room or a changed password, and Busy.
        """
        actor = await self._identify(seat.screen)
        if actor is None:
            raise Refusal(REASON[CloseCode.SIGNED_OUT])
        seat.actor = actor

    def _refuse(self, command: Command, code: str, **params: str | int) -> None:
        text = self._words(code, **params)
        self._outbox.put(Refused(id=command.id, code=code, text=text).dump())

    async def _recheck(self) -> None:
        """A password that changed, a room that was revoked or a role that was taken ends the connection."""
        now = self._monotonic()
        if self._seat is None or self._conversation.ended or now - self._checked_at < RECHECK_SECONDS:
            return
        self._checked_at = now
        try:
            actor = await self._identify(self._seat.screen)
            viewer = await self._sessions.viewer(actor, self._session_id) if actor is not None else None
        except Busy:
            return
        if actor is None:
            self._end(CloseCode.SIGNED_OUT)
        elif viewer is None:
            self._end(CloseCode.SESSION_UNKNOWN)
        elif viewer != self._seat.viewer:
            self._seat.shut_out = not same_media(viewer, self._seat.viewer)
            self._end(CloseCode.GOING_AWAY, "another role now")

    def _end(self, code: CloseCode, why: str = "") -> None:
        if why:
            log.info("connection ends", session=self._session_id, code=int(code), why=why)
        if code >= CloseCode.MESSAGE_BAD and not self._outbox.closing:
            reason = REASON[code]
            self._outbox.put(Error(code=reason, text=self._words(reason)).dump())
        if self._seat is not None and code in (CloseCode.SIGNED_OUT, CloseCode.SESSION_UNKNOWN):
            self._seat.shut_out = True
        self._outbox.close(code)
        self._conversation.stop()


def _line(*, private: bool) -> Line:
    return "talk" if private else "stage"


def _is_private(seat: Seat, request: object) -> bool:
    """Whether a media request is about the private talk's connection."""
    if isinstance(request, MediaAnswer):
        return request.peer == seat.talk
    return isinstance(request, MediaOpen | MediaClose) and request.line == "talk"
