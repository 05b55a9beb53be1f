"""The core from outside: one publisher, some viewers, virtual time."""

import itertools

from hub.relay.core.limits import Limits
from hub.relay.core.plan import Cut, Plan
from hub.relay.core.rtcp import KeyframeRequest, Nack, ReceiverReport, Remb, SenderReport
from hub.relay.core.rtcp_write import sender_report
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import HUB_PAYLOAD_TYPES, SLOT_SSRC, SLOTS, Codec, StageSpec
from tests.kit.media import Camera, Lab, microphone, nack_from, pli_from


def bodies(packets: list[Rtp]) -> list[bytes]:
    return [packet.payload[-8:] for packet in packets]


def sequences(packets: list[Rtp]) -> list[int]:
    return [packet.sequence for packet in packets]


def live_lab(limits: Limits | None = None) -> tuple[Lab, Camera]:
    """A hall whose camera is on stage, its first keyframe sent, and one viewer."""
    lab = Lab(limits=limits or Limits())
    camera = Camera(ssrc=77)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall")
    lab.peer("anna")
    lab.rtp("hall", camera.packet(key=True))
    return lab, camera


def test_a_packet_becomes_one_plan_for_all_viewers() -> None:
    lab, camera = live_lab()
    lab.peer("bert")
    lab.pass_time(0.1)
    lab.plans.clear()
    lab.rtp("hall", camera.packet())
    assert [sorted(peer for peer, _ in plan.lane.members) for plan in lab.plans] == [["anna", "bert"]]
    assert lab.plans[0].received_at == lab.now
    assert lab.seen("anna")[-1].ssrc == SLOT_SSRC["main"]
    assert lab.seen("anna")[-1].payload_type == 96


def test_viewers_with_other_payload_types_get_their_own_variant() -> None:
    lab, camera = live_lab()
    lab.peer("bert", payload_types=((Codec.OPUS, 109), (Codec.VP8, 120)))
    lab.peer("carl", payload_types=((Codec.H264, 97),))
    lab.pass_time(0.1)
    lab.rtp("hall", camera.packet())
    assert lab.seen("anna")[-1].payload_type == 96
    assert lab.seen("bert")[-1].payload_type == 120
    assert lab.seen("anna")[-1].payload == lab.seen("bert")[-1].payload
    assert lab.seen("carl") == []


def test_nothing_is_sent_before_the_peer_is_ready() -> None:
    lab, camera = live_lab()
    lab.peer("bert", ready=False)
    lab.rtp("hall", camera.packet())
    lab.pass_time(1)
    assert lab.seen("bert") == []
    lab.forwarder.peer_ready("bert", lab.now)
    lab.pass_time(0.1)
    assert bodies(lab.seen("bert")) == bodies(lab.seen("anna"))


def test_a_picture_begins_with_a_keyframe_and_asks_for_it() -> None:
    lab = Lab()
    camera = Camera(ssrc=77)
    lab.peer("hall")
    lab.stage("all", main="hall")
    lab.peer("anna")
    lab.rtp("hall", camera.packet())
    assert lab.seen("anna") == []
    assert lab.asked("hall", KeyframeRequest) == [KeyframeRequest(77)]
    lab.rtp("hall", camera.packet(key=True))
    assert len(lab.seen("anna")) == 1


def test_a_keyframe_is_asked_once_a_second_until_it_comes() -> None:
    lab, camera = live_lab(Limits(replay_packets=2))
    for _ in range(5):
        lab.rtp("hall", camera.packet())
    for number in range(20):
        lab.peer(f"viewer{number}")
    for _ in range(25):
        lab.pass_time(0.1)
        lab.rtp("hall", camera.packet())
    assert 2 <= len(lab.asked("hall", KeyframeRequest)) <= 3
    lab.rtp("hall", camera.packet(key=True))
    assert all(len(lab.seen(f"viewer{number}")) == 1 for number in range(20))
    lab.feedback.clear()
    for _ in range(30):
        lab.pass_time(0.1)
        lab.rtp("hall", camera.packet())
    assert lab.asked("hall", KeyframeRequest) == []


def test_a_joiner_is_replayed_the_group_and_then_is_live_without_a_seam() -> None:
    lab, camera = live_lab()
    for _ in range(60):
        lab.rtp("hall", camera.packet())
    lab.peer("bert")
    for _ in range(20):
        lab.pass_time(0.003)
        lab.rtp("hall", camera.packet())
    lab.pass_time(0.1)
    assert bodies(lab.seen("bert")) == bodies(lab.seen("anna"))
    numbers = sequences(lab.seen("bert"))
    assert numbers == [(numbers[0] + index) & 0xFFFF for index in range(len(numbers))]
    assert lab.asked("hall", KeyframeRequest) == []


