"""Two people, one file: nothing anybody wrote is lost without both knowing."""

from hypothesis import given
from hypothesis import strategies as st

from hub.cases.merging import merge

NAMES = ("title", "summary", "field")
FILES = st.fixed_dictionaries({name: st.sampled_from("abc") for name in NAMES})


@given(FILES, FILES, FILES)
def test_every_change_is_kept_or_named(
    base: dict[str, str], mine: dict[str, str], now: dict[str, str]
) -> None:
    merged = merge(base, mine, now)
    for name in NAMES:
        if mine[name] != base[name] and merged.values[name] != mine[name]:
            assert name in merged.conflicts
        if now[name] != base[name]:
            assert name in merged.theirs
            assert merged.values[name] == now[name]


@given(FILES, FILES)
def test_alone_one_gets_what_one_wrote(base: dict[str, str], mine: dict[str, str]) -> None:
    merged = merge(base, mine, base)
    assert (merged.values, merged.conflicts, merged.theirs) == (mine, (), ())


@given(FILES, FILES, FILES)
def test_saving_the_same_again_changes_nothing(
    base: dict[str, str], mine: dict[str, str], now: dict[str, str]
) -> None:
    once = dict(merge(base, mine, now).values)
    assert merge(now, once, once).values == once
