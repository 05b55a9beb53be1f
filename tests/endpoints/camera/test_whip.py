"""The camera's way to the hub and back after a loss, against a hub's road in small."""

import asyncio
from pathlib import Path

import httpx

from endpoints.camera.picture import Look
from endpoints.camera.source import make_clip
from endpoints.camera.voice import Speaker
from endpoints.camera.whip import WhipCamera
from hub.relay import control
from hub.relay.core.specs import SLOT_SSRC
from tests.kit.clock import START
from tests.kit.lab import STAGE, Lab, relay_lab, until


class Road:
    """Answers WHIP requests from the lab's relay; refuses the first `refusals` offers."""

    def __init__(self, lab: Lab, refusals: int = 0) -> None:
        self.lab = lab
        self.refusals = refusals
        self.offers = 0
        self.deleted: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        if request.method == "DELETE":
            self.deleted.append(request.url.path)
            return httpx.Response(200)
        self.offers += 1
        if self.offers <= self.refusals:
            return httpx.Response(503)
        wanted = control.AcceptPeer("hall", STAGE, "whip", frozenset(), "publish", request.content.decode())
        answer = await self.lab.relay.accept(wanted)
        return httpx.Response(201, text=answer.sdp, headers={"Location": f"/whip/s/{self.offers}"})


async def test_it_publishes_and_comes_back_by_itself(tmp_path: Path) -> None:
    source = await asyncio.to_thread(make_clip, Look("a", width=160, height=90), START, Speaker())
    async with relay_lab(tmp_path) as lab:
        road = Road(lab, refusals=1)
        await lab.stage({"rooms"}, main="hall", voice1="hall")
        room = await lab.viewer("room", {"rooms"})
        async with httpx.AsyncClient(transport=httpx.MockTransport(road)) as http:
            camera = WhipCamera(lab.pool, http, "http://hub/whip/s", lambda: "secret", source)
            task = asyncio.create_task(camera.run())
            await until(lambda: len(room.packets_of(SLOT_SSRC["main"])) > 5)
            assert room.packets_of(SLOT_SSRC["voice1"])
            await lab.relay.close_peer("hall")
            await until(lambda: camera.times_up == 2)
            before = len(room.packets_of(SLOT_SSRC["main"]))
            await until(lambda: len(room.packets_of(SLOT_SSRC["main"])) > before + 5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert road.deleted == ["/whip/s/2", "/whip/s/3"]
