"""What reports say of a line."""

from math import inf

import pytest

from hub.relay.core.downlink import Downlink, Verdict
from hub.relay.core.rtcp import Block


class Talk:
    """A line judged every half second while 1 Mbit/s goes out."""

    def __init__(self) -> None:
        self.line = Downlink()
        self.now = 10.0
        self.highest = 0
        self.sent = 1_000_000.0
        self.trips = 0

    def say(self, loss: float = 0.0, trip: float | None = None, remb: float | None = None) -> Verdict:
        self.now += 0.5
        self.highest += 50
        if trip is not None:
            self.trips += 1
        self.line.reported(Block(11, int(loss * 256), 0, self.highest, 0, self.trips, 0), trip, self.now)
        if remb is not None:
            self.line.remb(int(remb), self.now)
        return self.judge()

    def judge(self, *, trying: bool = False) -> Verdict:
        return self.line.judge(self.sent, self.sent, 50, self.now, trying=trying)


def test_nothing_said_is_nothing_judged() -> None:
    talk = Talk()
    assert talk.judge() is Verdict.SILENT
    assert not talk.line.may_be_tried(talk.now)


def test_a_line_is_well_until_a_loss_lasts() -> None:
    talk = Talk()
    assert [talk.say() for _ in range(6)] == [Verdict.SHAKY] * 3 + [Verdict.FINE] * 3
    assert talk.say(0.25) is Verdict.SHAKY
    assert talk.say(0.25) is Verdict.OVERRUN
    assert talk.line.estimate < 800_000


def test_a_severe_loss_is_believed_at_once_and_tells_what_arrived() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say()
    assert talk.say(0.6) is Verdict.OVERRUN
    assert 350_000 < talk.line.estimate < 400_000
    assert talk.say(0.6) is Verdict.SHAKY  # tells of what was sent before


def test_between_2_and_10_per_cent_nothing_is_proved() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say()
    assert {talk.say(0.06) for _ in range(8)} <= {Verdict.FINE, Verdict.SHAKY}
    assert talk.say(0.06) is Verdict.SHAKY
    assert talk.line.estimate == inf


def test_a_loss_that_does_not_fall_with_the_rate_is_the_lines_own() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say()
    while talk.say(0.15) is not Verdict.OVERRUN:
        pass
    talk.sent = 150_000.0
    verdicts = [talk.say(0.15) for _ in range(40)]
    assert Verdict.OVERRUN not in verdicts
    assert verdicts[-1] is Verdict.FINE


def test_remb_counts_when_it_falls_below_what_is_sent_and_not_while_it_rises() -> None:
    talk = Talk()
    for bitrate in (200e3, 220e3, 240e3, 260e3, 280e3, 300e3):
        assert talk.say(remb=bitrate) is not Verdict.OVERRUN
    assert talk.say(remb=1.4e6) is Verdict.FINE
    assert talk.say(remb=1.2e6) is Verdict.FINE
    assert talk.say(remb=400e3) is Verdict.OVERRUN
    assert talk.line.estimate == 400_000


def test_a_round_trip_that_grows_twice_means_a_queue() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say(trip=0.05)
    assert talk.say(trip=0.40) is Verdict.SHAKY
    assert talk.line.queues
    assert talk.say(trip=0.45) is Verdict.OVERRUN


def test_what_a_viewer_tells_of_a_cut_is_not_held_against_it() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say()
    talk.now += 5.0
    talk.line.asked(50, talk.now)
    assert [talk.say(0.9) for _ in range(3)] == [Verdict.SILENT] * 3
    assert talk.line.estimate == inf
    assert talk.say() is Verdict.FINE
    assert talk.say(0.9) is Verdict.OVERRUN


def test_where_there_is_no_picture_silence_is_no_cut() -> None:
    talk = Talk()
    talk.sent = 0.0
    for _ in range(6):
        talk.say()
    talk.now += 5.0
    assert talk.say(0.9) is Verdict.OVERRUN


def test_without_a_queue_one_outage_is_no_overrun_and_a_loss_that_lasts_is() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say(remb=1.2e6)
    assert talk.say(0.5, remb=1.2e6) is Verdict.SHAKY
    assert talk.say(0.5, remb=1.2e6) is Verdict.OVERRUN
    assert not talk.line.was_full(talk.now)


def test_an_estimate_that_falls_ends_a_try_at_once() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say(remb=1.2e6)
    assert not talk.line.is_alarmed
    talk.line.asked(30, talk.now)
    assert not talk.line.is_alarmed, "losses are the line's own"
    talk.line.remb(1_000_000, talk.now)
    assert talk.line.is_alarmed
    assert not talk.line.was_full(talk.now)
    talk.line.remb(700_000, talk.now)
    assert talk.line.was_full(talk.now)


def test_the_estimate_rises_with_what_was_sent_without_harm() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say()
    talk.say(0.6)
    talk.sent = 300_000.0
    for _ in range(8):
        talk.say()
    before = talk.line.estimate
    talk.sent = 600_000.0
    assert talk.say() is Verdict.FINE
    assert talk.line.estimate == before  # its reports still tell of the time before
    assert talk.say() is Verdict.FINE
    assert talk.line.estimate == 600_000


def test_less_is_enough_while_a_line_is_tried() -> None:
    for trying, verdict in ((True, Verdict.OVERRUN), (False, Verdict.SHAKY)):
        talk = Talk()
        for _ in range(6):
            talk.say()
        talk.now += 0.5
        talk.highest += 50
        talk.line.reported(Block(111, 50, 0, 500, 0, 0, 0), None, talk.now)
        assert talk.judge(trying=trying) is verdict


def test_a_longer_route_is_no_queue_where_remb_does_not_mind() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say(trip=0.05, remb=3e6)
    assert Verdict.OVERRUN not in {talk.say(trip=0.35, remb=3e6) for _ in range(20)}
    assert talk.say(trip=0.35, remb=3e6) is Verdict.FINE


def test_a_longer_route_without_remb_is_an_overrun_once() -> None:
    talk = Talk()
    for _ in range(6):
        talk.say(trip=0.05)
    verdicts = [talk.say(trip=0.35) for _ in range(2)]
    talk.sent = 150_000.0
    verdicts += [talk.say(trip=0.35) for _ in range(30)]
    assert verdicts.count(Verdict.OVERRUN) == 1
    assert verdicts[-1] is Verdict.FINE


@pytest.mark.parametrize("every", [2.5, 5.0])
def test_who_reports_seldom_is_judged_all_the_same(every: float) -> None:
    talk = Talk()
    verdicts = []
    for turn in range(1, 100):
        talk.now += 0.5
        if turn * 0.5 % every == 0:
            talk.highest += 500
            talk.line.reported(Block(11, 128, 0, talk.highest, 0, 0, 0), None, talk.now)
        verdicts.append(talk.judge())
    assert Verdict.OVERRUN in verdicts
