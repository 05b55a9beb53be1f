/** In the room: somebody has come who is not on the agenda; and what became of those who did. */
import { clone, fill, reconcile, setState, slot, word } from "./dom.js";
import { KeptForm } from "./kept-form.js";

const TONES = { waiting: "attention", admitted: "fine", turned_down: "act", withdrawn: "" };

export class RoomLobby {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("room-lobby");
    this.kept = new KeptForm("announce", ["kind", "field", "matter", "name", "persons"]);
    this.root.addEventListener("click", (event) => this.#press(event));
  }

  render(view) {
    const may = (this.app.store?.you.may ?? []).includes("lobby.announce");
    this.root.hidden = !may || ["closed", "postponed", "cancelled"].includes(view.session.state);
    const shown = view.lobby.filter((entry) => entry.state !== "withdrawn");
    reconcile(slot(this.root, "list"), shown, (entry) => entry.id, () => clone("t-room-entry"), (node, entry) => {
      const text = entry.matter || word(`kind.${entry.kind}`);
      const item = view.items.find((each) => each.id === entry.item);
      fill(node, { text, why: entry.reason ?? (item ? word("room.lobby.item", { k: item.position }) : "") });
      setState(slot(node, "state"), TONES[entry.state], word(`lobby.state.${entry.state}`));
      node.querySelector('[data-act="unannounce"]').hidden = entry.state !== "waiting";
    });
  }

  #press(event) {
    const act = event.target.closest("button")?.dataset.act;
    if (act === "announce") this.#open();
    else if (act === "unannounce") this.app.run("lobby.withdraw", { entry: event.target.closest("li").dataset.key });
  }

  async #open() {
    const values = await this.kept.ask("");
    if (!values) return;
    const { kind, field, matter, name, persons } = values;
    const who = { name: name.trim(), persons: Number(persons) };
    const outcome = await this.app.run("lobby.announce", { kind, field, matter: matter.trim(), ...who });
    if (outcome.ok) this.app.say(word("room.lobby.sent"));
    else if (this.kept.refused("", values, outcome.text)) await this.#open();
  }
}
