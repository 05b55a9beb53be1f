from itertools import count

from hub.relay.wire import stun
from hub.relay.wire.ice import (
    MOST_ADDRESSES,
    MOST_CHALLENGES,
    MOST_TRANSACTIONS,
    SILENCE,
    Credentials,
    IceLite,
)
from hub.relay.wire.mmsg import raw_address

_TRANSACTIONS = count()
HOME, AWAY = raw_address("192.0.2.1", 1000), raw_address("192.0.2.2", 2000)


def agent() -> IceLite:
    ice = IceLite(Credentials("hub", "secret"), now=0.0)
    ice.remote_fragment = "browser"
    return ice


def check(username: str = "hub:browser", password: str = "secret", *, nominate: bool = True) -> stun.Binding:
    transaction = next(_TRANSACTIONS).to_bytes(12, "big")
    datagram = stun.request(
        transaction, username, password, priority=1, tie_breaker=1, use_candidate=nominate
    )
    binding = stun.read(datagram)
    assert binding is not None
    return binding


def test_a_valid_nomination_selects_and_is_answered_with_the_address_seen() -> None:
    ice = agent()
    verdict = ice.check(check(), HOME, 1.0)
    assert verdict.valid
    answer = stun.read(verdict.answer or b"")
    assert answer is not None
    assert answer.mapped == ("192.0.2.1", 1000)
    assert answer.signed_by("secret")
    assert ice.selected == HOME


def test_a_forged_or_misnamed_check_changes_nothing_and_gets_no_answer() -> None:
    ice = agent()
    for binding in (check(password="guess"), check("other:browser"), check("hub:stranger"), check("hub")):
        verdict = ice.check(binding, HOME, 20.0)
        assert (verdict.valid, verdict.answer, verdict.reason) == (False, None, "stun_forged")
    assert ice.selected is None
    assert ice.silent(SILENCE + 0.1)


def test_the_latest_nomination_wins_and_plain_checks_do_not_move_it() -> None:
    ice = agent()
    ice.check(check(), HOME, 1.0)
    ice.check(check(nominate=False), AWAY, 2.0)
    assert ice.selected == HOME
    ice.check(check(), AWAY, 3.0)
    assert ice.selected == AWAY


def test_before_any_nomination_the_verified_address_is_used() -> None:
    ice = agent()
    ice.check(check(nominate=False), HOME, 1.0)
    ice.check(check(nominate=False), AWAY, 1.0)
    assert ice.selected == AWAY
    ice.check(check(), HOME, 1.0)
    assert ice.selected == HOME


def test_a_peer_that_thinks_it_is_controlled_is_told_487() -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, b"0" * 12)
    message.attributes = {"USERNAME": "hub:browser", "ICE-CONTROLLED": 5}
    message.add_message_integrity(b"secret")
    binding = stun.read(bytes(message))
    assert binding is not None
    verdict = agent().check(binding, HOME, 1.0)
    answer = stun.read(verdict.answer or b"")
    assert answer is not None
    assert (verdict.valid, answer.error_code) == (False, 487)


def test_answers_are_never_taken_for_requests() -> None:
    binding = stun.read(stun.success(b"0" * 12, ("192.0.2.1", 1), "secret"))
    assert binding is not None
    assert agent().check(binding, HOME, 1.0).answer is None


def test_silence_is_thirty_seconds_without_a_valid_check() -> None:
    ice = agent()
    ice.check(check(), HOME, 10.0)
    assert not ice.silent(10.0 + SILENCE)
    assert ice.silent(10.1 + SILENCE)


def test_addresses_are_bounded_and_the_selected_one_stays() -> None:
    ice = agent()
    ice.check(check(), HOME, 1.0)
    for port in range(1, 100):
        ice.check(check(nominate=False), raw_address("192.0.2.9", port), 1.0)
    assert len(ice.addresses) == MOST_ADDRESSES
    assert HOME in ice.addresses


def test_a_check_that_was_overheard_moves_nothing_when_it_is_sent_again_from_elsewhere() -> None:
    ice, overheard = agent(), check()
    assert ice.check(overheard, HOME, 1.0).valid
    verdict = ice.check(overheard, AWAY, 2.0)
    assert (verdict.valid, verdict.answer, verdict.reason) == (False, None, "stun_replayed")
    assert ice.selected == HOME
    assert ice.check(overheard, HOME, 3.0).valid
    for _ in range(10 * MOST_TRANSACTIONS):
        ice.check(check(), HOME, 4.0)
    assert len(ice._heard) <= MOST_TRANSACTIONS


