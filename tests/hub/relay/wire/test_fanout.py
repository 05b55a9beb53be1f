import errno
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.relay.core.plan import Lane, Plan, Totals
from hub.relay.wire import fanout, mmsg, rosters, senders, srtp, turns
from hub.relay.wire.fanout import Fanout
from hub.relay.wire.fill import Filler, InPython, best
from hub.relay.wire.metrics import DelayHistogram
from hub.relay.wire.mmsg import Batch, raw_address, stream_address
from hub.relay.wire.rows import BATCH, Chunk, Slots, numbered
from hub.relay.wire.srtp import Inbound, Outbound, Profile, SrtpKeys
from hub.relay.wire.target import Target

SSRC = (11).to_bytes(4, "big")


def packet(sequence: int, body: bytes = b"picture") -> bytes:
    return bytes([0x80, 96]) + sequence.to_bytes(2, "big") + bytes(4) + SSRC + body


def voice(sequence: int) -> bytes:
    return packet(sequence, b"voice").replace(SSRC, (21).to_bytes(4, "big"))


def twelve(sequence: int) -> bytes:
    return packet(sequence).replace(SSRC, (12).to_bytes(4, "big"))


class Viewer:
    """A keyed target with a socket of its own behind it."""

    def __init__(self, number: int) -> None:
        keys = SrtpKeys(Profile.AEAD_AES_128_GCM, bytes([number]) * 28, bytes(28))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.inbound = Inbound(SrtpKeys(Profile.AEAD_AES_128_GCM, bytes(28), bytes([number]) * 28))
        self.target = Target(Outbound(keys))
        self.target.point_at(raw_address(*self.socket.getsockname()))

    def got(self) -> list[bytes]:
        """Everything that arrived, decrypted."""
        packets = []
        while True:
            try:
                opened = self.inbound.rtp(self.socket.recv(2048))
            except BlockingIOError:
                return packets
            assert opened is not None
            packets.append(opened)


class Room:
    """A fan-out over loopback with viewers `a`, `b`, `c`."""

    def __init__(
        self,
        sender: type[senders.MmsgSender | senders.SendtoSender],
        filled_by: Callable[[Slots], Filler] = InPython,
    ) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.viewers = {name: Viewer(number) for number, name in enumerate("abc")}
        self.targets = {name: viewer.target for name, viewer in self.viewers.items()}
        self.totals, self.delays = Totals(), DelayHistogram()
        self.skipped: list[Plan] = []
        made = sender(self.socket, self.totals)
        self.fanout = Fanout(
            self.targets,
            made,
            totals=self.totals,
            delays=self.delays,
            skipped=self.skipped.append,
            filled_by=filled_by,
            clock=lambda: 2.0,
        )

    def counted(self) -> dict[str, int]:
        """The totals without octets, which are those of the packets."""
        return {name: value for name, value in self.totals.values.items() if name != "octets_sent"}

    def close(self) -> None:
        self.socket.close()
        for viewer in self.viewers.values():
            viewer.socket.close()


@pytest.fixture(params=["for few", "for many in Python", "for many in C"])
def _road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Slots], Filler]:
    """Each road through the fan-out, whatever the number of viewers; how it fills its slots."""
    for module in (fanout, turns, rosters):
        monkeypatch.setattr(module, "FEW", 100 if request.param == "for few" else 1)
    if "in C" not in request.param:
        return InPython
    folder: Path = request.getfixturevalue("fill_in_c")
    return lambda slots: best(slots, folder)


@pytest.fixture(params=[senders.SegmentSender, senders.MmsgSender, senders.SendtoSender])
def room(request: pytest.FixtureRequest, _road: Callable[[Slots], Filler]) -> Iterator[Room]:
    made = Room(request.param, _road)
    yield made
    made.close()


def test_each_viewer_gets_every_packet_with_its_own_numbers(room: Room) -> None:
    lane = Lane("main", (("a", 0), ("b", 1000)))
    room.fanout.execute([Plan(packet(65_535), lane, 1.9), Plan(packet(0, b"next"), lane, 1.9)])
    assert room.viewers["a"].got() == [packet(65_535), packet(0, b"next")]
    assert room.viewers["b"].got() == [packet(999), packet(1000, b"next")]
    assert room.viewers["c"].got() == []
    assert room.counted() == {"packets_sent": 4}
    assert room.delays.summary()["packets"] == 4
    assert room.delays.summary()["max"] == pytest.approx(100_000, rel=0.01)


