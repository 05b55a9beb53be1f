/**
 * Words over the picture that concern this room: the conclusion being read aloud, its own case put off, and a way back for
 * who took a case up by mistake. What is not this room's is not sent to it, so nothing is sorted out here.
 */
import { currentItem, takeUpsOf } from "../session/select.js";
import { fill, word } from "./dom.js";
import { dateText } from "./time.js";

export class RoomTold {
  #states = new Map();
  /** The item whose putting off is said just now. */
  #said = null;

  constructor(app) {
    this.app = app;
    this.taken = document.getElementById("room-taken");
    this.taken.addEventListener("click", (event) => this.#withdraw(event.target.closest("button")));
    document.getElementById("banners").addEventListener("click", (event) => this.#close(event.target.closest("button")?.dataset.act));
  }

  render(view) {
    const item = currentItem(view);
    this.#reading(view.drafts.find((draft) => draft.item === item?.id && draft.read));
    this.#putOff(view);
    const own = item && takeUpsOf(view, item.id).some((taken) => taken.unit === this.app.unit);
    this.taken.hidden = !own || !["live", "paused"].includes(view.session.state);
  }

  #reading(draft) {
    const { banners } = this.app;
    if (!draft) return banners.hide("reading");
    const due = draft.due ? [draft.lead_name, word("due.on", { date: dateText(draft.due) })].join(" · ") : (draft.lead_name ?? "");
    const answer = draft.answer_on ? word("conclude.answer_by", { date: dateText(draft.answer_on) }) : "";
    return fill(banners.show("reading"), { text: draft.text, due, answer });
  }

  /** A case of this unit, or below it, was put off while the room was here. Said while that holds, and may be known. */
  #putOff(view) {
    const first = this.#states.size === 0;
    for (const item of view.items) {
      const known = this.#states.get(item.id);
      this.#states.set(item.id, item.state);
      const fresh = !first && known !== undefined && known !== "deferred" && item.state === "deferred";
      if (fresh && item.case && this.app.ours(item.case.unit)) this.#said = item.id;
    }
    const item = view.items.find((each) => each.id === this.#said);
    if (item?.state !== "deferred" || !item.case) return this.#unsay();
    const reason = item.reason === "next_called" ? word("reason.next_called") : (item.reason ?? "");
    return fill(this.app.banners.show("put-off"), { title: item.case.title, reason });
  }

  #close(act) {
    if (act === "put-off-close") this.#unsay();
  }

  #unsay() {
    this.#said = null;
    this.app.banners.hide("put-off");
  }

  #withdraw(button) {
    const item = currentItem(this.app.view);
    if (button && item) this.app.run("take_up.withdraw", { item: item.id });
  }
}
