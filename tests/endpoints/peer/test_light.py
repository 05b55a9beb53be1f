"""Light peers against the real relay, and against aiortc as a judge that is not ours."""

import asyncio
import secrets
import time
from pathlib import Path

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from endpoints.camera.encode import Vp8Encoder
from endpoints.camera.picture import Look, Picture
from endpoints.peer import Closed, KeyframeWanted, LightPeer, Pool, Up
from endpoints.peer.packets import PictureTrack
from hub.relay.core.specs import SLOT_SSRC
from tests.kit.clock import START
from tests.kit.lab import DELTA, KEYFRAME, relay_lab, until

MAIN, VOICE = SLOT_SSRC["main"], SLOT_SSRC["voice1"]


async def test_pictures_and_voices_go_through_the_relay(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, main="hall", voice1="hall")
        camera = await lab.publisher("hall")
        room = await lab.viewer("room", {"rooms"})
        stranger = await lab.viewer("stranger", {"others"})
        camera.frame(key=True)
        for _ in range(20):
            camera.frame()
        await until(lambda: len(room.packets_of(MAIN)) == 21 and len(room.packets_of(VOICE)) == 21)
        assert room.events == [Up()]
        assert (room.peer.reception.lost, room.peer.reception.forged) == (0, 0)
        assert room.peer.reception.frames(MAIN) == 21
        assert stranger.packets == []


async def test_a_joiner_costs_the_publisher_no_keyframe(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, main="hall", voice1="hall")
        camera = await lab.publisher("hall")
        first = await lab.viewer("first", {"rooms"})
        camera.frame(key=True)
        await until(lambda: bool(first.packets_of(MAIN)))
        asked = camera.seat.peer.keyframes_asked
        late = await lab.viewer("late", {"rooms"})
        await until(lambda: bool(late.packets_of(MAIN)))
        assert camera.seat.peer.keyframes_asked == asked


async def test_a_source_without_a_keyframe_is_asked_for_one(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, main="hall")
        camera = await lab.publisher("hall")
        await lab.viewer("room", {"rooms"})
        camera.frame()
        wanted = KeyframeWanted(camera.seat.peer.local.camera)
        await until(lambda: wanted in camera.seat.events)


async def test_a_lost_packet_is_asked_for_and_comes_again(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, main="hall")
        camera = await lab.publisher("hall")
        room = await lab.viewer("room", {"rooms"})
        camera.frame(key=True)
        for _ in range(5):
            camera.frame()
        await until(lambda: len(room.packets_of(MAIN)) == 6)
        again = room.packets_of(MAIN)[3]
        room.peer.reception.streams.clear()
        room.packets.clear()
        room.peer.ask_again(MAIN, [int.from_bytes(again[2:4], "big")])
        room.member.flush()
        # The repetition is byte-identical, so libsrtp's replay protection refuses it: that is the proof.
        await until(lambda: room.peer.reception.copies == 1)
        assert room.peer.reception.forged == 0


async def test_whep_players_get_their_slots(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, main="hall", voice1="hall")
        camera = await lab.publisher("hall")
        player = await lab.whep("player", {"rooms"})
        camera.frame(key=True)
        await until(lambda: bool(player.packets_of(MAIN)) and bool(player.packets_of(VOICE)))


async def test_a_room_publishes_on_its_one_connection(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, second="room", voice2="room")
        room = await lab.viewer("room", {"rooms"}, publish=True)
        other = await lab.viewer("other", {"rooms"})
        track = PictureTrack(room.peer.local.camera)
        for packet in track.frame(b"\x50\x01\x00" + bytes(100), 0):
            room.member.send(packet)
        await until(lambda: bool(other.packets_of(SLOT_SSRC["second"])))


async def test_a_room_in_two_sizes_repeats_what_was_lost_of_either(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        await lab.stage({"rooms"}, main="room")
        room = await lab.viewer("room", {"rooms"}, publish=True, layers=True)
        other = await lab.viewer("other", {"rooms"})
        local = room.peer.local
        tracks = [PictureTrack(local.camera, rid="h"), PictureTrack(local.small, rid="l")]
        for number in range(5):
            for track in tracks:
                for packet in track.frame((KEYFRAME if number == 0 else DELTA) + bytes(9), number * 3600):
                    if number == 3:
                        room.peer.send_rtp(packet, time.monotonic())
                        room.peer.drain()  # lost on the way
                    else:
                        room.member.send(packet)
        await until(lambda: len(other.packets_of(MAIN)) >= 5)
        totals = (await lab.relay.counts()).totals
        assert totals["rtx_received"] >= 2
        assert totals.get("rtx_of_unknown", 0) == 0


async def test_goodbyes_are_heard(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        room = await lab.viewer("room", {"rooms"})
        await lab.relay.close_peer("room")
        await until(lambda: Closed("the other side closed") in room.events)


async def test_a_wrong_fingerprint_ends_it(tmp_path: Path) -> None:
    async with relay_lab(tmp_path) as lab:
        from hub.relay import control

        offer = await lab.relay.open_peer(control.OpenPeer("x", "s", "o", frozenset(), may_publish=False))
        events: list[object] = []
        peer = LightPeer(lab.pool.certificate, secrets.token_bytes, time.monotonic())
        start = offer.sdp.index("a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
        forged = offer.sdp.replace(offer.sdp[start : start + 5], "00:11")
        await lab.relay.answer(control.AnswerPeer("x", peer.answer(forged, time.monotonic(), publish=False)))
        lab.pool.add(peer, events.append)
        await until(lambda: bool(events))
        assert events == [Closed("the certificate is not the one of the description")]


async def test_aiortc_decodes_what_a_light_peer_sends() -> None:
    judge = RTCPeerConnection()
    frames: asyncio.Queue[object] = asyncio.Queue()
    readers: list[asyncio.Task[None]] = []

    async def read(track: MediaStreamTrack) -> None:
        while True:
            frames.put_nowait(await track.recv())

    judge.on("track", lambda track: readers.append(asyncio.create_task(read(track))))
    async with Pool().running() as pool:
        peer = LightPeer(pool.certificate, secrets.token_bytes, time.monotonic())
        await judge.setRemoteDescription(RTCSessionDescription(peer.publish_offer(), "offer"))
        await judge.setLocalDescription(await judge.createAnswer())
        peer.accept(judge.localDescription.sdp, time.monotonic())
        member = pool.add(peer)
        await until(lambda: peer.state == "up")
        track, picture = PictureTrack(peer.local.camera), Picture(Look("a", width=320, height=180))
        encoder = Vp8Encoder(320, 180, 10, 150_000)
        for number in range(10):
            image = picture.frame(number / 10, START, 0.5)
            for packet in track.frame(encoder.encode(image, key=number == 0).data, number * 9000):
                member.send(packet)
        await until(lambda: frames.qsize() >= 5)
        await judge.close()
        await until(lambda: peer.state == "closed")
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