def test_a_closed_lane_sends_nothing_and_is_reported(room: Room) -> None:
    closed, open_ = Lane("main", (("a", 0), ("b", 0))), Lane("main", (("c", 0),))
    plans = [Plan(packet(1), closed), Plan(packet(2), open_), Plan(packet(3), closed)]
    closed.open = False
    room.fanout.execute(plans)
    assert room.viewers["a"].got() == room.viewers["b"].got() == []
    assert room.viewers["c"].got() == [packet(2)]
    assert room.skipped == [plans[0], plans[2]]
    assert room.counted() == {"fanout_lane_closed": 2, "packets_sent": 1}


def test_a_lane_that_closes_after_it_was_used_sends_nothing_more(room: Room) -> None:
    lane = Lane("main", (("a", 0), ("b", 0)))
    room.fanout.execute([Plan(packet(1), lane)])
    lane.open = False
    room.fanout.execute([Plan(packet(2), lane)])
    assert room.viewers["a"].got() == [packet(1)]


def test_a_closed_target_is_sent_nothing_even_on_an_open_lane(room: Room) -> None:
    lane = Lane("main", (("a", 0), ("b", 0)))
    room.viewers["a"].target.close()
    room.fanout.execute([Plan(packet(1), lane)])
    assert (room.viewers["a"].got(), room.viewers["b"].got()) == ([], [packet(1)])


def test_bursts_longer_than_a_batch_arrive_whole(room: Room) -> None:
    lane = Lane("main", (("a", 0), ("b", 7)))
    count = BATCH // 2 + 10
    room.fanout.execute([Plan(packet(number), lane) for number in range(count)])
    assert [p[2:4] for p in room.viewers["a"].got()] == [n.to_bytes(2, "big") for n in range(count)]
    assert [p[2:4] for p in room.viewers["b"].got()] == [(n + 7).to_bytes(2, "big") for n in range(count)]


def test_a_retransmission_is_byte_identical(room: Room) -> None:
    lane, again = Lane("main", (("a", 5), ("b", 0))), Lane("main", (("a", 5),))
    viewer = room.viewers["a"]
    room.fanout.execute([Plan(packet(1), lane)])
    first = viewer.socket.recv(2048)
    room.fanout.execute([Plan(packet(2), lane), Plan(packet(1), again)])
    assert viewer.socket.recv(2048) != first
    assert viewer.socket.recv(2048) == first


def test_packets_that_would_corrupt_the_heap_never_reach_libsrtp(room: Room) -> None:
    lane = Lane("main", (("a", 0),))
    plans = [Plan(bytes(size), lane) for size in (0, 11, srtp.LONGEST + 1, 5000)]
    room.fanout.execute([*plans, Plan(packet(1), lane)])
    assert room.viewers["a"].got() == [packet(1)]
    assert room.totals.values["fanout_bad_size"] == 4


def test_what_libsrtp_refuses_is_counted_and_the_rest_goes_on(room: Room) -> None:
    lane = Lane("main", (("a", 0),))
    room.fanout.execute([Plan(b"\xbf" + bytes(11), lane), Plan(packet(1), lane)])
    assert room.viewers["a"].got() == [packet(1)]
    assert room.totals.values["protect_failed"] == 1


def test_members_without_a_target_are_counted_until_they_have_one(room: Room) -> None:
    lane = Lane("main", (("a", 0), ("ghost", 0)))
    room.fanout.execute([Plan(packet(1), lane)])
    assert room.totals.values["fanout_no_target"] == 1
    room.targets["ghost"] = room.viewers["c"].target
    room.fanout.forget()
    room.fanout.execute([Plan(packet(2), lane)])
    assert room.viewers["c"].got() == [packet(2)]


def test_an_unreachable_destination_does_not_stop_the_others(room: Room) -> None:
    room.viewers["a"].target.point_at(raw_address("255.255.255.255", 9))  # refused without SO_BROADCAST
    room.fanout.execute([Plan(packet(1), Lane("main", (("a", 0), ("b", 0))))])
    assert room.viewers["b"].got() == [packet(1)]
    assert room.counted() == {"send_failed": 1, "packets_sent": 1, "send_dropped": 1}


