"""An event is written once per distinct redaction, and as the protocol says."""

import json

from signaling.replies import EventMessage, Head
from signaling.texts import EventTexts

EVENT = {
    "n": 5,
    "kind": "note.added",
    "at": "2026-07-15T01:00:00.000Z",
    "media_ms": 1200,
    "by": {"key": "account:a", "name": "Thư ký"},
    "data": {"note": "x", "item": "i", "text": "Đã hứa", "mark": None},
}


def test_those_who_see_the_same_get_the_same_text():
    texts = EventTexts()
    first, same = texts.event(EVENT), texts.event(json.loads(json.dumps(EVENT)))
    assert first is same
    other = texts.event(EVENT | {"data": EVENT["data"] | {"text": ""}})  # type: ignore[operator]
    assert other != first
    assert texts.head(5) is texts.head(5)


def test_whole_views_are_not_compared_with_each_other():
    class View(dict[str, object]):
        def __eq__(self, other: object) -> bool:
            raise AssertionError("190 rooms are 18,000 comparisons of whole views")

        __hash__ = None  # type: ignore[assignment]

    texts = EventTexts()
    wires = [EVENT | {"kind": "view.shown", "data": {"view": View(room=room)}} for room in range(3)]
    assert [json.loads(texts.event(wire))["data"]["view"]["room"] for wire in wires] == [0, 1, 2]


def test_the_text_is_the_protocols_message():
    texts = EventTexts()
    assert EventMessage.model_validate_json(texts.event(EVENT)).data["text"] == "Đã hứa"
    assert Head.model_validate_json(texts.head(7)).n == 7
    assert "\\u" not in texts.event(EVENT)
