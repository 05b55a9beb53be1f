"""All relays of one machine as one: a peer is on one of them, a stage stands on all.

Same face as `RelayClient`. A new peer goes to the relay with the fewest; a source that enters one is piped
to the others by the relays themselves (`hub.relay.pipe`), because every stage is put to all of them.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from hub.relay import control
from hub.relay.alive import is_dead, lock_path
from hub.relay.client import RelayClient, RelayRefused, RelayUnavailable
from hub.relay.core.specs import SlotName, StageSpec, Want
from hub.relay.ear import Ear, LinkEvent, LinkUp

T = TypeVar("T")


class RelayPool:
    """`run()` is a task of the caller's; everything else may be called at any time, from the same loop.

    What is wanted of each stage is kept here, and is the first thing a relay hears when its link comes up.
    """

    def __init__(self, sockets: Sequence[Path], dead: Callable[[Path], bool] = is_dead) -> None:
        """One control socket for each relay, in order. `dead` tells by the lock beside it whether a process
        lives."""
        self._wishes: dict[str, StageSpec] = {}
        self._where: dict[str, int] = {}
        self._dead = dead
        self._ears: set[Ear] = set()
        self.clients = tuple(
            RelayClient(path, index, self._first_words) for index, path in enumerate(sockets)
        )
        for client in self.clients:
            client.tell(_Filter(self, client.relay))

    def __len__(self) -> int:
        return len(self.clients)

    @property
    def up(self) -> bool:
        """Whether any relay can be asked now."""
        return any(client.up for client in self.clients)

    def is_dead(self, relay: int) -> bool:
        """Whether no process of that relay lives."""
        return self._is_dead(self.clients[relay])

    def where(self, peer: str) -> int:
        """The relay a peer was last known on; the first when it is not known at all."""
        return self._where.get(peer, 0)

    async def run(self) -> None:
        """Keep all links up until cancelled."""
        async with asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(client.run())

    async def open_peer(self, request: control.OpenPeer) -> control.PeerSdp:
        """A hub offer, of the relay with the fewest peers. All of these raise RelayUnavailable and
        RelayRefused."""
        return await self._place(request.peer, lambda client: client.open_peer(request))

    async def accept(self, request: control.AcceptPeer) -> control.PeerSdp:
        """The answer to a WHIP or WHEP offer."""
        return await self._place(request.peer, lambda client: client.accept(request))

    async def answer(self, request: control.AnswerPeer) -> None:
        """Give the browser's answer."""
        await self._of(request.peer).answer(request)

    async def limit(self, peer: str, wants: Iterable[tuple[SlotName, Want]]) -> None:
        """The most a viewer has use for, slot by slot."""
        await self._of(peer).limit(peer, wants)

    async def close_peer(self, peer: str) -> None:
        """Drop a peer; fine when it is gone. Not knowing where it is, all relays are told."""
        relay = self._where.get(peer)
        clients = self.clients if relay is None else (self.clients[relay],)
        await _all([client.close_peer(peer) for client in clients if client.up or relay is not None])
        self._where.pop(peer, None)

    async def put_stage(self, stage: StageSpec) -> None:
        """Returns once no later packet can leave under the old wish, from any relay.

        A relay that is dead sends nothing, and hears this first when it is started again; one that lives
        and cannot be told makes this raise RelayUnavailable, with the wish standing at the others.
        """
        self._wishes[stage.stage] = stage
        await _all([self._put(client, stage) for client in self.clients])
        if not stage.audience and not stage.slots and self._wishes.get(stage.stage) == stage:
            del self._wishes[stage.stage]  # everyone has forgotten it

    async def state(self, relay: int | None = None) -> control.RelayState:
        """All peers and stages, of one relay or of those that are up."""
        if relay is not None:
            return await self._state(self.clients[relay])
        states = await self._each_up(self._state)
        stages = {stage.stage: stage for state in states for stage in state.stages}
        peers = tuple(peer for state in states for peer in state.peers)
        return control.RelayState("+".join(state.boot for state in states), peers, tuple(stages.values()))

    async def counts(self, stage: str | None = None) -> control.Counts:
        """The proof, and the counters, of the relays that are up: added up; delays are the worst relay's."""
        counts = await self._each_up(lambda client: client.counts(stage))
        totals: dict[str, int] = {}
        delays: dict[str, float] = {}
        for one in counts:
            for name, value in one.totals.items():
                totals[name] = totals.get(name, 0) + value
            for name, delay in one.delay_us.items():
                more = name.endswith("packets")
                delays[name] = delays.get(name, 0.0) + delay if more else max(delays.get(name, 0.0), delay)
        return control.Counts(totals, tuple(slot for one in counts for slot in one.slots), delays)

    async def events(self) -> AsyncGenerator[LinkEvent, None]:
        """What happens from now on, at all relays; begins with LinkUp of each whose link is up. As
        RelayClient's."""
        ear = Ear(lambda: [up for client in self.clients for up in client.up_now()])
        self._ears.add(ear)
        try:
            while True:
                yield await ear.get()
        finally:
            self._ears.discard(ear)

    def heard(self, relay: int, event: LinkEvent) -> None:
        """A relay told something: pass it on, unless it is of a peer that was opened elsewhere in the end."""
        peer = (
            event.peer if isinstance(event, control.PeerUp | control.PeerDown | control.SourceEvent) else ""
        )
        if peer and self._where.get(peer, relay) != relay:
            return
        if isinstance(event, control.PeerDown):
            self._where.pop(peer, None)
        elif isinstance(event, LinkUp) and event.fresh:
            self._where = {peer: at for peer, at in self._where.items() if at != relay}
        for ear in list(self._ears):
            ear.put(event)

    def tell_up_again(self, relay: int) -> None:
        """Let everybody hear LinkUp once more, after what they have not read yet, if that relay's link is up:
        somebody could not take it in."""
        for up in self.clients[relay].up_now():
            self.heard(relay, up)

    def _first_words(self) -> list[control.Request]:
        return [control.PutStage(stage) for stage in self._wishes.values()]

    def _is_dead(self, client: RelayClient) -> bool:
        return not client.up and self._dead(lock_path(client.path))

    def _of(self, peer: str) -> RelayClient:
        return self.clients[self.where(peer)]

    def _load(self, client: RelayClient) -> tuple[int, int]:
        return sum(relay == client.relay for relay in self._where.values()), client.relay

    async def _place(
        self, peer: str, ask: Callable[[RelayClient], Awaitable[control.PeerSdp]]
    ) -> control.PeerSdp:
        """Where it is already, or else with the fewest; with the next best when that one does not answer."""
        known = self._where.get(peer)
        if known is not None:
            return await ask(self.clients[known])
        problem: RelayUnavailable | None = None
        for client in sorted((client for client in self.clients if client.up), key=self._load):
            self._where[peer] = client.relay  # at once: others that are opened meanwhile go elsewhere
            try:
                offer = await ask(client)
            except RelayUnavailable as error:
                self._where.pop(peer, None)
                problem = error
            except BaseException:
                self._where.pop(peer, None)
                raise
            else:
                self._where[peer] = client.relay  # a look at the relay's state may have come between
                return offer
        raise problem or RelayUnavailable("no relay can be reached")

    async def _put(self, client: RelayClient, stage: StageSpec) -> None:
        try:
            await client.put_stage(stage)
        except RelayUnavailable:
            if not self._is_dead(client):
                raise

    async def _state(self, client: RelayClient) -> control.RelayState:
        """What one relay has. A peer that was opened elsewhere after this one had not answered is closed
        here."""
        state = await client.state()
        peers = []
        for peer in state.peers:
            if self._where.setdefault(peer.peer, client.relay) == client.relay:
                peers.append(peer)
            else:
                with contextlib.suppress(RelayUnavailable, RelayRefused):
                    await client.close_peer(peer.peer)
        there = {peer.peer for peer in peers}
        for name in [name for name, relay in self._where.items() if relay == client.relay]:
            if name not in there:
                del self._where[name]
        return control.RelayState(state.boot, tuple(peers), state.stages)

    async def _each_up(self, ask: Callable[[RelayClient], Awaitable[T]]) -> list[T]:
        """Those that are up and answer. Raises RelayUnavailable when none does."""
        asked = [ask(client) for client in self.clients if client.up]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        got = [answer for answer in answers if not isinstance(answer, BaseException)]
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, RelayUnavailable):
                raise answer
        if not got:
            raise RelayUnavailable("no relay can be reached")
        return got


class _Filter:
    """What one of the relays tells goes through the pool."""

    def __init__(self, pool: RelayPool, relay: int) -> None:
        self._pool = pool
        self._relay = relay

    def put(self, event: LinkEvent) -> None:
        """As `Ear.put`."""
        self._pool.heard(self._relay, event)


async def _all(asked: Sequence[Awaitable[None]]) -> None:
    """Do all of it, whatever fails; then raise the first failure, what is unsure before what is refused."""
    failed = [one for one in await asyncio.gather(*asked, return_exceptions=True) if one is not None]
    failed.sort(key=lambda one: not isinstance(one, RelayUnavailable))
    if failed:
        raise failed[0]


async def wait_all_up(pool: RelayPool, seconds: float) -> None:
    """Until every link is up. Raises RelayUnavailable when that takes longer."""
    waiting = set(range(len(pool)))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), contextlib.aclosing(pool.events()) as events:
            async for event in events:
                if isinstance(event, LinkUp):
                    waiting.discard(event.relay)
                    if not waiting:
                        return
    raise RelayUnavailable("not every relay came up")
