/** What the desks of a session share: the connection, what is looked at, and a word when a wish is refused. */
import { Peer } from "../media/peer.js";
import { Reporter } from "../media/report.js";
import { Participant } from "../session/participant.js";
import { currentItem } from "../session/select.js";
import { word } from "./dom.js";
import { Line } from "./line.js";
import { Toasts } from "./toasts.js";

export class DeskApp {
  #me;
  #render = () => {};
  #looking = null;
  /** Whether something is written here that would be lost with the page. */
  unsent = () => false;

  /** @param {HTMLElement} root @param {{screen: string, publish: boolean}} options */
  constructor(root, { screen, publish }) {
    this.root = root;
    this.session = root.dataset.session;
    this.#me = new Participant({ session: this.session, screen, media: () => this.peer.id });
    this.channel = this.#me.channel;
    this.store = this.#me.store;
    this.peer = new Peer(this.channel, { publish });
    this.toasts = new Toasts(document.getElementById("toasts"));
  }

  /** Run a command and say so when it is refused. */
  async run(name, data = {}) {
    return this.told(await this.send(name, data));
  }

  /** Run a command; what comes of it is the caller's to tell. */
  send(name, data) {
    return this.#me.run(name, data);
  }

  /** Say so when it was refused. */
  told(outcome) {
    if (!outcome.ok) this.toasts.show(`${word("toast.refused")} ${outcome.text}`);
    return outcome;
  }

  /** Look at an item without calling it; calling another one ends the look. */
  look(id) {
    this.#looking = { id, current: this.store.shown.current };
    this.#render(this.store.shown);
  }

  looked(view) {
    const looking = this.#looking;
    if (looking && looking.current === view.current) return view.items.find((item) => item.id === looking.id) ?? null;
    return currentItem(view);
  }

  /** Come in, and show what is told with `render` from now on. */
  begin(render) {
    this.#render = render;
    const { channel, peer, store } = this;
    store.subscribe(render);
    new Line(this, this.root.dataset.signIn);
    new Reporter(peer, channel).start();
    channel.addEventListener("welcome", ({ detail }) => peer.resume(detail.media === "kept"));
    addEventListener("online", () => channel.retry());
    addEventListener("beforeunload", (event) => {
      if (channel.waiting > 0 || this.unsent()) event.preventDefault(); // the browser asks whether to leave
    });
    channel.connect();
    window.__hub = Object.freeze({
      peer,
      channel,
      get state() {
        return store.view;
      },
    });
  }
}
