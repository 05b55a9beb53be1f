/** The screen of a connection point: one room, one session after the other, no hands needed. */
import { CheckReminder } from "../check/reminder.js";
import { Room } from "../elements/room.js";

const room = new Room(document.getElementById("main"));
room.begin();
new CheckReminder({ busy: () => room.cover.shown !== "waiting" || room.panel.open || isBusy() }).begin();
window.__hub = Object.freeze({
  get peer() {
    return room.peer;
  },
  get channel() {
    return room.channel;
  },
  get state() {
    return room.store?.view;
  },
});

/** Somebody is at it, or something must not be interrupted. */
function isBusy() {
  return Boolean(document.querySelector("dialog[open], [data-busy], input:focus, textarea:focus"));
}
