"""One simulated room: enrols by its link, joins the next session by itself, and comes back for ever."""

import asyncio
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from endpoints.camera.picture import Look
from endpoints.fleet.check import measures_of
from endpoints.fleet.media import RoomMedia
from endpoints.fleet.roll import Person, RollBook
from endpoints.fleet.talk import DropMedia, Floor, Offered, OpenMedia, Say, Talk
from endpoints.fleet.thumbnail import Thumbnail
from endpoints.peer import Pool
from endpoints.peer.description import DescriptionBad
from signaling.health import WELL

log = structlog.get_logger(__name__)

REPORT_EVERY: Final = 5.0
THUMBNAIL_EVERY: Final = 10.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 10.0
MEDIA_WAIT: Final = 1.0
"""Seconds within which a room asks for media again, at a random moment: 190 rooms lose it together."""
ROLL_SECONDS: Final = (2.0, 12.0)
"""How soon somebody in a room answers a roll call."""
LOOK_AGAIN: Final = 5.0
"""Seconds between two looks for a session while there is none."""
CHECK_APART: Final = 1.0
"""Seconds between the first checks of two rooms: real ones check within the hour before a session."""
CHECK_EVERY: Final = 120.0
"""Seconds between two looks whether a check is wanted, at most: 190 rooms ask twice a second."""
LARGEST: Final = 4 * 1024 * 1024
REPLACED: Final = 4409
"""The same room was opened elsewhere (signaling/PROTOCOL.md): a simulated one gives way and stays away."""


class NotIn(Exception):
    """The hub did not let this room in; the sentence says at which step."""


@dataclass(frozen=True, slots=True)
class RoomCode:
    """What a simulated room is given: its enrolment code, and a name for its picture."""

    code: str
    name: str


