/** The screen of a connection point: one room, one session after the other, no hands needed. */
import { Room } from "../elements/room.js";

const room = new Room(document.getElementById("main"));
room.begin();
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
