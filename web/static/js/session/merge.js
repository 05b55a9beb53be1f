/**
 * Two people changed one text: both changes in one text, and no word lost. Pure; the twin of hub/reception/merge.py,
 * where the rules are written down. A test holds them equal.
 *
 * @typedef {[string, string]} Word the space before it, and the word
 * @typedef {{start: number, end: number, words: Word[]}} Hunk words `start` to `end` of the base became `words`
 */
const MOST_CELLS = 160_000;

/** @returns {{text: string, conflict: boolean}} */
export function merge(base, mine, theirs) {
  const [old, own, other] = [wordsOf(base), wordsOf(mine), wordsOf(theirs)];
  if (same(own, old) || same(own, other)) return { text: textOf(other), conflict: false };
  if (same(other, old)) return { text: textOf(own), conflict: false };
  const [left, right] = [hunks(old, own), hunks(old, other)];
  const stable = kept(old, own, other);
  const merged = [];
  let [conflict, at, i, j] = [false, 0, 0, 0];
  while (i < left.length || j < right.length) {
    const group = nextGroup(left, right, i, j);
    ({ i, j } = group);
    const all = [...group.mine, ...group.others];
    const start = Math.min(...all.map((hunk) => hunk.start));
    const end = Math.max(...all.map((hunk) => hunk.end));
    const chosen = both(old, start, end, group);
    merged.push(...stable.slice(at, start), ...chosen.words);
    conflict ||= chosen.conflict;
    at = end;
  }
  merged.push(...stable.slice(at));
  return { text: textOf(merged), conflict };
}

/** The words of the base with the space that either side has put before them, mine before theirs. @returns {Word[]} */
function kept(old, mine, theirs) {
  const [own, other] = [new Map(paired(old, mine)), new Map(paired(old, theirs))];
  return old.map(([before, word], at) => {
    const now = own.has(at) ? mine[own.get(at)][0] : before;
    if (now !== before) return [now, word];
    return [other.has(at) ? theirs[other.get(at)][0] : before, word];
  });
}

/** @returns {Word[]} */
function wordsOf(text) {
  return [...text.matchAll(/([ \t\r\n]*)([^ \t\r\n]+)/g)].map(([, space, word]) => [space, word]);
}

function textOf(words) {
  return words.map(([space, word]) => (space || " ") + word).join("").replace(/^[ \t\r\n]+/, "");
}

function same(a, b) {
  return a.length === b.length && a.every(([space, word], at) => word === b[at][1] && space === b[at][0]);
}

/**
 * Where a place in a text is after others have changed it: in the same word, or behind the last word before it that is
 * still there. @returns {number}
 */
export function carry(before, after, place) {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  let [at, word] = [0, -1];
  for (const [space, text] of old) {
    if (at + space.length + (word < 0 ? 0 : 1) > place) break;
    at += space.length;
    word += 1;
    if (place <= at + text.length) return found(old, now, word, place - at);
    at += text.length;
  }
  return word < 0 ? Math.min(place, now[0]?.[0].length ?? after.length) : found(old, now, word, old[word][1].length + place - at);
}

/** The place `letters` behind the beginning of a word of the old text, or the end of the nearest word before it. */
function found(old, now, word, letters) {
  const pairs = new Map(paired(old, now));
  const ends = [];
  now.reduce((at, [space, text]) => ends[ends.push(at + space.length + text.length) - 1], 0);
  const same = pairs.get(word);
  if (same !== undefined) {
    const begin = ends[same] - now[same][1].length;
    const gap = now[same + 1]?.[0].length ?? letters;
    return begin + Math.min(letters, now[same][1].length + gap);
  }
  for (let i = word - 1; i >= 0; i -= 1) if (pairs.has(i)) return ends[pairs.get(i)];
  return 0;
}

/** Words of two texts that are the same, as pairs of places: their equal ends, and the most of what is between. */
function paired(old, now) {
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head][1] === now[head][1]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail)[1] === now.at(-1 - tail)[1]) tail += 1;
  const between = common(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return [
    ...Array.from({ length: head }, (_, i) => [i, i]),
    ...between.map(([i, j]) => [head + i, head + j]),
    ...Array.from({ length: tail }, (_, i) => [old.length - tail + i, now.length - tail + i]),
  ];
}

/** @returns {Hunk[]} */
function hunks(old, now) {
  const changes = [];
  let [i, j] = [0, 0];
  for (const [p, q] of [...paired(old, now), [old.length, now.length]]) {
    if (p > i || q > j) changes.push({ start: i, end: p, words: now.slice(j, q) });
    [i, j] = [p + 1, q + 1];
  }
  return changes;
}

/** A longest common subsequence, as pairs of places. */
function common(a, b) {
  if (a.length * b.length > MOST_CELLS) return [];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i][j] = a[i][1] === b[j][1] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i][1] === b[j][1]) pairs.push([i++, j++]);
    else if (longest[i + 1][j] >= longest[i][j + 1]) i += 1;
    else j += 1;
  }
  return pairs;
}

function nextGroup(left, right, i, j) {
  const [mine, others] = [[], []];
  if (j >= right.length || (i < left.length && before(left[i], right[j]))) mine.push(left[i++]);
  else others.push(right[j++]);
  for (;;) {
    const all = [...mine, ...others];
    const span = { start: Math.min(...all.map((each) => each.start)), end: Math.max(...all.map((each) => each.end)) };
    if (i < left.length && touch(span, left[i])) mine.push(left[i++]);
    else if (j < right.length && touch(span, right[j])) others.push(right[j++]);
    else return { mine, others, i, j };
  }
}

function before(a, b) {
  return a.start < b.start || (a.start === b.start && a.end < b.end);
}

/** Whether they are about the same words, or both put something at the same place. */
function touch(a, b) {
  if (a.start === a.end && b.start === b.end) return a.start === b.start;
  return a.start < b.end && b.start < a.end;
}

function both(old, start, end, { mine, others }) {
  const own = read(old, start, end, mine);
  const other = read(old, start, end, others);
  if (others.length === 0 || same(own, other)) return { words: own, conflict: false };
  if (mine.length === 0) return { words: other, conflict: false };
  if (start === end) return { words: [...other, ...own], conflict: false };
  if (within(own, other)) return { words: other, conflict: true };
  if (within(other, own)) return { words: own, conflict: true };
  return { words: [...other, ...own], conflict: true };
}

function read(old, start, end, changes) {
  const words = [];
  let at = start;
  for (const hunk of changes) {
    words.push(...old.slice(at, hunk.start), ...hunk.words);
    at = hunk.end;
  }
  return [...words, ...old.slice(at, end)];
}

/** Whether all of `few` stands in `many`, in order. */
function within(few, many) {
  let at = 0;
  return few.every(([, word]) => {
    while (at < many.length && many[at][1] !== word) at += 1;
    at += 1;
    return at <= many.length;
  });
}
