import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.relay import client as client_module
from hub.relay import control
from hub.relay.client import LinkDown, LinkUp, RelayClient, RelayRefused, RelayUnavailable, wait_up
from hub.relay.codec import decode, encode, read_frame
from hub.relay.core.specs import StageSpec
from hub.relay.node import serving
from tests.kit.relay import RelayLab, relay_lab, relay_settings
from tests.kit.sdp import description, section

STAGE = StageSpec("s1", frozenset({"points"}))
OPEN = control.OpenPeer("p1", "s1", "owner", frozenset({"points"}), True)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[RelayLab]:
    async with relay_lab(tmp_path) as made:
        yield made


@contextlib.asynccontextmanager
async def raw(folder: Path) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_unix_connection(folder / "relay.sock")
    try:
        yield reader, writer
    finally:
        writer.close()


async def test_requests_are_idempotent(lab: RelayLab) -> None:
    await lab.client.put_stage(STAGE)
    await lab.client.put_stage(STAGE)
    offer = await lab.client.open_peer(OPEN)
    assert await lab.client.open_peer(OPEN) == offer
    state = await lab.client.state()
    assert state.stages == (STAGE,)
    assert [(peer.peer, peer.owner, peer.up) for peer in state.peers] == [("p1", "owner", False)]
    await lab.client.close_peer("p1")
    await lab.client.close_peer("p1")
    assert (await lab.client.state()).peers == ()


async def test_an_emptied_stage_is_forgotten(lab: RelayLab) -> None:
    await lab.client.put_stage(STAGE)
    await lab.client.put_stage(StageSpec("s1"))
    assert (await lab.client.state()).stages == ()


async def test_refusals_have_codes(lab: RelayLab) -> None:
    with pytest.raises(RelayRefused, match="peer_unknown"):
        await lab.client.answer(control.AnswerPeer("ghost", "v=0"))
    await lab.client.open_peer(OPEN)
    with pytest.raises(RelayRefused, match="sdp_bad"):
        await lab.client.answer(control.AnswerPeer("p1", "nonsense"))
    whip = control.AcceptPeer("w", "s1", "o", frozenset(), "publish", "nonsense")
    with pytest.raises(RelayRefused, match="sdp_bad"):
        await lab.client.accept(whip)
    foreign = description(section("video", "0", "sendonly", "a=rtpmap:45 AV1/90000\r\n"))
    with pytest.raises(RelayRefused, match="sdp_no_codec"):
        await lab.client.accept(control.AcceptPeer("w", "s1", "o", frozenset(), "publish", foreign))


async def test_a_second_different_answer_is_refused(lab: RelayLab) -> None:
    await lab.client.open_peer(OPEN)
    kinds = ("video",) * 3 + ("audio",) * 3 + ("video", "audio", "video")
    answer = description(*[section(kind, str(i), "recvonly", setup="active") for i, kind in enumerate(kinds)])
    await lab.client.answer(control.AnswerPeer("p1", answer))
    await lab.client.answer(control.AnswerPeer("p1", answer))
    with pytest.raises(RelayRefused, match="peer_answered"):
        await lab.client.answer(control.AnswerPeer("p1", answer + "a=x\r\n"))


async def test_bad_frames_are_refused_and_the_link_goes_on(lab: RelayLab, tmp_path: Path) -> None:
    async with raw(tmp_path) as (reader, writer):
        for text in (b"{", b"[]", b'{"v":1,"id":4,"type":"Nothing"}', b'{"v":1,"type":"AskState","body":{}}'):
            writer.write(len(text).to_bytes(4, "big") + text)
            reply = decode(await read_frame(reader)).message
            assert isinstance(reply, control.Refused)
            assert reply.code == "frame_bad"
        writer.write(encode(control.Done(), 5) + encode(control.AskState(), 6))
        assert isinstance(decode(await read_frame(reader)).message, control.Refused)
        assert decode(await read_frame(reader)).id == 6


async def test_a_frame_that_says_to_be_endless_ends_only_its_own_link(lab: RelayLab, tmp_path: Path) -> None:
    async with raw(tmp_path) as (reader, writer):
        writer.write(b"\xff\xff\xff\xff")
        assert await reader.read() == b""
    await lab.client.state()


async def test_every_connected_process_hears_every_event(lab: RelayLab, tmp_path: Path) -> None:
    async with raw(tmp_path) as (reader, writer):
        writer.write(encode(control.AskState(), 1))
        await read_frame(reader)
        async with contextlib.aclosing(lab.client.events()) as events:
            assert isinstance(await anext(events), LinkUp)
            await lab.client.open_peer(OPEN)
            await lab.client.close_peer("p1")
            down = control.PeerDown("p1", "s1", "owner", "closed")
            assert await anext(events) == down
            assert decode(await read_frame(reader)).message == down


