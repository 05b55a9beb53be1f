"""The web process's end of the control link: connects for ever, asks, and tells what happens.

relay = RelayClient(path)
async with asyncio.TaskGroup() as group:
    group.create_task(relay.run())
    offer = await relay.open_peer(OpenPeer(...))
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from hub.relay import control
from hub.relay.codec import FrameBad, decode, encode, read_frame
from hub.relay.core.specs import SlotName, StageSpec, Want
from hub.relay.ear import Ear, Hearer, LinkDown, LinkEvent, LinkUp

__all__ = ["LinkDown", "LinkEvent", "LinkUp", "RelayClient", "RelayRefused", "RelayUnavailable", "wait_up"]

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 0.2
"""Seconds. A relay that was started again is dark until it is told its stages, so nobody waits long for
it."""
ANSWER: Final = 5.0
"""Seconds until an unanswered request counts as a lost link, which is broken then and begun anew."""


class RelayUnavailable(ConnectionError):
    """The link is down, or went down before the answer came: nothing is known of the request's effect."""


class RelayRefused(Exception):
    """The relay will not do it. `code` is stable, `sentence` is for the log."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


R = TypeVar(
    "R", control.Done, control.PeerSdp, control.RelayState, control.Counts, control.Figures, control.Dump
)


class RelayClient:
    """One relay. `run()` is a task of the caller's; everything else may be called at any time, from the same
    loop.
    """

    def __init__(
        self, path: Path, relay: int = 0, greeting: Callable[[], Iterable[control.Request]] = tuple
    ) -> None:
        """`relay` is its index on the machine. `greeting` gives what a relay is told first of all whenever
        the link comes up, before anything that is asked later.
        """
        self.boot: str | None = None
        self.path = path
        self.relay = relay
        self._greeting = greeting
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[control.Reply]] = {}
        self._next_id = 0
        self._ears: set[Hearer] = set()

    @property
    def up(self) -> bool:
        """Whether requests can be sent now."""
        return self._writer is not None

    async def run(self) -> None:
        """Keep the link up until cancelled; waits grow from 50 ms to 1 s, with jitter."""
        wait = _FIRST_WAIT
        while True:
            try:
                if await self._once():
                    wait = _FIRST_WAIT
            except OSError:
                pass
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(_LONGEST_WAIT, wait * 2)

    async def open_peer(self, request: control.OpenPeer) -> control.PeerSdp:
        """A hub offer. All of these raise RelayUnavailable and RelayRefused."""
        return await self._ask(request, control.PeerSdp)

    async def answer(self, request: control.AnswerPeer) -> None:
        """Give the browser's answer."""
        await self._ask(request, control.Done)

    async def accept(self, request: control.AcceptPeer) -> control.PeerSdp:
        """The answer to a WHIP or WHEP offer."""
        return await self._ask(request, control.PeerSdp)

    async def close_peer(self, peer: str) -> None:
        """Drop a peer; fine when it is gone."""
        await self._ask(control.ClosePeer(peer), control.Done)

    async def put_stage(self, stage: StageSpec) -> None:
        """Returns once no later packet can leave under the old wish."""
        await self._ask(control.PutStage(stage), control.Done)

    async def limit(self, peer: str, wants: Iterable[tuple[SlotName, Want]]) -> None:
        """The most a viewer has use for, slot by slot; slots that are not named may have all."""
        await self._ask(control.LimitPeer(peer, tuple(wants)), control.Done)

    async def state(self) -> control.RelayState:
        """All peers and stages."""
        return await self._ask(control.AskState(), control.RelayState)

    async def counts(self, stage: str | None = None) -> control.Counts:
        """The proof, and the counters."""
        return await self._ask(control.AskCounts(stage), control.Counts)

    async def figures(self, *, peers: bool = False) -> control.Figures:
        """For a monitoring system; `peers`: of every peer too."""
        return await self._ask(control.AskFigures(peers), control.Figures)

    async def dump(self, salt: str, skip: int = 0) -> control.Dump:
        """A page of a bug report."""
        return await self._ask(control.AskDump(salt, skip), control.Dump)

    async def events(self) -> AsyncGenerator[LinkEvent, None]:
        """What happens from now on; begins with LinkUp when the link is up. Each iterator hears everything.

        A listener that falls 4,096 events behind loses them and hears LinkUp instead: it must ask for the
        state.
        """
        ear = Ear(self.up_now)
        self.tell(ear)
        try:
            while True:
                yield await ear.get()
        finally:
            self.tell_no_more(ear)

    def up_now(self) -> list[LinkUp]:
        """What a new listener must know: that the link is up, if it is."""
        is_up = self._writer is not None and self.boot is not None
        return [LinkUp(self.boot or "", fresh=False, relay=self.relay)] if is_up else []

    def tell(self, ear: Hearer) -> None:
        """Let an ear hear everything from now on."""
        self._ears.add(ear)

    def tell_no_more(self, ear: Hearer) -> None:
        """The end of `tell`."""
        self._ears.discard(ear)

    async def _ask(self, request: control.Request, kind: type[R]) -> R:
        writer = self._writer
        if writer is None:
            raise RelayUnavailable("the relay cannot be reached")
        self._next_id += 1
        id, answer = self._next_id, asyncio.get_running_loop().create_future()
        self._waiting[id] = answer
        try:
            writer.write(encode(request, id))
            await asyncio.wait({answer}, timeout=ANSWER)
            if not answer.done():
                await asyncio.sleep(0)  # it may have been this loop that stood still: first read what came
            if not answer.done():
                raise TimeoutError
            reply = await answer
        except (TimeoutError, ConnectionError) as problem:
            if isinstance(problem, TimeoutError) and self._writer is writer:
                writer.transport.abort()  # a close would wait until it has read what it was sent
            raise RelayUnavailable("the relay did not answer") from problem
        finally:
            self._waiting.pop(id, None)
        if isinstance(reply, control.Refused):
            raise RelayRefused(reply.code, reply.sentence)
        if not isinstance(reply, kind):
            raise RelayRefused("answer_bad", f"the relay answered with {type(reply).__name__}")
        return reply

    async def _once(self) -> bool:
        """One connection, until it ends. Returns whether it ever was up."""
        reader, writer = await asyncio.open_unix_connection(self.path, limit=control.MAX_FRAME + 4)
        greeted = False
        try:
            writer.write(encode(control.AskState(), 0))
            async with asyncio.timeout(ANSWER):
                state = decode(await read_frame(reader)).message
            if not isinstance(state, control.RelayState):
                return False
            fresh, self.boot = state.boot != self.boot, state.boot
            for request in self._greeting():
                writer.write(encode(request, 0))  # answers to 0 go to nobody
            self._writer, greeted = writer, True
            self._tell(LinkUp(state.boot, fresh, self.relay))
            while True:
                self._take(await read_frame(reader))
        except (EOFError, FrameBad, TimeoutError, OSError):
            return greeted
        finally:
            self._writer = None
            writer.close()
            self._fail_all()
            if greeted:
                self._tell(LinkDown(self.relay))

    def _take(self, text: bytes) -> None:
        try:
            frame = decode(text)
        except FrameBad:
            return  # a newer relay's word that we do not know
        message = frame.message
        if isinstance(message, control.Event):
            self._tell(message)
        elif isinstance(message, control.Reply) and frame.id is not None:
            answer = self._waiting.pop(frame.id, None)
            if answer is not None and not answer.done():
                answer.set_result(message)

    def _fail_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the control link broke"))

    def _tell(self, event: LinkEvent) -> None:
        for ear in list(self._ears):
            ear.put(event)


async def wait_up(client: RelayClient, seconds: float) -> None:
    """Until the link is up. Raises RelayUnavailable when that takes longer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), contextlib.aclosing(client.events()) as events:
            async for event in events:
                if isinstance(event, LinkUp):
                    return
    raise RelayUnavailable("the relay did not come up")
