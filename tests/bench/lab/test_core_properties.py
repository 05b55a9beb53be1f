"""The forwarding core over random lines: what holds whatever the network does.

(a) Every packet of a viewer was issued to it, and the core's counts are what was issued.
(b) Towards a viewer one number of an SSRC never carries different bytes.
(c) Nobody outside is sent anything.
(d) What is sent of a picture changes from one layer to another only with a keyframe of it.
(e) When the lines are good again, everybody sees the high layer again and nobody waits.
(f) Without losses before the hub, a viewer's numbers have no gap.
(g) Nobody's line costs anybody else anything: who has a good one is sent the high layer throughout.
(h) Voices are never dropped for rate.
"""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deploy.bench.lab.link import CUT, Line, Schedule
from deploy.bench.lab.look import look
from deploy.bench.lab.scenarios import film, hearing
from deploy.bench.lab.viewer import GOOD_ENDS, Ends
from deploy.bench.lab.world import BEGAN, GROUP, HALL, STAGE, World
from hub.relay.core.plan import Plan
from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC, SLOTS, SourceId, StageSpec, TrackKind

MAIN, VOICE = SLOT_SSRC["main"], SLOT_SSRC["voice1"]
PROBES = frozenset(PROBE_SSRC.values())
RELIEF = 5.0
"""From here on every line is good."""
END = RELIEF + 25.0
LAST = RELIEF + 75.0
"""Who fell often before waits up to a minute before it is tried again."""

lines = st.one_of(
    st.just(CUT),
    st.builds(
        Line,
        delay=st.floats(0.0, 0.2),
        jitter=st.floats(0.0, 0.05),
        reorders=st.booleans(),
        loss=st.sampled_from((0.0, 0.0, 0.05, 0.2)),
        burst=st.sampled_from((1.0, 5.0)),
        kbps=st.sampled_from((None, None, 150.0, 500.0)),
    ),
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Up to three states, the first from the beginning; good from `RELIEF` on."""
    changes = sorted(draw(st.lists(st.floats(0.5, RELIEF - 0.5), max_size=2, unique=True)))
    return [*((at, draw(lines)) for at in (0.0, *changes)), (RELIEF, Line(delay=0.01))]


@dataclass
class Fanout:
    """A fan-out that writes down what each viewer is sent."""

    inside: set[str] = field(default_factory=set)
    sent: dict[tuple[str, int], dict[int, bytes]] = field(default_factory=dict)
    highest: dict[tuple[str, int], int] = field(default_factory=dict)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    layer: dict[str, str] = field(default_factory=dict)

    def __call__(self, plan: Plan, at: float) -> None:
        """A plan was handed out."""
        assert plan.lane.open
        seen = look(plan.packet, picture=int.from_bytes(plan.packet[8:12]) == MAIN)
        for peer, offset in plan.lane.members:
            assert peer in self.inside, "outside the audience"
            key = peer, seen.ssrc
            sequence = (seen.sequence + offset) & 0xFFFF
            last = self.highest.get(key, sequence - 1)
            number = last + ((sequence - last + 0x8000) & 0xFFFF) - 0x8000
            bare = plan.packet[:2] + plan.packet[4:]
            assert self.sent.setdefault(key, {}).setdefault(number, bare) == bare, "one number, two contents"
            if seen.ssrc not in PROBES:
                self.counted[peer, plan.lane.slot] += 1
            if number > last:
                self.highest[key] = number
                self.check_layer(peer, seen.ssrc, seen.layer, seen.key)

    def check_layer(self, peer: str, ssrc: int, layer: str, key: bool) -> None:
        """The newest packet of a picture."""
        if ssrc == MAIN and layer and layer != self.layer.get(peer):
            assert key, "a change of layer without a keyframe"
            self.layer[peer] = layer


@settings(
    max_examples=8,
    derandomize=True,  # how fast a line comes back has no proof; the same lines tell what changed it
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # A world of half a minute is not worth shrinking: the seed and the lines say enough.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    ways=st.lists(st.tuples(schedules(), schedules()), min_size=2, max_size=3),
    hall=schedules(),
    seed=st.integers(0, 9),
    leaves=st.booleans(),
)
def test_over_random_lines(
    ways: list[tuple[Schedule, Schedule]], hall: Schedule, seed: int, leaves: bool
) -> None:
    fanout = Fanout({f"point{index:03}" for index in range(len(ways))})
    good: Schedule = ((0.0, Line(delay=0.01)),)
    world = World([Ends(down, up) for down, up in ways], seed=seed, hall=Ends(good, hall), watch=fanout)
    world.run(3.0)
    if leaves:
        close(world, fanout)
        world.run(3.5)
        fanout.inside = set(world.viewers)
        world.core.put_stage(stage(frozenset({GROUP})), BEGAN + world.now)
    world.run(END)
    while world.now < LAST and any(film(each).layer_at(world.now) != "h" for each in world.viewers.values()):
        world.run(world.now + 5.0)
    world.close()
    counts = {(count.peer, str(count.slot)): count.packets for count in world.core.counts(STAGE)}
    assert {key: packets for key, packets in counts.items() if packets} == dict(fanout.counted)
    for viewer in world.viewers.values():
        for ssrc, picture in viewer.pictures.items():
            assert picture.received <= len(fanout.sent[viewer.name, ssrc])
        shown = film(viewer)
        assert world.now - shown.last_at < 1.0, "nothing to see"
        assert shown.layer_at(world.now) == "h", "not back"


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    ways=st.lists(st.tuples(schedules(), schedules()), min_size=1, max_size=2),
    seed=st.integers(0, 9),
)
def test_what_a_bad_line_costs(ways: list[tuple[Schedule, Schedule]], seed: int) -> None:
    fanout = Fanout({f"point{index:03}" for index in range(len(ways) + 1)})
    world = World([GOOD_ENDS, *(Ends(down, up) for down, up in ways)], seed=seed, watch=fanout)
    world.run(RELIEF + 2.0)
    world.close()
    for (_, ssrc), sent in fanout.sent.items():
        assert max(sent) - min(sent) + 1 == len(sent), "a gap"
        if ssrc == VOICE:
            assert len(sent) >= world.publisher.voice.packets - 2, "but for those on their way to the hub"
    good = world.viewers["point000"]
    assert [letter for _, letter in film(good).layers] == ["h"]
    assert film(good).freezes == hearing(good).gaps == 0
    assert (good.name, MAIN) in fanout.sent


def stage(audience: frozenset[str]) -> StageSpec:
    """The hall's picture and voice, for those."""
    slots = (
        (SLOTS[0], SourceId(HALL, TrackKind.CAMERA)),
        (SLOTS[3], SourceId(HALL, TrackKind.MICROPHONE)),
    )
    return StageSpec(STAGE, audience, slots)


def close(world: World, fanout: Fanout) -> None:
    """A closed hearing: from now on nobody is inside."""
    world.core.put_stage(stage(frozenset()), BEGAN + world.now)
    fanout.inside = set()