async def test_the_relay_outlives_its_web_process(tmp_path: Path) -> None:
    async with serving(relay_settings(tmp_path)):
        for round_ in range(3):
            client = RelayClient(tmp_path / "relay.sock")
            task = asyncio.create_task(client.run())
            await wait_up(client, 5.0)
            if round_ == 0:
                await client.open_peer(OPEN)
            assert [peer.peer for peer in (await client.state()).peers] == ["p1"]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_relay_that_comes_back_is_fresh_and_requests_in_between_fail_at_once(tmp_path: Path) -> None:
    client = RelayClient(tmp_path / "relay.sock")
    with pytest.raises(RelayUnavailable):
        await client.state()
    task = asyncio.create_task(client.run())
    async with contextlib.aclosing(client.events()) as events:
        seen: list[object] = []
        for _ in range(2):
            async with serving(relay_settings(tmp_path)):
                seen.append(await anext(events))
            seen.append(await anext(events))
            with pytest.raises(RelayUnavailable):
                await client.state()
    first, down, second, _ = seen
    assert isinstance(first, LinkUp)
    assert isinstance(second, LinkUp)
    assert isinstance(down, LinkDown)
    assert (first.fresh, second.fresh, first.boot != second.boot) == (True, True, True)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_same_relay_after_a_broken_link_is_not_fresh(lab: RelayLab) -> None:
    async with contextlib.aclosing(lab.client.events()) as events:
        assert isinstance(await anext(events), LinkUp)
        assert lab.client._writer is not None
        lab.client._writer.transport.abort()
        assert isinstance(await anext(events), LinkDown)
        again = await anext(events)
        assert isinstance(again, LinkUp)
        assert not again.fresh


async def test_a_relay_that_answers_nothing_loses_its_link_and_is_linked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                frame = decode(await read_frame(reader))
                if isinstance(frame.message, control.AskState):
                    writer.write(encode(control.RelayState("b1", (), ()), frame.id))
        writer.close()

    monkeypatch.setattr(client_module, "ANSWER", 0.3)
    client = RelayClient(tmp_path / "relay.sock")
    async with await asyncio.start_unix_server(hang, client.path), asyncio.timeout(10):
        task = asyncio.create_task(client.run())
        async with contextlib.aclosing(client.events()) as events:
            assert isinstance(await anext(events), LinkUp)
            asked = asyncio.create_task(client.counts())
            await asyncio.sleep(0.2)
            later = asyncio.create_task(client.counts())
            with pytest.raises(RelayUnavailable):
                await asked
            with pytest.raises(RelayUnavailable) as failed:
                await later
            assert isinstance(failed.value.__cause__, ConnectionError), "it waited for a time of its own"
            assert await anext(events) == LinkDown()
            assert not client.up
            again = await anext(events)
            assert isinstance(again, LinkUp)
            assert not again.fresh
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def answering(listener: socket.socket) -> None:
    """A relay in a thread of its own, for one link: it goes on when the test's loop stands still."""
    link, _ = listener.accept()
    with link, contextlib.suppress(EOFError, ConnectionError), link.makefile("rwb") as stream:
        while size := stream.read(4):
            frame = decode(stream.read(int.from_bytes(size)))
            stream.write(encode(control.RelayState("b1", (), ()), frame.id))
            stream.flush()


async def test_a_process_that_stood_still_itself_reads_the_answer_before_it_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ANSWER", 0.2)
    client = RelayClient(tmp_path / "relay.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(client.path))
        listener.listen()
        thread = threading.Thread(target=answering, args=[listener])
        thread.start()
        task = asyncio.create_task(client.run())
        await wait_up(client, 10)
        asked = asyncio.create_task(client.state())
        await asyncio.sleep(0)  # it is sent
        time.sleep(0.5)  # noqa: ASYNC251 - what is tested
        assert (await asked).boot == "b1"
        assert client.up
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        thread.join(10)


async def test_the_socket_is_for_this_user_only(lab: RelayLab, tmp_path: Path) -> None:
    assert (tmp_path / "relay.sock").stat().st_mode & 0o777 == 0o600


def test_frames_are_json() -> None:
    assert json.loads(encode(control.AskState(), 3)[4:]) == {"v": 1, "type": "AskState", "body": {}, "id": 3}