def test_a_crowd_of_joiners_is_bounded_in_every_tick() -> None:
    limits = Limits(replay_copies=64, replay_per_viewer=16)
    lab, camera = live_lab(limits)
    for _ in range(100):
        lab.rtp("hall", camera.packet())
    for number in range(50):
        lab.peer(f"viewer{number}")
    ticks = 0
    while any(len(lab.seen(f"viewer{number}")) < 101 for number in range(50)):
        before = sum(len(packets) for packets in lab.received.values())
        lab.pass_time(limits.tick)
        assert sum(len(packets) for packets in lab.received.values()) - before <= 2 * limits.replay_copies
        ticks += 1
        assert ticks < 200
    assert lab.totals.values["joins_replayed"] == 50


def test_joiners_of_one_moment_share_their_plans() -> None:
    lab, camera = live_lab()
    for _ in range(10):
        lab.rtp("hall", camera.packet())
    lab.plans.clear()
    for number in range(20):
        lab.peer(f"viewer{number}")
    lab.pass_time(0.1)
    assert len(lab.plans) == 11


def test_a_keyframe_lets_whoever_is_being_replayed_skip_to_it() -> None:
    lab, camera = live_lab()
    for _ in range(100):
        lab.rtp("hall", camera.packet())
    lab.peer("bert")
    lab.pass_time(0.005)
    replayed = len(lab.seen("bert"))
    assert 0 < replayed < 100
    lab.rtp("hall", camera.packet(key=True))
    lab.rtp("hall", camera.packet())
    lab.pass_time(0.1)
    assert len(lab.seen("bert")) == replayed + 2
    assert bodies(lab.seen("bert"))[-2:] == bodies(lab.seen("anna"))[-2:]
    numbers = sequences(lab.seen("bert"))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_the_audience_is_cut_from_the_next_packet_and_numbers_go_on_afterwards() -> None:
    lab, camera = live_lab()
    lab.stage("few", main="hall")
    lab.rtp("hall", camera.packet())
    assert len(lab.seen("anna")) == 1
    lab.stage("all", main="hall")
    lab.rtp("hall", camera.packet())
    lab.rtp("hall", camera.packet(key=True))
    assert [index for index, _ in enumerate(lab.seen("anna"))] == [0, 1]
    first, second = sequences(lab.seen("anna"))
    assert second == (first + 1) & 0xFFFF


def test_what_was_sent_in_a_closed_item_is_never_replayed_to_newcomers() -> None:
    lab, camera = live_lab()
    lab.peer("staff", "staff")
    lab.stage("staff", main="hall")
    secret = camera.packet(key=True)
    lab.rtp("hall", secret)
    lab.stage("staff", "all", main="hall")
    lab.pass_time(1)
    lab.rtcp("anna", nack_from("main", *range(0, 60000, 997)))
    assert len(lab.seen("anna")) == 1
    assert len(lab.seen("staff")) == 1
    lab.rtp("hall", camera.packet())
    assert len(lab.seen("anna")) == 1
    assert lab.asked("hall", KeyframeRequest) != []


def test_a_cut_closes_lanes_in_flight_and_re_addresses_what_is_queued() -> None:
    lab, camera = live_lab()
    lab.peer("bert", "all", "few")
    lab.pass_time(0.1)
    lab.forwarder.rtp("hall", camera.packet(), lab.now)
    handed = [output for output in lab.forwarder.drain() if isinstance(output, Plan)]
    lab.forwarder.rtp("hall", camera.packet(), lab.now)
    lab.stage("few", main="hall")
    assert [plan.lane.open for plan in handed] == [False]
    assert [peer for peer, _ in lab.plans[-1].lane.members] == ["bert"]
    lab.forwarder.skipped(handed[0])
    counts = {count.peer: count.packets for count in lab.forwarder.counts("s") if count.slot == "main"}
    assert counts == {"hall": 0, "anna": 1, "bert": 2}


def test_a_join_does_not_close_the_lanes_in_flight() -> None:
    lab, camera = live_lab()
    lab.forwarder.rtp("hall", camera.packet(), lab.now)
    handed = [output for output in lab.forwarder.drain() if isinstance(output, Plan)]
    lab.peer("bert")
    lab.pass_time(0.1)
    assert handed[0].lane.open


