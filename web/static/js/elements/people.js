/** The small form that says who sits in a room: names and ranks, the leader first. */
import { clone } from "./dom.js";

/** Rows a form begins with. */
const FEWEST = 1;
const MOST = 12;

export class People {
  /** @param {HTMLDialogElement} dialog with a form, a list `[data-slot="people"]` and the template `t-person` */
  constructor(dialog) {
    this.dialog = dialog;
    this.list = dialog.querySelector('[data-slot="people"]');
    dialog.addEventListener("click", (event) => this.#press(event.target.closest("button")));
  }

  /** Ask. @returns {Promise<{name: string, rank: string}[] | null>} null when nothing was confirmed */
  ask(people) {
    this.list.replaceChildren();
    const rows = people.length > 0 ? people : Array(FEWEST).fill({ name: "", rank: "chairman" });
    for (const person of rows) this.#add(person);
    this.dialog.returnValue = "";
    this.dialog.showModal();
    (people.length > 0 ? this.dialog.querySelector("button.main") : this.list.querySelector("input")).focus();
    return new Promise((resolve) => {
      const done = () => resolve(this.dialog.returnValue === "yes" ? this.#read() : null);
      this.dialog.addEventListener("close", done, { once: true });
    });
  }

  #press(button) {
    if (button?.dataset.act === "person-add" && this.list.children.length < MOST) this.#add({ name: "", rank: "other" }).focus();
    else if (button?.dataset.act === "person-drop") this.#drop(button.closest("li"));
  }

  #add({ name, rank }) {
    const row = clone("t-person");
    row.querySelector("input").value = name;
    row.querySelector("select").value = rank;
    this.list.append(row);
    return row.querySelector("input");
  }

  #drop(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input") ?? this.dialog.querySelector('[data-act="person-add"]')).focus();
  }

  #read() {
    return [...this.list.children]
      .map((row) => ({ name: row.querySelector("input").value.trim(), rank: row.querySelector("select").value }))
      .filter((person) => person.name !== "");
  }
}
