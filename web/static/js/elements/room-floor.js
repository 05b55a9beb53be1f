/** The room and the stage: how pictures stand, that it is on the air, for how long still, and whose turn it is. */
import { HalfDuplex } from "../media/half-duplex.js";
import { hasFloor } from "../session/room-state.js";
import { clockOf } from "../session/select.js";
import { beside } from "../session/speaking.js";
import { setState, slot, word, write } from "./dom.js";

/** Of a lease: from here on its end is said loudly. */
const SOON_MS = 30_000;

export class RoomFloor {
  constructor(app) {
    this.app = app;
    this.mark = document.getElementById("on-air");
    this.duplex = new HalfDuplex({ tracks: () => app.screens?.voices() ?? [], hush: (on) => app.screens?.hush(on) });
  }

  render(view, now) {
    const { app } = this;
    const speaking = hasFloor(view, app.point) && app.air.onAir;
    app.stage.classList.toggle("on-air", speaking);
    this.mark.hidden = !speaking;
    if (speaking) this.#speaking(view, now);
    this.#turns(view, speaking);
    this.#pictures(view);
  }

  #speaking(view, now) {
    const { stage, floor } = view;
    write(slot(this.mark, "text"), word(this.app.air.voiceOnly ? "room.on_air.voice" : "room.on_air"));
    const left = floor.until ? Date.parse(floor.until) - now : null;
    const lease = slot(this.mark, "lease");
    lease.hidden = left === null;
    if (left !== null) setState(lease, left < SOON_MS ? "attention" : "", word("room.lease", { left: clockOf(left) }), "clock");
    const turn = slot(this.mark, "turn");
    const who = stage.muted ? "muted" : this.duplex.who;
    turn.hidden = who === "none";
    if (who !== "none") setState(turn, { muted: "act", hall: "attention", room: "fine" }[who], word(`room.turn.${who}`));
  }

  #turns(view, speaking) {
    const [microphone] = this.app.air.stream?.getAudioTracks() ?? [];
    if (speaking && microphone && view.stage.duplex === "half") this.duplex.start(microphone);
    else this.duplex.stop();
  }

  /** A room that is beside the hall itself sees the hall, and itself as in a mirror. */
  #pictures(view) {
    const { screens } = this.app;
    if (!screens) return;
    const shown = beside(view);
    const other = shown && shown.point !== this.app.point ? shown.name : "";
    write(slot(screens.second(other), "name"), other);
    screens.layOut(other ? view.stage.layout : "hall");
  }
}