def test_a_switch_stops_the_old_source_at_once_and_goes_on_at_the_new_keyframe() -> None:
    lab, camera = live_lab()
    other = Camera(ssrc=78, sequence=60000, timestamp=9, picture=20000)
    lab.peer("room")
    lab.stage("all", main="room")
    lab.rtp("hall", camera.packet(key=True))
    lab.pass_time(0.5)
    lab.rtp("room", other.packet())
    assert len(lab.seen("anna")) == 1
    lab.rtp("room", other.packet(key=True))
    lab.rtp("room", other.packet())
    first, second, third = lab.seen("anna")
    assert (second.sequence - first.sequence) & 0xFFFF == 1
    assert (third.sequence - second.sequence) & 0xFFFF == 1
    assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 45_000
    assert (third.timestamp - second.timestamp) & 0xFFFFFFFF == 3000
    ids = [int.from_bytes(packet.payload[2:4]) & 0x7FFF for packet in (first, second, third)]
    assert ids[1] == (ids[0] + 1) & 0x7FFF
    assert ids[2] == (ids[1] + 1) & 0x7FFF


def test_a_joiner_is_not_replayed_a_source_that_has_left_the_stage() -> None:
    lab, camera = live_lab()
    lab.rtp("hall", camera.packet())
    lab.peer("room")
    lab.stage("all", main="room")
    lab.peer("bert")
    lab.pass_time(1)
    assert lab.seen("bert") == []
    lab.rtp("room", Camera(ssrc=78).packet(key=True))
    assert len(lab.seen("bert")) == 1


def test_a_replay_stops_when_its_source_leaves_the_stage() -> None:
    lab, camera = live_lab()
    for _ in range(50):
        lab.rtp("hall", camera.packet())
    lab.peer("bert")
    lab.pass_time(0.005)
    replayed = len(lab.seen("bert"))
    assert 0 < replayed < 51
    lab.stage("all")
    lab.pass_time(1)
    assert len(lab.seen("bert")) == replayed
    lab.stage("all", main="hall")
    lab.rtp("hall", camera.packet(key=True))
    numbers = sequences(lab.seen("bert"))
    assert numbers == list(range(numbers[0], numbers[0] + replayed + 1))


def test_voices_switch_at_once_and_nobody_hears_himself() -> None:
    lab = Lab()
    voice = microphone(5)
    lab.peer("room")
    lab.peer("anna")
    lab.stage("all", voice2="room")
    lab.rtp("room", voice.packet())
    assert len(lab.seen("anna", "voice2")) == 1
    assert lab.seen("room", "voice2") == []
    hall = microphone(6)
    lab.peer("hall")
    lab.stage("all", voice2="hall")
    lab.rtp("room", voice.packet())
    lab.rtp("hall", hall.packet())
    assert len(lab.seen("anna", "voice2")) == 2
    assert len(lab.seen("room", "voice2")) == 1


def test_a_codec_change_waits_for_a_keyframe_and_drops_who_cannot_play_it() -> None:
    lab, camera = live_lab()
    lab.peer("bert", payload_types=((Codec.VP8, 96),))
    lab.pass_time(1)
    other = Camera(ssrc=77, payload_type=102, sequence=camera.sequence, timestamp=camera.timestamp)
    lab.rtp("hall", other.packet())
    assert len(lab.seen("anna")) == 1
    lab.rtp("hall", other.packet(key=True))
    assert lab.seen("anna")[-1].payload_type == 102
    assert len(lab.seen("bert")) == 1
    lab.pass_time(1)
    back = Camera(ssrc=77, sequence=other.sequence)
    lab.rtp("hall", back.packet(key=True))
    assert len(lab.seen("bert")) == 2


def test_duplicates_are_dropped_and_late_packets_take_their_own_place() -> None:
    lab, camera = live_lab()
    first, second, third = camera.packet(), camera.packet(), camera.packet()
    for packet in (first, third, third, second, second, first):
        lab.rtp("hall", packet)
    assert len(lab.seen("anna")) == 4
    numbers = sequences(lab.seen("anna"))
    assert [number - numbers[0] for number in numbers] == [0, 1, 3, 2]
    assert lab.totals.values["rtp_duplicate_or_late"] == 3
    assert lab.totals.values["rtp_recovered"] == 1


