"""A room's side of the conversation: what it says and wishes, message by message."""

import json

import pytest

from endpoints.fleet.talk import DropMedia, Floor, Offered, OpenMedia, Talk
from hub.relay.core.specs import PICTURE_SLOTS
from signaling.messages import MediaWant

YOU = {
    "key": "point:p1",
    "name": "P1",
    "screen": "room",
    "staff": False,
    "point": "p1",
    "unit": "u",
    "may": [],
}


def welcome(n: int, media: str = "none", floor: dict[str, str] | None = None, state: str = "live") -> str:
    view = {"n": n, "session": {"state": state}, "floor": floor}
    return json.dumps({"type": "welcome", "version": 1, "you": YOU, "head": n, "view": view, "media": media})


def event(n: int, kind: str, **data: str) -> str:
    fields = {"type": "event", "n": n, "kind": kind, "at": "", "media_ms": 1, "by": {}, "data": data}
    return json.dumps(fields)


def said(talk: Talk) -> dict[str, object]:
    return dict(json.loads(talk.hello().text))


def test_the_first_hello_asks_for_a_snapshot() -> None:
    assert said(Talk()) == {"type": "hello", "version": 1, "resume": None, "media": None, "screen": "room"}


def test_a_welcome_without_media_makes_it_ask_for_some() -> None:
    talk = Talk()
    assert talk.hear(welcome(7)) == [DropMedia(), OpenMedia(), Floor(held=False)]
    assert talk.seen == 7


def test_an_offer_is_answered_for_the_same_peer_and_kept_across_connections() -> None:
    talk = Talk()
    talk.hear(welcome(7))
    assert talk.hear('{"type":"media.offer","peer":"m1","sdp":"v=0"}') == [Offered("m1", "v=0")]
    assert json.loads(talk.answer("v=1").text) == {"type": "media.answer", "peer": "m1", "sdp": "v=1"}
    talk.hear(event(9, "note.added"))
    assert (said(talk)["resume"], said(talk)["media"]) == (9, "m1")


def test_kept_media_is_not_asked_for_again() -> None:
    talk = Talk()
    talk.hear(welcome(7))
    talk.hear('{"type":"media.offer","peer":"m1","sdp":"v=0"}')
    resumed = json.dumps({"type": "welcome", "version": 1, "you": YOU, "head": 7, "media": "kept"})
    assert talk.hear(resumed) == []


def test_the_floor_is_this_rooms_only_when_it_is_named() -> None:
    talk = Talk()
    talk.hear(welcome(1))
    assert talk.hear(event(2, "floor.given", point="p1")) == [Floor(held=True)]
    assert talk.hear(event(3, "floor.given", point="p2")) == [Floor(held=False)]
    assert talk.hear(event(4, "floor.ended", point="p2")) == [Floor(held=False)]


def test_a_room_that_had_the_floor_finds_it_in_the_snapshot() -> None:
    assert Floor(held=True) in Talk().hear(welcome(7, floor={"point": "p1"}))


def test_only_the_loss_of_its_own_media_counts() -> None:
    talk = Talk()
    talk.hear(welcome(1))
    talk.hear('{"type":"media.offer","peer":"m2","sdp":"v=0"}')
    assert talk.hear('{"type":"media.lost","peer":"m1"}') == []
    assert talk.hear('{"type":"media.lost","peer":"m2"}') == [DropMedia(), OpenMedia()]
    assert talk.media is None


def test_a_head_moves_on_and_never_back() -> None:
    talk = Talk()
    talk.hear(welcome(5))
    talk.hear('{"type":"head","n":9}')
    talk.hear('{"type":"head","n":3}')
    assert talk.seen == 9


def test_a_closed_session_is_over() -> None:
    talk = Talk()
    talk.hear(welcome(1))
    talk.hear(event(2, "session.closed"))
    assert talk.over


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "3"])
def test_what_is_no_message_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Talk().hear(text)


def test_a_small_screen_asks_for_the_low_layer_of_every_picture() -> None:
    wanted = MediaWant.model_validate_json(Talk().want_small().text)
    assert wanted.slots == dict.fromkeys(PICTURE_SLOTS, "low")
