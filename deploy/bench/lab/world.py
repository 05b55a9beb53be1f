"""Publisher, core and viewers in one world on virtual time. Nothing waits; all that is random has a seed."""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from random import Random
from typing import Final

from deploy.bench.lab.look import Look, look
from deploy.bench.lab.publisher import PICTURE_TYPE, VOICE_TYPE, Publisher
from deploy.bench.lab.viewer import Ends, Viewer
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.limits import Limits
from hub.relay.core.plan import Feedback, Plan, Totals
from hub.relay.core.specs import (
    HUB_EXTENSIONS,
    HUB_PAYLOAD_TYPES,
    HUB_RTX_TYPES,
    PICTURE_SLOTS,
    SLOT_SSRC,
    SLOTS,
    Codec,
    PeerSpec,
    SourceId,
    StageSpec,
    TrackKind,
)

STEP: Final = 0.005
"""Virtual seconds between two looks at the viewers; arrivals and reports keep their own exact times."""
STAGE: Final = "stage"
GROUP: Final = "points"
HALL: Final = "hall"
BEGAN: Final = 100.0
"""The core's clock at the beginning; zero would hide mistakes with times that are unset."""

_PICTURES: Final = frozenset(SLOT_SSRC[slot] for slot in PICTURE_SLOTS)
Watch = Callable[[Plan, float], None]


class World:
    """`viewers` gives each one's line; the hall publishes to all of them over `hall`.

    All times that it takes and tells are seconds since the beginning.
    """

    def __init__(
        self, viewers: Sequence[Ends], *, seed: int, hall: Ends = Ends(), simulcast: bool = True,
        limits: Limits = Limits(), watch: Watch | None = None,
    ) -> None:  # fmt: skip
        self.now = 0.0
        self.totals = Totals()
        self.core = Forwarder(seed=seed, totals=self.totals, limits=limits)
        self.plans = self.copies = 0
        self._watch = watch
        self._order = 0
        self._inputs: list[tuple[float, int, str, bytes]] = []
        self.publisher = Publisher(HALL, hall, Random(f"{seed}/hall"), self._published, simulcast=simulcast)
        self.viewers = {
            name: Viewer(name, ends, Random(f"{seed}/{name}"), self._said)
            for name, ends in ((f"point{index:03}", ends) for index, ends in enumerate(viewers))
        }
        self._enter()

    def _enter(self) -> None:
        hall = PeerSpec(
            HALL, STAGE, frozenset(), frozenset(), HUB_PAYLOAD_TYPES,
            ((PICTURE_TYPE, Codec.VP8, TrackKind.CAMERA), (VOICE_TYPE, Codec.OPUS, TrackKind.MICROPHONE)),
            ((HUB_RTX_TYPES[Codec.VP8], PICTURE_TYPE),), HUB_EXTENSIONS,
        )  # fmt: skip
        self.core.add_peer(hall, BEGAN)
        self.core.peer_ready(HALL, BEGAN)
        slots = (
            (SLOTS[0], SourceId(HALL, TrackKind.CAMERA)),
            (SLOTS[3], SourceId(HALL, TrackKind.MICROPHONE)),
        )
        self.core.put_stage(StageSpec(STAGE, frozenset({GROUP}), slots), BEGAN)
        for name in self.viewers:
            self.join(name)
        self._drain(0.0)

    def join(self, name: str) -> None:
        """A viewer whose keys are there."""
        now = BEGAN + self.now
        self.core.add_peer(
            PeerSpec(
                name, STAGE, frozenset({GROUP}), frozenset(SLOTS), HUB_PAYLOAD_TYPES,
                probe_type=HUB_RTX_TYPES[Codec.VP8], remb=True,
            ),
            now,
        )  # fmt: skip
        self.core.peer_ready(name, now)

    def _published(self, at: float, packet: bytes) -> None:
        self._order += 1
        heappush(self._inputs, (at, self._order, HALL, packet))

    def _said(self, peer: str, at: float, compound: bytes) -> None:
        self._order += 1
        heappush(self._inputs, (at, self._order, peer, compound))

    # Time

    def run(self, until: float) -> None:
        """Let time go by."""
        viewers = list(self.viewers.values())
        while self.now < until:
            end = self.now + STEP
            self.publisher.advance(end)
            self._feed(end)
            for viewer in viewers:
                if viewer.inbox or viewer.due <= end:
                    viewer.run(end)
            self.now = end

    def _feed(self, end: float) -> None:
        """What arrives at the hub, in order, with its ticks between."""
        inputs = self._inputs
        core = self.core
        at = self.now
        while inputs and inputs[0][0] <= end:
            arrived, _, peer, packet = heappop(inputs)
            at = max(at, arrived)
            self._tick(at)
            if 192 <= packet[1] <= 223:  # RFC 5761 §4
                core.rtcp(peer, packet, BEGAN + at)
            else:
                core.rtp(peer, packet, BEGAN + at)
            self._drain(at)
        self._tick(end)

    def _tick(self, at: float) -> None:
        deadline = self.core.deadline()
        if deadline is not None and deadline <= BEGAN + at:
            self.core.tick(BEGAN + at)
            self._drain(at)

    def _drain(self, at: float) -> None:
        for output in self.core.drain():
            if isinstance(output, Plan):
                self._carry_out(output, at)
            elif isinstance(output, Feedback):
                self._tell(output, at)

    def _carry_out(self, plan: Plan, at: float) -> None:
        packet = plan.packet
        ssrc = int.from_bytes(packet[8:12])
        seen: Look = look(packet, picture=ssrc in _PICTURES)
        members = plan.lane.members
        self.plans += 1
        self.copies += len(members)
        if self._watch is not None:
            self._watch(plan, at)
        viewers = self.viewers
        for member in members:
            viewer = viewers.get(member[0])
            if viewer is not None:
                viewer.inbox.append((seen, member[1], at))

    def _tell(self, feedback: Feedback, at: float) -> None:
        if feedback.peer == HALL:
            self.publisher.deliver(feedback.packet, at)
        elif feedback.peer in self.viewers:
            self.viewers[feedback.peer].inbox.append((feedback.packet, 0, at))

    def close(self) -> None:
        """The end: what was still to be seen and heard is counted."""
        for viewer in self.viewers.values():
            viewer.close(self.now)
