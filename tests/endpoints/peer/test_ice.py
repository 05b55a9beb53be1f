"""The controlling side of ICE on a clock of its own."""

from collections.abc import Callable
from itertools import count, pairwise

import pytest

from endpoints.peer.description import Remote
from endpoints.peer.ice import CONSENT_LOST, GIVE_UP, Checks
from hub.relay.wire import stun

HUB = ("192.0.2.7", 5000)
OTHER = ("127.0.0.1", 5000)
PASSWORD = "hubpassword0123456789ab"


def token() -> Callable[[int], bytes]:
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def checks(*candidates: tuple[str, int], patience: float = CONSENT_LOST) -> Checks:
    remote = Remote("hubf", PASSWORD, "CC:DD", "passive", candidates, [])
    return Checks("own", "ownpassword0123456789ab", remote, token=token(), now=0.0, patience=patience)


def sent(ice: Checks, now: float) -> list[tuple[stun.Binding, tuple[str, int]]]:
    ice.tick(now)
    read = [(stun.read(datagram), address) for datagram, address in ice.drain()]
    return [(binding, address) for binding, address in read if binding is not None]


def answer(ice: Checks, binding: stun.Binding, now: float, password: str = PASSWORD) -> None:
    ice.receive(stun.success(binding.transaction, ("10.0.0.1", 9), password), HUB, now)


def up(ice: Checks) -> Checks:
    [(first, _)] = sent(ice, 0.0)
    answer(ice, first, 0.01)
    [(second, _)] = sent(ice, 0.02)
    answer(ice, second, 0.03)
    return ice


def test_every_candidate_is_tried_and_the_first_to_answer_is_nominated() -> None:
    ice = checks(HUB, OTHER)
    first = sent(ice, 0.0)
    assert [address for _, address in first] == [HUB, OTHER]
    assert all(b.username == "hubf:own" and b.signed_by(PASSWORD) and not b.use_candidate for b, _ in first)
    answer(ice, first[1][0], 0.01)
    [(nomination, address)] = sent(ice, 0.01)
    assert nomination.use_candidate
    assert address == OTHER
    assert ice.selected is None
    answer(ice, nomination, 0.02)
    assert ice.selected == OTHER


def test_unanswered_checks_are_repeated_with_growing_waits_and_given_up() -> None:
    ice = checks(HUB)
    times = [step / 100 for step in range(1700) if sent(ice, step / 100)]
    waits = [round(b - a, 2) for a, b in pairwise(times)]
    assert waits[:5] == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8], abs=0.02)
    assert max(waits) <= 1.01
    assert ice.failed == "no candidate answered"
    assert times[-1] <= GIVE_UP


def test_a_forged_answer_changes_nothing() -> None:
    ice = checks(HUB)
    [(first, _)] = sent(ice, 0.0)
    answer(ice, first, 0.01, password="wrong0123456789wrong0123")
    assert not sent(ice, 0.02)


def test_consent_is_asked_for_and_its_loss_noticed() -> None:
    ice = up(checks(HUB))
    assert not sent(ice, 1.0)
    [(consent, _)] = sent(ice, 7.0)
    answer(ice, consent, 7.1)
    assert ice.failed is None
    for step in range(7, 40):
        sent(ice, float(step))
    assert ice.failed == "the other side no longer answers"


def test_an_impatient_peer_notices_within_its_patience() -> None:
    ice = up(checks(HUB, patience=3.0))
    for step in range(1, 45):
        sent(ice, step / 10)
    assert ice.failed == "the other side no longer answers"


def test_checks_of_a_full_agent_are_answered() -> None:
    ice = checks(HUB)
    ice.drain()
    check = stun.request(
        bytes(12), "own:hubf", "ownpassword0123456789ab", priority=1, tie_breaker=1, use_candidate=False
    )
    ice.receive(check, OTHER, 0.0)
    [(reply, address)] = ice.drain()
    binding = stun.read(reply)
    assert binding is not None
    assert (binding.kind, binding.mapped, address) == ("success", OTHER, OTHER)


def test_without_candidates_there_is_no_connection() -> None:
    assert checks().failed == "the description has no candidate that can be reached"


def test_garbage_is_ignored() -> None:
    ice = checks(HUB)
    for datagram in (b"", b"\x00", b"\x00\x01" + bytes(18), bytes(2000)):
        ice.receive(datagram, HUB, 0.0)
    assert ice.selected is None


def test_after_a_change_of_network_the_hub_is_checked_and_nominated_anew() -> None:
    ice = up(checks(HUB))
    assert ice.selected == HUB
    ice.again((OTHER,), 5.0)
    assert ice.selected is None
    ((first, where),) = sent(ice, 5.0)
    assert (where, first.use_candidate) == (OTHER, False)
    answer(ice, first, 5.01)
    ((second, where),) = sent(ice, 5.02)
    assert (where, second.use_candidate) == (OTHER, True)
    answer(ice, second, 5.03)
    assert ice.selected == OTHER
