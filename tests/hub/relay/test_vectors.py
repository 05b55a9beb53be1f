"""Frames between our own processes, broken: control link and pipes. Each raises its own error, no other."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay import codec, control
from hub.relay.core.specs import SourceId, StageSpec, TrackKind
from hub.relay.pipe import frames
from tests.kit.vectors import octets, survives

STAGE = control.PutStage(
    StageSpec(
        "s", frozenset({"all"}), (("main", SourceId("hall", TrackKind.CAMERA)),), frozenset({"document"})
    )
)
PING = b'{"v":%d,"type":"Counts","id":1,"body":{"stage":null}}' % control.VERSION
MESSAGE = octets("""
    01 00000000000f4240             ; version 1, sent at 1 s
    05 0007 0003 80 01 02           ; RTP of publisher 7
    02 0007 0004 0000000b           ; a keyframe of SSRC 11 is wanted
    04 0007 0000                    ; publisher 7 is gone
""")


def test_a_pipes_message() -> None:
    message = frames.unpack(MESSAGE)
    assert message.sent_at == 1.0
    assert [(record.kind, record.handle, record.body) for record in message.records] == [
        (frames.Kind.RTP, 7, b"\x80\x01\x02"),
        (frames.Kind.KEYFRAME, 7, b"\x00\x00\x00\x0b"),
        (frames.Kind.GONE, 7, b""),
    ]
    assert frames.read_keyframe(message.records[1]) == 11


@pytest.mark.parametrize("frame", [PING, codec.encode(STAGE, 1)[4:]])
def test_a_broken_control_frame_is_bad_and_nothing_else(frame: bytes) -> None:
    survives(codec.decode, frame, codec.FrameBad)


def _pipe(message: bytes) -> None:
    for record in frames.unpack(message).records:
        for read in (frames.read_want, frames.read_spec, frames.read_keyframe):
            with suppress(frames.PipeBad):
                read(record)


def test_a_broken_message_of_a_pipe_is_bad_and_nothing_else() -> None:
    survives(_pipe, MESSAGE, frames.PipeBad)
    (wish, _), *_ = frames.pack([frames.want(["hall", "room"])], 1.0)
    survives(_pipe, wish, frames.PipeBad)


def test_broken_reports_for_a_pipe_are_left_out() -> None:
    report = octets("80 c8 0006 0000000b e3a1b2c3 80000000 00001000 00000005 000001f4")
    assert frames.reports_only(report) == report
    survives(frames.reports_only, report + report)


@given(st.binary(max_size=80))
def test_noise_is_bad_and_nothing_else(noise: bytes) -> None:
    with suppress(codec.FrameBad):
        codec.decode(noise)
    with suppress(frames.PipeBad):
        _pipe(b"\x01" + noise)
    frames.reports_only(noise)
