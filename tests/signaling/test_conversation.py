"""The conversation, sans-IO: acts out, nothing raised, whatever comes in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.conversation import (
    HELLO_SECONDS,
    RATE_MESSAGES,
    SILENT_SECONDS,
    Conversation,
    Do,
    End,
    Greet,
    Heed,
    Say,
)
from signaling.errors import CloseCode
from signaling.messages import LONGEST_TEXT, Command, Hello, MediaClose, MediaOpen, MediaReport, MediaWant

HELLO = {"type": "hello", "version": 1, "resume": None, "media": None, "screen": "room"}
PING = {"type": "ping", "at": 12.5}
COMMAND = {"type": "command", "id": "c1", "name": "note.add", "data": {"text": "Xin chào", "mark": None}}


def said(conversation: Conversation, message: object, now: float = 1.0) -> list[object]:
    return list(conversation.receive(json.dumps(message), now))


def talking() -> Conversation:
    conversation = Conversation(0.0)
    said(conversation, HELLO, 0.5)
    return conversation


def test_a_conversation_from_hello_to_report():
    conversation = Conversation(0.0)
    assert said(conversation, HELLO) == [
        Greet(Hello(type="hello", version=1, resume=None, media=None, screen="room"))
    ]
    assert said(conversation, PING) == [Say('{"type":"pong","at":12.5}')]
    assert said(conversation, COMMAND) == [Do(Command.model_validate(COMMAND))]
    assert said(conversation, {"type": "media.open", "publish": True}) == [
        Do(MediaOpen(type="media.open", publish=True))
    ]
    assert said(conversation, {"type": "media.close"}) == [Do(MediaClose(type="media.close"))]
    want = {"type": "media.want", "slots": {"main": "high", "second": "low", "document": "none"}}
    assert said(conversation, want) == [Do(MediaWant.model_validate(want))]
    report = {"type": "media.report", "decoding": True, "frames": 74, "sound": True, "loss": 0.01}
    assert said(conversation, report) == [Heed(MediaReport.model_validate(report))]
    assert not conversation.ended


def test_anything_before_hello_ends_it():
    (end,) = said(Conversation(0.0), PING)
    assert end == End(CloseCode.MESSAGE_BAD, "ping before hello")


def test_hello_twice_ends_it():
    conversation = talking()
    assert said(conversation, HELLO) == [End(CloseCode.MESSAGE_BAD, "hello twice")]
    assert conversation.ended
    assert said(conversation, PING) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        '"hello"',
        "{}",
        '{"type":"hallo"}',
        '{"type":"ping"}',
        '{"type":"ping","at":"now"}',
        '{"type":"ping","at":NaN}',
        '{"type":"ping","at":1e999}',
        '{"type":"ping","at":1,"and":2}',
        '{"type":"media.open","publish":1}',
        '{"type":"media.open","publish":"true"}',
        '{"type":"media.report","decoding":true,"frames":-1,"sound":true,"loss":0}',
        '{"type":"media.report","decoding":true,"frames":1,"sound":true,"loss":1.5}',
        '{"type":"command","id":"","name":"note.add","data":{}}',
        '{"type":"command","id":"' + "x" * 65 + '","name":"note.add","data":{}}',
        '{"type":"command","id":"1","name":"note.add","data":[]}',
        '{"type":"command","id":"1","name":"note.add","data":{"text":"a\\u0000b"}}',
        '{"type":"command","id":"1","name":"note.add","data":{"text":"\\ud800"}}',
        '{"type":"command","id":"1","name":"note.add","data":{"n":123456789012345678901234567890}}',
        '{"type":"command","id":"1","name":"x","data":' + '{"a":' * 200 + "1" + "}" * 200 + "}",
        '{"type":"command","id":"1","name":"x","data":' + "[" * 30000,
        '{"type":"media.answer","peer":"p","sdp":""}',
        '{"type":"media.want","slots":{"main":"huge"}}',
        '{"type":"media.want","slots":{"third":"low"}}',
        '{"type":"hello","version":1,"resume":null,"media":null,"screen":"room"}',
    ],
)
def test_what_is_no_message_ends_it_with_message_bad(text: str):
    (end,) = talking().receive(text, 1.0)
    assert isinstance(end, End)
    assert end.code is CloseCode.MESSAGE_BAD


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": "1"},
        {"resume": -1},
        {"resume": 1.5},
        {"resume": 2**60},
        {"screen": "tv"},
        {"media": ""},
        {"media": "p" * 65},
    ],
)
def test_a_hello_that_is_not_right(change: dict[str, object]):
    (end,) = said(Conversation(0.0), HELLO | change)
    assert isinstance(end, End)
    assert end.code is CloseCode.MESSAGE_BAD


def test_binary_frames_are_no_messages():
    assert talking().receive_binary() == [End(CloseCode.MESSAGE_BAD, "binary frame")]


def test_the_longest_message_and_one_byte_more():
    frame = '{"type":"media.answer","peer":"p","sdp":"%s"}'
    room = LONGEST_TEXT - len(frame % "")
    assert isinstance(talking().receive(frame % ("v" * room), 1.0)[0], Do)
    assert talking().receive(frame % ("v" * (room + 1)), 1.0) == [End(CloseCode.TOO_LARGE)]
    assert talking().receive(frame % ("đ" * (room // 2 + 1)), 1.0) == [End(CloseCode.TOO_LARGE)]


def test_hello_has_ten_seconds():
    conversation = Conversation(100.0)
    assert conversation.deadline() == 100.0 + HELLO_SECONDS
    assert conversation.tick(109.9) == []
    assert conversation.tick(110.0) == [End(CloseCode.HELLO_LATE)]
    assert conversation.deadline() is None


def test_silence_ends_it_and_every_message_puts_that_off():
    conversation = talking()
    said(conversation, PING, 30.0)
    assert conversation.deadline() == 30.0 + SILENT_SECONDS
    assert conversation.tick(69.9) == []
    assert conversation.tick(70.0) == [End(CloseCode.GOING_AWAY, "silent")]


def test_forty_messages_in_two_seconds_are_fine_and_one_more_is_too_fast():
    conversation = talking()
    for index in range(RATE_MESSAGES - 1):
        assert said(conversation, PING, 0.6 + index * 0.01) != [End(CloseCode.TOO_FAST)]
    assert said(conversation, PING, 2.4) == [End(CloseCode.TOO_FAST)]


def test_forty_messages_each_two_seconds_go_on_for_ever():
    conversation = talking()
    for index in range(400):
        assert not isinstance(said(conversation, PING, 1.0 + index * 0.0501)[0], End)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TYPES = ["hello", "command", "media.open", "media.answer", "media.close", "media.report", "ping", "x"]
FIELDS = [
    "version",
    "resume",
    "media",
    "screen",
    "id",
    "name",
    "data",
    "publish",
    "peer",
    "sdp",
    "at",
    "loss",
]
NEARLY = st.builds(
    lambda kind, fields: json.dumps({"type": kind} | fields),
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)


@given(st.lists(st.text() | NEARLY | JSON.map(json.dumps), max_size=8), st.booleans())
def test_no_text_ever_raises_and_an_end_is_final(texts: list[str], greeted: bool):
    conversation = talking() if greeted else Conversation(0.0)
    ended = False
    for index, text in enumerate(texts):
        acts = conversation.receive(text, 1.0 + index)
        assert not (ended and acts)
        ended = ended or any(isinstance(act, End) for act in acts)
        assert ended == conversation.ended


@given(st.text(st.characters(categories=["Cs"]), min_size=1))
def test_lone_surrogates_are_no_message(text: str):
    (end,) = talking().receive(text, 1.0)
    assert isinstance(end, End)


def test_the_reason_for_the_log_does_not_repeat_what_was_said():
    secret = "Nguyễn Văn A"
    (end,) = said(talking(), {"type": "command", "id": "1", "name": "note.add", "data": {}, "x": secret})
    assert isinstance(end, End)
    assert secret not in end.why
