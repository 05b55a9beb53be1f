import json
import math
import socket
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.losses import Losses
from hub.relay.core.specs import Codec, Rung, SlotCount, SourceId, StageSpec, TrackKind
from hub.relay.look import MOST_ITEMS, MOST_VALUES, WORDS, Look

SALT = bytes(range(16))
TEXTS = st.text(min_size=1, max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.binary(max_size=40),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(TEXTS | st.integers(), inner),
    max_leaves=40,
)


def look(thing: object, salt: bytes = SALT) -> object:
    return Look(salt).at(thing)


def test_numbers_and_known_words_are_told_as_they_are() -> None:
    assert look([1, 2.5, True, None, "main", Rung.LOW, Codec.VP8]) == [
        1,
        2.5,
        True,
        None,
        "main",
        "low",
        "vp8",
    ]
    assert look([math.inf, math.nan, 2**60]) == [None, None, "…"]


def test_other_texts_become_pseudonyms_of_this_salt() -> None:
    one, again, other = look("10.1.2.3"), look("10.1.2.3"), look("10.1.2.3", bytes(16))
    assert one == again != other
    assert "10.1" not in str(one)
    assert look({"10.1.2.3": 5}) == {one: 5}


def test_octets_are_only_counted() -> None:
    assert look(b"secret key") == "10 octets"


def test_an_object_of_the_relay_is_told_by_its_fields_without_its_names() -> None:
    told = look(SlotCount("point-90312", "main", 7, 900, 1.25))
    peer = Look(SALT).alias("point-90312")
    counts = {"packets": 7, "octets": 900, "last_at": 1.25}
    assert told == {"is": "SlotCount 1", "peer": peer, "slot": "main", **counts}


def test_what_is_not_the_relays_own_is_told_by_its_class() -> None:
    with socket.socket() as sock:
        assert look({"main": sock}) == {"main": "socket"}
    assert look([print, deque([1])]) == ["builtin_function_or_method", [1]]


def test_a_source_keeps_its_kind_as_a_key() -> None:
    peer = Look(SALT).alias("p")
    assert look({SourceId("p", TrackKind.CAMERA): 1}) == {f"{peer} camera": 1}


def test_long_lists_are_cut_and_say_so() -> None:
    assert look(list(range(100))) == [*range(MOST_ITEMS), "…"]
    assert look({n: n for n in range(100)})["…"] == 100 - MOST_ITEMS  # type: ignore[index]


def test_an_object_is_told_once_and_circles_end() -> None:
    spec = StageSpec("s")
    ring: list[object] = [spec, spec]
    ring.append(ring)
    told = look(ring)
    assert told[1] == "StageSpec 1"  # type: ignore[index]
    assert json.dumps(told).count("audience") == 1


def test_classes_may_be_told_briefly_or_not_at_all() -> None:
    spec = StageSpec("s", frozenset({"x"}))
    assert Look(SALT, briefly=(StageSpec,)).at([spec]) == [{"is": "StageSpec 1"}]
    assert Look(SALT, without=(Losses,)).at({"main": 1}) == {"main": 1}


@given(VALUES, st.binary(min_size=16, max_size=16))
def test_nothing_that_is_no_number_gets_out_and_all_is_json(thing: object, salt: bytes) -> None:
    told = Look(salt).at(thing)
    text = json.dumps(told)
    assert len(text) < 100 * MOST_VALUES
    for each in _texts(told):
        known = each in WORDS or not each or each == "…"
        assert known or each.startswith("~") or each.endswith(" octets") or _is_number(each)


def _texts(told: object) -> list[str]:
    if isinstance(told, dict):
        return [text for key, value in told.items() for text in (key, *_texts(value))]
    if isinstance(told, list):
        return [text for value in told for text in _texts(value)]
    return [told] if isinstance(told, str) else []


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "").isdigit() or text in ("None", "…")