@pytest.mark.parametrize("profile", list(Profile))
def test_rows_of_all_lengths_arrive_packet_by_packet(room: Room, profile: Profile) -> None:
    key = bytes(profile.key_length + profile.salt_length)
    viewer = room.viewers["a"]
    viewer.inbound = Inbound(SrtpKeys(profile, key, key))
    viewer.target = room.targets["a"] = Target(Outbound(SrtpKeys(profile, key, key)))
    viewer.target.point_at(raw_address(*viewer.socket.getsockname()))
    sizes = [700, 700, 700, 300, 300, 900, 900, 10, 1000, 1450, 1450, 50, 50, 0, 0, 1] + [400] * 100
    packets = [packet(number, bytes(size)) for number, size in enumerate(sizes)]
    room.fanout.execute([Plan(each, Lane("main", (("a", 0), ("b", 3)))) for each in packets[:1]])
    lane = Lane("main", (("a", 0), ("b", 3)))
    room.fanout.execute([Plan(each, lane) for each in packets[1:]])
    assert viewer.got() == packets
    assert len(room.viewers["b"].got()) == len(packets)
    assert room.counted() == {"packets_sent": 2 * len(packets)}


def test_a_row_to_an_unreachable_destination_does_not_stop_the_others(room: Room) -> None:
    room.viewers["a"].target.point_at(raw_address("255.255.255.255", 9))
    lane = Lane("main", (("a", 0), ("b", 0)))
    room.fanout.execute([Plan(packet(number), lane) for number in range(4)])
    assert room.viewers["b"].got() == [packet(number) for number in range(4)]
    assert room.totals.values["send_dropped"] == room.totals.values["send_failed"] == 4
    assert room.totals.values["packets_sent"] == 4


def test_a_device_that_cannot_cut_rows_is_not_asked_again(room: Room) -> None:
    sender = senders.SegmentSender(room.socket, room.totals)
    assert sender.segments
    sender._refused(_row_of_two(room), 0, errno.EIO)
    assert not sender.segments
    assert room.viewers["a"].socket.recv(2048) == b"one"
    assert room.viewers["a"].socket.recv(2048) == b"two"


def _row_of_two(room: Room) -> Batch:
    batch, target = Batch(4, 2048), room.viewers["a"].target
    for slot, text in enumerate((b"one", b"two")):
        batch.view[slot * 2048 : slot * 2048 + 3] = text
        batch.lengths[slot][0] = 3
    batch.messages[0].msg_name, batch.messages[0].msg_namelen = target.name, target.name_length
    batch.messages[0].msg_iovlen = 2
    return batch


class _Full:
    """A sender whose socket never has room."""

    name = "full"
    segments = False

    def send(self, batch: senders.Messages, count: int) -> int:
        return count

    one_by_one = send


def test_a_full_socket_only_counts() -> None:
    totals, viewer = Totals(), Viewer(1)
    fanout = Fanout(
        {"a": viewer.target}, _Full(), totals=totals, delays=DelayHistogram(), skipped=lambda _: None
    )
    fanout.execute([Plan(packet(1), Lane("main", (("a", 0),)))])
    assert (totals.values["packets_sent"], totals.values["send_dropped"]) == (0, 1)
    viewer.socket.close()


