"""The pool over relays that follow a script: real control links, no media."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.relay import client as client_module
from hub.relay import control
from hub.relay.client import LinkDown, LinkUp, RelayRefused, RelayUnavailable
from hub.relay.codec import decode, encode, read_frame
from hub.relay.core.specs import SlotCount, StageSpec
from hub.relay.names import relay_name
from hub.relay.pool import RelayPool, wait_all_up

OPEN_STAGE = StageSpec("s1", frozenset({"points"}))
CLOSED = StageSpec("s1", frozenset({"staff"}))


class Scripted:
    """One relay: lives or not, answers or hangs, keeps its peers and stages while it lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lives = False
        self.hangs = False
        self.boots = 0
        self.peers: dict[str, control.PeerState] = {}
        self.stages: dict[str, StageSpec] = {}
        self.asked: list[control.Request] = []
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._go = asyncio.Event()
        self._go.set()

    async def start(self, *, with_peers: bool = False) -> None:
        """Dark: whatever it remembers, no stage is among it."""
        self.boots += not with_peers
        self.lives, self.stages, self.asked = True, {}, []
        self.peers = self.peers if with_peers else {}
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def die(self) -> None:
        self.lives = False
        assert self._server is not None
        self._server.close()
        self.path.unlink(missing_ok=True)
        self.go_on()
        self.cut()

    def cut(self) -> None:
        """The links break; the relay lives on."""
        for writer in self._writers:
            writer.transport.abort()

    def hang(self) -> None:
        self.hangs = True
        self._go.clear()

    def go_on(self) -> None:
        self.hangs = False
        self._go.set()

    def tell(self, event: control.Event) -> None:
        for writer in self._writers:
            writer.write(encode(event))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                frame = decode(await read_frame(reader))
                await self._go.wait()
                if not self.lives:
                    return
                assert isinstance(frame.message, control.Request)
                self.asked.append(frame.message)
                writer.write(encode(self._answer(frame.message), frame.id))
        except (EOFError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, request: control.Request) -> control.Reply:
        match request:
            case control.OpenPeer(peer, stage, owner, groups) | control.AcceptPeer(
                peer, stage, owner, groups
            ):
                self.peers[peer] = control.PeerState(peer, stage, owner, groups, True, ())
                return control.PeerSdp(peer, str(self.path))
            case control.AnswerPeer(peer, _) | control.LimitPeer(peer, _):
                known = peer in self.peers
                return control.Done() if known else control.Refused("peer_unknown", peer)
            case control.ClosePeer(peer):
                self.peers.pop(peer, None)
            case control.PutStage(stage):
                self.stages[stage.stage] = stage
            case control.AskState():
                state = tuple(self.peers.values()), tuple(self.stages.values())
                return control.RelayState(f"{self.path.name} {self.boots}", *state)
            case control.AskCounts():
                slots = tuple(SlotCount(peer, "main", 5, 500) for peer in self.peers)
                return control.Counts({"packets_sent": 5}, slots, {"p99": float(self.boots), "packets": 5.0})
        return control.Done()


class House:
    """Relays and the pool over them."""

    def __init__(self, folder: Path, count: int) -> None:
        self.relays = [Scripted(folder / f"{relay_name(index)}.sock") for index in range(count)]
        by_lock = {relay.path.with_suffix(".lock"): relay for relay in self.relays}
        self.pool = RelayPool(list(map(_path, self.relays)), dead=lambda path: not by_lock[path].lives)

    async def until(self, met: object) -> None:
        async with asyncio.timeout(20):
            while not met():  # type: ignore[operator]  # a condition
                await asyncio.sleep(0.002)

    async def linked(self) -> None:
        """Until every living relay that answers has its link."""
        pairs = list(zip(self.relays, self.pool.clients, strict=True))
        await self.until(lambda: all(client.up == relay.lives for relay, client in pairs if not relay.hangs))


def _path(relay: Scripted) -> Path:
    return relay.path