def test_a_late_packet_does_not_go_to_who_joined_after_it() -> None:
    lab = Lab()
    voice = microphone(5)
    lab.peer("room", "room")
    lab.peer("anna")
    lab.stage("all", voice1="room")
    lab.rtp("room", voice.packet())
    late = voice.packet()
    lab.rtp("room", voice.packet())
    lab.peer("bert")
    lab.rtp("room", late)
    lab.rtp("room", voice.packet())
    assert len(lab.seen("anna", "voice1")) == 4
    assert len(lab.seen("bert", "voice1")) == 1


def test_a_gap_is_asked_for_again_and_given_up_for_a_keyframe() -> None:
    lab, camera = live_lab()
    camera.packet()
    lab.rtp("hall", camera.packet())
    lab.pass_time(0.01)
    assert lab.asked("hall", Nack) == []
    lab.pass_time(0.02)
    assert lab.asked("hall", Nack) == [Nack(77, ((1001, 0),))]
    lab.pass_time(1)
    assert len(lab.asked("hall", Nack)) == 10
    assert lab.asked("hall", KeyframeRequest) == [KeyframeRequest(77)]


def test_padding_is_no_loss_to_the_publisher_and_no_gap_to_viewers() -> None:
    lab, camera = live_lab()
    for _ in range(10):
        lab.rtp("hall", camera.padding())
    late = camera.packet()
    lab.rtp("hall", camera.padding())
    lab.rtp("hall", camera.packet())
    lab.rtp("hall", late)
    first, *rest = sequences(lab.seen("anna"))
    assert [(each - first) & 0xFFFF for each in rest] == [2, 1]
    lab.pass_time(1)
    assert lab.asked("hall", Nack) == []
    reports = [each for each in lab.asked("hall", ReceiverReport) if isinstance(each, ReceiverReport)]
    fractions = {block.fraction for report in reports for block in report.blocks}
    assert fractions == {0}


def test_a_viewer_is_resent_the_same_bytes() -> None:
    lab, camera = live_lab()
    for _ in range(5):
        lab.rtp("hall", camera.packet())
    wanted = lab.seen("anna")[2]
    lab.rtcp("anna", nack_from("main", wanted.sequence))
    assert lab.seen("anna")[-1] == wanted
    assert lab.plans[-1].lane.members[0][0] == "anna"
    assert lab.plans[-1].received_at is None


def test_resends_are_capped_per_second_and_refused_outside() -> None:
    lab, camera = live_lab(Limits(resends_per_viewer=3))
    for _ in range(5):
        lab.rtp("hall", camera.packet())
    numbers = sequences(lab.seen("anna"))
    lab.rtcp("anna", nack_from("main", *numbers[:2]))
    lab.rtcp("anna", nack_from("main", *numbers[2:4]))
    assert len(lab.seen("anna")) == 9
    lab.pass_time(1)
    lab.stage("few", main="hall")
    lab.rtcp("anna", nack_from("main", *numbers[:2]))
    assert len(lab.seen("anna")) == 9
    assert lab.totals.values["nacks_refused_outside"] == 1


def test_who_asks_for_more_than_may_be_resent_is_sent_a_keyframe_instead() -> None:
    lab, camera = live_lab(Limits(resends_per_viewer=3))
    lab.pass_time(1)
    for _ in range(5):
        lab.rtp("hall", camera.packet())
    numbers = sequences(lab.seen("anna"))
    for _ in range(3):
        lab.rtcp("anna", nack_from("main", *numbers))
    assert sequences(lab.seen("anna")) == numbers
    assert lab.totals.values["nacks_too_long"] == 3
    assert lab.asked("hall", KeyframeRequest) == [KeyframeRequest(77)]


def test_a_viewers_keyframe_request_is_passed_on_but_not_too_often() -> None:
    lab, _ = live_lab()
    lab.rtcp("anna", pli_from("main"))
    assert lab.asked("hall", KeyframeRequest) == []  # the keyframe had only just left
    lab.pass_time(1)
    for _ in range(5):
        lab.rtcp("anna", pli_from("main"))
    assert lab.asked("hall", KeyframeRequest) == [KeyframeRequest(77)]
    assert lab.totals.values["keyframe_requests_too_often"] == 4


def test_a_publisher_is_told_its_bandwidth_at_once_and_often_in_the_beginning() -> None:
    lab, camera = live_lab()
    first = lab.asked("hall", Remb)
    assert [(remb.bitrate, remb.ssrcs) for remb in first if isinstance(remb, Remb)] == [(2_500_000, (77,))]
    for _ in range(40):
        lab.pass_time(0.1)
        lab.rtp("hall", camera.packet())
    assert 11 <= len(lab.asked("hall", Remb)) <= 13
    reports = [r for r in lab.asked("hall", ReceiverReport) if isinstance(r, ReceiverReport) and r.blocks]
    assert reports[-1].blocks[0].lost == 0


