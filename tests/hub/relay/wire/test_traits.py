import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire.traits import SDES_MID, TRANSPORT_SEQUENCE, Traits, read


def test_extensions_with_and_without_a_direction() -> None:
    lines = [f"a=extmap:1 {SDES_MID}", f"a=extmap:3/sendonly {TRANSPORT_SEQUENCE} and more"]
    assert read(lines).extensions == ((SDES_MID, 1), (TRANSPORT_SEQUENCE, 3))


@pytest.mark.parametrize("number", ["0", "15", "255", "4096", "x"])
def test_ids_that_do_not_fit_one_byte_are_not_taken(number: str) -> None:
    assert read([f"a=extmap:{number} {SDES_MID}"]) == Traits()


@pytest.mark.parametrize(
    ("line", "rids"),
    [
        ("a=simulcast:send h;l", ("h", "l")),
        ("a=simulcast:recv x send 0;1;2", ("0", "1", "2")),
        ("a=simulcast:send ~h,h2;l recv x", ("h", "l")),
        ("a=simulcast: send rid=hi;lo", ("hi", "lo")),
        ("a=simulcast:recv h;l", ()),
        ("a=simulcast:send", ()),
        ("a=simulcast:send h;h", ()),
        ("a=simulcast:send h;<l>", ()),
    ],
)
def test_layers_as_they_are_written(line: str, rids: tuple[str, ...]) -> None:
    assert read([line]).sends == rids


def test_pairs() -> None:
    assert read(
        ["a=ssrc-group:FID 70 71", "a=ssrc-group:SIM 1 2", "a=ssrc-group:FID 9999999999 1"]
    ).pairs == ((70, 71),)


@given(st.lists(st.one_of(st.text(max_size=40), st.from_regex(r"a=(extmap|simulcast|ssrc-group):.*"))))
def test_whatever_stands_there_nothing_is_raised(lines: list[str]) -> None:
    read(lines)