def test_the_faster_sender_is_found_by_trying(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        ticks = iter([float(n) for n in range(20)] + [100.0 + n * 0.1 for n in range(10)])
        assert senders.fastest(sock, Totals(), lambda: next(ticks)).name == "sendto"
        assert "sends by sendto (µs a packet when tried: sendmmsg+segments 15625.0, " in caplog.text
        assert senders.fastest(sock, Totals()).name in ("sendmmsg+segments", "sendmmsg", "sendto")


def test_a_trial_that_cannot_be_is_no_reason_not_to_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A container without any loopback, say."""

    def nowhere(family: int, host: str) -> socket.socket:
        raise OSError(errno.EADDRNOTAVAIL, host)

    monkeypatch.setattr(senders, "_bound", nowhere)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        assert senders.fastest(sock, Totals()).name == "sendmmsg+segments"
    assert "untried" in caplog.text


def test_without_ipv6s_loopback_the_trial_takes_ipv4s(monkeypatch: pytest.MonkeyPatch) -> None:
    bound, asked = senders._bound, []

    def without(family: int, host: str) -> socket.socket:
        asked.append(host)
        if host == "::1":
            raise OSError(errno.EADDRNOTAVAIL, host)
        return bound(family, host)

    monkeypatch.setattr(senders, "_bound", without)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", 0))
        assert senders.fastest(sock, Totals()).name in ("sendmmsg+segments", "sendmmsg", "sendto")
    assert asked == ["::1", "::ffff:127.0.0.1"]


def test_octets_are_those_of_the_plaintext(room: Room) -> None:
    lane = Lane("main", (("a", 0), ("b", 0), ("c", 0)))
    room.fanout.execute([Plan(packet(1), lane), Plan(packet(2, b"longer"), lane)])
    assert room.totals.values["octets_sent"] == 3 * (len(packet(1)) + len(packet(2, b"longer")))


def test_voices_overtake_the_pictures_of_their_burst(room: Room) -> None:
    pictures = Lane("main", (("a", 0), ("b", 0)))
    voices = Lane("voice1", (("b", 0), ("a", 0)))
    burst = [Plan(packet(number), pictures) for number in range(turns.SHARED)]
    room.fanout.execute([*burst, Plan(voice(7), voices)])
    for name in "ab":
        assert room.viewers[name].got() == [voice(7), *(plan.packet for plan in burst)]


def test_a_few_pictures_and_voices_share_a_pass_under_each_lanes_numbers(room: Room) -> None:
    pictures = Lane("main", (("a", 0), ("b", 3)))
    voices = Lane("voice1", (("c", 1), ("b", 5), ("a", 0)))
    second = Lane("second", (("a", 9), ("b", 9), ("c", 9)))
    for now in (0, 100):  # the second time by what was kept of the first
        one, two, said, other = packet(now + 1), packet(now + 2), voice(now + 7), twelve(now + 30)
        burst = [Plan(one, pictures), Plan(said, voices), Plan(two, pictures), Plan(other, second)]
        room.fanout.execute(burst)
        assert sorted(room.viewers["a"].got()) == sorted([one, two, said, numbered(other, 9)])
        mine = [numbered(one, 3), numbered(two, 3), numbered(said, 5), numbered(other, 9)]
        assert sorted(room.viewers["b"].got()) == sorted(mine)
        assert sorted(room.viewers["c"].got()) == sorted([numbered(said, 1), numbered(other, 9)])
    assert room.counted() == {"packets_sent": 20}


def test_a_shared_pass_leaves_out_who_closed_or_moved_since(room: Room) -> None:
    pictures = Lane("main", (("a", 0), ("b", 0), ("c", 0)))
    voices = Lane("voice1", (("a", 0), ("b", 0), ("c", 0)))
    room.fanout.execute([Plan(packet(1), pictures), Plan(voice(1), voices)])
    room.viewers["a"].target.close()
    pictures.open = False
    room.fanout.execute([Plan(packet(2), pictures), Plan(voice(2), voices)])
    assert sorted(room.viewers["a"].got()) == sorted([packet(1), voice(1)])
    assert sorted(room.viewers["b"].got()) == sorted([packet(1), voice(1), voice(2)])
    assert [plan.packet for plan in room.skipped] == [packet(2)]


def test_rows_of_voices_that_overtake_voices_are_cut_by_their_own_lengths(room: Room) -> None:
    """The headers of both passes are the same ones."""
    ticks = iter(range(1, 10_000))
    room.fanout._clock = lambda: next(ticks) * 0.003
    lane = Lane("voice1", (("a", 0), ("b", 0)))
    first = [Plan(packet(number, bytes(50)), lane) for number in range(turns.GROUP)]
    late = [[Plan(packet(number, bytes(70)), lane) for number in range(100, 100 + turns.GROUP)]]
    many = [Plan(plan.packet, lane) for plan in first] + [
        Plan(packet(200 + number, bytes(60)), lane) for number in range(3 * turns.GROUP)
    ]
    room.fanout.execute(many, lambda: late.pop() if late else [])
    got = [p for name in "ab" for p in room.viewers[name].got()]
    assert {len(p) for p in got} <= {62, 72, 82}
    assert len(got) == 2 * (len(many) + (0 if late else turns.GROUP))


def test_a_voice_that_comes_in_the_middle_of_a_long_burst_overtakes_it(room: Room) -> None:
    ticks = iter(range(1, 10_000))
    room.fanout._clock = lambda: next(ticks) * 0.003
    pictures, voices = Lane("main", (("a", 0), ("b", 0))), Lane("voice1", (("a", 0), ("b", 0)))
    late = [[Plan(packet(900, b"picture"), pictures), Plan(voice(7), voices)]]
    count = BATCH * 3 // 2

    room.fanout.execute(
        [Plan(packet(number), pictures) for number in range(count)], lambda: late.pop() if late else []
    )
    got = room.viewers["b"].got()
    if fanout.FEW == 1:  # the few do not fill a system call, and look at nothing
        assert got.index(voice(7)) < count
        assert got[-1] == packet(900, b"picture")
    assert len(got) == count + (2 if fanout.FEW == 1 else 0)


def test_nothing_new_is_taken_in_once_a_burst_has_lasted_long(room: Room) -> None:
    ticks = iter(range(1, 10_000))
    room.fanout._clock = lambda: float(next(ticks))
    lane = Lane("main", (("a", 0), ("b", 0)))
    asked: list[int] = []

    def meanwhile() -> list[Plan]:
        asked.append(1)
        return [Plan(packet(1), lane)]

    room.fanout.execute([Plan(packet(number), lane) for number in range(BATCH * 3 // 2)], meanwhile)
    assert asked == []


def test_who_leaves_in_the_middle_of_a_burst_is_sent_no_more_and_the_others_all(room: Room) -> None:
    ticks = iter(range(1, 10_000))
    room.fanout._clock = lambda: next(ticks) * 0.003
    lane = Lane("main", tuple((name, 0) for name in "abc"))
    count = 64  # two groups, and for many: one viewer after the other in each

    def meanwhile() -> list[Plan]:
        room.viewers["c"].target.close()
        return []

    room.fanout.execute([Plan(packet(number), lane) for number in range(count)], meanwhile)
    assert len(room.viewers["a"].got()) == len(room.viewers["b"].got()) == count
    if fanout.FEW == 1:
        assert len(room.viewers["c"].got()) < count


def test_headers_are_made_anew_when_a_viewer_moves(room: Room) -> None:
    lane, other = Lane("main", (("a", 0), ("b", 0))), Viewer(0)
    room.fanout.execute([Plan(packet(1), lane)])
    room.viewers["a"].target.point_at(raw_address(*other.socket.getsockname()))
    room.fanout.execute([Plan(packet(2), lane)])
    assert other.got() == [packet(2)]
    other.socket.close()


class _NoRows(InPython):
    """Where `iov_len` is not what we take it for a row has no lengths, or others' memory."""

    def fill(self, chunk: Chunk, load: object) -> int:
        raise AssertionError("a row on a machine of another layout")


def test_where_the_layout_is_another_many_are_sent_to_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (mmsg, senders, fanout):
        monkeypatch.setattr(module, "available", lambda: False, raising=False)
    for module in (fanout, turns, rosters):
        monkeypatch.setattr(module, "FEW", 1)
    room = Room(senders.SendtoSender, _NoRows)
    pictures, voices = (Lane(slot, (("a", 0), ("b", 3), ("c", 5))) for slot in ("main", "voice1"))
    count = BATCH  # more than one batch for all of them
    room.fanout.execute(
        [*(Plan(packet(number), pictures) for number in range(count)), Plan(voice(7), voices)]
    )
    for name, offset in (("a", 0), ("b", 3), ("c", 5)):
        expected = [numbered(voice(7), offset), *(numbered(packet(each), offset) for each in range(count))]
        assert room.viewers[name].got() == expected
    assert room.counted() == {"packets_sent": 3 * (count + 1)}
    assert type(senders.fastest(room.socket, Totals())) is senders.SendtoSender
    room.close()


class _Connection:
    """A TCP connection's end that is full once it has three packets."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def admits(self, packet: bytes) -> bool:
        return len(packet) > 0 and len(self.got) < 3

    def put(self, datagram: bytes) -> None:
        self.got.append(datagram)


def test_who_is_behind_tcp_gets_the_same_on_its_connection(room: Room) -> None:
    connection, viewer = _Connection(), room.viewers["a"]
    address = stream_address("127.0.0.1", 9, 1)
    streams: dict[bytes, _Connection] = {address: connection}
    room.fanout._streams = streams
    viewer.target.point_at(address)
    lane = Lane("main", (("a", 3), ("b", 0)))
    room.fanout.execute([Plan(packet(number), lane) for number in range(5)])
    assert viewer.got() == []
    assert [viewer.inbound.rtp(datagram) for datagram in connection.got] == [packet(n + 3) for n in range(3)]
    assert len(room.viewers["b"].got()) == 5
    streams.clear()
    room.fanout.execute([Plan(packet(9), lane)])
    assert room.totals.values["fanout_no_stream"] == 1
