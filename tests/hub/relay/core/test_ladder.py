"""Which rungs fit: order of giving up, details, wants, shares."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core import ladder
from hub.relay.core.ladder import Offer, Rungs, offer
from hub.relay.core.specs import PICTURE_SLOTS, Rung, SlotName

H, L, F, N = Rung.HIGH, Rung.LOW, Rung.FEW, Rung.NONE
CAMERA = {H: 1500.0, L: 200.0, F: 100.0}
DOCUMENT = {H: 500.0, F: 250.0, L: 120.0}


def stage() -> list[Offer]:
    return [offer("main", CAMERA), offer("second", CAMERA), offer("document", DOCUMENT, details=True)]


def fit(budget: float) -> list[Rung]:
    offers = stage()
    rungs = ladder.lowered(offers, ladder.best(offers), budget)
    return [rungs[slot] for slot in PICTURE_SLOTS]


def test_the_second_picture_goes_first_then_the_main_one_and_the_document_keeps_its_sharpness() -> None:
    assert fit(4000) == [H, H, H]
    assert fit(3000) == [H, L, H]
    assert fit(2100) == [H, F, H]
    assert fit(2000) == [H, N, H]
    assert fit(900) == [L, L, H]
    assert fit(700) == [L, N, H]
    assert fit(500) == [N, N, H]
    assert fit(350) == [F, N, F]
    assert fit(130) == [N, N, L]
    assert fit(0) == [N, N, N]


def test_a_screen_that_shows_a_slot_small_gets_the_low_layer_where_there_is_one() -> None:
    assert offer("main", CAMERA, most=L).rungs == (L, F, N)
    assert offer("main", {H: 1500.0, F: 100.0}, most=L).rungs == (H, F, N)
    assert offer("main", CAMERA, most=N).rungs == (N,)


def test_a_rung_that_has_gone_makes_way_for_the_next_lower_one() -> None:
    single = [offer("main", {H: 1500.0, F: 100.0})]
    assert ladder.fitted(single, {"main": L}) == {"main": F}
    assert ladder.fitted(single, {}) == {"main": H}
    assert ladder.fitted([offer("main", CAMERA, most=L)], {"main": H}) == {"main": L}


def test_the_next_step_up_goes_to_the_document_first() -> None:
    offers = stage()
    assert ladder.next_step(offers, {"main": F, "second": N, "document": F}) == {
        "main": F,
        "second": N,
        "document": H,
    }
    assert ladder.next_step(offers, {"main": F, "second": N, "document": H}) == {
        "main": L,
        "second": N,
        "document": H,
    }
    assert ladder.next_step(offers, ladder.best(offers)) is None


rungs = st.dictionaries(st.sampled_from(PICTURE_SLOTS), st.sampled_from(Rung))
rates = st.dictionaries(st.sampled_from((H, L, F)), st.floats(0, 5000))


@given(
    st.dictionaries(st.sampled_from(PICTURE_SLOTS), st.tuples(rates, st.booleans()), min_size=1),
    rungs,
    st.floats(0, 12_000),
)
def test_what_is_chosen_exists_and_fits_and_is_never_more_than_before(
    made: dict[SlotName, tuple[dict[Rung, float], bool]], before: Rungs, budget: float
) -> None:
    offers = [offer(slot, each, details=details) for slot, (each, details) in made.items()]
    was = ladder.fitted(offers, before)
    lower = ladder.lowered(offers, was, budget)
    assert ladder.rate(offers, lower) <= budget
    for each in offers:
        assert each.rungs.index(lower[each.slot]) >= each.rungs.index(was[each.slot])
    higher = ladder.raised(offers, lower, budget)
    assert ladder.rate(offers, higher) <= budget
    for each in offers:
        assert each.rungs.index(higher[each.slot]) <= each.rungs.index(lower[each.slot])


@given(st.lists(st.floats(0, 3000), min_size=1, max_size=50), st.floats(1, 100_000))
def test_shares_are_fair_and_fit(demands: list[float], uplink: float) -> None:
    share = ladder.shares(demands, uplink)
    used = sum(min(demand, share) for demand in demands)
    assert used <= uplink * 1.000001
    if share < inf:
        assert used >= uplink * 0.999999
        assert share >= uplink / len(demands) * 0.999999
