"""Two clerks change one text: no word lost, nothing said twice that was said once, and it is said when it is
unsure.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.reception.merge import Merged, merge, words_of

MERGE_JS = Path(__file__).parents[3] / "web" / "static" / "js" / "session" / "merge.js"
CHECK = """
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { merge } from "%s";

for (const { base, mine, theirs, merged } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  assert.deepEqual(merge(base, mine, theirs), merged, JSON.stringify({ base, mine, theirs }));
}
"""
WORD = st.sampled_from(["đất", "xã", "hộ", "đo", "lại", "Hà", "báo", "cáo,", "ngày", "30"])
TEXT = st.lists(st.tuples(st.sampled_from([" ", "\n", "  "]), WORD), max_size=12).map(
    lambda words: "".join(space + word for space, word in words).strip()
)


def subsequence(few: Iterable[str], many: Iterable[str]) -> bool:
    rest = iter(many)
    return all(word in rest for word in few)


def typed(base: list[str], places: list[int], words: list[str]) -> list[str]:
    """`base` with words put in at places; nothing taken away."""
    text = list(base)
    for place, word in zip(places, words, strict=False):
        text.insert(place % (len(text) + 1), word)
    return text


PLACES = st.lists(st.integers(0, 30), max_size=8)


@given(TEXT, PLACES, PLACES)
@example("", [0], [0])
def test_whatever_two_people_type_into_a_text_stands_in_it(
    base: str, here: list[int], there: list[int]
) -> None:
    old = words_of(base)
    mine = typed(old, here, [f"m{i}" for i in range(8)])
    theirs = typed(old, there, [f"t{i}" for i in range(8)])
    merged = merge(base, " ".join(mine), " ".join(theirs))
    words = words_of(merged.text)
    assert not merged.conflict
    assert sorted(words) == sorted([*mine, *(word for word in theirs if word.startswith("t"))])
    assert subsequence(mine, words)
    assert subsequence(theirs, words)


@given(TEXT, TEXT, TEXT)
def test_no_word_that_anybody_wrote_is_lost(base: str, mine: str, theirs: str) -> None:
    merged = words_of(merge(base, mine, theirs).text)
    old = words_of(base)
    for side in (words_of(mine), words_of(theirs)):
        for word in set(side) - set(old):
            assert word in merged
    for word in set(words_of(mine)) & set(words_of(theirs)):
        assert word in merged, "both have it"


@given(TEXT, TEXT)
def test_one_side_alone_is_taken_as_it_is(base: str, mine: str) -> None:
    assert merge(base, mine, base) == Merged(mine, conflict=False)
    assert merge(base, base, mine) == Merged(mine, conflict=False)
    assert merge(base, mine, mine) == Merged(mine, conflict=False)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "text", "conflict"),
    [
        ("", "một", "hai", "hai một", False),
        ("a b c", "a x b c", "a b c y", "a x b c y", False),
        ("a b c", "a B c", "a b C", "a B C", False),
        ("a b c", "a M c", "a T c", "a T M c", True),
        ("a b c", "a c", "a T c", "a T c", True),
        ("a b c", "a c", "a c", "a c", False),
        ("đang gõ", "đang gõ dở", "đang gõ\nthêm dòng", "đang gõ\nthêm dòng dở", False),
        ("gõ d", "gõ dở", "gõ d rồi", "gõ dở rồi", False),
        ("a b", "", "a b c", "c", False),
        ("a b", "", "a T", "a T", True),
    ],
)
def test_examples(base: str, mine: str, theirs: str, text: str, conflict: bool) -> None:
    assert merge(base, mine, theirs) == Merged(text, conflict)


def test_texts_too_long_to_compare_word_by_word_lose_nothing() -> None:
    base = " ".join(f"b{i}" for i in range(450))
    mine, theirs = (" ".join(f"{who}{i}" for i in range(450)) for who in "mt")
    merged = merge(base, mine, theirs)
    assert merged.conflict
    assert set(words_of(mine)) | set(words_of(theirs)) <= set(words_of(merged.text))


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the browser's merge")
def test_the_browser_merges_alike(tmp_path: Path) -> None:
    tries = []

    @settings(max_examples=400, database=None)
    @given(TEXT, TEXT, TEXT)
    def collect(base: str, mine: str, theirs: str) -> None:
        merged = merge(base, mine, theirs)
        found = {"text": merged.text, "conflict": merged.conflict}
        tries.append({"base": base, "mine": mine, "theirs": theirs, "merged": found})

    collect()
    (tmp_path / "tries.json").write_text(json.dumps(tries))
    (tmp_path / "check.mjs").write_text(CHECK % MERGE_JS.as_uri())
    done = subprocess.run(
        ["node", tmp_path / "check.mjs", tmp_path / "tries.json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
