"""Two people changed one text: both changes in one text, and no word lost. Pure.

A three-way merge by words (diff3): `base` is the text both began with. Where one side alone changed
something, its change stands. Where both put something at the same place, theirs comes first, then mine. Where
both changed the same words, both readings are kept one after the other and the merge says so (`conflict`).

The browser has the same function (`web/static/js/session/merge.js`); a test holds them equal.
"""

import re
from dataclasses import dataclass
from typing import Final

MOST_CELLS: Final = 160_000
"""Words × words that are compared one by one (0.05 s). Beyond it, what lies between the equal ends counts as
changed in whole: more is said to be in conflict, nothing is lost."""

_SPACE: Final = " \t\r\n"
_WORD: Final = re.compile(r"([ \t\r\n]*)([^ \t\r\n]+)")


@dataclass(frozen=True, slots=True)
class Merged:
    """The text, and whether two readings of the same words stand side by side in it."""

    text: str
    conflict: bool


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Words `start` to `end` of the base became `words`. A word carries the space before it."""

    start: int
    end: int
    words: tuple[tuple[str, str], ...]


Words = tuple[tuple[str, str], ...]


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Both changes to `base`; `theirs` are those that stand already. Space at the ends is not kept."""
    old, own, other = _words(base), _words(mine), _words(theirs)
    if own in (old, other):
        return Merged(_text(other), conflict=False)
    if other == old:
        return Merged(_text(own), conflict=False)
    left, right = _hunks(old, own), _hunks(old, other)
    kept = _kept(old, own, other)
    merged: list[tuple[str, str]] = []
    conflict, at, i, j = False, 0, 0, 0
    while i < len(left) or j < len(right):
        group_left, group_right, i, j = _next_group(left, right, i, j)
        start = min(hunk.start for hunk in group_left + group_right)
        end = max(hunk.end for hunk in group_left + group_right)
        merged += kept[at:start]
        words, clash = _both(old, start, end, group_left, group_right)
        merged += words
        conflict |= clash
        at = end
    merged += kept[at:]
    return Merged(_text(tuple(merged)), conflict)


def words_of(text: str) -> list[str]:
    """The words of a text, without the space between them."""
    return [word for _, word in _words(text)]


def _words(text: str) -> Words:
    return tuple((space, word) for space, word in _WORD.findall(text))


def _text(words: Words) -> str:
    """Words without space before them get one: two texts met there."""
    parts = [(space or " ") + word for space, word in words]
    return "".join(parts).strip(_SPACE)


def _kept(old: Words, mine: Words, theirs: Words) -> Words:
    """The words of the base with the space that either side has put before them, mine before theirs: a space
    typed in front of a word belongs to what is being typed.
    """
    own, other = dict(_pairs(old, mine)), dict(_pairs(old, theirs))

    def space(at: int) -> str:
        before = old[at][0]
        mine_now = mine[own[at]][0] if at in own else before
        theirs_now = theirs[other[at]][0] if at in other else before
        return mine_now if mine_now != before else theirs_now

    return tuple((space(at), word) for at, (_, word) in enumerate(old))


def _hunks(old: Words, new: Words) -> list[_Hunk]:
    """What became of `old`, in order; equal words are compared without the space before them."""
    hunks: list[_Hunk] = []
    i = j = 0
    for p, q in [*_pairs(old, new), (len(old), len(new))]:
        if p > i or q > j:
            hunks.append(_Hunk(i, p, new[j:q]))
        i, j = p + 1, q + 1
    return hunks


def _pairs(old: Words, new: Words) -> list[tuple[int, int]]:
    """Words that are the same, as pairs of places: the equal ends, and the most of what is between."""
    head = 0
    while head < min(len(old), len(new)) and old[head][1] == new[head][1]:
        head += 1
    tail = 0
    most = min(len(old), len(new)) - head
    while tail < most and old[-1 - tail][1] == new[-1 - tail][1]:
        tail += 1
    between = _common(old[head : len(old) - tail], new[head : len(new) - tail])
    return [
        *((i, i) for i in range(head)),
        *((head + i, head + j) for i, j in between),
        *((len(old) - tail + i, len(new) - tail + i) for i in range(tail)),
    ]


def _common(a: Words, b: Words) -> list[tuple[int, int]]:
    """A longest common subsequence, as pairs of places."""
    if len(a) * len(b) > MOST_CELLS:
        return []
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        row, below, word = longest[i], longest[i + 1], a[i][1]
        for j in range(len(b) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if word == b[j][1] else max(below[j], row[j + 1])
    pairs, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i][1] == b[j][1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _next_group(
    left: list[_Hunk], right: list[_Hunk], i: int, j: int
) -> tuple[list[_Hunk], list[_Hunk], int, int]:
    """The next changes that touch each other, of both sides; of one side alone where nothing touches."""
    mine: list[_Hunk] = []
    others: list[_Hunk] = []
    if j >= len(right) or (i < len(left) and _before(left[i], right[j])):
        mine, i = [left[i]], i + 1
    else:
        others, j = [right[j]], j + 1
    grown = True
    while grown:
        group = mine + others
        span = _Hunk(min(each.start for each in group), max(each.end for each in group), ())
        grown = False
        if i < len(left) and _touch(span, left[i]):
            mine, i, grown = [*mine, left[i]], i + 1, True
        elif j < len(right) and _touch(span, right[j]):
            others, j, grown = [*others, right[j]], j + 1, True
    return mine, others, i, j


def _before(a: _Hunk, b: _Hunk) -> bool:
    return (a.start, a.end) < (b.start, b.end)


def _touch(a: _Hunk, b: _Hunk) -> bool:
    """Whether they are about the same words, or both put something at the same place."""
    if a.start == a.end and b.start == b.end:
        return a.start == b.start
    return a.start < b.end and b.start < a.end


def _both(old: Words, start: int, end: int, mine: list[_Hunk], others: list[_Hunk]) -> tuple[Words, bool]:
    own, other = _read(old, start, end, mine), _read(old, start, end, others)
    if not others or own == other:
        return own, False
    if not mine:
        return other, False
    if start == end:
        return other + own, False
    if _within(own, other):
        return other, True
    if _within(other, own):
        return own, True
    return other + own, True


def _read(old: Words, start: int, end: int, hunks: list[_Hunk]) -> Words:
    """How one side reads words `start` to `end` of the base."""
    words: Words = ()
    at = start
    for hunk in hunks:
        words += old[at : hunk.start] + hunk.words
        at = hunk.end
    return words + old[at:end]


def _within(few: Words, many: Words) -> bool:
    """Whether all of `few` stands in `many`, in order."""
    rest = iter(word for _, word in many)
    return all(word in rest for _, word in few)
