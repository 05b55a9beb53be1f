"""kill -9 of a relay: the same peers go on over the same connections, with the same keys."""

import asyncio
import contextlib
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from endpoints.peer import LightPeer
from hub.relay import control
from hub.relay.core.specs import SLOT_SSRC
from hub.relay.node import HEALTHY
from tests.kit.lab import STAGE, Camera, Seat, until
from tests.kit.supervised import Supervised, supervised

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

MAIN, VOICE = SLOT_SSRC["main"], SLOT_SSRC["voice1"]


@contextlib.asynccontextmanager
async def filming(camera: Camera) -> AsyncIterator[None]:
    """Frames every 20 ms, a keyframe whenever one was asked for."""

    async def run() -> None:
        asked = -1
        while True:
            wanted, asked = camera.seat.peer.keyframes_asked != asked, camera.seat.peer.keyframes_asked
            camera.frame(key=wanted)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def numbers(seat: Seat, ssrc: int) -> list[int]:
    return [int.from_bytes(packet[2:4]) for packet in seat.packets_of(ssrc)]


def more(*seats: Seat) -> Callable[[], bool]:
    """Whether each has had pictures and voice since now."""
    before = [(len(seat.packets_of(MAIN)), len(seat.packets_of(VOICE))) for seat in seats]

    def there() -> bool:
        return all(
            len(seat.packets_of(MAIN)) > pictures + 5 and len(seat.packets_of(VOICE)) > voices + 5
            for seat, (pictures, voices) in zip(seats, before, strict=True)
        )

    return there


async def counted(hub: Supervised) -> dict[tuple[str, str], int]:
    return {(each.peer, each.slot): each.packets for each in (await hub.relay.counts()).slots}


async def in_session(hub: Supervised) -> tuple[Camera, Seat, Seat]:
    """A publisher, a browser and a player."""
    camera = await hub.lab.publisher("hall")
    browser = await hub.lab.viewer("browser", {"all"})
    player = await hub.lab.whep("player", {"all"})
    await hub.lab.stage({"all"}, main="hall", voice1="hall")
    return camera, browser, player


@pytest.mark.parametrize("victims", [("relay",), ("relay-keeper", "relay")])
async def test_everybody_goes_on_over_the_connection_they_had(
    tmp_path: Path, victims: tuple[str, ...]
) -> None:
    async with supervised(tmp_path) as hub:
        camera, browser, player = await in_session(hub)
        async with filming(camera):
            await until(more(browser, player))
            before, boot = await counted(hub), hub.relay.boot
            await hub.kill(*victims)
            sent_by_then = len(browser.packets)
            await hub.put_again()
            await until(more(browser, player))
            assert hub.relay.boot == boot
            assert len(browser.packets) > sent_by_then
            after = await counted(hub)
        for seat in (camera.seat, browser, player):
            assert seat.peer.state == "up"
            assert seat.peer.reception.forged == 0
            assert not [event for event in seat.events if type(event).__name__ == "Closed"]
        for seat in (browser, player):
            for ssrc in (MAIN, VOICE):
                assert len(set(numbers(seat, ssrc))) == len(numbers(seat, ssrc)), "a number was used twice"
        assert all(after[key] >= packets for key, packets in before.items()), "the proof went backwards"


async def test_who_wanted_voices_only_wants_them_still(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        camera, browser, player = await in_session(hub)
        async with filming(camera):
            await until(more(browser, player))
            await hub.relay.limit("browser", [("main", "none")])
            await until(more(player))
            pictures, voices = len(browser.packets_of(MAIN)), len(browser.packets_of(VOICE))
            await hub.kill()
            await hub.put_again()
            await until(more(player))
            await until(lambda: len(browser.packets_of(VOICE)) > voices + 20)
        assert len(browser.packets_of(MAIN)) == pictures


async def test_what_was_said_before_is_answered_as_before(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        camera, _, player = await in_session(hub)
        request = control.OpenPeer("browser", STAGE, "test:browser", frozenset({"all"}), False)
        offer = await hub.relay.open_peer(request)
        async with filming(camera):
            await until(more(player))
            state = await hub.relay.state()
            assert {peer.sending for peer in state.peers if peer.peer == "hall"} == {("camera", "microphone")}
            await hub.kill()
            assert await hub.relay.state() == state
            assert await hub.relay.open_peer(request) == offer
        await hub.relay.close_peer("browser")
        await hub.kill()
        assert "browser" not in {peer.peer for peer in (await hub.relay.state()).peers}


async def test_nothing_is_sent_before_the_stage_is_put_again(tmp_path: Path) -> None:
    """The doors may have been closed while the relay was dead; nobody waits for the dead to say so."""
    async with supervised(tmp_path) as hub:
        camera, browser, player = await in_session(hub)
        async with filming(camera):
            await until(more(browser, player))
            await hub.kill()
            await asyncio.sleep(0.3)
            before = len(browser.packets), len(player.packets)
            await until(lambda: camera.seat.peer.state == "up")
            received = (await hub.relay.counts()).totals["rtp_received"]
            while (await hub.relay.counts()).totals["rtp_received"] < received + 30:
                await asyncio.sleep(0.02)
            assert (len(browser.packets), len(player.packets)) == before
            await hub.put_again()
            await until(more(browser, player))


async def test_who_was_in_the_middle_of_a_handshake_joins_anew(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        request = control.OpenPeer("late", STAGE, "test:late", frozenset({"all"}), False)
        offer = await hub.relay.open_peer(request)
        peer = LightPeer(hub.lab.pool.certificate, secrets.token_bytes, time.monotonic())
        await hub.relay.answer(
            control.AnswerPeer("late", peer.answer(offer.sdp, time.monotonic(), publish=False))
        )
        await hub.kill()
        assert (await hub.relay.state()).peers == ()
        assert (await hub.lab.viewer("late", {"all"})).peer.state == "up"


async def test_a_source_that_does_not_come_back_is_reported_as_gone(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        camera, _, _ = await in_session(hub)
        camera.frame(key=True)

        async def sending() -> tuple[str, ...]:
            return next(peer.sending for peer in (await hub.relay.state()).peers if peer.peer == "hall")

        while await sending() != ("camera", "microphone"):
            await asyncio.sleep(0.02)
        await hub.kill()
        assert await sending() == ("camera", "microphone")
        async with asyncio.timeout(15):
            while await sending():
                await asyncio.sleep(0.1)


async def test_a_relay_told_to_end_says_goodbye_and_the_next_one_begins_anew(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        _, browser, _ = await in_session(hub)
        boot = hub.relay.boot
        await hub.kill(number=signal.SIGTERM)
        await until(lambda: browser.peer.state == "closed")
        assert hub.relay.boot != boot
        assert (await hub.relay.state()).peers == ()


async def test_a_state_that_leads_nowhere_is_thrown_away(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        await in_session(hub)
        boot = hub.relay.boot
        for _ in range(2):
            await hub.kill()
            assert hub.relay.boot == boot
        await hub.kill()
        assert hub.relay.boot != boot
        assert (await hub.relay.counts()).totals["state_thrown_away"] == 1


async def test_a_relay_that_lived_may_be_killed_any_number_of_times(tmp_path: Path) -> None:
    async with supervised(tmp_path) as hub:
        camera, browser, player = await in_session(hub)
        boot = hub.relay.boot
        async with filming(camera):
            for _ in range(3):
                await asyncio.sleep(HEALTHY + 1)
                await hub.kill()
                await hub.put_again()
                await until(more(browser, player))
        assert hub.relay.boot == boot
        assert browser.peer.reception.forged == 0