def settled(password: str = "browser's") -> IceLite:
    """An agent whose media flows to HOME."""
    ice = IceLite(Credentials("hub", "secret"), now=0.0)
    ice.remote_fragment, ice.remote_password = "browser", password
    ice.check(check(), HOME, 1.0)
    ice.settled = True
    return ice


def answer_to(challenge: bytes | None, password: str = "browser's") -> stun.Binding:
    probe = stun.read(challenge or b"")
    assert probe is not None
    answer = stun.read(stun.success(probe.transaction, ("198.51.100.1", 1), password))
    assert answer is not None
    return answer


def test_a_peer_whose_media_flows_is_asked_before_it_moves() -> None:
    ice = settled()
    verdict = ice.check(check(), AWAY, 2.0)
    assert (verdict.valid, ice.selected) == (True, HOME)
    probe = stun.read(verdict.challenge or b"")
    assert probe is not None
    assert (probe.kind, probe.username, probe.controlling) == ("request", "browser:hub", None)
    assert probe.controlled is not None
    assert probe.signed_by("browser's")
    assert ice.answered(answer_to(verdict.challenge), AWAY)
    assert ice.selected == AWAY
    assert not ice.answered(answer_to(verdict.challenge), AWAY)


def test_only_the_peer_s_own_answer_from_that_address_moves_it() -> None:
    ice = settled()
    challenge = ice.check(check(), AWAY, 2.0).challenge
    elsewhere = raw_address("192.0.2.3", 3000)
    other = stun.read(stun.success(b"0" * 12, ("198.51.100.1", 1), "browser's"))
    assert other is not None
    assert not ice.answered(answer_to(challenge, "guess"), AWAY)
    assert not ice.answered(answer_to(challenge), elsewhere)
    assert not ice.answered(other, AWAY)
    assert not ice.proved(elsewhere)
    assert ice.selected == HOME
    assert ice.proved(AWAY)
    assert ice.selected == AWAY


def test_an_old_check_from_elsewhere_moves_nothing_however_many_came_since() -> None:
    ice, overheard = settled(), check()
    ice.check(overheard, HOME, 1.0)
    for _ in range(3 * MOST_TRANSACTIONS):
        ice.check(check(), HOME, 4.0)
    assert ice.check(overheard, AWAY, 5.0).valid  # it is not remembered any more
    assert ice.selected == HOME


def test_without_the_other_side_s_password_only_an_authentic_packet_proves() -> None:
    ice = settled(password="")
    assert ice.check(check(), AWAY, 2.0).challenge is None
    unsigned = stun.read(stun.success(ice.challenged[AWAY][0], ("198.51.100.1", 1), ""))
    assert unsigned is not None
    assert not ice.answered(unsigned, AWAY)
    assert ice.proved(AWAY)


def test_plain_checks_challenge_nothing_and_staying_withdraws_a_move() -> None:
    ice = settled()
    assert ice.check(check(nominate=False), AWAY, 2.0).challenge is None
    assert ice.check(check(), AWAY, 2.1).challenge
    ice.check(check(), HOME, 2.2)
    assert not ice.proved(AWAY)


def test_challenges_are_bounded_in_number_and_in_time() -> None:
    ice = settled()
    sent = [ice.check(check(), AWAY, 2.0 + step / 1000).challenge is not None for step in range(100)]
    assert sum(sent) <= 3
    for port in range(1, 100):
        ice.check(check(), raw_address("192.0.2.9", port), 3.0)
    assert len(ice.challenged) == MOST_CHALLENGES


def test_a_lost_address_is_not_sent_to_and_the_next_must_prove_itself() -> None:
    ice = settled()
    ice.lose(HOME)
    assert (ice.selected, HOME in ice.addresses) == (None, False)
    challenge = ice.check(check(), AWAY, 2.0).challenge
    assert ice.selected is None
    assert ice.answered(answer_to(challenge), AWAY)
    assert ice.selected == AWAY