def test_viewers_get_sender_reports_of_what_they_are_sent() -> None:
    lab, camera = live_lab()
    for _ in range(50):
        lab.pass_time(0.1)
        lab.rtp("hall", camera.packet())
    reports = [report for report in lab.asked("anna", SenderReport) if isinstance(report, SenderReport)]
    assert 2 <= len(reports) <= 4
    assert {report.ssrc for report in reports} == {SLOT_SSRC["main"]}
    assert reports[-1].packets > 30
    assert lab.asked("hall", SenderReport) == []


def test_a_source_is_announced_and_its_silence_noticed() -> None:
    lab, camera = live_lab()
    lab.pass_time(4)
    assert [(change.kind, change.live, change.codec) for change in lab.changes] == [
        ("camera", True, "vp8"),
        ("camera", False, None),
    ]
    lab.rtp("hall", camera.packet())
    assert lab.changes[-1].live
    lab.forwarder.remove_peer("hall", lab.now)
    lab.deliver()
    assert not lab.changes[-1].live


def test_a_replaced_peer_never_reuses_a_number() -> None:
    lab, camera = live_lab()
    lab.rtp("hall", camera.packet())
    lab.peer("anna")
    lab.pass_time(0.1)
    numbers = sequences(lab.seen("anna"))
    assert len(numbers) == len(set(numbers)) == 4
    assert next(count.packets for count in lab.forwarder.counts("s") if count.peer == "anna") == 4


def test_another_ssrc_takes_over_only_after_silence() -> None:
    lab, camera = live_lab()
    other = Camera(ssrc=99)
    lab.rtp("hall", other.packet(key=True))
    assert lab.totals.values["rtp_contested"] == 1
    lab.pass_time(0.3)
    lab.rtp("hall", other.packet(key=True))
    lab.rtp("hall", camera.packet())
    assert len(lab.seen("anna")) == 2
    assert lab.totals.values["rtp_contested"] == 2


def test_a_jump_of_the_publisher_is_no_gap_for_the_viewers() -> None:
    lab, camera = live_lab()
    camera.sequence += 5000
    lab.rtp("hall", camera.packet())
    lab.rtp("hall", camera.packet(key=True))
    first, second = sequences(lab.seen("anna"))
    assert second == first + 1


def test_bad_packets_are_counted_by_reason_and_hurt_nobody() -> None:
    lab, camera = live_lab()
    whole = camera.packet()
    for end in range(len(whole)):
        lab.rtp("hall", whole[:end])
        lab.rtcp("anna", pli_from("main")[: end % 12])
    lab.rtp("hall", whole + bytes(2000))
    lab.rtp("stranger", whole)
    lab.rtcp("stranger", pli_from("main"))
    lab.rtp("anna", b"\x80\x05" + bytes(20))
    counted = lab.totals.values
    assert counted["rtp_malformed_short"] == 12
    assert counted["rtp_oversized"] == 1
    assert counted["rtp_unknown_peer"] == 1
    assert counted["rtcp_unknown_peer"] == 1
    assert counted["rtp_unexpected"] == 1
    assert counted["rtcp_malformed"] > 0


def test_a_publisher_of_nothing_but_rubbish_gets_no_report() -> None:
    lab = Lab()
    lab.peer("hall")
    lab.rtp("hall", b"\x80\x60" + bytes(10) + b"\x80")
    lab.pass_time(3)
    assert lab.totals.values["rtp_malformed_vp8"] == 1
    assert lab.feedback == {}


