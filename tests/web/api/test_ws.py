"""Conversations over real WebSockets: a real app behind uvicorn, SQLite, a relay."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from hub.people.roles import Role
from hub.reception.events import Audience
from hub.relay.alive import alive, lock_path
from hub.relay.node import serving
from tests.kit.factories import PETITIONER
from tests.kit.reducer import reduce
from tests.kit.relay import relay_settings
from tests.kit.web import HELLO, TURN_URL, Client, WebLab, until, web_lab


async def live_session(lab: WebLab, audience: Audience = Audience.ALL) -> str:
    """A live session of three cases, the first one called."""
    house = lab.house
    cases = [await house.case("C11"), await house.case("C12", title="Đường hỏng"), await house.case("C21")]
    session = await house.session(*cases, audience=audience)
    await house.do(house.clerk, session, "session.go_live")
    await house.do(house.clerk, session, "item.call", item=(await house.items(session))[0])
    return session


async def test_a_note_of_the_clerk_stands_in_both_rooms(lab: WebLab):
    session = await live_session(lab)
    clerk, district, commune = await lab.account(Role.CLERK), await lab.room("D1"), await lab.room("C11")
    async with (
        lab.seat(session, clerk) as console,
        lab.seat(session, district, screen="room") as first,
        lab.seat(session, commune, screen="room") as second,
    ):
        assert console.welcome["you"]["staff"] is True
        assert "note.add" in console.welcome["you"]["may"]
        assert first.welcome["you"]["point"] == lab.house.point["D1"]
        assert first.welcome["you"]["unit"] == "D1"
        done = await console.do("note.add", text="Hứa trả lời trước ngày 20/8", mark="promise")
        assert done["type"] == "done"
        for room in (first, second):
            event = await room.hear("event", kind="note.added")
            assert event["data"]["text"] == "Hứa trả lời trước ngày 20/8"
            assert event["n"] == done["n"]


async def test_a_repeated_command_is_done_once_and_answered_alike(lab: WebLab):
    session = await live_session(lab)
    async with lab.seat(session, await lab.account(Role.CLERK)) as console:
        first = await console.do("note.add", id="once", text="Một lần", mark=None)
        again = await console.do("note.add", id="once", text="Một lần", mark=None)
        assert again == first
        notes = [each for each in console.heard if each.get("kind") == "note.added"]
        assert len(notes) == 1


async def test_refusals_have_a_code_and_a_sentence_in_the_participants_language(lab: WebLab):
    session = await live_session(lab)
    commune = await lab.room("C11")
    async with lab.seat(session, commune, screen="room") as room:
        refused = await room.do("note.add", text="x", mark=None)
        assert (refused["code"], refused["text"] != "") == ("not_allowed", True)
        assert (await room.do("no.such"))["code"] == "command_unknown"
        assert (await room.do("hand.raise", and_="more"))["code"] == "data_bad"
    async with lab.seat(session, commune + "; hub_language=en", screen="room") as room:
        assert (await room.do("note.add", text="x", mark=None))["text"] == "You may not do this."


@pytest.mark.parametrize("cut_at", [0, 3, 7])
async def test_resuming_gives_what_was_missed_and_the_same_view(lab: WebLab, cut_at: int):
    session = await live_session(lab)
    clerk = await lab.account(Role.CLERK)
    async with lab.seat(session, clerk) as console:
        view = console.welcome["view"]
        for index in range(8):
            await console.do("note.add", text=f"Ghi {index}", mark=None)
        events = [each for each in console.heard if each["type"] == "event"][:cut_at]
    reached = events[-1]["n"] if events else view["n"]
    known = reduce(view, events, reached)
    async with lab.seat(session, clerk, resume=reached) as back:
        assert "view" not in back.welcome
        head = back.welcome["head"]
        missed: list[dict[str, object]] = []
        while reached < head:
            message = await back.next()
            reached = message.get("n", reached)
            missed += [message] if message["type"] == "event" else []
    async with lab.seat(session, clerk) as fresh:
        # Rooms' and sources' events may have come in between; none do here.
        assert reduce(known, missed, head) == fresh.welcome["view"]


async def test_whoever_was_cut_off_before_an_item_was_shown_starts_anew(lab: WebLab):
    session = await live_session(lab)
    clerk, commune = await lab.account(Role.CLERK), await lab.room("C12")
    async with lab.seat(session, clerk) as console, lab.seat(session, commune, screen="room") as room:
        await console.do("audience.set", audience="closed")
        shown = await room.hear("event", kind="item.shown")
        assert shown["data"]["view"]["case"] is None
    async with lab.seat(session, commune, screen="room", resume=shown["n"]) as back:
        assert back.welcome["view"]["items"][0]["case"] is None


async def test_open_pages_lose_the_name_of_who_turns_out_to_denounce(lab: WebLab):
    session = await live_session(lab)
    clerk, chair = await lab.account(Role.CLERK), await lab.account(Role.CHAIR)
    item = (await lab.house.items(session))[0]
    case = (await lab.house.live(session)).state.items[item].case["id"]
    async with lab.seat(session, clerk) as console, lab.seat(session, chair) as page:
        await console.do("note.add", text=f"Bà {PETITIONER.name} nói", mark=None)
        await console.do("case.reclassify", case=case, kind="denunciation")
        shown = await page.hear("event", kind="view.shown")
        assert [note["text"] for note in shown["data"]["view"]["notes"]] == ["Bà ••• nói"]
    async with lab.seat(session, chair, resume=shown["n"]) as back:  # it may have been cut off before it
        assert back.welcome["view"]["notes"][0]["text"] == "Bà ••• nói"


async def test_a_resume_from_another_timeline_gets_the_view(lab: WebLab):
    session = await live_session(lab)
    async with lab.seat(session, await lab.account(Role.CLERK), resume=9999) as console:
        assert console.welcome["view"]["n"] == console.welcome["head"]


async def test_a_related_item_is_told_to_those_it_concerns_and_the_rest_get_the_head(lab: WebLab):
    session = await live_session(lab, Audience.RELATED)
    clerk, home, other = await lab.account(Role.CLERK), await lab.room("C11"), await lab.room("C21")
    async with (
        lab.seat(session, clerk) as console,
        lab.seat(session, home, screen="room") as near,
        lab.seat(session, other, screen="room") as far,
    ):
        done = await console.do("note.add", text="Chỉ cho nơi liên quan", mark=None)
        await near.hear("event", kind="note.added")
        await far.hear("head", n=done["n"])
        assert not [each for each in far.heard if each.get("kind") == "note.added"]


async def test_points_join_and_leave_in_the_timeline_and_on_the_wall(lab: WebLab):
    session = await live_session(lab)
    clerk, commune = await lab.account(Role.CLERK), await lab.room("C11")
    point = lab.house.point["C11"]
    async with lab.seat(session, clerk) as console:
        async with lab.seat(session, commune, screen="room") as room:
            joined = await console.hear("event", kind="point.joined")
            assert joined["data"] == {"point": point}
            assert joined["by"]["key"] == "hub"
            await room.say(type="media.report", decoding=True, frames=70, sound=True, loss=0.0)
            while True:
                wall = await console.hear("wall")
                if wall["points"].get(point, {}).get("picture"):
                    break
            assert wall["points"][point]["link"] == "up"
        left = await console.hear("event", kind="point.left")
        assert left["data"] == {"point": point, "reason": "left"}


async def test_a_lost_room_is_given_time_to_come_back(lab: WebLab):
    session = await live_session(lab)
    clerk, commune = await lab.account(Role.CLERK), await lab.room("C11")
    async with lab.seat(session, clerk) as console:
        async with lab.seat(session, commune, screen="room") as room:
            await console.hear("event", kind="point.joined")
            room.ws.transport.abort()
        await console.hear("wall")
        lab.house.clock.advance(25)
        left = await console.hear("event", kind="point.left")
        assert left["data"]["reason"] == "lost"


async def test_the_same_room_elsewhere_takes_the_place(lab: WebLab):
    session = await live_session(lab)
    first_device, second_device = await lab.room("C11"), await lab.room("C11")
    async with (
        lab.seat(session, first_device, screen="room") as first,
        lab.seat(session, second_device, screen="room") as second,
    ):
        assert await first.closed() == 4409
        await second.say(type="ping", at=1)
        await second.hear("pong", at=1)


@pytest.mark.parametrize(
    ("frames", "code", "reason"),
    [
        (["no json"], 4400, "message_bad"),
        ([b"\x00\x01"], 4400, "message_bad"),
        ([json.dumps({"type": "ping", "at": 1})], 4400, "message_bad"),
        ([json.dumps(HELLO)] * 2, 4400, "message_bad"),
        ([json.dumps(HELLO)] + [json.dumps({"type": "ping", "at": 1})] * 45, 4429, "too_fast"),
        ([json.dumps(HELLO | {"screen": "room"})], 4401, "signed_out"),
        (["x" * 70_000], 1009, None),
    ],
)
async def test_what_ends_a_connection(lab: WebLab, frames: list[str | bytes], code: int, reason: str | None):
    session = await live_session(lab)
    async with lab.open(session, await lab.account(Role.CLERK)) as ws:
        client = Client(ws)
        for frame in frames:
            await ws.send(frame)
        assert await client.closed() == code
        errors = [each["code"] for each in client.heard if each["type"] == "error"]
        assert errors == ([reason] if reason else [])


async def test_nobody_says_hello(lab: WebLab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("signaling.conversation.HELLO_SECONDS", 0.05)
    session = await live_session(lab)
    cookie = await lab.account(Role.CLERK)
    async with lab.open(session, cookie) as ws:
        closing = asyncio.create_task(Client(ws).closed())
        while not closing.done():
            lab.house.clock.advance(0.1)
            await asyncio.sleep(0.02)
        assert closing.result() == 4408


async def refused(lab: WebLab, session: str, cookie: str = "", **more: object) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as caught:
        async with lab.open(session, cookie, **more):
            pass
    response = caught.value.response
    return response.status_code, json.loads(response.body)["code"]


async def test_a_session_that_is_not_theirs_does_not_exist(lab: WebLab):
    session = await lab.house.session(rooms=("D1",))
    elsewhere = await lab.account(Role.CLERK, "D2")
    nowhere = (404, "session_unknown")
    assert await refused(lab, session) == nowhere
    assert await refused(lab, session, elsewhere) == nowhere
    assert await refused(lab, session, await lab.room("C11")) == nowhere
    assert await refused(lab, "0" * 26, await lab.account(Role.CLERK)) == nowhere
    assert await refused(lab, "%00%ff", await lab.account(Role.CLERK)) == nowhere
    assert await refused(lab, session, "hub_account=forged; hub_device=" + "0" * 26 + ".forged") == nowhere


async def test_an_old_cookie_and_one_of_an_older_password_open_nothing(lab: WebLab):
    session = await live_session(lab)
    cookie = await lab.account(Role.CLERK)
    lab.house.clock.advance(hours=13)
    assert await refused(lab, session, cookie) == (404, "session_unknown")
    cookie = await lab.account(Role.CLERK)
    account = await lab.services.people.by_login("clerk.p")
    assert account is not None
    await lab.services.people.change_password(account.id, "mật khẩu khác", by=lab.house.clerk)
    assert await refused(lab, session, cookie) == (404, "session_unknown")


async def test_a_changed_password_ends_a_running_connection(lab: WebLab):
    session = await live_session(lab)
    async with lab.seat(session, await lab.account(Role.CLERK)) as console:
        account = await lab.services.people.by_login("clerk.p")
        assert account is not None
        await lab.services.people.change_password(account.id, "mật khẩu khác", by=lab.house.clerk)
        lab.house.clock.advance(61)
        await console.say(type="ping", at=1)
        assert await console.closed() in {4401, 1001}


async def test_a_foreign_page_is_turned_away(lab: WebLab, caplog: pytest.LogCaptureFixture):
    session = await live_session(lab)
    cookie = await lab.account(Role.CLERK)
    assert await refused(lab, session, cookie, origin="https://elsewhere.example") == (403, "foreign_request")
    assert await refused(lab, session, cookie, origin="null") == (403, "foreign_request")
    async with lab.open(session, cookie, origin=lab.url) as ws:
        await ws.send(json.dumps(HELLO))
        assert json.loads(await ws.recv())["type"] == "welcome"
    assert not [record for record in caplog.records if record.name == "uvicorn.error"]


async def test_going_away_tells_everybody_to_come_back(lab: WebLab):
    session = await live_session(lab)
    async with lab.seat(session, await lab.account(Role.CLERK)) as console:
        for hub in lab.app.state.sessions.hubs:
            hub.close()
        assert await console.closed() == 1001


async def test_a_client_that_reads_nothing_delays_nobody(lab: WebLab):
    session = await live_session(lab)
    clerk, slow, quick = await lab.account(Role.CLERK), await lab.room("C11"), await lab.room("C12")
    async with (
        lab.seat(session, clerk) as console,
        lab.seat(session, slow, screen="room", close_timeout=0.1) as stuck,
        lab.seat(session, quick, screen="room") as room,
    ):
        stuck.ws.transport.pause_reading()
        for index in range(30):
            done = await console.do("note.add", text=f"{index} " + "á" * 3900, mark=None)
            assert done["type"] == "done"
        for _ in range(30):
            await room.hear("event", kind="note.added")
        stuck.ws.transport.abort()


async def test_the_media_of_a_room_is_offered_answered_and_given_up(lab: WebLab):
    session = await live_session(lab)
    await until(lambda: lab.services.relay.up)
    async with lab.seat(session, await lab.room("C11"), screen="room") as room:
        await room.say(type="media.open", publish=True)
        offer = await room.hear("media.offer")
        assert "m=video" in offer["sdp"]
        (server,) = offer["ice"]
        assert server["urls"] == [TURN_URL]
        assert server["username"].endswith(f":{offer['peer']}")
        await room.say(type="media.answer", peer=offer["peer"], sdp="v=0 nonsense")
        assert (await room.hear("media.refused"))["code"] == "sdp_bad"
        await room.say(type="media.answer", peer="another", sdp="v=0")
        assert (await room.hear("media.lost"))["peer"] == "another"
        state = await lab.services.relay.state()
        (peer,) = state.peers
        assert peer.owner == f"point:{lab.house.point['C11']}"
        assert f"unit:{lab.house.unit['C11'].id}" in peer.groups
        await room.say(type="media.close")
        await room.say(type="ping", at=2)
        await room.hear("pong", at=2)
        assert (await lab.services.relay.state()).peers == ()


async def test_media_is_kept_over_a_reconnect_by_whoever_it_belongs_to(lab: WebLab):
    session = await live_session(lab)
    await until(lambda: lab.services.relay.up)
    room_cookie, other = await lab.room("C11"), await lab.room("C12")
    async with lab.seat(session, room_cookie, screen="room") as room:
        await room.say(type="media.open", publish=False)
        peer = (await room.hear("media.offer"))["peer"]
        room.ws.transport.abort()
    async with lab.seat(session, other, screen="room", media=peer) as thief:
        assert thief.welcome["media"] == "none"
    async with lab.seat(session, room_cookie, screen="room", media=peer) as room:
        assert room.welcome["media"] == "kept"
    hub = await lab.app.state.sessions.hub(session)
    await until(lambda: not hub.seats)
    lab.house.clock.advance(30)
    await until(lambda: peer not in hub.peers)


async def test_without_a_relay_media_is_refused_and_everything_else_goes_on(sqlite_db, clock, tmp_path):
    async with web_lab(sqlite_db, clock, tmp_path, relay=False) as lab:
        session = await live_session(lab)
        async with lab.seat(session, await lab.account(Role.CLERK)) as console:
            await console.say(type="media.open", publish=True)
            assert (await console.hear("media.refused"))["code"] == "media_unavailable"
            assert (await console.do("note.add", text="Vẫn ghi", mark=None))["type"] == "done"


async def test_doors_that_cannot_be_shut_are_not_said_to_be(sqlite_db, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("signaling.director.RELAY_SECONDS", 0.1)
    lock = lock_path(relay_settings(tmp_path).socket_path)  # a relay lives, and does not answer
    async with web_lab(sqlite_db, clock, tmp_path, relay=False) as lab:
        session = await live_session(lab)
        async with lab.seat(session, await lab.account(Role.CLERK)) as console:
            with alive(lock):
                refusal = await console.do("audience.set", audience="closed")
            assert (refusal["type"], refusal["code"]) == ("refused", "media_unavailable")
            assert (await console.do("audience.set", audience="all", confirm=True))["type"] == "done"


async def test_a_closed_hearing_reaches_the_relay_before_it_is_committed(lab: WebLab):
    session = await live_session(lab)
    await until(lambda: lab.services.relay.up)
    async with lab.seat(session, await lab.account(Role.CLERK)) as console:
        hub = await lab.app.state.sessions.hub(session)
        put = lab.services.relay.put_stage
        seen: list[tuple[frozenset[str], int]] = []

        async def watched(stage):
            seen.append((stage.audience, len(await lab.services.receptions.load(session))))
            await put(stage)

        lab.services.relay.put_stage = watched
        before = hub.live.n
        done = await console.do("audience.set", audience="closed")
        assert seen[0] == (frozenset({"staff"}), before)
        assert done["n"] > before
        stage = next(each for each in (await lab.services.relay.state()).stages if each.stage == session)
        assert stage.audience == frozenset({"staff"})
        await console.do("audience.set", audience="all", confirm=True)
        await until(lambda: seen[-1][0] == frozenset({"staff", "points", "observers"}))


async def test_a_relay_that_is_restarted_is_told_everything_again(sqlite_db, clock, tmp_path):
    async with web_lab(sqlite_db, clock, tmp_path, relay=False) as lab:
        session = await live_session(lab)
        async with lab.seat(session, await lab.room("C11"), screen="room") as room:
            async with serving(relay_settings(tmp_path)):
                await until(lambda: lab.services.relay.up)
                await room.say(type="media.open", publish=False)
                peer = (await room.hear("media.offer"))["peer"]
            async with serving(relay_settings(tmp_path)):
                assert (await room.hear("media.lost"))["peer"] == peer
                await room.say(type="media.open", publish=False)
                await room.hear("media.offer")
                hub = await lab.app.state.sessions.hub(session)
                await until(lambda: hub.director.stage is not None)
                stages = (await lab.services.relay.state()).stages
                assert [stage.stage for stage in stages] == [session]