class SimulatedRoom:
    """Run it in a task; cancel to end. `joined`: the hub has welcomed it and the connection stands."""

    def __init__(
        self,
        room: RoomCode,
        number: int,
        http: httpx.AsyncClient,
        tls: ssl.SSLContext | None,
        pool: Pool,
        *,
        on_seen: Callable[[int], None] | None = None,
        small: bool = False,
    ) -> None:
        self.joined = False
        self.replaced = False
        self.welcomes = 0
        self._number = number
        self.health = WELL
        """What it says of its devices from the next report on."""
        self.person = Person()
        """Who answers roll calls."""
        self.frozen = self.unheard = False
        """Whether it says that no picture, or no sound, arrives."""
        self._room = room
        self._http = http
        self._tls = tls
        self._on_seen = on_seen
        self._small = small
        self._media = RoomMedia(
            pool, Look(room.name, width=320, height=180, variant=number), number, self._lost
        )
        self._thumbnail = Thumbnail(room.name, number)
        self._talk = Talk()
        self._session = ""
        self._cookie = ""
        self._floor = False
        self._wants_media = asyncio.Event()
        self._roll = RollBook()
        self._asked = asyncio.Event()

    @property
    def media(self) -> RoomMedia:
        """For reading its counters."""
        return self._media

    @property
    def seen(self) -> int | None:
        """The last event number this room has applied."""
        return self._talk.seen

    async def run(self, delay: float = 0.0) -> None:
        """Join, and join again whatever happens, with growing waits. Ends when a person takes the room."""
        await asyncio.sleep(delay)
        wait = FIRST_WAIT
        try:
            while not self.replaced:
                before = self.welcomes
                try:
                    await self._visit()
                except (httpx.HTTPError, NotIn, OSError, InvalidHandshake, ConnectionClosed) as problem:
                    self.replaced = _was_replaced(problem)
                    log.debug("room is out", why=str(problem) or type(problem).__name__)
                self.joined = False
                wait = FIRST_WAIT if self.welcomes > before else min(wait * 2, LONGEST_WAIT)
                await asyncio.sleep(wait * random.uniform(0.5, 1.0))
        finally:
            self.joined = False
            await self._media.aclose()

    async def _visit(self) -> None:
        if not self._cookie:
            self._cookie = await self._enrol()
        session = await self._next_session()
        if session is None:
            await asyncio.sleep(LOOK_AGAIN * random.uniform(0.5, 1.0))
            return
        if session != self._session:
            self._session, self._talk = session, Talk()
            self._media.drop()
        await self._attend(session)

    async def _enrol(self) -> str:
        answer = await self._http.get(f"/enrol/{self._room.code}", follow_redirects=False)
        cookie = answer.cookies.get("hub_device")
        if cookie is None:
            raise NotIn(f"enrolment was answered with {answer.status_code}")
        return f"hub_device={cookie}"

    async def _next_session(self) -> str | None:
        answer = await self._http.get("/api/room/next", headers={"Cookie": self._cookie})
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            self._cookie = ""
        if answer.status_code != httpx.codes.OK:
            raise NotIn(f"the question for a session was answered with {answer.status_code}")
        return session_of(answer.json())

    async def _attend(self, session: str) -> None:
        base = self._http.base_url
        scheme = "wss" if base.scheme == "https" else "ws"
        async with connect(
            f"{scheme}://{base.netloc.decode()}/ws/sessions/{session}",
            additional_headers={"Cookie": self._cookie},
            origin=f"{base.scheme}://{base.netloc.decode()}",  # type: ignore[arg-type]  # a NewType of str
            ssl=self._tls,
            max_size=LARGEST,
            compression=None,
            proxy=None,
        ) as connection:
            await connection.send(self._talk.hello().text)
            chores = [
                asyncio.create_task(self._report(connection), name="room-report"),
                asyncio.create_task(self._look(connection), name="room-thumbnail"),
                asyncio.create_task(self._open(connection), name="room-media"),
                asyncio.create_task(self._answer_rolls(connection), name="room-roll"),
                asyncio.create_task(self._check(), name="room-check"),
            ]
            try:
                await self._listen(connection)
            finally:
                for chore in chores:
                    chore.cancel()
                # A chore that met the closed connection ended of it; `_listen` has said so already.
                await asyncio.gather(*chores, return_exceptions=True)

    async def _check(self) -> None:
        """Send the result of a check when one is due, or somebody asked; look for that now and then."""
        headers = {"Cookie": self._cookie, "Origin": str(self._http.base_url).rstrip("/")}
        await asyncio.sleep(CHECK_APART * (self._number + random.random()))
        while True:
            try:
                told = await self._http.get("/api/room/check", headers=headers)
                if told.status_code == httpx.codes.OK and wants_check(told.json()):
                    await self._http.post(
                        "/api/room/check", json=measures_of(self.health, self._number), headers=headers
                    )
            except (httpx.HTTPError, ValueError) as problem:
                log.debug("room did not check", why=str(problem))
            await asyncio.sleep(CHECK_EVERY * random.uniform(0.5, 1.0))

    async def _listen(self, connection: ClientConnection) -> None:
        async for text in connection:
            before = self._talk.seen
            said = text if isinstance(text, str) else text.decode()
            wishes = self._talk.hear(said)
            self._roll.hear(said)
            if self._roll.asked:
                self._asked.set()
            if self._on_seen is not None and self._talk.seen is not None and self._talk.seen != before:
                self._on_seen(self._talk.seen)
            for wish in wishes:
                await self._grant(wish, connection)
            if not self.joined and self._talk.point is not None:
                self.joined = True
                self.welcomes += 1
            if self._talk.over:
                return

    async def _grant(self, wish: Any, connection: ClientConnection) -> None:
        match wish:
            case Say(text):
                await connection.send(text)
            case OpenMedia():
                self._wants_media.set()
            case DropMedia():
                self._media.drop()
            case Offered(_, sdp):
                await self._answer(sdp, connection)
            case Floor(held):
                self._floor = held
                self._sound()

    async def _answer(self, sdp: str, connection: ClientConnection) -> None:
        try:
            text = self._media.answer(sdp)
        except DescriptionBad as problem:
            log.warning("room cannot read the offer", why=str(problem))
            return
        await connection.send(self._talk.answer(text).text)
        if self._small:
            await connection.send(self._talk.want_small().text)
        self._sound()

    def _sound(self) -> None:
        if self._floor:
            self._media.speak()
        else:
            self._media.mute()

    def _lost(self) -> None:
        self._talk.media = None
        self._media.drop()
        self._wants_media.set()

    async def _open(self, connection: ClientConnection) -> None:
        while True:
            await self._wants_media.wait()
            self._wants_media.clear()
            await asyncio.sleep(random.uniform(0, MEDIA_WAIT))
            await connection.send(self._talk.open_media().text)

    async def _look(self, connection: ClientConnection) -> None:
        await asyncio.sleep(random.uniform(0, 2 * THUMBNAIL_EVERY))  # the first is drawn: 40 ms each
        while True:
            await asyncio.sleep(THUMBNAIL_EVERY * random.uniform(0.9, 1.1))
            jpeg = self._thumbnail.jpeg(self.health) if self._media.up else None
            if jpeg is not None:
                await connection.send(self._talk.thumbnail(jpeg).text)

    async def _report(self, connection: ClientConnection) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY * random.uniform(0.9, 1.1))
            if self._media.up:
                frames, sound, loss = self._media.measure()
                frames, sound = 0 if self.frozen else frames, sound and not self.unheard
                await connection.send(
                    self._talk.report(frames, sound=sound, loss=loss, health=self.health).text
                )

    async def _answer_rolls(self, connection: ClientConnection) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            await asyncio.sleep(random.uniform(*ROLL_SECONDS))
            text = self._roll.answer(self.person)
            if text is not None:
                await connection.send(text)


def _was_replaced(problem: Exception) -> bool:
    closed = problem.rcvd if isinstance(problem, ConnectionClosed) else None
    return closed is not None and closed.code == REPLACED


def session_of(answer: Any) -> str | None:
    """The session in an answer of `/api/room/next`, if there is one. Raises NotIn for anything else."""
    session = answer.get("session") if isinstance(answer, dict) else answer
    if session is None:
        return None
    if not isinstance(session, dict) or not isinstance(session.get("id"), str):
        raise NotIn("the hub named its session in a way this room does not know")
    return str(session["id"])


def wants_check(told: Any) -> bool:
    """Whether a room should check itself: it was asked to, it is due, or it never did for this session."""
    if not isinstance(told, dict) or told.get("session") is None:
        return False
    return bool(told.get("due") or told.get("check") is None)
