"""Both ways of filling slots, held against `Outbound.rtp`, which knows neither."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.relay.wire import fill, srtp
from hub.relay.wire.fill import InC, InPython, Numbered, best
from hub.relay.wire.rows import BATCH, Chunk, Slots, Viewer, numbered
from hub.relay.wire.srtp import Outbound, Profile, SrtpKeys
from hub.relay.wire.target import Target

from .conftest import SOURCE

LANES = 3


def made(number: int, lane: int, size: int) -> Numbered:
    """A lane's packet: each lane is a stream of its own."""
    head = b"\x80\x60" + number.to_bytes(2) + bytes(4) + (lane + 1).to_bytes(4)
    return head + bytes([size & 0xFF]) * size, lane


PACKETS = st.lists(
    st.builds(made, st.integers(0, 900), st.integers(0, LANES - 1), st.integers(0, srtp.LONGEST - 12)),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each[0][:12],
)
OFFSETS = st.lists(st.tuples(*[st.integers(0, 60_000)] * LANES), min_size=1, max_size=12)


def target(number: int, profile: Profile = Profile.AEAD_AES_128_GCM) -> Target:
    length = profile.key_length + profile.salt_length
    key = bytes([number + 1]) * length
    return Target(Outbound(SrtpKeys(profile, key, key)))


def chunk(slots: Slots, viewers: list[Viewer], packets: int) -> Chunk:
    return Chunk(slots.batch, viewers, [1] * packets, [{16: None, 10: None}] * packets)


def written(slots: Slots, count: int) -> list[bytes]:
    batch = slots.batch
    return [batch.view[i * batch.slot : i * batch.slot + batch.lengths[i][0]] for i in range(count)]


def filled(
    way: type[InPython] | Path, offsets: list[tuple[int, ...]], packets: list[Numbered]
) -> list[bytes]:
    """What a pass leaves in the slots: two profiles in turn, as when a province has old encoders too."""
    slots = Slots(srtp.SLOT)
    filler = best(slots, way) if isinstance(way, Path) else way(slots)
    assert isinstance(filler, InC if isinstance(way, Path) else InPython)
    profiles = list(Profile)
    viewers: list[Viewer] = [(target(i, profiles[i % 2]), each) for i, each in enumerate(offsets)]
    one = chunk(slots, viewers, len(packets))
    assert filler.fill(one, filler.load(packets)) == 0
    return written(slots, one.size)


@given(offsets=OFFSETS, packets=PACKETS)
@settings(max_examples=60, deadline=None)
def test_both_ways_write_what_each_viewer_would_be_sent_alone(
    fill_in_c: Path, offsets: list[tuple[int, ...]], packets: list[Numbered]
) -> None:
    assert len(offsets) * len(packets) <= BATCH
    profiles = list(Profile)
    expected = []
    for i, each in enumerate(offsets):
        outbound = target(i, profiles[i % 2]).outbound
        expected += [outbound.rtp(numbered(packet, each[lane])) for packet, lane in packets]
    assert filled(InPython, offsets, packets) == expected
    assert filled(fill_in_c, offsets, packets) == expected


def test_what_is_refused_has_no_length_and_the_rest_is_there(fill_in_c: Path) -> None:
    slots = Slots(srtp.SLOT)
    good = b"\x80\x60\x00\x01" + bytes(8)
    bad = b"\xbf" + bytes(11)  # says that it has an extension, and has none
    for filler in (InPython(slots), best(slots, fill_in_c)):
        one = chunk(slots, [(target(1), (0,)), (target(2), (0,))], 2)
        assert filler.fill(one, filler.load([(bad, 0), (good, 0)])) == 2
        assert [len(each) for each in written(slots, 4)] == [0, 28, 0, 28]


@pytest.mark.parametrize(
    ("size", "lane"), [(0, 0), (11, 0), (srtp.LONGEST + 1, 0), (5000, 0), (12, 1), (12, 255)]
)
def test_c_writes_nothing_for_what_would_not_fit(fill_in_c: Path, size: int, lane: int) -> None:
    slots = Slots(srtp.SLOT)
    filler = best(slots, fill_in_c)
    before = bytes(slots.batch.view)
    one = chunk(slots, [(target(1), (0,))], 1)
    assert filler.fill(one, filler.load([(bytes(size), lane)])) == 1
    assert bytes(slots.batch.view) == before
    assert written(slots, 1) == [b""]


def test_a_chunk_is_made_ready_once_and_loads_may_interleave(fill_in_c: Path) -> None:
    slots = Slots(srtp.SLOT)
    filler = best(slots, fill_in_c)
    one = chunk(slots, [(target(1), (0, 7))], 1)
    first, second = b"\x80\x60\x00\x01" + bytes(8), b"\x80\x60\x00\x02" + bytes(8)
    outer, inner = filler.load([(first, 0)]), filler.load([(second, 1)])
    fresh = target(1).outbound
    for load, packet in ((outer, first), (inner, numbered(second, 7)), (outer, first)):
        assert filler.fill(one, load) == 0
        assert written(slots, 1) == [fresh.rtp(packet)]


def test_without_a_build_or_with_another_versions_it_is_python(
    fill_in_c: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    slots = Slots(srtp.SLOT)
    assert best(slots, tmp_path).name == "python"
    assert "fills slots in Python: fill.c is not built" in caplog.text
    assert best(slots, fill_in_c).name == "c"
    assert "fills slots in C" in caplog.text
    (tmp_path / f"_fill{sysconfig.get_config_var('EXT_SUFFIX')}").write_bytes(b"no library")
    assert best(slots, tmp_path).name == "python"
    assert "cannot be used" in caplog.text
    monkeypatch.setattr(fill, "VERSION", fill.VERSION + 1)
    assert best(slots, fill_in_c).name == "python"
    assert "install the hub anew" in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(srtp, "protect_address", lambda: None)
    assert best(slots, fill_in_c).name == "python"


def test_this_libsrtp_can_be_called_from_c() -> None:
    assert srtp.protect_address(), "the relay falls back to Python: correct, and a seventh slower"


def test_under_the_sanitizers_nothing_is_read_or_written_beside_the_slots(tmp_path: Path) -> None:
    """A harness of its own: Python itself does not run under them."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    harness = Path(__file__).with_name("fill_harness.c")
    program = tmp_path / "harness"
    flags = ["-std=c11", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command = [compiler, *flags, str(SOURCE), str(harness), "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if built.returncode:
        pytest.skip(f"this compiler has no sanitizers: {built.stderr[-200:]}")
    done = subprocess.run([str(program)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "ok"
