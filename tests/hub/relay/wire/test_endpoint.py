"""Addresses as an operator writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire.endpoint import Endpoint, read_endpoint


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("10.0.0.5", Endpoint("10.0.0.5")),
        (" 203.0.113.7:40000 ", Endpoint("203.0.113.7", 40_000)),
        ("2001:db8::1", Endpoint("2001:db8::1")),
        ("[2001:DB8::1]", Endpoint("2001:db8::1")),
        ("[2001:db8::1]:443", Endpoint("2001:db8::1", 443)),
        ("::1", Endpoint("::1")),
    ],
)
def test_what_can_be_written(text: str, endpoint: Endpoint) -> None:
    assert read_endpoint(text) == endpoint
    assert read_endpoint(str(endpoint)) == endpoint


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hub.example", "'hub.example' is not an IP address, with or without a port"),
        ("", "is not an IP address"),
        ("10.0.0.256", "is not an IP address"),
        ("10.0.0.5:", "has no port between 1 and 65535"),
        ("10.0.0.5:0", "has no port between 1 and 65535"),
        ("10.0.0.5:65536", "has no port between 1 and 65535"),
        ("10.0.0.5:٣", "has no port between 1 and 65535"),
        ("[::1", "is not an IPv6 address in brackets"),
        ("[::1]443", "is not an IPv6 address in brackets"),
        ("0.0.0.0", "is no address that anybody can reach"),
        ("[::]:5", "is no address that anybody can reach"),
        ("239.1.1.1", "is no address that anybody can reach"),
        ("fe80::1%eth0", "names a network interface"),
    ],
)
def test_what_is_refused_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        read_endpoint(text)


@given(st.text(max_size=60))
def test_nothing_else_is_raised(text: str) -> None:
    try:
        endpoint = read_endpoint(text)
    except ValueError:
        return
    assert read_endpoint(str(endpoint)) == endpoint


def test_neighbouring_relays_have_neighbouring_ports() -> None:
    assert Endpoint("10.0.0.5", 40_000).shifted(2) == Endpoint("10.0.0.5", 40_002)
    assert Endpoint("10.0.0.5").shifted(2) == Endpoint("10.0.0.5")
