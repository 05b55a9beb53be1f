import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay import control
from hub.relay.codec import FrameBad, decode, encode
from hub.relay.core.specs import Rung, SlotCount, SourceId, StageSpec, TrackKind

STAGE = StageSpec("s1", frozenset({"staff"}), (("main", SourceId("p1", TrackKind.CAMERA)),))
MESSAGES = [
    control.OpenPeer("p1", "s1", "point:7", frozenset({"points", "point:7"}), True),
    control.AnswerPeer("p1", "v=0"),
    control.AcceptPeer("p2", "s1", "whip:1", frozenset(), "publish", "v=0"),
    control.ClosePeer("p1"),
    control.PutStage(STAGE),
    control.AskState(),
    control.AskCounts(None),
    control.Done(),
    control.PeerSdp("p1", "v=0"),
    control.Refused("sdp_bad", "why"),
    control.RelayState(
        "boot", (control.PeerState("p1", "s1", "o", frozenset({"a"}), True, ("camera",)),), (STAGE,)
    ),
    control.Counts({"packets_sent": 3}, (SlotCount("p1", "main", 3, 900, 1.5),), {"p50": 1.0}),
    control.PeerUp("p1", "s1", "o"),
    control.PeerDown("p1", "s1", "o", "silent"),
    control.SourceEvent("p1", "s1", "o", "camera", True),
    control.Quality({"p1": (0.25, 12.5), "p2": (0.0, None)}),
    control.Quality({}, {"p1": {"main": Rung.LOW, "second": Rung.NONE}}),
    control.LimitPeer("p1", (("main", "low"), ("second", "none"))),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_is_written_is_read(message: control.Request) -> None:
    frame = encode(message, 7)
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    read = decode(frame[4:])
    assert (read.message, read.id) == (message, 7)
    for size in range(4, len(frame)):
        with pytest.raises(FrameBad):
            decode(frame[4:size])


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b"3", "not an object"),
        (b'{"v":2,"type":"AskState","body":{}}', "version"),
        (b'{"v":1,"id":"x","type":"AskState","body":{}}', "id"),
        (b'{"v":1,"id":1,"type":"Explode","body":{}}', "unknown"),
        (b'{"v":1,"id":1,"type":["AskState"],"body":{}}', "unknown"),
        (b'{"v":1,"id":1,"type":"ClosePeer","body":{}}', "malformed"),
        (b'{"v":1,"id":1,"type":"ClosePeer","body":{"peer":5}}', "malformed"),
    ],
)
def test_bad_frames_are_named(frame: bytes, sentence: str) -> None:
    with pytest.raises(FrameBad, match=sentence):
        decode(frame)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_no_body_raises_anything_else(body: object) -> None:
    for name in ("PutStage", "OpenPeer", "Counts"):
        with contextlib.suppress(FrameBad):
            decode(json.dumps({"v": 1, "id": 1, "type": name, "body": body}).encode())


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(FrameBad, match="fit"):
        encode(control.AnswerPeer("p1", "x" * control.MAX_FRAME))
