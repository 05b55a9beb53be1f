"""Encoders and players that are not ours: GStreamer and FFmpeg's WHIP muxer, judged by what others decode."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.relay.wire.dtls import Certificate
from tests.kit.demo import DemoHub, demo_hub
from tests.kit.foreign import gstreamer, whip_muxer, without_gstreamer
from tests.kit.outsider import until
from tests.kit.players import judging, token

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo for these tests alone."""
    with demo_hub(tmp_path_factory.mktemp("foreign") / "data", points=0) as started:
        yield started


@pytest.fixture
def gst() -> None:
    """Skips where GStreamer is not."""
    why = without_gstreamer()
    if why:
        pytest.skip(why)


@contextmanager
def without_its_camera(hub: DemoHub) -> Iterator[None]:
    """The demo's own camera stands still: the hall is the next encoder's."""
    os.kill(hub.pid("cast"), signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(hub.pid("cast"), signal.SIGCONT)


@pytest.mark.usefixtures("gst")
async def test_gstreamer_plays_vp8_and_opus(hub: DemoHub) -> None:
    bearer = token(hub, "--may", "view")
    async with gstreamer("play", f"{hub.url}/whep/{hub.session}", bearer, "VP8") as player:
        await until(lambda: player.counts.get("pictures", 0) > 30, "it decodes pictures", 40)
        await until(lambda: player.counts.get("sounds", 0) > 30, "it decodes sounds")
        assert (player.counts["width"], player.counts["height"]) == (640, 360)
    assert player.has_said("deleted")


@pytest.mark.usefixtures("gst")
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_gstreamer_publishes(hub: DemoHub, codec: str) -> None:
    bearer = token(hub, "--may", "publish")
    with without_its_camera(hub):
        async with (
            gstreamer("publish", f"{hub.url}/whip/{hub.session}", bearer, codec) as encoder,
            judging(hub) as judge,
        ):
            await until(lambda: encoder.has_said("connected"), "it is connected", 40)
            await judge.sees(320, 240)
            await judge.hears()
    assert encoder.has_said("deleted")


async def test_ffmpegs_whip_muxer_publishes(hub: DemoHub, tmp_path: Path) -> None:
    certificate = tmp_path / "encoder.pem"
    Certificate.load_or_make(certificate)
    bearer = token(hub, "--may", "publish")
    with without_its_camera(hub):
        async with (
            whip_muxer(f"{hub.url}/whip/{hub.session}", bearer, certificate) as encoder,
            judging(hub) as judge,
        ):
            await until(lambda: "sending" in encoder.lines, "it sends", 40)
            await judge.sees(320, 240)
            await judge.hears()


@pytest.mark.usefixtures("gst")
async def test_gstreamer_plays_h264_of_the_whip_muxer(hub: DemoHub, tmp_path: Path) -> None:
    certificate = tmp_path / "encoder.pem"
    Certificate.load_or_make(certificate)
    publish, view = token(hub, "--may", "publish"), token(hub, "--may", "view")
    with without_its_camera(hub):
        async with (
            whip_muxer(f"{hub.url}/whip/{hub.session}", publish, certificate) as encoder,
            gstreamer("play", f"{hub.url}/whep/{hub.session}", view, "H264") as player,
        ):
            await until(lambda: "sending" in encoder.lines, "it sends", 40)
            await until(lambda: player.counts.get("pictures", 0) > 20, "it decodes pictures", 40)
            assert (player.counts["width"], player.counts["height"]) == (320, 240)
