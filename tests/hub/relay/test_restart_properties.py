"""A relay that is killed again and again, at any point between two writes or two packets.

The core, the ledger and SRTP are the real ones, the rest is played: the network delivers at once, the web
process puts its stage again. Towards each viewer, which has one SRTP context for its life: nothing fails to
decrypt, and no number ever carries two contents.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.relay.core.forwarder import Forwarder
from hub.relay.core.limits import Limits
from hub.relay.core.plan import Plan, Totals
from hub.relay.core.specs import (
    HUB_PAYLOAD_TYPES,
    SLOT_SSRC,
    SLOTS,
    PeerSpec,
    SlotName,
    SourceId,
    StageSpec,
    TrackKind,
)
from hub.relay.wire import journal
from hub.relay.wire.ledger import Ledger
from hub.relay.wire.srtp import PROFILES, Inbound, Outbound, SrtpKeys
from tests.kit.media import PUBLISHES, Camera, microphone, nack_from, pli_from

STAGE = "s"
VIEWERS = ("an", "binh", "chi")
PUBLISHERS = ("hall", "room")
JUMP = 2_900
"""Numbers a publisher skips at times, so that the counter of turns moves within a test."""


class Killed(BaseException):
    """kill -9. Not an Exception: nothing in the relay may catch it."""


class Executioner:
    """Kills after so many steps; a step is a write to the ledger or a packet that leaves."""

    def __init__(self) -> None:
        self.left: int | None = None

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Every write to a ledger is a step, and may be cut short."""
        patch = pytest.MonkeyPatch()
        write, pwrite = journal.Record.write, os.pwrite

        def record(self_: journal.Record, *values: Any) -> None:
            self.step()
            write(self_, *values)
            self.step()

        def blob(descriptor: int, content: bytes, at: int) -> int:
            try:
                self.step()
            except Killed:
                pwrite(descriptor, content[: len(content) // 2], at)
                raise
            return pwrite(descriptor, content, at)

        patch.setattr(journal.Record, "write", record)
        patch.setattr("hub.relay.wire.journal.os.pwrite", blob)
        try:
            yield
        finally:
            patch.undo()


@dataclass
class Viewer:
    """The far end: one SRTP context, whatever happens to the relay."""

    name: str
    ours: SrtpKeys
    receiver: Inbound
    sent: dict[tuple[int, int], bytes] = field(default_factory=dict)
    highest: dict[int, int] = field(default_factory=dict)

    def take(self, packet: bytes) -> None:
        ssrc, sequence = int.from_bytes(packet[8:12]), int.from_bytes(packet[2:4])
        highest = self.highest.get(ssrc, sequence)
        number = highest + ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
        known = self.sent.get((ssrc, number))
        if known is None:
            assert self.receiver.rtp(packet) is not None, f"{self.name} cannot decrypt {ssrc}/{number}"
            self.sent[ssrc, number] = packet
            self.highest[ssrc] = max(highest, number)
        else:
            assert known == packet, f"{self.name} was sent two contents as {ssrc}/{number}"


class World:
    """Viewers, publishers and the web process, which live on, and one relay after the other."""

    def __init__(self, file: int) -> None:
        self.file = file
        self.now = 100.0
        self.executioner = Executioner()
        self.viewers: dict[str, Viewer] = {}
        self.cameras = {name: Camera(100 + n, picture=7) for n, name in enumerate(PUBLISHERS)}
        self.voices = {name: microphone(200 + n) for n, name in enumerate(PUBLISHERS)}
        self.stage = StageSpec(STAGE)
        self.kills = 0
        self._material = count(1)
        self.start()

    def start(self) -> None:
        """A relay comes up with what is left. It may be killed while it does."""
        while True:
            with suppress(Killed):
                self._revive()
                return
            self.kills += 1

    def _revive(self) -> None:
        limits = Limits(max_gap=JUMP + 100)
        totals = Totals()
        ledger = Ledger(self.file, totals)
        ledger.healthy()
        self.ledger = ledger
        self.forwarder = Forwarder(seed=self.kills, totals=totals, limits=limits, ledger=ledger)
        self.outbounds: dict[str, Outbound] = {}
        self.forwarder.put_stage(StageSpec(STAGE, slots=self.stage.slots), self.now)
        lost = self.viewers.keys() - ledger.peers.keys()
        for name in lost:
            del self.viewers[name]
        for name in ledger.peers:
            viewer = self.viewers.get(name)
            if viewer is None:
                ledger.forget_peer(name)  # it was told goodbye, or never knew
                continue
            self.outbounds[name] = Outbound(
                viewer.ours, used=ledger.outbound(name), generation=ledger.generation
            )
            self._let_in(name)
        ledger.settle()
        for name in PUBLISHERS:
            self.forwarder.add_peer(self._spec(name, receives=()), self.now)
        self.forwarder.put_stage(self.stage, self.now)
        self.deliver()

    def _spec(self, name: str, receives: tuple[SlotName, ...]) -> PeerSpec:
        groups = frozenset({name, "all"})
        return PeerSpec(name, STAGE, groups, frozenset(receives), HUB_PAYLOAD_TYPES, PUBLISHES)

    def _let_in(self, name: str) -> None:
        self.forwarder.add_peer(self._spec(name, SLOTS), self.now)
        self.forwarder.peer_ready(name, self.now)

    def join(self, name: str) -> None:
        """With new keys, under a name that may have been there before."""
        self.leave(name)
        material = next(self._material).to_bytes(2) * 28
        ours = SrtpKeys.from_material(PROFILES[0], material, is_client=False)
        theirs = SrtpKeys.from_material(PROFILES[0], material, is_client=True)
        self.viewers[name] = Viewer(name, ours, Inbound(theirs))
        self.outbounds[name] = Outbound(ours)
        self.forwarder.add_peer(self._spec(name, SLOTS), self.now)
        self.ledger.keep_peer(name, b"its keys")
        self.forwarder.peer_ready(name, self.now)

    def leave(self, name: str) -> None:
        if name in self.viewers:
            del self.viewers[name]
            self.forwarder.remove_peer(name, self.now)

    def put(self, audience: frozenset[str], main: str, voice: str) -> None:
        slots: list[tuple[SlotName, SourceId]] = []
        if main:
            slots.append(("main", SourceId(main, TrackKind.CAMERA)))
        if voice:
            slots.append(("voice1", SourceId(voice, TrackKind.MICROPHONE)))
        self.stage = StageSpec(STAGE, audience, tuple(slots))
        self.forwarder.put_stage(self.stage, self.now)

    def send(self, name: str, *, key: bool, jump: bool) -> None:
        camera = self.cameras[name]
        if jump:
            camera.sequence = (camera.sequence + JUMP) & 0xFFFF
        self.forwarder.rtp(name, camera.packet(key=key), self.now)
        self.deliver()
        self.forwarder.rtp(name, self.voices[name].packet(), self.now)

    def complain(self, name: str, back: int) -> None:
        """A NACK of something lately sent, and a PLI."""
        viewer = self.viewers.get(name)
        if viewer is not None:
            highest = viewer.highest.get(SLOT_SSRC["main"], 0)
            self.forwarder.rtcp(name, nack_from("main", highest - back, highest + 1), self.now)
            self.forwarder.rtcp(name, pli_from("main"), self.now)

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (deadline := self.forwarder.deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.forwarder.tick(self.now)
            self.deliver()
        self.now = end

    def deliver(self) -> None:
        for output in self.forwarder.drain():
            if isinstance(output, Plan):
                if not output.lane.open:
                    self.forwarder.skipped(output)
                    continue
                for member in output.lane.members:
                    self._deliver(output.packet, member[0], member[1])

    def _deliver(self, plain: bytes, name: str, offset: int) -> None:
        number = (int.from_bytes(plain[2:4]) + offset) & 0xFFFF
        packet = self.outbounds[name].rtp(plain[:2] + pack("!H", number) + plain[4:])
        self.executioner.step()
        self.viewers[name].take(packet)

    def do(self, act: Callable[["World"], None]) -> None:
        try:
            act(self)
            self.deliver()
        except Killed:
            self.kills += 1
            self.now += 0.3
            self.start()

    def check_counts(self) -> None:
        """What is told to have been sent is never less than what arrived."""
        told = {(each.peer, SLOT_SSRC[each.slot]): each.packets for each in self.forwarder.counts(STAGE)}
        for viewer in self.viewers.values():
            arrived: dict[int, int] = {}
            for ssrc, _ in viewer.sent:
                arrived[ssrc] = arrived.get(ssrc, 0) + 1
            for ssrc, packets in arrived.items():
                if ssrc in SLOT_SSRC.values():
                    assert told[viewer.name, ssrc] >= packets


def kill_in(steps: int) -> Callable[[World], None]:
    def act(world: World) -> None:
        world.executioner.left = steps

    return act


names, viewers = st.sampled_from(PUBLISHERS), st.sampled_from(VIEWERS)
acts = st.one_of(
    st.builds(lambda name: lambda world: world.join(name), viewers),
    st.builds(lambda name: lambda world: world.leave(name), viewers),
    st.builds(
        lambda audience, main, voice: lambda world: world.put(audience, main, voice),
        st.frozensets(st.sampled_from((*VIEWERS, "all")), max_size=3),
        st.sampled_from((*PUBLISHERS, "")),
        st.sampled_from((*PUBLISHERS, "")),
    ),
    *(
        st.builds(
            lambda name, key, jump: lambda world: world.send(name, key=key, jump=jump),
            names,
            st.booleans(),
            st.sampled_from((False, False, True)),
        )
        for _ in range(4)
    ),
    st.builds(lambda name, back: lambda world: world.complain(name, back), viewers, st.integers(0, 5)),
    st.builds(lambda seconds: lambda world: world.wait(seconds), st.sampled_from((0.01, 0.1, 1.0, 4.0))),
    st.builds(kill_in, st.integers(0, 12)),
    st.builds(kill_in, st.integers(0, 60)),
)


def played(script: list[Callable[[World], None]]) -> World:
    file = os.memfd_create("restart")
    try:
        world = World(file)
        with world.executioner.watching():
            for act in script:
                world.do(act)
        world.check_counts()
        return world
    finally:
        os.close(file)


@settings(max_examples=250, deadline=None)
@given(st.lists(acts, min_size=10, max_size=80))
def test_no_number_carries_two_contents_and_everything_decrypts(
    script: list[Callable[[World], None]],
) -> None:
    played(script)


def test_the_counter_of_turns_is_crossed_with_a_kill_at_every_packet() -> None:
    """So that it does not depend on luck: 60 jumps of 2,900 numbers are two turns and more."""
    script: list[Callable[[World], None]] = [lambda world: world.join("an")]
    script.append(lambda world: world.put(frozenset({"all"}), "hall", "hall"))
    for number in range(70):
        script.append(lambda world: world.send("hall", key=True, jump=False))
        script.append(lambda world: world.send("hall", key=True, jump=True))
        script.append(kill_in(number % 6))
        script.append(lambda world: world.send("hall", key=True, jump=False))
    world = played(script)
    assert world.kills == 70
    assert world.viewers["an"].highest[SLOT_SSRC["main"]] > 0x1FFFF
    assert len([1 for ssrc, _ in world.viewers["an"].sent if ssrc == SLOT_SSRC["main"]]) > 40
