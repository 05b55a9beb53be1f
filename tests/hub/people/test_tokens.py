"""Media tokens: whole, or refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.people.errors import TokenExpired, TokenForged
from hub.people.tokens import MOST_PLAYERS, PLAYERS, MediaToken, MediaTokens
from tests.kit.clock import START

TOKENS = MediaTokens(b"k" * 32)
TOKEN = MediaToken("0" * 26, "publish", None, START + timedelta(hours=1), "1" * 26)


def test_comes_back() -> None:
    assert TOKENS.read(TOKENS.sign(TOKEN), START) == TOKEN


def test_a_viewer_of_a_unit() -> None:
    token = MediaToken("0" * 26, "view", "9001", TOKEN.expires, "1" * 26)
    assert TOKENS.read(TOKENS.sign(token), START) == token


def test_fits_a_header() -> None:
    assert TOKENS.sign(TOKEN).isascii()
    assert len(TOKENS.sign(TOKEN)) < 200


def test_expires_on_the_second() -> None:
    text = TOKENS.sign(TOKEN)
    assert TOKENS.read(text, TOKEN.expires - timedelta(seconds=1)) == TOKEN
    with pytest.raises(TokenExpired, match="token_expired"):
        TOKENS.read(text, TOKEN.expires)


def test_another_hubs_token_is_forged() -> None:
    with pytest.raises(TokenForged, match="token_forged"):
        MediaTokens(b"x" * 32).read(TOKENS.sign(TOKEN), START)


def test_an_expired_forgery_is_a_forgery() -> None:
    with pytest.raises(TokenForged):
        MediaTokens(b"x" * 32).read(TOKENS.sign(TOKEN), START + timedelta(days=9))


@given(st.data())
def test_every_changed_character_is_noticed(data: st.DataObject) -> None:
    text = TOKENS.sign(TOKEN)
    place = data.draw(st.integers(0, len(text) - 2))  # the last one's spare bits mean nothing in base 64
    letter = data.draw(st.sampled_from("abcXYZ019-_."))
    if letter != text[place]:
        with pytest.raises(TokenForged):
            TOKENS.read(text[:place] + letter + text[place + 1 :], START)


def test_every_truncation_is_refused() -> None:
    text = TOKENS.sign(TOKEN)
    for length in range(len(text)):
        with pytest.raises(TokenForged):
            TOKENS.read(text[:length], START)


@given(st.text(max_size=50))
def test_any_text_is_refused_in_order(text: str) -> None:
    with pytest.raises(TokenForged):
        TOKENS.read(text, START)


@pytest.mark.parametrize(
    "payload", [[], {}, [1, 2], ["s", "publish", None, "soon", "i"], ["s", "p", None, 1e30, "i"], 5]
)
def test_a_signed_stranger_is_refused(payload: object) -> None:
    with pytest.raises(TokenForged):
        TOKENS.read(str(TOKENS._serializer.dumps(payload)), START)


def test_a_short_key_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        MediaTokens(b"short")


def test_a_viewing_token_says_for_how_many_players_it_is() -> None:
    assert TOKENS.read(TOKENS.sign(TOKEN), START).players == PLAYERS
    many = replace(TOKEN, may="view", players=190)
    assert TOKENS.read(TOKENS.sign(many), START) == many


@pytest.mark.parametrize("players", [0, -1, MOST_PLAYERS + 1, "8", None, True, 2.5])
def test_a_number_of_players_that_cannot_be_is_forged(players: object) -> None:
    odd = replace(TOKEN, players=players)  # type: ignore[arg-type]
    with pytest.raises(TokenForged):
        TOKENS.read(TOKENS.sign(odd), START)
