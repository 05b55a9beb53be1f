"""What is kept of a peer comes back as it was, and shows no secret on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.control import AcceptPeer, OpenPeer
from hub.relay.core.specs import Codec, Extensions, Layer, SourceId, StageSpec, TrackKind
from hub.relay.wire.kept import Kept, KeptBad, Secrets, read_peer, read_stage, write_peer, write_stage
from hub.relay.wire.negotiate import Agreed
from hub.relay.wire.srtp import Profile, SrtpKeys

KEYS = SrtpKeys(Profile.AEAD_AES_128_GCM, bytes(range(28)), bytes(range(28, 56)))
OPENED = OpenPeer("p1", "s1", "point:7", frozenset({"all", "unit:3"}), True)
ACCEPTED = AcceptPeer("p1", "s1", "whip:7", frozenset(), "publish", "v=0\r\n")
AGREED = Agreed(
    frozenset({"main", "voice1"}),
    ((Codec.OPUS, 111), (Codec.VP8, 96)),
    ((96, Codec.VP8, TrackKind.CAMERA), (98, Codec.VP8, TrackKind.SCREEN)),
    ((97, 96),),
    Extensions(1, 4, 5, 3),
    (("h", Layer.HIGH), ("l", Layer.LOW)),
    ((1, 2),),
    97,
    True,
)


def kept(request: OpenPeer | AcceptPeer = OPENED, *, keys: SrtpKeys = KEYS, selected: str = "0200") -> Kept:
    return Kept(
        request=request,
        sdp="v=0\r\nđ",
        answer=None,
        fragment="f",
        remote_fragment="rf",
        fingerprint="AB:CD",
        is_client=False,
        agreed=AGREED,
        secrets=Secrets.of("our password", "their password", keys),
        selected=selected,
        addresses=("0200", "0a00"),
        sending=("camera",),
        wants=(("main", "low"), ("second", "none")),
        layers=((50, Layer.HIGH), (51, Layer.LOW), (52, None)),
    )


@pytest.mark.parametrize("request_", [OPENED, ACCEPTED])
def test_it_comes_back_as_it_was(request_: OpenPeer | AcceptPeer) -> None:
    back = read_peer(write_peer(kept(request_)))
    assert back == kept(request_)
    assert back.secrets.keys == KEYS
    assert back.route == (b"\x02\x00", (b"\x02\x00", b"\x0a\x00"))


def test_a_peer_that_was_nowhere_comes_back_nowhere() -> None:
    assert read_peer(write_peer(kept(selected=""))).route[0] is None


def test_no_secret_shows() -> None:
    shown = repr(kept())
    for secret in ("our password", "their password", KEYS.local_key.hex(), KEYS.remote_key.hex()):
        assert secret not in shown


@given(st.binary(max_size=200))
def test_garbage_is_told_from_a_peer(content: bytes) -> None:
    with pytest.raises(KeptBad):
        read_peer(content)
    with pytest.raises(KeptBad):
        read_stage(content)


@pytest.mark.parametrize("cut", [0, 1, 50, 200, -1])
def test_half_a_peer_is_none(cut: int) -> None:
    with pytest.raises(KeptBad, match="malformed"):
        read_peer(write_peer(kept())[:cut])


def test_a_complaint_shows_no_secret() -> None:
    with pytest.raises(KeptBad) as raised:
        read_peer(write_peer(kept()).replace(b'"is_client":false', b'"is_client":7'))
    assert "password" not in str(raised.value)


def test_keys_and_addresses_that_are_none_are_refused() -> None:
    broken = read_peer(write_peer(kept(selected="xyz")))
    with pytest.raises(KeptBad, match="an address is not an address"):
        _ = broken.route
    secrets = Secrets("a", "b", "AEAD_AES_999", "00", "00")
    with pytest.raises(KeptBad, match="the keys are not keys"):
        _ = secrets.keys


def test_a_stage_comes_back_as_it_was() -> None:
    stage = StageSpec(
        "s1",
        frozenset({"all"}),
        (("main", SourceId("p1", TrackKind.CAMERA)), ("document", SourceId("p2", TrackKind.SCREEN))),
        frozenset({"document"}),
    )
    assert read_stage(write_stage(stage)) == stage