def test_lips_are_in_time_whatever_the_publishers_clocks() -> None:
    lab = Lab()
    camera, voice = Camera(ssrc=1, timestamp=4_000_000_000), microphone(2)
    lab.peer("hall", "hall")
    lab.stage("all", main="hall", voice1="hall")
    lab.peer("anna")
    captured = 50.0  # on the publisher's clock; the picture travels 200 ms, the voice none
    for frame in range(60):
        lab.pass_time(0.05)
        picture_at, voice_at = captured + frame * 0.05 - 0.2, captured + frame * 0.05
        if frame % 10 == 0:
            lab.rtcp("hall", report_of(1, picture_at, camera.timestamp))
            lab.rtcp("hall", report_of(2, voice_at, voice.timestamp))
        camera.step, voice.step = 4500, 2400
        lab.rtp("hall", camera.packet(key=frame == 0))
        lab.rtp("hall", voice.packet())
    reports = {r.ssrc: r for r in lab.asked("anna", SenderReport) if isinstance(r, SenderReport)}
    main, voice1 = reports[SLOT_SSRC["main"]], reports[SLOT_SSRC["voice1"]]
    assert main.ntp == voice1.ntp
    shown = (lab.seen("anna")[-1].timestamp - main.timestamp) / 90_000
    heard = (lab.seen("anna", "voice1")[-1].timestamp - voice1.timestamp) / 48_000
    assert abs((heard - shown) - 0.2) < 0.001


def report_of(ssrc: int, at: float, timestamp: int) -> bytes:
    return sender_report(ssrc, int(at * (1 << 32)), timestamp, 1, 1)


def test_the_core_is_silent_when_nobody_is_there() -> None:
    lab = Lab()
    lab.stage("all", main="hall")
    lab.stage()
    assert lab.forwarder.deadline() is None
    lab.forwarder.tick(lab.now)
    lab.forwarder.remove_peer("nobody", lab.now)
    lab.forwarder.peer_ready("nobody", lab.now)
    assert lab.forwarder.drain() == []
    assert lab.forwarder.counts(None) == []


def test_putting_the_same_stage_again_changes_nothing() -> None:
    lab, camera = live_lab()
    lab.stage("all", main="hall")
    lab.rtp("hall", camera.packet())
    assert len(lab.seen("anna")) == 2
    assert lab.totals.values["switches"] == 1


def test_a_source_of_the_wrong_kind_is_left_out() -> None:
    from hub.relay.core.specs import SourceId, StageSpec, TrackKind

    lab = Lab()
    lab.peer("hall")
    wrong = (("main", SourceId("hall", TrackKind.MICROPHONE)),)
    lab.forwarder.put_stage(StageSpec("s", frozenset({"all"}), wrong), lab.now)
    assert lab.totals.values["stage_kind_mismatch"] == 1


def test_sequence_numbers_wrap_without_a_trace() -> None:
    lab, camera = live_lab()
    for _ in range(70_000):
        lab.forwarder.rtp("hall", camera.packet(), lab.now)
    lab.deliver()
    numbers = sequences(lab.seen("anna"))
    assert all((after - before) & 0xFFFF == 1 for before, after in itertools.pairwise(numbers))
    lab.rtp("hall", camera.packet(key=True))
    lab.peer("bert")
    lab.pass_time(0.1)
    assert lab.seen("bert")[0].sequence < 0x8000
    lab.rtcp("anna", nack_from("main", lab.seen("anna")[-1].sequence))
    assert lab.seen("anna")[-1] == lab.seen("anna")[-2]


def test_quality_tells_the_worst_loss_and_the_round_trip_once() -> None:
    lab, camera = live_lab()
    for _ in range(10):
        lab.pass_time(0.1)
        lab.rtp("hall", camera.packet())
    report = lab.asked("anna", SenderReport)[-1]
    assert isinstance(report, SenderReport)
    sent = report.ntp >> 16 & 0xFFFFFFFF
    block = SLOT_SSRC["main"].to_bytes(4) + b"\x40" + bytes(11) + sent.to_bytes(4) + (6554).to_bytes(4)
    lab.rtcp("anna", b"\x81\xc9\x00\x07\x00\x00\x00\x05" + block)
    fraction, round_trip = lab.forwarder.quality()["anna"]
    assert fraction == 0.25
    assert round_trip is not None
    assert 0 < round_trip < 1000
    assert lab.forwarder.quality() == {}


def test_hub_payload_types_are_what_the_core_builds_with() -> None:
    assert dict(HUB_PAYLOAD_TYPES)[Codec.VP8] == 96


def test_whoever_is_put_outside_is_named_to_those_who_hold_packets_for_them() -> None:
    lab = Lab()
    lab.peer("hall", "hall")
    lab.peer("anna", "inside")
    lab.stage("hall", "inside", main="hall")
    lab.forwarder.put_stage(StageSpec("s", frozenset({"hall"})), lab.now)
    cuts = {
        (each.slot, peer) for each in lab.forwarder.drain() if isinstance(each, Cut) for peer in each.peers
    }
    assert cuts == {(slot, "anna") for slot in SLOTS}