@contextlib.asynccontextmanager
async def house(folder: Path, count: int = 2, *, started: bool = True) -> AsyncIterator[House]:
    made = House(folder, count)
    for relay in made.relays if started else ():
        await relay.start()
    task = asyncio.create_task(made.pool.run())
    try:
        await made.linked()
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for relay in made.relays:
            if relay.lives:
                await relay.die()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links that try again at once, and give up soon."""
    monkeypatch.setattr(client_module, "_FIRST_WAIT", 0.002)
    monkeypatch.setattr(client_module, "_LONGEST_WAIT", 0.004)
    monkeypatch.setattr(client_module, "ANSWER", 0.3)


def opening(peer: str) -> control.OpenPeer:
    return control.OpenPeer(peer, "s1", "owner", frozenset({"points"}), False)


def accepting(peer: str) -> control.AcceptPeer:
    return control.AcceptPeer(peer, "s1", "owner", frozenset(), "publish", "v=0")


async def test_peers_go_where_the_fewest_are_and_are_found_there(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await made.pool.accept(accepting("camera"))
        for number in range(5):
            await made.pool.open_peer(opening(f"p{number}"))
        assert [len(relay.peers) for relay in made.relays] == [3, 3]
        for number in range(5):
            await made.pool.answer(control.AnswerPeer(f"p{number}", "v=0"))
            await made.pool.limit(f"p{number}", [("main", "low")])
            assert f"p{number}" in made.relays[made.pool.where(f"p{number}")].peers
        await made.pool.close_peer("camera")
        await made.pool.open_peer(opening("p5"))
        assert [len(relay.peers) for relay in made.relays] == [3, 3]


async def test_those_who_come_at_once_are_spread_too(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as made:
        await asyncio.gather(*(made.pool.open_peer(opening(f"p{number}")) for number in range(30)))
        assert [len(relay.peers) for relay in made.relays] == [10, 10, 10]


async def test_a_repeated_opening_is_answered_by_the_same_relay(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        first = await made.pool.open_peer(opening("p"))
        assert await made.pool.open_peer(opening("p")) == first
        assert sum(len(relay.peers) for relay in made.relays) == 1


async def test_with_one_relay_down_all_go_to_the_other_and_stay_there_when_it_returns(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await made.relays[0].die()
        await made.linked()
        await made.pool.open_peer(opening("p0"))
        await made.pool.open_peer(opening("p1"))
        assert len(made.relays[1].peers) == 2
        await made.relays[0].start()
        await made.linked()
        assert len(made.relays[1].peers) == 2
        await made.pool.open_peer(opening("p2"))
        assert len(made.relays[0].peers) == 1


async def test_without_any_relay_nothing_is_opened_and_an_unknown_peer_is_nowhere(tmp_path: Path) -> None:
    async with house(tmp_path, started=False) as made:
        with pytest.raises(RelayUnavailable):
            await made.pool.open_peer(opening("p"))
        with pytest.raises(RelayUnavailable):
            await made.pool.state()
        with pytest.raises(RelayUnavailable):
            await made.pool.counts()
        assert not made.pool.up
        assert made.pool.is_dead(0)
        await made.pool.put_stage(CLOSED)  # nobody is there who could send anything
    async with house(tmp_path) as made:
        with pytest.raises(RelayRefused, match="peer_unknown"):
            await made.pool.answer(control.AnswerPeer("ghost", "v=0"))
        await made.pool.close_peer("ghost")


async def test_a_stage_stands_at_all_when_it_is_put(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as made:
        await made.pool.put_stage(OPEN_STAGE)
        assert [relay.stages for relay in made.relays] == [{"s1": OPEN_STAGE}] * 3


async def test_a_dead_relay_does_not_keep_doors_open_and_hears_of_them_first(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await made.pool.put_stage(OPEN_STAGE)
        await made.relays[1].die()
        await made.linked()
        await made.pool.put_stage(CLOSED)
        await made.relays[1].start(with_peers=True)
        await made.linked()
        await made.pool.open_peer(opening("p"))
        kinds = [type(request) for request in made.relays[1].asked]
        assert kinds[:2] == [control.AskState, control.PutStage]
        assert made.relays[1].stages == {"s1": CLOSED}


async def test_a_relay_that_hangs_keeps_doors_from_being_said_to_be_shut(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await made.pool.put_stage(OPEN_STAGE)
        made.relays[1].hang()
        with pytest.raises(RelayUnavailable):
            await made.pool.put_stage(CLOSED)
        assert made.relays[0].stages == {"s1": CLOSED}
        made.relays[1].cut()  # and now its link breaks as well
        await made.until(lambda: not made.pool.clients[1].up)
        with pytest.raises(RelayUnavailable):
            await made.pool.put_stage(CLOSED)
        assert not made.pool.is_dead(1)
        made.relays[1].go_on()
        await made.linked()
        await made.pool.put_stage(CLOSED)
        assert made.relays[1].stages == {"s1": CLOSED}


async def test_an_emptied_stage_is_told_to_all_and_then_forgotten(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await made.pool.put_stage(OPEN_STAGE)
        made.relays[1].hang()
        with pytest.raises(RelayUnavailable):
            await made.pool.put_stage(StageSpec("s1"))
        made.relays[1].cut()
        await made.until(lambda: not made.pool.clients[1].up)
        made.relays[1].go_on()
        await made.linked()
        await made.until(lambda: made.relays[1].stages == {"s1": StageSpec("s1")})
        await made.pool.put_stage(StageSpec("s1"))
        await made.relays[1].die()
        await made.linked()
        await made.relays[1].start()
        await made.linked()
        assert made.relays[1].stages == {}


async def test_states_and_counts_are_added_up(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await made.pool.put_stage(OPEN_STAGE)
        for number in range(2):
            await made.pool.open_peer(opening(f"p{number}"))
        await made.relays[1].die()
        await made.linked()
        await made.relays[1].start(with_peers=True)
        await made.linked()
        state = await made.pool.state()
        assert {peer.peer for peer in state.peers} == {"p0", "p1"}
        assert state.stages == (OPEN_STAGE,)
        assert [peer.peer for peer in (await made.pool.state(1)).peers] == ["p1"]
        counts = await made.pool.counts()
        assert counts.totals == {"packets_sent": 10}
        assert len(counts.slots) == 2
        assert counts.delay_us == {"p99": 1.0, "packets": 10.0}


async def test_events_say_which_relay(tmp_path: Path) -> None:
    async with house(tmp_path) as made, contextlib.aclosing(made.pool.events()) as events:
        heard = [await anext(events), await anext(events)]
        assert {event.relay for event in heard if isinstance(event, LinkUp)} == {0, 1}
        await made.relays[1].die()
        assert await anext(events) == LinkDown(relay=1)
        await made.relays[1].start()
        again = await anext(events)
        assert isinstance(again, LinkUp)
        assert (again.relay, again.fresh) == (1, True)


async def test_a_link_that_is_up_is_told_again_behind_what_was_not_read_yet(tmp_path: Path) -> None:
    async with house(tmp_path) as made, contextlib.aclosing(made.pool.events()) as events:
        heard = [await anext(events), await anext(events)]
        [boot] = [event.boot for event in heard if isinstance(event, LinkUp) and event.relay == 0]
        await made.relays[1].die()
        await made.linked()
        made.pool.tell_up_again(0)
        made.pool.tell_up_again(1)  # it is not up, and tells by itself when it is
        await made.relays[1].start()
        assert await anext(events) == LinkDown(relay=1)
        again = await anext(events)
        assert again == LinkUp(boot, fresh=False, relay=0)
        third = await anext(events)
        assert isinstance(third, LinkUp)
        assert (third.relay, third.fresh) == (1, True)


async def test_a_peer_that_was_opened_elsewhere_in_the_end_is_closed_where_it_hung(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        made.relays[0].hang()
        await made.pool.open_peer(opening("p"))  # the first did not answer in time
        assert made.pool.where("p") == 1
        made.relays[0].go_on()
        await made.linked()
        await made.until(lambda: "p" in made.relays[0].peers)
        async with contextlib.aclosing(made.pool.events()) as events:
            await anext(events)
            await anext(events)
            assert (await made.pool.state(0)).peers == ()
            assert made.relays[0].peers == {}
            made.relays[0].tell(control.PeerDown("p", "s1", "owner", "closed"))
            down = control.PeerDown("q", "s1", "owner", "closed")
            made.relays[0].tell(down)
            assert await anext(events) == down  # of p nothing is said: it is on the other
        assert made.pool.where("p") == 1


async def test_waiting_for_all_of_them(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        await wait_all_up(made.pool, 5)
        await made.relays[1].die()
        await made.linked()
        with pytest.raises(RelayUnavailable):
            await wait_all_up(made.pool, 0.05)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(0, 99)),
        st.tuples(
            st.just("put"), st.sampled_from([frozenset({"points"}), frozenset({"staff"}), frozenset()])
        ),
        st.tuples(st.just("die"), st.integers(0, 2)),
        st.tuples(st.just("start"), st.integers(0, 2)),
        st.tuples(st.just("revive"), st.integers(0, 2)),
        st.tuples(st.just("cut"), st.integers(0, 2)),
        st.tuples(st.just("hang"), st.integers(0, 2)),
        st.tuples(st.just("go on"), st.integers(0, 2)),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_dies_and_returns_no_relay_sends_under_a_wish_that_was_replaced(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]]
) -> None:
    asyncio.run(_live_through(tmp_path_factory.mktemp("pool"), steps))


async def _live_through(folder: Path, steps: list[tuple[str, object]]) -> None:
    async with house(folder, 3) as made:
        allowed = [StageSpec("s1")]
        for what, which in steps:
            relay = made.relays[which] if isinstance(which, int) and which < 3 else made.relays[0]
            if what == "open" and not any(each.hangs for each in made.relays):
                with contextlib.suppress(RelayUnavailable):
                    await made.pool.open_peer(opening(f"p{which}"))
            elif what == "put":
                allowed = await _put(made, StageSpec("s1", which), allowed)  # type: ignore[arg-type]
            elif what == "die" and relay.lives:
                await relay.die()
            elif what in {"start", "revive"} and not relay.lives:
                await relay.start(with_peers=what == "revive")
            elif what == "cut":
                relay.cut()
            elif what == "hang":
                relay.hang() if relay.lives else None
            elif what == "go on":
                relay.go_on()
            for each in made.relays:
                assert not each.lives or each.stages.get("s1", StageSpec("s1")) in allowed
        for relay in made.relays:
            relay.go_on()
        await made.linked()
        wish = StageSpec("s1", frozenset({"staff"}))
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(RelayUnavailable):
                    await made.pool.put_stage(wish)
                    break
        assert all(relay.stages == {"s1": wish} for relay in made.relays if relay.lives)


async def _put(made: House, wish: StageSpec, allowed: list[StageSpec]) -> list[StageSpec]:
    """What may stand from now on: this alone (or nothing, at one just started) once it is said to stand at
    all."""
    try:
        await made.pool.put_stage(wish)
    except RelayUnavailable:
        assert any(relay.lives for relay in made.relays)
        return [*allowed, wish]
    return [wish, StageSpec("s1")]
