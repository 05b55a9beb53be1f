from struct import pack as struct_pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core import rtcp_write
from hub.relay.core.rtcp import Bye, SenderReport, parse
from hub.relay.core.specs import Codec, Extensions, PeerSpec, TrackKind
from hub.relay.pipe import frames
from hub.relay.pipe.frames import Kind, PipeBad, Record

HALL = PeerSpec(
    "hall",
    "s",
    frozenset({"staff"}),
    frozenset({"main"}),
    ((Codec.VP8, 96),),
    ((96, Codec.VP8, TrackKind.CAMERA),),
    extensions=Extensions(mid=1, rid=4, sequence=3),
)
RECORDS = st.lists(
    st.builds(Record, st.sampled_from(Kind), st.integers(0, 0xFFFF), st.binary(max_size=1500)), max_size=80
)


@given(RECORDS, st.floats(0, 1e9))
def test_what_is_packed_is_unpacked_in_order(records: list[Record], sent_at: float) -> None:
    messages = list(frames.pack(records, sent_at))
    assert all(len(message) <= frames.LONGEST for message, _ in messages)
    read = [frames.unpack(message) for message, _ in messages]
    assert [record for message in read for record in message.records] == records
    assert [len(message.records) for message in read] == [count for _, count in messages]
    assert all(abs(message.sent_at - sent_at) < 1e-5 for message in read)


@given(RECORDS)
def test_every_truncation_is_refused_or_holds_whole_records(records: list[Record]) -> None:
    for message, _ in frames.pack(records[:3], 1.0):
        for length in range(len(message)):
            try:
                got = frames.unpack(message[:length]).records
            except PipeBad:
                continue
            assert got == records[: len(got)]


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    for text in (noise, b"\x01" + bytes(8) + noise):
        try:
            records = frames.unpack(text).records
        except PipeBad:
            continue
        for record in records:
            for read in (frames.read_want, frames.read_spec, frames.read_keyframe):
                try:
                    read(record)
                except PipeBad:
                    continue


def test_another_version_is_refused() -> None:
    message, _ = next(frames.pack([frames.keyframe(1, 2)], 0.0))
    with pytest.raises(PipeBad, match="version is 2"):
        frames.unpack(b"\x02" + message[1:])


def test_a_wish_is_whole_and_bounded() -> None:
    assert frames.read_want(frames.want({"b", "a"})) == {"a", "b"}
    assert frames.read_want(frames.want(set())) == frozenset()
    names = [f"publisher-{number:05}" for number in range(1500)]
    assert len(frames.read_want(frames.want(names))) == frames.MOST_WANTED
    long = frames.want([f"{number:04}" + "n" * 300 for number in range(900)])
    assert len(long.body) < 0xFFFF
    assert frames.read_want(long)
    too_many = Record(Kind.WANT, 0, b"[" + b",".join(b'"%d"' % n for n in range(1001)) + b"]")
    with pytest.raises(PipeBad, match="more than 1000"):
        frames.read_want(too_many)


def test_a_publisher_goes_over_as_a_guest_that_receives_nothing() -> None:
    guest = frames.read_spec(frames.spec(7, HALL))
    assert (guest.peer, guest.stage, guest.publishes) == (HALL.peer, HALL.stage, HALL.publishes)
    assert (guest.groups, guest.receives) == (frozenset(), frozenset())
    assert (guest.extensions.rid, guest.extensions.sequence) == (4, 0)


def test_a_keyframe_request_names_an_ssrc() -> None:
    record = frames.keyframe(3, 0xFFFFFFFF)
    assert (record.handle, frames.read_keyframe(record)) == (3, 0xFFFFFFFF)
    with pytest.raises(PipeBad):
        frames.read_keyframe(Record(Kind.KEYFRAME, 3, b"abc"))


def test_handles_go_round_and_are_never_given_twice() -> None:
    assert frames.free_handle([], 0) == 1
    assert frames.free_handle([2, 3], 1) == 4
    assert frames.free_handle([1], 0xFFFF) == 2


def test_only_sender_reports_and_goodbyes_concern_others() -> None:
    report = rtcp_write.sender_report(7, 1 << 32, 9000, 5, 500)
    with_block = bytes((0x81, 200, 0, 12)) + report[4:] + struct_pack("!IIIIII", 11, 0, 0, 0, 0, 0)
    bye = bytes((0x81, 203, 0, 1)) + (7).to_bytes(4)
    remb = rtcp_write.remb(1_000_000, [7])
    kept = parse(frames.reports_only(with_block + remb + rtcp_write.receiver_report() + bye))
    assert kept == [SenderReport(7, 1 << 32, 9000, 5, 500, ()), Bye((7,))]
    assert frames.reports_only(rtcp_write.receiver_report() + remb) == b""


@given(st.binary(max_size=120))
def test_a_compound_that_cannot_be_read_is_never_made_worse(compound: bytes) -> None:
    kept = frames.reports_only(compound)
    assert len(kept) <= len(compound)
