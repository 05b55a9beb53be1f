/** Several clerks in one note, over lines that are slow or gone: what each typed stands in what all have in the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Coedit } from "../../../web/static/js/session/coedit.js";
import { merge } from "../../../web/static/js/session/merge.js";

/** A small, seeded generator: a failure can be played again. */
function dice(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

/** The hub: versions by the number of the event, and the merge that hub/reception/acts/notes.py does. */
class Hub {
  constructor(text) {
    this.versions = new Map([[1, text]]);
    this.n = 1;
    this.version = 1;
  }

  get text() {
    return this.versions.get(this.version);
  }

  change({ base, text }) {
    const merged = merge(this.versions.get(base), text, this.text).text;
    this.n += 1; // somebody else's event comes in between as well
    if (merged === this.text) return this.n;
    this.n += 1;
    this.version = this.n;
    this.versions.set(this.n, merged);
    return this.n;
  }
}

class Clerk {
  constructor(name, hub) {
    this.name = name;
    this.edit = new Coedit(hub.text, hub.version);
    this.up = true;
    this.letters = 0;
    this.typed = [];
    this.way = null; // the piece on its way, or its answer
    this.caret = hub.text.length;
  }

  /** One letter of a word of one's own at the caret; after five a space, and the next word begins. */
  letter(roll) {
    const place = this.letters % 6;
    if (place === 0) {
      const words = this.edit.text.split(" ");
      const elsewhere = this.letters === 0 || roll(3) === 0;
      if (elsewhere) this.caret = words.slice(0, roll(words.length + 1)).join(" ").length;
      this.word = `${this.name}${Math.floor(this.letters / 6).toString().padStart(4, "0")}`;
      if (elsewhere) this.insert(this.caret > 0 ? " " : "");
    }
    if (place < 5) this.insert(this.word[place]);
    if (place === 4) this.typed.push(this.word);
    if (place === 5) this.insert(" ");
    this.letters += 1;
  }

  insert(letter) {
    const { text } = this.edit;
    this.edit.type(text.slice(0, this.caret) + letter + text.slice(this.caret));
    this.caret += letter.length;
  }

  /** Send, arrive, be answered: one step of the line at a time, none while it is cut. */
  line(hub) {
    if (!this.up) return;
    if (this.way?.piece) this.way = { answer: hub.change(this.way.piece) };
    else if (this.way?.answer) {
      this.edit.done(this.way.answer);
      this.way = null;
    } else {
      const piece = this.edit.take();
      if (piece) this.way = { piece };
    }
    this.caret = this.edit.see(hub.n, hub.text, hub.version, this.caret) ?? this.caret;
  }
}

for (const clerks of [2, 3]) {
  test(`${clerks} clerks type in one note, lines come and go: no word is lost, and all read the same`, () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const roll = dice(seed * 7919);
      const hub = new Hub(seed % 3 ? "Buổi sáng ông bà trình bày về thửa đất" : "");
      const all = ["a", "b", "c"].slice(0, clerks).map((name) => new Clerk(name, hub));
      for (let step = 0; step < 600; step += 1) {
        const clerk = all[roll(clerks)];
        if (roll(3)) clerk.letter(roll);
        if (roll(2)) all[roll(clerks)].line(hub);
        if (roll(60) === 0) clerk.up = !clerk.up;
      }
      for (const clerk of all) {
        while (clerk.letters % 6) clerk.letter(roll);
        clerk.up = true;
      }
      for (let step = 0; step < 12; step += 1) for (const clerk of all) clerk.line(hub);
      for (const clerk of all) {
        assert.equal(clerk.edit.text.trim(), hub.text, `seed ${seed}: all read the same`);
        assert.ok(clerk.edit.saved);
        const words = new Set(hub.text.split(/[ \n]+/));
        const lost = clerk.typed.filter((word) => !words.has(word));
        assert.deepEqual(lost, [], `seed ${seed}: ${hub.text}`);
      }
    }
  });
}

test("a piece that was refused stays on the screen and is sent again", () => {
  const edit = new Coedit("một", 3);
  edit.type("một hai");
  assert.deepEqual(edit.take(), { base: 3, text: "một hai" });
  assert.equal(edit.take(), null);
  edit.refused();
  assert.equal(edit.text, "một hai");
  assert.deepEqual(edit.take(), { base: 3, text: "một hai" });
});

test("the caret stays in the word that is being typed", () => {
  const edit = new Coedit("đầu cuối", 1);
  edit.type("đầu giữ cuối");
  const place = edit.see(5, "mới đầu cuối hẳn", 5, "đầu giữ".length);
  assert.equal(edit.text, "mới đầu giữ cuối hẳn");
  assert.equal(place, "mới đầu giữ".length);
});

test("space at the end is left to whoever is typing", () => {
  const edit = new Coedit("một", 1);
  edit.type("một hai ");
  edit.take();
  edit.done(4);
  assert.equal(edit.see(4, "một hai", 4), null);
  assert.equal(edit.text, "một hai ");
  assert.ok(edit.saved);
});

test("a space typed before a word stays where it was typed while others write", () => {
  const edit = new Coedit("mới cuối", 1);
  edit.type("mới giữa  cuối"); // two spaces: the clerk is about to write one word more
  const place = edit.see(5, "mới cuối hẳn", 5, "mới giữa ".length);
  assert.equal(`${edit.text.slice(0, place)}|${edit.text.slice(place)}`, "mới giữa | cuối hẳn");
  edit.type(` ${edit.text}`);
  assert.equal(edit.see(9, "mới cuối hẳn rồi", 9, 0), 0);
  assert.equal(edit.text, " mới giữa  cuối hẳn rồi");
});

test("whoever is about to write at the end does not grow together with what others put there", () => {
  const edit = new Coedit("một", 1);
  edit.type("một hai ");
  const place = edit.see(4, "một ba", 4, 8);
  assert.equal(`${edit.text.slice(0, place)}|${edit.text.slice(place)}`.trim(), "một ba hai |".trim());
  edit.take();
  edit.done(6);
  assert.equal(edit.see(6, "một ba hai bốn", 6, edit.text.length), "một ba hai ".length);
  assert.equal(edit.text.trim(), "một ba hai  bốn");
});

test("what is masked in a version that stands is taken over", () => {
  const mine = new Coedit("Bà Mơ nói", 3);
  mine.see(4, "••• nói", 3);
  assert.equal(mine.text, "••• nói");
  mine.type("••• nói to");
  mine.see(5, "••• nói", 3);
  assert.deepEqual(mine.take(), { base: 3, text: "••• nói to" });
});
