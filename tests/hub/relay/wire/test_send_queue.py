"""What waits on a slow connection: bounds, whose place is kept, and that no frame is ever cut in two."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC
from hub.relay.wire.framing import Deframer
from hub.relay.wire.send_queue import CALM, CAPACITY, FIRST_PAUSE, LONGEST_PAUSE, PICTURES, SendQueue

MAIN, VOICE, PROBE = SLOT_SSRC["main"], SLOT_SSRC["voice1"], PROBE_SSRC["main"]


def packet(ssrc: int, timestamp: int = 0, size: int = 1000) -> bytes:
    return b"\x80\x60\x00\x00" + timestamp.to_bytes(4, "big") + ssrc.to_bytes(4, "big") + bytes(size - 12)


def offer(queue: SendQueue, one: bytes, now: float) -> bool:
    if not queue.admits(one, now):
        return False
    queue.put(one, now)
    return True


def fill(queue: SendQueue, now: float = 0.0) -> None:
    stamp = 0
    while offer(queue, packet(MAIN, stamp), now):
        stamp += 1


def drain(queue: SendQueue) -> list[bytes]:
    deframer, found = Deframer(), []
    while chunk := queue.chunk():
        found += deframer.feed(chunk)
        queue.sent(len(chunk))
    return found


def test_pictures_stop_first_and_voices_have_room_then() -> None:
    queue = SendQueue()
    fill(queue)
    assert PICTURES - 2000 < queue.size <= PICTURES
    assert queue.holding
    voices = 0
    while offer(queue, packet(VOICE, size=100), 0.0):
        voices += 1
    assert voices > 500
    assert queue.size <= CAPACITY + 2 * voices
    assert queue.refused["tcp_voice_dropped"] == 1
    assert queue.refused["tcp_picture_dropped"] == 1
    queue.control(bytes(500))
    assert queue.refused["tcp_control_dropped"] == 1


def test_voices_and_control_overtake_pictures() -> None:
    queue = SendQueue()
    for stamp in range(3):
        offer(queue, packet(MAIN, stamp), 0.0)
    offer(queue, packet(VOICE), 0.0)
    queue.control(b"stun")
    assert [found[8:12] if len(found) > 12 else found for found in drain(queue)] == [
        VOICE.to_bytes(4, "big"), b"stun", *[MAIN.to_bytes(4, "big")] * 3
    ]  # fmt: skip


def test_a_frame_that_lost_a_packet_is_given_up_to_its_end_and_a_keyframe_is_wanted_then() -> None:
    queue = SendQueue()
    fill(queue)
    drain(queue)
    later = FIRST_PAUSE + 0.1
    held = packet(MAIN, 999_999)
    assert not offer(queue, held, 0.1)
    assert not offer(queue, held, later)  # the same frame
    assert queue.relieved == set()
    assert offer(queue, packet(MAIN, 1_000_000), later)
    assert queue.relieved == {MAIN}
    assert not queue.holding


def test_nothing_of_a_picture_is_taken_while_much_still_waits() -> None:
    queue = SendQueue()
    fill(queue)
    assert not offer(queue, packet(MAIN, 77_777), 100.0)


def test_what_waited_for_a_second_stops_pictures_however_little_it_is() -> None:
    queue = SendQueue()
    assert offer(queue, packet(MAIN, 1), 0.0)
    assert offer(queue, packet(MAIN, 2), 0.9)
    assert not offer(queue, packet(MAIN, 3), 1.1)


def test_a_line_that_is_too_slow_is_tried_less_and_less_often() -> None:
    queue, now, tries = SendQueue(), 0.0, []
    stamp = 0
    while now < 120.0:
        stamp += 1
        if offer(queue, packet(MAIN, stamp), now):
            if queue.relieved:
                tries.append(now)
                queue.relieved.clear()
                fill(queue, now)  # and it is full again at once
        else:
            drain(queue)
        now += 0.05
    gaps = [after - before for before, after in itertools.pairwise(tries)]
    assert len(tries) < 25
    assert max(gaps) < LONGEST_PAUSE + 0.2
    assert gaps[-1] > LONGEST_PAUSE - 0.2


def test_after_a_calm_time_the_pause_is_short_again() -> None:
    queue, now = SendQueue(), 0.0
    for _ in range(5):
        fill(queue, now)
        drain(queue)
        now += 2 * LONGEST_PAUSE
        assert offer(queue, packet(MAIN, 1_000_000), now)
        drain(queue)
    now += LONGEST_PAUSE + CALM
    fill(queue, now)
    drain(queue)
    assert not offer(queue, packet(MAIN, 2_000_000), now + FIRST_PAUSE / 2)
    assert offer(queue, packet(MAIN, 2_000_001), now + FIRST_PAUSE * 1.1)


def test_probes_never_stand_in_line() -> None:
    queue = SendQueue()
    assert queue.admits(packet(PROBE), 0.0)
    offer(queue, packet(VOICE), 0.0)
    assert not queue.admits(packet(PROBE), 0.0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["main", "voice", "control", "take"]), st.integers(12, 1500)), max_size=300
    )
)
def test_bounded_and_whole_whatever_happens(steps: list[tuple[str, int]]) -> None:
    queue, deframer, put, got = SendQueue(), Deframer(), 0, 0
    for stamp, (kind, size) in enumerate(steps):
        if kind == "take":
            chunk = queue.chunk()
            sent = min(size, len(chunk))
            got += len(deframer.feed(chunk[:sent]))
            queue.sent(sent)
        elif kind == "control":
            before = queue.size
            queue.control(bytes([0x80]) * size)
            put += queue.size > before
        else:
            put += offer(queue, packet(MAIN if kind == "main" else VOICE, stamp, size), stamp / 100)
        assert 0 <= queue.size <= CAPACITY + 2 * len(steps)
    while chunk := queue.chunk():
        got += len(deframer.feed(chunk))
        queue.sent(len(chunk))
    assert (got, queue.size, deframer.waiting) == (put, 0, 0)


def test_what_waits_for_somebody_who_was_put_outside_is_not_sent() -> None:
    queue = SendQueue()
    rtcp = b"\x80\xc8\x00\x00" + bytes(4) + MAIN.to_bytes(4, "big") + bytes(20)
    for stamp in range(40):  # more than a chunk
        assert offer(queue, packet(MAIN, stamp), 0.0)
    assert offer(queue, packet(VOICE), 0.0)
    queue.control(rtcp)
    queue.sent(len(queue.chunk()[:1500]))  # the voice, the report and part of the first picture
    queue.cut(MAIN)
    assert len(queue.chunk()) == queue.size
    assert queue.size < 1002, "the rest of the packet that has begun to leave"
    queue.cut(VOICE)
    assert queue.size < 1002
    drain_size = queue.size
    queue.sent(len(queue.chunk()))
    assert (queue.size, queue.chunk(), drain_size > 0) == (0, b"", True)


@given(st.lists(st.tuples(st.sampled_from([MAIN, VOICE, 0]), st.integers(1, 3000)), max_size=60))
def test_frames_stay_whole_over_every_cut(steps: list[tuple[int, int]]) -> None:
    """0: some of what waits is sent; else a packet of that stream comes, and now and then it is cut."""
    queue, deframer = SendQueue(), Deframer()
    for at, (ssrc, size) in enumerate(steps):
        if ssrc == 0:
            taken = queue.chunk()[:size]
            deframer.feed(taken)
            queue.sent(len(taken))
        elif size % 5 == 0:
            queue.cut(ssrc)
        else:
            offer(queue, packet(ssrc, at, 12 + size % 1200), 0.0)
        assert queue.size >= 0
    while chunk := queue.chunk():
        assert all(each[:2] == b"\x80\x60" for each in deframer.feed(chunk))
        queue.sent(len(chunk))
    assert queue.size == 0
