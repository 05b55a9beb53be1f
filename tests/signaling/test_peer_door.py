"""What the relay refuses, in the protocol's codes; and closing, which never fails."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from hub.reception.errors import Refusal
from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.control import OpenPeer, PeerSdp
from hub.relay.pool import RelayPool
from signaling.peer_door import PeerDoor
from signaling.turn import Turn
from tests.kit.clock import HandClock

WANTED = OpenPeer("p1", "s1", "account:a", frozenset({"console"}), True)
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class Relay:
    """Does what it is told, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    async def open_peer(self, wanted: OpenPeer) -> PeerSdp:
        self._do("open")
        return PeerSdp(wanted.peer, "offer")

    async def answer(self, _answer: Any) -> None:
        self._do("answer")

    async def close_peer(self, _peer: str) -> None:
        self._do("close")

    def _do(self, what: str) -> None:
        self.asked.append(what)
        if self.error is not None:
            raise self.error


def door(relay: Relay) -> PeerDoor:
    return PeerDoor(cast(RelayPool, relay), HandClock(NOW), Turn(["turn:turn.example"], "s3cret"))


async def test_a_peer_comes_with_its_way_in() -> None:
    opened = await door(Relay()).open(WANTED)
    assert (opened.peer, opened.sdp) == ("p1", "offer")
    assert opened.ice[0].username.endswith(":p1")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RelayUnavailable("down"), "media_unavailable"),
        (RelayRefused("full", ""), "media_full"),
        (RelayRefused("sdp_no_codec", ""), "sdp_bad"),
        (RelayRefused("peer_unknown", ""), "peer_unknown"),
        (RelayRefused("stage_unknown", ""), "media_unavailable"),
    ],
)
async def test_refusals_are_those_of_the_protocol(error: Exception, code: str) -> None:
    relay = Relay(error)
    with pytest.raises(Refusal, match=code):
        await door(relay).open(WANTED)
    with pytest.raises(Refusal, match=code):
        await door(relay).answer("p1", "answer")
    await door(relay).close("p1")
    assert relay.asked == ["open", "answer", "close"]
