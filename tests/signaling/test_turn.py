"""TURN credentials, computed a second time by hand as coturn does."""

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.turn import NO_TURN, IceServer, Turn, link_headers, turn_url

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
URLS = ("turn:turn.example:3478?transport=udp", "turns:turn.example:443?transport=tcp")


def test_a_credential_is_an_expiry_and_an_opaque_id_and_their_signature() -> None:
    (server,) = Turn(URLS, "s3cret", ttl=600).servers("01peer", NOW)
    expiry, label = server.username.split(":")
    assert (server.urls, int(expiry), label) == (URLS, int(NOW.timestamp()) + 600, "01peer")
    key = hmac.new(b"s3cret", server.username.encode(), hashlib.sha1)
    assert server.credential == b64encode(key.digest()).decode()


def test_without_servers_nothing_is_said() -> None:
    assert NO_TURN.servers("01peer", NOW) == []
    assert link_headers([]) == []


def test_every_address_is_a_link_of_its_own() -> None:
    assert link_headers([IceServer(URLS, "1:a", "c=")]) == [
        f'<{url}>; rel="ice-server"; username="1:a"; credential="c="; credential-type="password"'
        for url in URLS
    ]


@pytest.mark.parametrize(
    "good",
    ["turn:t.example", "turn:10.0.0.1:3478", "turns:[2001:db8::1]:443?transport=tcp", "turn:t?transport=udp"],
)
def test_what_a_turn_address_looks_like(good: str) -> None:
    assert turn_url(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "stun:t.example",
        "turn:",
        "turn:t:0",
        "turn:t:70000",
        "turn:t?transport=tls",
        "turn:a b",
        "turn:t\n",
    ],
)
def test_what_it_does_not(bad: str) -> None:
    with pytest.raises(ValueError, match="is no TURN address"):
        turn_url(bad)


@given(st.text(max_size=60))
def test_what_is_taken_cannot_leave_a_header_or_a_list(text: str) -> None:
    try:
        url = turn_url(text)
    except ValueError:
        return
    assert not set(url) & set(' ,;<>"\r\n')


def test_addresses_without_a_secret_are_refused() -> None:
    with pytest.raises(ValueError, match="need the secret"):
        Turn(URLS, "")
