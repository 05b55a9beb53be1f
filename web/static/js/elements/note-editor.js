/** A note being changed, by one clerk or several at once: live, with a word about whether it is with the hub. */
import { clone, slot, word, write } from "./dom.js";
import { LiveText } from "./live-text.js";

export class NoteEditor {
  /** @param {HTMLElement} node the note on the list @param {(editor: NoteEditor) => void} done it may be forgotten */
  constructor(app, node, id, done) {
    Object.assign(this, { app, node, id, done });
    const note = this.#note();
    this.item = note.item;
    this.form = /** @type {HTMLFormElement} */ (clone("t-note-edit"));
    node.querySelector(".note-body").append(this.form);
    node.classList.add("editing");
    this.text = new LiveText(this.form.elements.text, {
      text: note.text,
      version: note.version,
      now: () => this.#known(),
      send: (piece) => this.#send(piece),
      told: (state) => this.#told(state),
    });
    this.form.elements.text.focus();
    this.form.elements.text.setSelectionRange(note.text.length, note.text.length);
  }

  /** Where the note is now, as it stands with the hub: no guesses. */
  #note() {
    return this.app.store.view.notes.find((each) => each.id === this.id);
  }

  #known() {
    const note = this.#note();
    return note && !note.removed ? { n: this.app.store.view.n, text: note.text, version: note.version } : null;
  }

  render() {
    this.text.render();
    if (this.over) return;
    if (!this.#known()) this.#rescue();
    else if (!this.node.isConnected) this.close(); // another case is looked at
  }

  /** Done writing. What is on its way goes on by itself, and comes back when the hub will not have it. */
  close() {
    if (this.closing) return;
    this.closing = true;
    this.#leave();
    this.text.close();
  }

  /** A note cannot be empty: whoever empties one is about to write it anew, or has forgotten the button for it. */
  async #send(piece) {
    return piece.text.trim() ? this.app.run("note.change", { note: this.id, ...piece }) : { ok: false, code: "empty" };
  }

  #leave() {
    this.form.remove();
    this.node.classList.remove("editing");
  }

  #forget() {
    this.over = true;
    this.done(this);
  }

  /** Back to what it was, as long as nobody else wrote in it meanwhile. */
  #offerUndo() {
    const { begun, others } = this.text;
    const ended = this.text.field.value.trim();
    if (others || ended === begun || ended === "") return;
    this.app.toasts.show(word("notes.saved"), "fine", () => {
      const note = this.#known();
      if (note) this.app.run("note.change", { note: this.id, base: note.version, text: begun });
    });
  }

  /** The note is gone, or the hub will not have the words: what was not sent yet goes where new notes are written. */
  #rescue() {
    const { value } = this.text.field;
    if (!this.text.saved && value.trim()) this.app.keep(value, this.item);
    else if (!this.text.saved && this.#known()) this.app.toasts.show(word("notes.empty_text"), "attention");
    this.text.drop();
    this.#leave();
    this.#forget();
  }

  #told(state) {
    if (this.over) return undefined;
    if (this.closing) return this.#ended(state);
    const saved = slot(this.form, "saved");
    if (state === "saved") return write(saved, word("notes.is_saved"));
    if (!this.text.field.value.trim()) return write(saved, word("notes.empty_text"));
    if (state === "refused") return write(saved, word("notes.refused"));
    return write(saved, word(this.app.channel.open ? "notes.saving" : "notes.offline"));
  }

  #ended(state) {
    if (state === "refused") this.#rescue();
    else if (this.text.saved) {
      this.#offerUndo();
      this.#forget();
    }
  }
}
