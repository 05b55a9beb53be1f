"""Participants of a real session hub without sockets: the driver and the conversation are the real ones, what
they write is kept, and the relay is a stand-in that remembers what it was told.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from hub.people.actor import Actor
from hub.reception.service import Receptions
from hub.reception.viewer import Viewer
from hub.relay.client import RelayRefused
from hub.relay.control import OpenPeer, PeerSdp
from hub.relay.core.specs import StageSpec
from signaling.driver import Driver, Gone
from signaling.live_sessions import LiveSessions
from signaling.session_hub import SessionHub
from tests.kit.clock import HandClock
from tests.kit.receptions import Live
from tests.kit.reducer import reduce
from web.i18n import translate

ANSWER_SECONDS = 10.0


class StandInRelay:
    """As much of `RelayPool` as a session hub asks for. `broken`: it refuses whatever it is told."""

    def __init__(self) -> None:
        self.stage: StageSpec | None = None
        self.broken = False

    async def put_stage(self, stage: StageSpec) -> None:
        """Remember it."""
        self._may()
        self.stage = stage

    async def open_peer(self, request: OpenPeer) -> PeerSdp:
        """An offer nobody reads."""
        self._may()
        return PeerSdp(request.peer, "v=0")

    async def close_peer(self, peer: str) -> None:
        """Fine."""

    async def answer(self, request: object) -> None:
        """Fine."""

    async def limit(self, peer: str, wants: object) -> None:
        """Fine."""

    def where(self, peer: str) -> int:
        """There is one."""
        return 0

    def _may(self) -> None:
        if self.broken:
            raise RelayRefused("broken", "the stand-in is told to refuse")


class Pipe:
    """A socket in memory. `said`: everything the hub has sent."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.code: int | None = None
        self.new = asyncio.Event()
        self._frames: asyncio.Queue[str | bytes | Gone] = asyncio.Queue()

    def put(self, frame: str | bytes | Gone) -> None:
        """What the client sends."""
        self._frames.put_nowait(frame)

    async def receive(self) -> str | bytes | Gone:
        """The hub's side of it."""
        return await self._frames.get()

    async def send(self, text: str) -> None:
        """The hub says something."""
        self.said.append(json.loads(text))
        self.new.set()

    async def close(self, code: int, reason: str) -> None:
        """The hub ends it."""
        self.code = code
        self.new.set()


@dataclass
class OneSession:
    """As much of `LiveSessions` as a driver asks for."""

    one: SessionHub
    receptions: Receptions

    async def hub(self, session_id: str) -> SessionHub:
        """The only one."""
        return self.one

    async def viewer(self, actor: Actor, session_id: str) -> Viewer | None:
        """As the records have it."""
        return await self.receptions.viewer(actor, session_id)


@dataclass
class Participant:
    """One screen. `view` is what it holds by what it was told; `identify` is asked as its cookie would be."""

    name: str
    screen: str
    sessions: OneSession
    clock: HandClock
    identify: Callable[[], Awaitable[Actor | None]]
    pipe: Pipe = field(default_factory=Pipe)
    view: dict[str, Any] = field(default_factory=dict)
    heard: int = 0
    driver: asyncio.Task[None] | None = None

    async def come(self, *, resume: bool = False, media: str | None = None) -> bool:
        """Connect and say hello, with the media peer still held; whether they were let in."""
        actor = await self.identify()
        if actor is None:
            return False
        session = self.sessions.one.id
        viewer = await self.sessions.receptions.viewer(actor, session)
        self.pipe, self.heard = Pipe(), 0
        driver = Driver(
            self.pipe,
            session,
            cast(LiveSessions, self.sessions),
            admitted=cast(Any, {self.screen: (actor, viewer)}),
            identify=lambda _screen: self.identify(),
            words=lambda code, **params: translate("vi", f"error.{code}", **params),
            monotonic=self.clock.monotonic,
        )
        self.driver = asyncio.create_task(driver.run())
        n = self.view["n"] if resume and self.view else None
        self.say(type="hello", version=1, resume=n, media=media, screen=self.screen)
        await self.until(lambda: any(each["type"] == "welcome" for each in self.pipe.said))
        return True

    def say(self, **message: Any) -> None:
        """Send one message."""
        self.pipe.put(json.dumps(message, ensure_ascii=False))

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait until that is so, or the connection ended."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while not met() and self.pipe.code is None:
                self.pipe.new.clear()
                await self.pipe.new.wait()

    async def do(self, id: str, name: str, data: dict[str, Any]) -> dict[str, Any] | None:
        """Give a command; its one answer, or None when the connection ended without one."""
        before = len(self.answers(id))
        self.say(type="command", id=id, name=name, data=data)
        await self.until(lambda: len(self.answers(id)) > before)
        answers = self.answers(id)[before:]
        assert len(answers) <= 1, "one command, one answer"
        return answers[0] if answers else None

    def answers(self, id: str) -> list[dict[str, Any]]:
        """What was answered to the command of that id."""
        return [each for each in self.pipe.said if each["type"] in ("done", "refused") and each["id"] == id]

    async def leave(self) -> None:
        """Go without a word."""
        if self.driver is not None:
            self.pipe.put(Gone(1006))
            await self.driver
            self.driver = None

    def look(self) -> dict[str, Any]:
        """The view by all that was said so far."""
        for message in self.pipe.said[self.heard :]:
            match message["type"]:
                case "welcome" if message.get("view"):
                    self.view = message["view"]
                case "event":
                    self.view = reduce(self.view, [message], message["n"])
                case "head":
                    self.view["n"] = message["n"]
        self.heard = len(self.pipe.said)
        return self.view


async def hub_of(live: Live, relay: StandInRelay | None = None) -> SessionHub:
    """The hub of a session, which does nothing by itself."""
    house = live.house
    hub = SessionHub(
        await house.live(live.id),
        receptions=house.receptions,
        relay=cast(Any, relay or StandInRelay()),
        bus=house.db.bus,
        clock=house.clock,
        ids=house.ids,
    )
    await hub.relays_up({}, all_known=True)
    return hub
