"""The file of rules: what ships is sound, and a broken file says where."""

import json
from datetime import date

import pytest

from hub.cases.clock.happening import Trait
from hub.cases.clock.rule import FILE, Rule, RulesBad, law, read


def raw(**changes) -> dict:
    return {
        "id": "one",
        "kinds": ["complaint"],
        "begins": "received",
        "ends": ["accepted"],
        "days": 10,
        "count": "working",
        "basis": "Law, Art. 1",
        "valid_from": "2020-01-01",
        "verified": True,
    } | changes


def test_every_rule_that_ships_has_a_basis_and_is_known_once_a_day():
    assert len(law()) == len(json.loads(FILE.read_text("utf-8")))
    assert all(rule.basis for rule in law())


@pytest.mark.parametrize(
    "changes",
    [
        {"days": 0},
        {"days": "many"},
        {"days": 5000},
        {"begins": "wished"},
        {"ends": []},
        {"kinds": []},
        {"count": "lunar"},
        {"lengths": {"remote": 0}},
        {"lengths": {"far": 3}},
        {"ways": {"complex": {}}},
        {"valid_from": "2020-13-01"},
        {"debtor": "nobody"},
        {"drops": ["vanished"]},
    ],
)
def test_a_broken_rule_is_named(changes):
    with pytest.raises(RulesBad, match="one"):
        read([raw(**changes)])


def test_a_rule_without_a_name_is_refused_too():
    broken = raw()
    del broken["id"], broken["days"]
    with pytest.raises(RulesBad, match=r"\?"):
        read([broken])


def test_two_versions_on_one_day_contradict_each_other():
    old, new = raw(valid_to="2024-01-02"), raw(valid_from="2024-01-01")
    with pytest.raises(RulesBad, match="two versions"):
        read([old, new])
    old["valid_to"] = "2024-01-01"
    assert [rule.in_force(date(2024, 1, 1)) for rule in read([old, new])] == [False, True]


def test_the_longest_length_that_applies_counts():
    (rule,) = read([raw(lengths={"remote": 15, "several_places": 5})])
    assert isinstance(rule, Rule)
    assert rule.length(frozenset()) == (10, None)
    assert rule.length(frozenset(Trait)) == (15, Trait.REMOTE)
    assert rule.length(frozenset({Trait.SEVERAL_PLACES})) == (10, None)
